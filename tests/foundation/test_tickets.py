"""Tickets: used once, in time, for their purpose."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from service.foundation.tickets import (
    Purpose,
    Ticket,
    TicketRefused,
    find_ticket,
    forget_expired_tickets,
    issue_ticket,
    redeem_ticket,
    tickets,
    withdraw_tickets,
)
from tests.support.at_once import at_once
from tests.support.rolled_back import rolled_back

HOUR, TICK = timedelta(hours=1), timedelta(microseconds=1)
RESET, SWAP = Purpose.RESET_PASSWORD, Purpose.SWAP_DEVICE


@pytest.fixture
def issue(connection, clock):
    def issue(purpose=RESET, subject="rdr_alice"):
        return issue_ticket(connection, purpose, subject, {"version": 1}, clock.now() + HOUR)

    return issue


def test_a_ticket_is_looked_at_many_times_and_used_once(connection, issue, clock):
    token, ticket = issue(), Ticket("rdr_alice", {"version": 1}, clock.now() + HOUR)
    assert find_ticket(connection, RESET, token, clock.now()) == ticket
    assert find_ticket(connection, RESET, token, clock.now()) == ticket
    assert redeem_ticket(connection, RESET, token, clock.now()) == ticket
    assert find_ticket(connection, RESET, token, clock.now()) is None
    with pytest.raises(TicketRefused):
        redeem_ticket(connection, RESET, token, clock.now())


@pytest.mark.parametrize(("after", "good"), [(HOUR - TICK, True), (HOUR, False), (HOUR + TICK, False)])
def test_a_ticket_expires_on_its_instant(connection, issue, clock, after, good):
    token = issue()
    clock.advance(after)
    assert (find_ticket(connection, RESET, token, clock.now()) is not None) is good
    if not good:
        with pytest.raises(TicketRefused):
            redeem_ticket(connection, RESET, token, clock.now())


@pytest.mark.parametrize("other", [purpose for purpose in Purpose if purpose is not RESET])
def test_a_ticket_is_good_for_its_purpose_alone(connection, issue, clock, other):
    token = issue()
    assert find_ticket(connection, other, token, clock.now()) is None
    with pytest.raises(TicketRefused):
        redeem_ticket(connection, other, token, clock.now())
    assert redeem_ticket(connection, RESET, token, clock.now())  # it was not used up by the wrong try


@pytest.mark.parametrize("token", ["", "gft_unknown", "\0", "\ud800", "x" * 100_000])
def test_what_is_no_ticket_is_refused(connection, clock, token):
    assert find_ticket(connection, RESET, token, clock.now()) is None
    with pytest.raises(TicketRefused):
        redeem_ticket(connection, RESET, token, clock.now())


def test_a_ticket_is_stored_as_a_hash_that_is_no_ticket(connection, issue, clock):
    token = issue()
    (row,) = connection.execute(select(tickets)).all()
    assert token not in str(row)
    assert find_ticket(connection, RESET, row.digest, clock.now()) is None


def test_a_subjects_tickets_are_withdrawn_by_purpose(connection, issue, clock):
    gone, other_purpose, other_subject = issue(), issue(SWAP), issue(subject="rdr_bob")
    withdraw_tickets(connection, RESET, "rdr_alice")
    assert find_ticket(connection, RESET, gone, clock.now()) is None
    assert find_ticket(connection, SWAP, other_purpose, clock.now())
    assert find_ticket(connection, RESET, other_subject, clock.now())


def test_expired_tickets_are_forgotten(connection, issue, clock):
    issue()
    assert forget_expired_tickets(connection, clock.now() + HOUR - TICK) == 0
    assert forget_expired_tickets(connection, clock.now() + HOUR) == 1


def test_a_use_that_is_rolled_back_was_no_use(database, clock):
    with database.writing() as connection:
        token = issue_ticket(connection, RESET, "rdr_alice", {}, clock.now() + HOUR)
    with rolled_back(database) as connection:
        redeem_ticket(connection, RESET, token, clock.now())
    with database.writing() as connection:
        assert redeem_ticket(connection, RESET, token, clock.now())


def test_of_many_uses_at_once_one_wins(database, clock):
    with database.writing() as connection:
        token = issue_ticket(connection, RESET, "rdr_alice", {}, clock.now() + HOUR)

    def use(_):
        with database.writing() as connection:
            return redeem_ticket(connection, RESET, token, clock.now())

    assert Counter(map(type, at_once(32, use))) == {Ticket: 1, TicketRefused: 31}
