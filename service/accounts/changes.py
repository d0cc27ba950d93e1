"""What a reader changes about her own account: name, password, email.

Password and email ask for the password again; the caller has verified it and passes the
credentials it verified, so that a change in between voids this one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from service.accounts import store
from service.accounts.events import AccountEvent
from service.accounts.reader import CredentialsRefused, EmailTaken, Reader
from service.accounts.store import Credentials
from service.accounts.tickets import lock_reader_of_ticket
from service.foundation.outbox import record_event
from service.foundation.tickets import Purpose, TicketRefused, issue_ticket, redeem_ticket, withdraw_tickets

CONFIRM_EMAIL_WITHIN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class EmailChangeMail:
    """Where to send the link: the new address. Without a ticket, and about that reader, where another has it."""

    reader: Reader
    email: str
    ticket: str | None


def confirm_credentials(connection: Connection, verified: Credentials) -> Reader:
    """The locked reader, if what was verified still holds. Raises :class:`CredentialsRefused`."""
    reader = store.lock_reader(connection, verified.reader_id)
    if reader.credentials_version != verified.version:
        raise CredentialsRefused
    return reader


def change_password(connection: Connection, verified: Credentials, password_hash: str, now: datetime) -> None:
    """Raises :class:`CredentialsRefused`."""
    reader = confirm_credentials(connection, verified)
    store.set_password_hash(connection, reader.id, password_hash)
    for purpose in (Purpose.RESET_PASSWORD, Purpose.CHANGE_EMAIL, Purpose.SWAP_DEVICE):
        withdraw_tickets(connection, purpose, reader.id)
    record_event(connection, AccountEvent.PASSWORD_CHANGED, {"reader_id": reader.id}, now)


def request_email_change(connection: Connection, verified: Credentials, email: str, now: datetime) -> None:
    """Ask the new address whether it is hers. ``email`` is clean. Raises :class:`CredentialsRefused`."""
    reader = confirm_credentials(connection, verified)
    withdraw_tickets(connection, Purpose.CHANGE_EMAIL, reader.id)
    facts = {"reader_id": reader.id, "email": email, "version": reader.credentials_version}
    record_event(connection, AccountEvent.EMAIL_CHANGE_REQUESTED, facts, now)


def prepare_email_change_mail(
    connection: Connection, reader_id: str, email: str, version: int, now: datetime
) -> EmailChangeMail | None:
    """What to send to the new address; None once the credentials have changed again."""
    reader = store.find_reader(connection, reader_id)
    if reader is None or reader.credentials_version != version:
        return None
    holder = store.find_reader_by_email(connection, email)
    if holder is not None and holder.id != reader.id:
        return EmailChangeMail(holder, holder.email, ticket=None)
    facts = {"email": email, "version": version}
    ticket = issue_ticket(connection, Purpose.CHANGE_EMAIL, reader.id, facts, now + CONFIRM_EMAIL_WITHIN)
    return EmailChangeMail(reader, email, ticket)


def confirm_email_change(connection: Connection, ticket: str, now: datetime) -> Reader:
    """Make the new address hers and tell the old one. Raises :class:`TicketRefused`."""
    reader = lock_reader_of_ticket(connection, Purpose.CHANGE_EMAIL, ticket, now)
    redeemed = redeem_ticket(connection, Purpose.CHANGE_EMAIL, ticket, now)
    try:
        store.set_email(connection, reader.id, redeemed.facts["email"])
    except EmailTaken as fault:
        raise TicketRefused from fault
    withdraw_tickets(connection, Purpose.RESET_PASSWORD, reader.id)
    record_event(connection, AccountEvent.EMAIL_CHANGED, {"reader_id": reader.id, "old_email": reader.email}, now)
    return store.get_reader(connection, reader.id)
