"""The sixth device's choice: a single-use ticket that remembers who was signing in, and on what."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from service.foundation.tickets import Purpose, Ticket, get_ticket, issue_ticket, redeem_ticket

CHOOSE_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class PendingSwap:
    """A sign-in that waits for its reader to choose. Void once her credentials change."""

    reader_id: str
    credentials_version: int
    device_name: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SwapTicket:
    token: str
    expires_at: datetime


def issue_swap_ticket(connection: Connection, pending: PendingSwap) -> SwapTicket:
    facts = {"version": pending.credentials_version, "name": pending.device_name}
    token = issue_ticket(connection, Purpose.SWAP_DEVICE, pending.reader_id, facts, pending.expires_at)
    return SwapTicket(token, pending.expires_at)


def get_swap(connection: Connection, token: str, now: datetime) -> PendingSwap:
    """What a ticket is for, without using it. Raises :class:`TicketRefused`."""
    return _pending(get_ticket(connection, Purpose.SWAP_DEVICE, token, now))


def redeem_swap(connection: Connection, token: str, now: datetime) -> PendingSwap:
    """Use the ticket up. Raises :class:`TicketRefused`."""
    return _pending(redeem_ticket(connection, Purpose.SWAP_DEVICE, token, now))


def _pending(ticket: Ticket) -> PendingSwap:
    return PendingSwap(ticket.subject, ticket.facts["version"], ticket.facts["name"], ticket.expires_at)
