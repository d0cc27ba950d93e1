"""The one question, asked as a door would."""

import pytest

from service.access.asking import Presented, ask
from service.sites.site import Mode
from tests.support.people import LIFE

ALL_MODES = frozenset(Mode)


@pytest.fixture
def question(database, clock):
    """Ask as a door would, and return the answer."""

    def question(*slugs, key=None, origin=None, token=None, modes=ALL_MODES, memory=None):
        shown = Presented(key, origin, token)
        return ask(database, shown, slugs, clock.now(), life=LIFE, modes=modes, memory=memory)

    return question
