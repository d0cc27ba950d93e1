"""Quotas: never exceeded, however many try at once; never a lock for good."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from service.foundation.quotas import Quota, QuotaExceeded, forget_past_quotas, give_back, quotas, spend
from tests.support.at_once import at_once

HOUR, TICK = timedelta(hours=1), timedelta(microseconds=1)
THREE = Quota("three", 3, HOUR)


def tries(connection, quota, subject, now, times):
    """How many of so many tries were let through."""
    let_through = 0
    for _ in range(times):
        try:
            spend(connection, quota, subject, now)
            let_through += 1
        except QuotaExceeded:
            pass
    return let_through


def test_as_many_tries_are_let_through_as_the_limit_says(connection, clock):
    assert tries(connection, THREE, "alice", clock.now(), 10) == 3
    with pytest.raises(QuotaExceeded) as exceeded:
        spend(connection, THREE, "alice", clock.now())
    assert exceeded.value.quota is THREE
    assert exceeded.value.resets_at == clock.now() + HOUR


def test_each_subject_and_each_quota_counts_on_its_own(connection, clock):
    assert tries(connection, THREE, "alice", clock.now(), 5) == 3
    assert tries(connection, THREE, "bob", clock.now(), 5) == 3
    assert tries(connection, Quota("other", 1, HOUR), "alice", clock.now(), 5) == 1


@pytest.mark.parametrize(("after", "let_through"), [(HOUR - TICK, 0), (HOUR, 3), (HOUR + TICK, 3)])
def test_a_window_starts_anew_on_its_instant(connection, clock, after, let_through):
    tries(connection, THREE, "alice", clock.now(), 100)
    clock.advance(after)
    assert tries(connection, THREE, "alice", clock.now(), 9) == let_through


def test_tries_that_are_refused_do_not_prolong_the_window(connection, clock):
    began = clock.now()
    for _ in range(6):
        tries(connection, THREE, "alice", clock.now(), 5)
        clock.advance(HOUR / 6)
    assert clock.now() == began + HOUR
    assert tries(connection, THREE, "alice", clock.now(), 5) == 3


def test_a_right_try_is_given_back_and_never_more_than_was_spent(connection, clock):
    now = clock.now()
    for _ in range(20):
        spend(connection, THREE, "alice", now)
        give_back(connection, THREE, "alice")
    give_back(connection, THREE, "alice")
    give_back(connection, THREE, "nobody")
    assert tries(connection, THREE, "alice", now, 5) == 3


def test_the_table_tells_no_subject(connection, clock):
    spend(connection, THREE, "alice@example.org", clock.now())
    spend(connection, THREE, "\ud800\0", clock.now())
    assert "alice" not in str(connection.execute(select(quotas)).all())


def test_past_windows_are_forgotten(connection, clock):
    spend(connection, THREE, "alice", clock.now())
    assert forget_past_quotas(connection, clock.now() + HOUR - TICK) == 0
    assert forget_past_quotas(connection, clock.now() + HOUR) == 1


@pytest.mark.parametrize("expired", [False, True], ids=["first window", "window that ran out"])
def test_parallel_tries_never_exceed_the_limit(database, clock, expired):
    limit = Quota("ten", 10, HOUR)
    if expired:
        with database.writing() as connection:
            tries(connection, limit, "alice", clock.now(), 20)
        clock.advance(HOUR)

    def act(_):
        with database.writing() as connection:
            return tries(connection, limit, "alice", clock.now(), 1)

    assert Counter(at_once(32, act)) == {1: 10, 0: 22}
