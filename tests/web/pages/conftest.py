"""Visitors, and the mail that the pages ask for."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from service.foundation.database import Database
from service.foundation.settings import Settings
from service.notifications.delivering import deliver_due
from service.notifications.mail import mailbox_folder, mailer_for
from tests.support.clock import FrozenClock
from tests.web.pages.visitor import FIREFOX, Visitor


@pytest.fixture
def visit(app: Flask) -> Callable[..., Visitor]:
    """``visit(ANDROID)`` is a new browser."""

    def visit(user_agent: str = FIREFOX) -> Visitor:
        return Visitor(app.test_client(), user_agent)

    return visit


@pytest.fixture
def visitor(visit: Callable[..., Visitor]) -> Visitor:
    return visit()


@pytest.fixture
def newest_mail(settings: Settings, database: Database, clock: FrozenClock) -> Callable[[], str]:
    """Deliver what waits, and return the text of the mail that came last."""

    def newest_mail() -> str:
        deliver_due(database, settings, mailer_for(settings), clock.now())
        newest = max(mailbox_folder(settings).glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        return newest.read_text().replace("=\n", "").replace("=3D", "=")

    return newest_mail


@pytest.fixture
def mailed_link(newest_mail: Callable[[], str]) -> Callable[[], str]:
    def mailed_link() -> str:
        found = re.search(r"http://localhost:8400(\S+)", newest_mail())
        assert found, "the mail has no link"
        return found.group(1)

    return mailed_link
