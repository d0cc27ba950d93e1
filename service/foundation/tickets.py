"""Single-use tickets: the secrets in mailed links and in the sixth device's choice.

Kept as hashes. Redeeming deletes the row, and of many who try at once only the one
whose DELETE found it has redeemed it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Index, String, Table, delete, insert, select
from sqlalchemy.engine import Connection

from service.foundation.database import metadata
from service.foundation.instants import Instant
from service.foundation.secrets import digest_of, new_secret

tickets = Table(
    "tickets",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("purpose", String(32), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("facts", JSON, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index(None, "purpose", "subject"),
    Index(None, "expires_at"),
)


class Purpose(StrEnum):
    CONFIRM_SIGN_UP = "confirm_sign_up"
    RESET_PASSWORD = "reset_password"  # noqa: S105
    CHANGE_EMAIL = "change_email"
    SWAP_DEVICE = "swap_device"


class TicketRefused(ValueError):
    """The ticket is unknown, used, withdrawn, expired, or for another purpose. Which of these is not told."""


@dataclass(frozen=True, slots=True)
class Ticket:
    subject: str
    facts: dict[str, Any]
    expires_at: datetime


def issue_ticket(
    connection: Connection, purpose: Purpose, subject: str, facts: dict[str, Any], expires_at: datetime
) -> str:
    """Store a ticket about ``subject`` and return its token, which is nowhere else."""
    secret = new_secret("gft")
    connection.execute(
        insert(tickets).values(
            digest=secret.digest, purpose=purpose, subject=subject, facts=facts, expires_at=expires_at
        )
    )
    return secret.token


def find_ticket(connection: Connection, purpose: Purpose, token: str, now: datetime) -> Ticket | None:
    """Look at a ticket without using it, as a page does before its button is pressed."""
    row = connection.execute(
        select(tickets.c.subject, tickets.c.facts, tickets.c.expires_at).where(*_valid(purpose, token, now))
    ).one_or_none()
    return Ticket(*row) if row else None


def get_ticket(connection: Connection, purpose: Purpose, token: str, now: datetime) -> Ticket:
    """The same. Raises :class:`TicketRefused`."""
    if ticket := find_ticket(connection, purpose, token, now):
        return ticket
    raise TicketRefused


def redeem_ticket(connection: Connection, purpose: Purpose, token: str, now: datetime) -> Ticket:
    """Use a ticket up. Raises :class:`TicketRefused` where it is no longer, or never was, good."""
    row = connection.execute(
        delete(tickets)
        .where(*_valid(purpose, token, now))
        .returning(tickets.c.subject, tickets.c.facts, tickets.c.expires_at)
    ).one_or_none()
    if row is None:
        raise TicketRefused
    return Ticket(*row)


def withdraw_tickets(connection: Connection, purpose: Purpose, subject: str) -> None:
    connection.execute(delete(tickets).where(tickets.c.purpose == purpose, tickets.c.subject == subject))


def forget_expired_tickets(connection: Connection, now: datetime) -> int:
    return connection.execute(delete(tickets).where(tickets.c.expires_at <= now)).rowcount


def _valid(purpose: Purpose, token: str, now: datetime) -> tuple[Any, ...]:
    return tickets.c.digest == digest_of(token), tickets.c.purpose == purpose, tickets.c.expires_at > now
