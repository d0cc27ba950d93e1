"""Alice's devices: fixtures that start her sessions and list those that live."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from service.devices.sessions import Newcomer, list_live_devices, start_session
from service.devices.store import ended_sessions
from service.foundation.secrets import digest_of
from tests.support.people import LIFE, RULE

HOUR = timedelta(hours=1)


@pytest.fixture
def connection(people, database):
    with database.writing() as connection:
        yield connection


@pytest.fixture
def alice(people):
    return people.alice


@pytest.fixture
def start(connection, alice, clock):
    """Start a session of Alice's, an hour after the last."""

    def start(kind="Firefox on Linux", token=None, name=None, *, rule=RULE, chosen=None, reader=alice):
        now = clock.advance(HOUR)
        return start_session(connection, reader.id, Newcomer(kind, token, name), rule, now, chosen=chosen)

    return start


@pytest.fixture
def live(connection, alice, clock):
    def live():
        return list_live_devices(connection, alice.id, LIFE, clock.now())

    return live


@pytest.fixture
def told(connection):
    """What the holder of an ended session's token is told: cause, kind of device, instant."""

    def told(token):
        row = connection.execute(
            select(ended_sessions).where(ended_sessions.c.token_digest == digest_of(token))
        ).one_or_none()
        return (row.cause, row.by_device, row.ended_at) if row else None

    return told
