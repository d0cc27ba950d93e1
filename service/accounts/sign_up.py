"""Sign-up: an account begins to exist when its owner presses the button in her mail.

Until then there is only a pending row, made alike for addresses that have an account
and for those that do not, so the answer tells nobody which is which; the mail does.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from service.accounts import store
from service.accounts.events import AccountEvent
from service.accounts.reader import EmailTaken, Reader
from service.foundation.outbox import record_event
from service.foundation.tickets import Purpose, TicketRefused, issue_ticket, redeem_ticket

CONFIRM_WITHIN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class SignUpMail:
    """Whom to write to, and the ticket for the link; no ticket where she has an account already."""

    email: str
    name: str
    ticket: str | None


@dataclass(frozen=True, slots=True)
class ConfirmedSignUp:
    reader: Reader
    return_to: str | None


def request_sign_up(
    connection: Connection, email: str, name: str, password_hash: str, return_to: str | None, now: datetime
) -> None:
    """Remember a sign-up until it is confirmed. ``email`` and ``name`` are clean."""
    pending = store.PendingSignUp(secrets.token_hex(16), email, name, password_hash, return_to, now + CONFIRM_WITHIN)
    store.add_pending_sign_up(connection, pending)
    record_event(connection, AccountEvent.SIGN_UP_REQUESTED, {"pending_id": pending.id}, now)


def prepare_sign_up_mail(connection: Connection, pending_id: str, now: datetime) -> SignUpMail | None:
    """What to send for a sign-up; None once it has expired or was confirmed."""
    pending = store.find_pending_sign_up(connection, pending_id, now)
    if pending is None:
        return None
    if reader := store.find_reader_by_email(connection, pending.email):
        return SignUpMail(reader.email, reader.name, ticket=None)
    ticket = issue_ticket(connection, Purpose.CONFIRM_SIGN_UP, pending.id, {}, pending.expires_at)
    return SignUpMail(pending.email, pending.name, ticket)


def confirm_sign_up(connection: Connection, ticket: str, now: datetime) -> ConfirmedSignUp:
    """Make the account. Raises :class:`TicketRefused`, also where the address has got an account since."""
    subject = redeem_ticket(connection, Purpose.CONFIRM_SIGN_UP, ticket, now).subject
    pending = store.find_pending_sign_up(connection, subject, now)
    if pending is None:
        raise TicketRefused
    try:
        reader = store.add_reader(connection, pending.email, pending.name, pending.password_hash, now)
    except EmailTaken as fault:
        raise TicketRefused from fault
    store.forget_pending_sign_ups(connection, pending.email)
    return ConfirmedSignUp(reader, pending.return_to)
