"""Recovery: a mailed ticket sets a new password once, and voids what was begun before."""

from collections import Counter
from datetime import timedelta

import pytest

from service.accounts.changes import prepare_email_change_mail
from service.accounts.events import AccountEvent
from service.accounts.reader import Reader
from service.accounts.recovery import (
    RESET_WITHIN,
    Recovery,
    find_recovery,
    prepare_recovery_mail,
    request_recovery,
    reset_password,
)
from service.accounts.store import add_reader, find_credentials, get_reader, set_email
from service.devices.swaps import CHOOSE_WITHIN, PendingSwap, issue_swap_ticket, redeem_swap
from service.foundation.outbox import claim_events
from service.foundation.tickets import TicketRefused, find_ticket
from tests.support.at_once import at_once

TICK = timedelta(microseconds=1)


@pytest.fixture
def dora(connection, clock):
    return add_reader(connection, "dora@example.org", "Dora", "old", clock.now())


def ticket_for(connection, reader, clock):
    return prepare_recovery_mail(connection, reader.email, clock.now()).ticket


@pytest.mark.parametrize("email", ["dora@example.org", "unknown@example.org"])
def test_a_request_is_recorded_alike_for_known_and_unknown_addresses(connection, dora, clock, email):
    request_recovery(connection, email, clock.now())
    (event,) = claim_events(connection, clock.now(), lease=timedelta(1), most=9)
    assert (event.event, event.facts) == (AccountEvent.RECOVERY_REQUESTED, {"email": email, "return_to": None})


def test_an_unknown_address_gets_no_mail(connection, clock):
    assert prepare_recovery_mail(connection, "unknown@example.org", clock.now()) is None


def test_a_ticket_sets_a_new_password_once(connection, dora, clock):
    ticket = ticket_for(connection, dora, clock)
    assert find_recovery(connection, ticket, clock.now()) == Recovery(dora, None)
    assert reset_password(connection, ticket, "new", clock.now()) == dora
    assert find_credentials(connection, dora.email).password_hash == "new"
    assert get_reader(connection, dora.id).credentials_version == dora.credentials_version + 1
    assert find_recovery(connection, ticket, clock.now()) is None
    with pytest.raises(TicketRefused):
        reset_password(connection, ticket, "newer", clock.now())
    assert find_credentials(connection, dora.email).password_hash == "new"


def test_the_change_is_told(connection, dora, clock):
    reset_password(connection, ticket_for(connection, dora, clock), "new", clock.now())
    (event,) = claim_events(connection, clock.now(), lease=timedelta(1), most=9)
    assert (event.event, event.facts) == (AccountEvent.PASSWORD_CHANGED, {"reader_id": dora.id})


@pytest.mark.parametrize(("after", "good"), [(RESET_WITHIN - TICK, True), (RESET_WITHIN, False)])
def test_a_ticket_is_good_for_half_an_hour(connection, dora, clock, after, good):
    ticket = ticket_for(connection, dora, clock)
    clock.advance(after)
    assert (find_recovery(connection, ticket, clock.now()) is not None) is good
    if not good:
        with pytest.raises(TicketRefused):
            reset_password(connection, ticket, "new", clock.now())


def test_a_reset_voids_every_other_ticket_of_the_reader(connection, dora, clock):
    now = clock.now()
    used, unused = ticket_for(connection, dora, clock), ticket_for(connection, dora, clock)
    pending = PendingSwap(dora.id, dora.credentials_version, None, now + CHOOSE_WITHIN)
    swap = issue_swap_ticket(connection, pending)
    change = prepare_email_change_mail(connection, dora.id, "new@example.org", dora.credentials_version, now)
    reset_password(connection, used, "new", now)
    with pytest.raises(TicketRefused):
        reset_password(connection, unused, "newer", now)
    with pytest.raises(TicketRefused):
        redeem_swap(connection, swap.token, now)
    assert find_ticket(connection, "change_email", change.ticket, now) is None


def test_a_ticket_is_void_once_the_credentials_have_changed(connection, dora, clock):
    ticket = ticket_for(connection, dora, clock)
    set_email(connection, dora.id, "dora.new@example.org")
    with pytest.raises(TicketRefused):
        reset_password(connection, ticket, "new", clock.now())
    assert find_credentials(connection, "dora.new@example.org").password_hash == "old"


@pytest.mark.parametrize("ticket", ["", "gft_unknown", "\0", "\ud800"])
def test_what_is_no_ticket_resets_nothing(connection, clock, ticket):
    assert find_recovery(connection, ticket, clock.now()) is None
    with pytest.raises(TicketRefused):
        reset_password(connection, ticket, "new", clock.now())


@pytest.mark.parametrize("tickets", [1, 4])
def test_of_many_resets_at_once_one_wins(database, clock, tickets):
    with database.writing() as connection:
        dora = add_reader(connection, "dora@example.org", "Dora", "old", clock.now())
        issued = [ticket_for(connection, dora, clock) for _ in range(tickets)]

    def reset(number):
        with database.writing() as connection:
            return reset_password(connection, issued[number % tickets], f"new {number}", clock.now())

    outcomes = at_once(32, reset)
    assert Counter(map(type, outcomes)) == {Reader: 1, TicketRefused: 31}
    with database.reading() as connection:
        assert find_credentials(connection, dora.email).password_hash.startswith("new")
        assert get_reader(connection, dora.id).credentials_version == 2
