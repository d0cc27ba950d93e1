"""Sixty-four sign-ins of one reader at once: never six devices, and the right ones give way."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from service.devices.device import Cause
from service.devices.sessions import (
    DeviceLimitReached,
    Newcomer,
    StartedSession,
    end_devices,
    list_live_devices,
    start_session,
)
from service.devices.swaps import CHOOSE_WITHIN, PendingSwap, issue_swap_ticket, redeem_swap
from service.foundation.tickets import TicketRefused
from tests.support.at_once import at_once
from tests.support.people import LIFE, RULE

MANY = 64
OLDEST = replace(RULE, replace_oldest=True)


@pytest.fixture
def start(database, people):
    def start(now, rule=RULE, token=None, chosen=None):
        with database.writing() as connection:
            return start_session(connection, people.alice.id, Newcomer("Firefox", token), rule, now, chosen=chosen)

    return start


@pytest.fixture
def live(database, people, clock):
    def live():
        with database.reading() as connection:
            return list_live_devices(connection, people.alice.id, LIFE, clock.now())

    return live


def kinds(outcomes):
    return Counter(type(outcome) for outcome in outcomes)


def test_five_get_in_and_the_others_are_asked(start, live, clock):
    outcomes = at_once(MANY, lambda _: start(clock.now()))
    assert kinds(outcomes) == {StartedSession: 5, DeviceLimitReached: MANY - 5}
    assert sorted(device.slot for device in live()) == [1, 2, 3, 4, 5]


def test_where_the_oldest_gives_way_each_gets_in_and_five_stay(start, live, clock):
    outcomes = at_once(MANY, lambda _: start(clock.now(), OLDEST))
    assert kinds(outcomes) == {StartedSession: MANY}
    ended = [session.device_id for outcome in outcomes for session in outcome.ended]
    assert len(ended) == len(set(ended)) == MANY - 5
    assert {device.id for device in live()} == {outcome.device.id for outcome in outcomes} - set(ended)


def test_the_devices_not_seen_for_longest_are_the_ones_that_go(start, live, clock):
    before = [start(clock.advance(timedelta(hours=1))) for _ in range(5)]
    now = clock.advance(timedelta(hours=1))
    outcomes = at_once(3, lambda _: start(now, OLDEST))
    ended = {session.device_id for outcome in outcomes for session in outcome.ended}
    assert ended == {session.device.id for session in before[:3]}
    assert len(live()) == 5


def test_one_device_that_signs_in_many_times_stays_one(start, live, clock):
    first = start(clock.now())
    outcomes = at_once(16, lambda _: start(clock.now(), OLDEST, first.token))
    assert kinds(outcomes) == {StartedSession: 16}
    assert sum(outcome.device.id == first.device.id for outcome in outcomes) == 1  # the token is good once
    assert len(live()) == 5


def test_of_many_uses_of_one_swap_ticket_one_wins(database, people, start, live, clock):
    five = [start(clock.now()) for _ in range(5)]
    with database.writing() as connection:
        pending = PendingSwap(people.alice.id, 1, None, clock.now() + CHOOSE_WITHIN)
        ticket = issue_swap_ticket(connection, pending)

    def swap(number):
        with database.writing() as connection:
            redeem_swap(connection, ticket.token, clock.now())
            newcomer, chosen = Newcomer(f"Browser {number}"), five[number % 5].device.id
            return start_session(connection, people.alice.id, newcomer, RULE, clock.now(), chosen=chosen)

    outcomes = at_once(32, swap)
    assert kinds(outcomes) == {StartedSession: 1, TicketRefused: 31}
    assert len(live()) == 5


def test_signing_all_out_amid_sign_ins_leaves_never_six(database, people, start, live, clock):
    def act(number):
        if number % 8:
            return start(clock.now(), OLDEST)
        with database.writing() as connection:
            return end_devices(connection, people.alice.id, Cause.SIGNED_OUT, None, clock.now())

    outcomes = at_once(32, act)
    assert kinds(outcomes) == {StartedSession: 28, list: 4}
    assert len(live()) <= 5
