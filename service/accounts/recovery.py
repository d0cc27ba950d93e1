"""Recovery: a mailed link with which a reader who lost her password sets a new one.

The request is only recorded, alike for known and unknown addresses; the link's ticket is
made when the mail is.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from service.accounts import store
from service.accounts.events import AccountEvent
from service.accounts.reader import Reader
from service.accounts.tickets import lock_reader_of_ticket
from service.foundation.outbox import record_event
from service.foundation.tickets import (
    Purpose,
    find_ticket,
    issue_ticket,
    redeem_ticket,
    withdraw_tickets,
)

RESET_WITHIN = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class RecoveryMail:
    reader: Reader
    ticket: str


@dataclass(frozen=True, slots=True)
class Recovery:
    """Whose password a link would reset, and where she wanted to be led."""

    reader: Reader
    return_to: str | None


def request_recovery(connection: Connection, email: str, now: datetime, *, return_to: str | None = None) -> None:
    record_event(connection, AccountEvent.RECOVERY_REQUESTED, {"email": email, "return_to": return_to}, now)


def prepare_recovery_mail(
    connection: Connection, email: str, now: datetime, *, return_to: str | None = None
) -> RecoveryMail | None:
    """What to send for a recovery; None where no reader has the address."""
    reader = store.find_reader_by_email(connection, email)
    if reader is None:
        return None
    ticket = issue_ticket(
        connection,
        Purpose.RESET_PASSWORD,
        reader.id,
        {"version": reader.credentials_version, "return_to": return_to},
        now + RESET_WITHIN,
    )
    return RecoveryMail(reader, ticket)


def find_recovery(connection: Connection, ticket: str, now: datetime) -> Recovery | None:
    """What a link is good for, without using it."""
    found = find_ticket(connection, Purpose.RESET_PASSWORD, ticket, now)
    reader = store.find_reader(connection, found.subject) if found else None
    return Recovery(reader, found.facts.get("return_to")) if found and reader else None


def reset_password(connection: Connection, ticket: str, password_hash: str, now: datetime) -> Reader:
    """Set a new password with a mailed ticket and void the reader's other ones. Raises :class:`TicketRefused`.

    The caller ends her sessions in the same transaction.
    """
    reader = lock_reader_of_ticket(connection, Purpose.RESET_PASSWORD, ticket, now)
    redeem_ticket(connection, Purpose.RESET_PASSWORD, ticket, now)
    store.set_password_hash(connection, reader.id, password_hash)
    for purpose in (Purpose.RESET_PASSWORD, Purpose.CHANGE_EMAIL, Purpose.SWAP_DEVICE):
        withdraw_tickets(connection, purpose, reader.id)
    record_event(connection, AccountEvent.PASSWORD_CHANGED, {"reader_id": reader.id}, now)
    return reader
