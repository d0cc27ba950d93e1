"""The outbox is delivered once, again after a failure, and not for ever."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from service.accounts.recovery import request_recovery
from service.foundation.database import DatabaseUnavailable
from service.foundation.outbox import outbox, record_event
from service.notifications import delivering
from service.notifications.delivering import DELAYS, LEASE, deliver_due
from service.notifications.letters import Letter
from service.notifications.mail import DeliveryFailed


class Postman:
    """Takes letters, or fails with what it is given."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault = fault
        self.letters: list[Letter] = []

    def send(self, letter, now) -> None:
        if self.fault:
            raise self.fault
        self.letters.append(letter)


def waiting(database) -> int:
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(outbox)).scalar_one()


@pytest.fixture
def asked(database, clock, people) -> None:
    with database.writing() as connection:
        request_recovery(connection, people.alice.email, clock.now())


def test_an_event_is_delivered_once(database, settings, clock, asked):
    postman = Postman()
    assert deliver_due(database, settings, postman, clock.now()) == 1
    assert deliver_due(database, settings, postman, clock.now()) == 0
    assert len(postman.letters) == 1
    assert waiting(database) == 0


def test_a_failed_delivery_is_tried_again_later_and_at_last_given_up(database, settings, clock, asked):
    down = Postman(DeliveryFailed("down"))
    for delay in DELAYS:
        assert deliver_due(database, settings, down, clock.now()) == 1
        clock.advance(delay - timedelta(microseconds=1))
        assert deliver_due(database, settings, down, clock.now()) == 0
        clock.advance(timedelta(microseconds=1))
    assert waiting(database) == 1
    assert deliver_due(database, settings, down, clock.now()) == 1
    assert waiting(database) == 0


def test_one_letter_that_cannot_be_written_keeps_no_other_back(database, settings, clock, people):
    with database.writing() as connection:
        record_event(connection, "moon_landed", {}, clock.now())
        request_recovery(connection, people.alice.email, clock.now())
    postman = Postman()
    assert deliver_due(database, settings, postman, clock.now()) == 2
    assert [letter.to for letter in postman.letters] == [people.alice.email]
    assert waiting(database) == 1


def test_an_event_whose_worker_died_is_taken_over_when_its_lease_has_run_out(database, settings, clock, asked):
    with pytest.raises(SystemExit):
        deliver_due(database, settings, Postman(SystemExit()), clock.now())
    postman = Postman()
    assert deliver_due(database, settings, postman, clock.now()) == 0
    clock.advance(LEASE)
    assert deliver_due(database, settings, postman, clock.now()) == 1
    assert len(postman.letters) == 1


def test_a_database_that_goes_away_leaves_the_event_for_later(database, settings, clock, asked, monkeypatch):
    def gone(*_: object) -> None:
        raise DatabaseUnavailable

    monkeypatch.setattr(delivering, "write_letter", gone)
    with pytest.raises(DatabaseUnavailable):
        deliver_due(database, settings, Postman(), clock.now())
    assert waiting(database) == 1
