"""Sign-up: pending until confirmed, alike for known and unknown addresses."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from service.accounts.events import AccountEvent
from service.accounts.sign_up import (
    CONFIRM_WITHIN,
    ConfirmedSignUp,
    confirm_sign_up,
    prepare_sign_up_mail,
    request_sign_up,
)
from service.accounts.store import (
    add_reader,
    find_credentials,
    find_reader_by_email,
    forget_expired_sign_ups,
    pending_sign_ups,
)
from service.foundation.outbox import claim_events
from service.foundation.tickets import TicketRefused
from tests.support.at_once import at_once

TICK = timedelta(microseconds=1)


@pytest.fixture
def request_for(connection, clock):
    """Sign up, and return the mail that would be sent."""

    def request_for(email="dora@example.org", name="Dora", password_hash="hash", return_to=None):
        now = clock.now()
        request_sign_up(connection, email, name, password_hash, return_to, now)
        (event,) = claim_events(connection, now, lease=timedelta(hours=99), most=1)
        assert (event.event, list(event.facts)) == (AccountEvent.SIGN_UP_REQUESTED, ["pending_id"])
        return prepare_sign_up_mail(connection, event.facts["pending_id"], now)

    return request_for


def pending(connection):
    return connection.execute(select(pending_sign_ups)).all()


def test_a_sign_up_is_no_account_until_it_is_confirmed(connection, clock, request_for):
    mail = request_for(return_to="https://courier.example/a")
    assert (mail.email, mail.name) == ("dora@example.org", "Dora")
    assert find_reader_by_email(connection, "dora@example.org") is None
    confirmed = confirm_sign_up(connection, mail.ticket, clock.now())
    assert confirmed.reader == find_reader_by_email(connection, "dora@example.org")
    assert confirmed.return_to == "https://courier.example/a"
    assert find_credentials(connection, "DORA@example.org").password_hash == "hash"
    assert pending(connection) == []


def test_a_known_address_is_pending_alike_and_only_the_mail_differs(connection, clock, request_for):
    reader = add_reader(connection, "Dora@example.org", "Dora Real", "hash", clock.now())
    mail = request_for("dora@EXAMPLE.org", "Mallory")
    assert mail.ticket is None
    assert (mail.email, mail.name) == (reader.email, reader.name)  # not what the stranger called her
    assert len(pending(connection)) == 1


def test_the_mail_is_void_once_the_sign_up_is_confirmed_or_over(connection, clock):
    request_sign_up(connection, "dora@example.org", "Dora", "hash", None, clock.now())
    (row,) = pending(connection)
    assert prepare_sign_up_mail(connection, row.id, row.expires_at - TICK) is not None
    assert prepare_sign_up_mail(connection, row.id, row.expires_at) is None
    assert prepare_sign_up_mail(connection, "unknown", clock.now()) is None


@pytest.mark.parametrize(("after", "good"), [(CONFIRM_WITHIN - TICK, True), (CONFIRM_WITHIN, False)])
def test_a_sign_up_is_confirmed_within_a_day(connection, clock, request_for, after, good):
    mail = request_for()
    now = clock.advance(after)
    if good:
        confirm_sign_up(connection, mail.ticket, now)
    else:
        with pytest.raises(TicketRefused):
            confirm_sign_up(connection, mail.ticket, now)
        assert find_reader_by_email(connection, "dora@example.org") is None


def test_of_two_sign_ups_for_an_address_the_first_confirmed_counts(connection, clock, request_for):
    hers, anothers = request_for(password_hash="hers"), request_for(password_hash="another's")
    confirm_sign_up(connection, hers.ticket, clock.now())
    with pytest.raises(TicketRefused):
        confirm_sign_up(connection, anothers.ticket, clock.now())
    assert find_credentials(connection, "dora@example.org").password_hash == "hers"


def test_an_address_that_got_an_account_meanwhile_is_not_confirmed(connection, clock, request_for):
    mail = request_for()
    add_reader(connection, "dora@example.org", "Dora", "other", clock.now())
    with pytest.raises(TicketRefused):
        confirm_sign_up(connection, mail.ticket, clock.now())
    assert find_credentials(connection, "dora@example.org").password_hash == "other"


def test_sign_ups_that_are_over_are_forgotten(connection, clock, request_for):
    request_for()
    assert forget_expired_sign_ups(connection, clock.now() + CONFIRM_WITHIN - TICK) == 0
    assert forget_expired_sign_ups(connection, clock.now() + CONFIRM_WITHIN) == 1


def test_of_many_confirmations_of_one_ticket_one_wins(database, clock):
    with database.writing() as connection:
        request_sign_up(connection, "dora@example.org", "Dora", "hash", None, clock.now())
        (row,) = pending(connection)
        ticket = prepare_sign_up_mail(connection, row.id, clock.now()).ticket

    def confirm(_):
        with database.writing() as connection:
            return confirm_sign_up(connection, ticket, clock.now())

    outcomes = at_once(32, confirm)
    assert Counter(map(type, outcomes)) == {ConfirmedSignUp: 1, TicketRefused: 31}


def test_of_many_sign_ups_for_one_address_one_becomes_the_account(database, clock):
    with database.writing() as connection:
        for n in range(16):
            request_sign_up(connection, "dora@example.org", "Dora", f"hash {n}", None, clock.now())
        tickets = [prepare_sign_up_mail(connection, row.id, clock.now()).ticket for row in pending(connection)]

    def confirm(number):
        with database.writing() as connection:
            return confirm_sign_up(connection, tickets[number], clock.now())

    outcomes = at_once(16, confirm)
    assert Counter(map(type, outcomes)) == {ConfirmedSignUp: 1, TicketRefused: 15}
