"""What a reader changes about her account: password and email, each bound to the credentials it was begun with."""

from collections import Counter
from datetime import timedelta

import pytest

from service.accounts import store
from service.accounts.changes import (
    CONFIRM_EMAIL_WITHIN,
    change_password,
    confirm_credentials,
    confirm_email_change,
    prepare_email_change_mail,
    request_email_change,
)
from service.accounts.events import AccountEvent
from service.accounts.reader import CredentialsRefused, EmailTaken, Reader, UnknownReader
from service.accounts.recovery import prepare_recovery_mail, reset_password
from service.devices.swaps import CHOOSE_WITHIN, PendingSwap, issue_swap_ticket, redeem_swap
from service.foundation.outbox import claim_events
from service.foundation.tickets import TicketRefused
from tests.support.at_once import at_once

TICK = timedelta(microseconds=1)


@pytest.fixture
def dora(connection, clock):
    return store.add_reader(connection, "dora@example.org", "Dora", "old", clock.now())


@pytest.fixture
def verified(connection, dora):
    return store.find_credentials(connection, dora.email)


def told(connection, clock):
    return [(e.event, e.facts) for e in claim_events(connection, clock.now(), lease=timedelta(1), most=9)]


def email_ticket(connection, reader, email, clock):
    return prepare_email_change_mail(connection, reader.id, email, reader.credentials_version, clock.now()).ticket


# The password


def test_a_new_password_is_told_and_voids_what_was_begun(connection, dora, verified, clock):
    now = clock.now()
    swap = issue_swap_ticket(connection, PendingSwap(dora.id, 1, None, now + CHOOSE_WITHIN))
    recovery = prepare_recovery_mail(connection, dora.email, now).ticket
    change = email_ticket(connection, dora, "new@example.org", clock)
    change_password(connection, verified, "new", now)
    assert store.find_credentials(connection, dora.email).password_hash == "new"
    assert told(connection, clock) == [(AccountEvent.PASSWORD_CHANGED, {"reader_id": dora.id})]
    for use in (
        lambda: redeem_swap(connection, swap.token, now),
        lambda: reset_password(connection, recovery, "newer", now),
        lambda: confirm_email_change(connection, change, now),
    ):
        with pytest.raises(TicketRefused):
            use()


def test_credentials_that_changed_in_between_are_refused(connection, dora, verified, clock):
    store.set_password_hash(connection, dora.id, "newer")
    for act in (
        lambda: confirm_credentials(connection, verified),
        lambda: change_password(connection, verified, "new", clock.now()),
        lambda: request_email_change(connection, verified, "new@example.org", clock.now()),
    ):
        with pytest.raises(CredentialsRefused):
            act()
    assert store.find_credentials(connection, dora.email).password_hash == "newer"
    assert told(connection, clock) == []


def test_of_many_password_changes_begun_together_one_wins(database, clock):
    with database.writing() as connection:
        store.add_reader(connection, "dora@example.org", "Dora", "old", clock.now())
        verified = store.find_credentials(connection, "dora@example.org")

    def change(number):
        with database.writing() as connection:
            change_password(connection, verified, f"new {number}", clock.now())

    assert Counter(map(type, at_once(16, change))) == {type(None): 1, CredentialsRefused: 15}


# The email


def test_the_new_address_is_asked_and_the_old_one_told(connection, dora, verified, clock):
    request_email_change(connection, verified, "new@example.org", clock.now())
    facts = {"reader_id": dora.id, "email": "new@example.org", "version": 1}
    assert told(connection, clock) == [(AccountEvent.EMAIL_CHANGE_REQUESTED, facts)]
    mail = prepare_email_change_mail(connection, now=clock.now(), **facts)
    assert (mail.reader, mail.email) == (dora, "new@example.org")
    changed = confirm_email_change(connection, mail.ticket, clock.now())
    assert (changed.id, changed.email, changed.credentials_version) == (dora.id, "new@example.org", 2)
    assert told(connection, clock) == [
        (AccountEvent.EMAIL_CHANGED, {"reader_id": dora.id, "old_email": "dora@example.org"})
    ]
    assert store.find_reader_by_email(connection, "dora@example.org") is None


def test_a_new_request_voids_the_ticket_of_the_last(connection, dora, verified, clock):
    ticket = email_ticket(connection, dora, "first@example.org", clock)
    request_email_change(connection, verified, "second@example.org", clock.now())
    with pytest.raises(TicketRefused):
        confirm_email_change(connection, ticket, clock.now())


def test_a_change_of_email_voids_a_recovery_mailed_to_the_old_one(connection, dora, clock):
    recovery = prepare_recovery_mail(connection, dora.email, clock.now()).ticket
    confirm_email_change(connection, email_ticket(connection, dora, "new@example.org", clock), clock.now())
    with pytest.raises(TicketRefused):
        reset_password(connection, recovery, "new", clock.now())


def test_anothers_address_is_asked_without_a_ticket(connection, dora, clock):
    store.add_reader(connection, "taken@example.org", "Emil", "hash", clock.now())
    mail = prepare_email_change_mail(connection, dora.id, "TAKEN@example.org", 1, clock.now())
    assert mail.ticket is None


def test_ones_own_address_in_other_letters_can_be_taken(connection, dora, clock):
    ticket = email_ticket(connection, dora, "Dora@example.org", clock)
    assert confirm_email_change(connection, ticket, clock.now()).email == "Dora@example.org"


def test_an_address_taken_in_between_is_not_confirmed(connection, dora, clock):
    ticket = email_ticket(connection, dora, "new@example.org", clock)
    store.add_reader(connection, "NEW@example.org", "Emil", "hash", clock.now())
    with pytest.raises(TicketRefused):
        confirm_email_change(connection, ticket, clock.now())
    assert store.get_reader(connection, dora.id) == dora


def test_no_mail_is_sent_once_the_credentials_have_changed_or_the_reader_is_gone(connection, dora, clock):
    assert prepare_email_change_mail(connection, dora.id, "new@example.org", 2, clock.now()) is None
    assert prepare_email_change_mail(connection, "rdr_gone", "new@example.org", 1, clock.now()) is None


@pytest.mark.parametrize(("after", "good"), [(CONFIRM_EMAIL_WITHIN - TICK, True), (CONFIRM_EMAIL_WITHIN, False)])
def test_an_email_is_confirmed_within_a_day(connection, dora, clock, after, good):
    ticket = email_ticket(connection, dora, "new@example.org", clock)
    clock.advance(after)
    if good:
        confirm_email_change(connection, ticket, clock.now())
    else:
        with pytest.raises(TicketRefused):
            confirm_email_change(connection, ticket, clock.now())


def test_of_many_confirmations_of_one_email_one_wins(database, clock):
    with database.writing() as connection:
        dora = store.add_reader(connection, "dora@example.org", "Dora", "old", clock.now())
        ticket = email_ticket(connection, dora, "new@example.org", clock)

    def confirm(_):
        with database.writing() as connection:
            return confirm_email_change(connection, ticket, clock.now())

    assert Counter(map(type, at_once(16, confirm))) == {Reader: 1, TicketRefused: 15}


# The store


def test_a_reader_is_found_by_id_and_by_any_spelling_of_her_email(connection, dora):
    assert store.find_reader(connection, dora.id) == dora
    assert store.find_reader_by_email(connection, "DORA@EXAMPLE.ORG") == dora
    assert store.find_credentials_of(connection, dora.id) == store.find_credentials(connection, "Dora@example.org")
    assert store.find_credentials(connection, "nobody@example.org") is None
    assert store.find_reader(connection, "rdr_nobody") is None


def test_readers_are_listed_the_latest_to_join_first(connection, dora, clock):
    clock.advance(TICK)
    emil = store.add_reader(connection, "emil@example.org", "Emil", "hash", clock.now())
    assert store.list_readers(connection, limit=9) == [emil, dora]
    assert store.list_readers(connection, limit=1) == [emil]


@pytest.mark.parametrize(
    "question",
    [
        store.get_reader,
        store.lock_reader,
        lambda c, id: store.set_name(c, id, "Nobody"),
        lambda c, id: store.set_device_limit(c, id, 3),
    ],
    ids=["get", "lock", "name", "limit"],
)
def test_an_unknown_reader_is_said_to_be(connection, question):
    with pytest.raises(UnknownReader):
        question(connection, "rdr_nobody")


def test_two_readers_cannot_share_an_address(connection, dora, clock):
    with pytest.raises(EmailTaken):
        store.add_reader(connection, "DORA@example.org", "Emil", "hash", clock.now())
    assert store.find_reader(connection, dora.id) == dora  # the transaction goes on


def test_a_name_and_a_limit_are_kept_and_change_no_credentials(connection, dora):
    store.set_name(connection, dora.id, "Dora the Elder")
    store.set_device_limit(connection, dora.id, 2)
    changed = store.get_reader(connection, dora.id)
    assert (changed.name, changed.device_limit, changed.credentials_version) == ("Dora the Elder", 2, 1)
    store.set_device_limit(connection, dora.id, None)
    assert store.get_reader(connection, dora.id).device_limit is None


def test_a_hash_is_renewed_unless_the_password_was_changed_meanwhile(connection, dora, verified):
    store.renew_password_hash(connection, verified, "stronger")
    assert store.find_credentials(connection, dora.email).password_hash == "stronger"
    assert store.get_reader(connection, dora.id).credentials_version == 1
    store.set_password_hash(connection, dora.id, "changed")
    store.renew_password_hash(connection, verified, "stale")
    assert store.find_credentials(connection, dora.email).password_hash == "changed"
