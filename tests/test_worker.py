"""The background worker delivers, tidies, and outlives what fails in one round."""

from datetime import timedelta
from threading import Event, Thread

import pytest
from sqlalchemy import func, select

from service import worker
from service.accounts.recovery import request_recovery
from service.accounts.sign_up import request_sign_up
from service.accounts.store import pending_sign_ups
from service.devices.device import Cause
from service.devices.sessions import end_device
from service.devices.store import devices, ended_sessions, write_last_seen
from service.foundation.database import DatabaseUnavailable
from service.foundation.quotas import Quota, quotas, spend
from service.foundation.tickets import Purpose, issue_ticket, tickets
from service.notifications.mail import mailbox_folder
from service.worker import ENDED_KEPT, run_worker, tidy
from tests.support.people import LIFE


@pytest.fixture
def working(settings):
    """The worker, at work in a thread until the test ends."""
    stopping = Event()
    quick = settings.model_copy(update={"mail_interval": timedelta(milliseconds=20)})
    thread = Thread(target=run_worker, args=(quick, stopping))

    def begin() -> None:
        thread.start()

    yield begin
    stopping.set()
    thread.join(10)
    assert not thread.is_alive()


def wait_for_mail(settings, count: int) -> list[str]:
    for _ in range(500):
        found = sorted(mailbox_folder(settings).glob("*.eml")) if mailbox_folder(settings).exists() else []
        if len(found) >= count:
            return [file.read_text() for file in found]
        Event().wait(0.02)
    raise AssertionError("no mail came")


def test_it_delivers_what_the_outbox_tells(database, settings, clock, people, working):
    with database.writing() as connection:
        request_recovery(connection, people.alice.email, clock.now())
    working()
    (mail,) = wait_for_mail(settings, 1)
    assert people.alice.email in mail


@pytest.mark.parametrize("fault", [DatabaseUnavailable("gone"), ValueError("a fault of ours")])
def test_it_outlives_what_fails_in_one_round(database, settings, clock, people, working, monkeypatch, fault):
    deliver, faults = worker.deliver_due, [fault]

    def deliver_or_fail(*arguments: object) -> int:
        if faults:
            raise faults.pop()
        return deliver(*arguments)

    monkeypatch.setattr(worker, "deliver_due", deliver_or_fail)
    with database.writing() as connection:
        request_recovery(connection, people.alice.email, clock.now())
    working()
    assert len(wait_for_mail(settings, 1)) == 1


def test_it_forgets_what_has_run_out_and_nothing_else(database, clock, people, sign_in):
    old = sign_in(people.alice)
    now = clock.now()
    with database.writing() as connection:
        issue_ticket(connection, Purpose.SWAP_DEVICE, people.alice.id, {}, now + timedelta(minutes=10))
        spend(connection, Quota("tries", 1, timedelta(minutes=15)), "alice", now)
        request_sign_up(connection, "dora@example.org", "Dora", "hash", None, now)
        tidy_tables = (tickets, quotas, pending_sign_ups, devices)

    def counts() -> list[int]:
        with database.reading() as connection:
            return [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tidy_tables]

    def tidied() -> list[int]:
        tidy(database, LIFE, clock.now())
        return counts()

    assert tidied() == [1, 1, 1, 1]
    clock.advance(timedelta(hours=24))
    assert tidied() == [0, 0, 0, 1]
    clock.set(old.device.signed_in_at + LIFE.idle)
    assert tidied() == [0, 0, 0, 0]


def test_it_forgets_devices_a_few_at_a_time(database, clock, people, sign_in, monkeypatch):
    monkeypatch.setattr(worker, "AT_ONCE", 2)
    for _ in range(5):
        last = sign_in(people.alice)
    fresh = sign_in(people.bob)
    clock.set(last.device.signed_in_at + LIFE.idle)
    with database.writing() as connection:
        write_last_seen(connection, {fresh.device.id: clock.now()})
    tidy(database, LIFE, clock.now())
    with database.reading() as connection:
        assert connection.execute(select(devices.c.id)).scalars().all() == [fresh.device.id]


def test_it_remembers_why_a_session_ended_for_a_while(database, clock, people, sign_in):
    session = sign_in(people.alice)
    with database.writing() as connection:
        end_device(connection, people.alice.id, session.device.id, Cause.SIGNED_OUT, None, clock.now())

    def remembered() -> int:
        tidy(database, LIFE, clock.now())
        with database.reading() as connection:
            return connection.execute(select(func.count()).select_from(ended_sessions)).scalar_one()

    clock.advance(ENDED_KEPT)
    assert remembered() == 1
    clock.advance(timedelta(microseconds=1))
    assert remembered() == 0
