"""The ticket of the sixth device's choice."""

from datetime import timedelta

import pytest

from service.devices.swaps import CHOOSE_WITHIN, PendingSwap, get_swap, issue_swap_ticket, redeem_swap
from service.foundation.tickets import Purpose, TicketRefused, redeem_ticket


@pytest.fixture
def pending(clock):
    return PendingSwap("rdr_alice", 3, "Kitchen tablet", clock.now() + CHOOSE_WITHIN)


def test_a_swap_ticket_remembers_who_and_on_what(connection, clock, pending):
    ticket = issue_swap_ticket(connection, pending)
    assert ticket.expires_at == pending.expires_at
    assert get_swap(connection, ticket.token, clock.now()) == pending
    assert redeem_swap(connection, ticket.token, clock.now()) == pending
    with pytest.raises(TicketRefused):
        get_swap(connection, ticket.token, clock.now())
    with pytest.raises(TicketRefused):
        redeem_swap(connection, ticket.token, clock.now())


def test_a_choice_must_be_made_in_time(connection, clock, pending):
    ticket = issue_swap_ticket(connection, pending)
    clock.advance(CHOOSE_WITHIN - timedelta(microseconds=1))
    assert get_swap(connection, ticket.token, clock.now()) == pending
    clock.advance(timedelta(microseconds=1))
    with pytest.raises(TicketRefused):
        get_swap(connection, ticket.token, clock.now())


def test_a_swap_ticket_is_good_for_nothing_else(connection, clock, pending):
    ticket = issue_swap_ticket(connection, pending)
    with pytest.raises(TicketRefused):
        redeem_ticket(connection, Purpose.RESET_PASSWORD, ticket.token, clock.now())
