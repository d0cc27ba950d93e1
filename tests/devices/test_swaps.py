"""The ticket of the sixth device's choice."""

from datetime import timedelta

import pytest

from service.devices.swaps import CHOOSE_WITHIN, PendingSwap, find_swap, issue_swap_ticket, redeem_swap
from service.foundation.tickets import Purpose, TicketRefused, redeem_ticket

PENDING = PendingSwap("rdr_alice", 3, "Kitchen tablet")


def test_a_swap_ticket_remembers_who_and_on_what(connection, clock):
    ticket = issue_swap_ticket(connection, PENDING, clock.now())
    assert ticket.expires_at == clock.now() + CHOOSE_WITHIN
    assert find_swap(connection, ticket.token, clock.now()) == (PENDING, ticket)
    assert redeem_swap(connection, ticket.token, clock.now()) == PENDING
    assert find_swap(connection, ticket.token, clock.now()) is None
    with pytest.raises(TicketRefused):
        redeem_swap(connection, ticket.token, clock.now())


@pytest.mark.parametrize(("after", "good"), [(CHOOSE_WITHIN - timedelta(microseconds=1), True), (CHOOSE_WITHIN, False)])
def test_a_choice_must_be_made_in_time(connection, clock, after, good):
    ticket = issue_swap_ticket(connection, PENDING, clock.now())
    clock.advance(after)
    assert (find_swap(connection, ticket.token, clock.now()) is not None) is good


def test_a_swap_ticket_is_good_for_nothing_else(connection, clock):
    ticket = issue_swap_ticket(connection, PENDING, clock.now())
    with pytest.raises(TicketRefused):
        redeem_ticket(connection, Purpose.RESET_PASSWORD, ticket.token, clock.now())
