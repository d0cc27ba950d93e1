"""The outbox: what was committed is told, to one worker at a time, until it is done."""

from datetime import timedelta

import pytest

from service.foundation.outbox import claim_events, finish_event, postpone_event, record_event
from tests.support.at_once import at_once
from tests.support.rolled_back import rolled_back

LEASE, TICK = timedelta(minutes=2), timedelta(microseconds=1)


@pytest.fixture
def claim(connection, clock):
    def claim(most=20):
        return claim_events(connection, clock.now(), lease=LEASE, most=most)

    return claim


def test_an_event_is_told_as_it_was_recorded(connection, claim, clock):
    recorded_at = clock.now()
    record_event(connection, "password_changed", {"reader_id": "rdr_1", "é": [1, None]}, recorded_at)
    clock.advance(LEASE)
    (event,) = claim()
    assert (event.event, event.facts) == ("password_changed", {"reader_id": "rdr_1", "é": [1, None]})
    assert (event.recorded_at, event.attempts) == (recorded_at, 1)


def test_events_are_told_in_order_and_no_more_than_asked_for(connection, claim, clock):
    for number in range(5):
        record_event(connection, f"event_{number}", {}, clock.now())
    assert [event.event for event in claim(3)] == ["event_0", "event_1", "event_2"]
    assert [event.event for event in claim(3)] == ["event_3", "event_4"]


@pytest.mark.parametrize(("after", "claimed"), [(LEASE - TICK, 0), (LEASE, 1)])
def test_a_claimed_event_is_told_again_only_where_its_worker_died(connection, claim, clock, after, claimed):
    record_event(connection, "event", {}, clock.now())
    assert len(claim()) == 1
    clock.advance(after)
    again = claim()
    assert [event.attempts for event in again] == [2] * claimed


def test_a_finished_event_is_told_no_more(connection, claim, clock):
    record_event(connection, "event", {}, clock.now())
    finish_event(connection, claim()[0])
    clock.advance(10 * LEASE)
    assert claim() == []


@pytest.mark.parametrize(("early", "claimed"), [(TICK, 0), (timedelta(0), 1)])
def test_a_postponed_event_waits_until_it_is_due(connection, claim, clock, early, claimed):
    record_event(connection, "event", {}, clock.now())
    due_at = clock.now() + timedelta(hours=6)
    postpone_event(connection, claim()[0], due_at)
    clock.set(due_at - early)
    assert len(claim()) == claimed


def test_what_is_due_later_is_not_told_yet(connection, claim, clock):
    record_event(connection, "event", {}, clock.now() + TICK)
    assert claim() == []


def test_what_is_rolled_back_is_never_told(database, clock):
    with rolled_back(database) as connection:
        record_event(connection, "event", {}, clock.now())
    with database.writing() as connection:
        assert claim_events(connection, clock.now(), lease=LEASE, most=9) == []


def test_workers_side_by_side_claim_each_event_once(database, clock):
    with database.writing() as connection:
        for number in range(40):
            record_event(connection, f"event_{number}", {}, clock.now())

    def work(_):
        claimed = []
        for _round in range(20):
            with database.writing() as connection:
                claimed += [event.id for event in claim_events(connection, clock.now(), lease=LEASE, most=3)]
        return claimed

    claimed = [event for worker in at_once(8, work) for event in worker]
    assert len(claimed) == len(set(claimed)) == 40
