"""Whose a ticket is, and whether it is good still: no longer, once her credentials are others."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.engine import Connection

from service.accounts.reader import Reader
from service.accounts.store import get_reader, lock_reader
from service.foundation.tickets import Purpose, TicketRefused, get_ticket


def get_reader_of_ticket(connection: Connection, purpose: Purpose, token: str, now: datetime) -> Reader:
    """The reader whom a ticket is about, if her credentials are still those it was issued for.

    Raises :class:`TicketRefused`.
    """
    return _reader_of_ticket(get_reader, connection, purpose, token, now)


def lock_reader_of_ticket(connection: Connection, purpose: Purpose, token: str, now: datetime) -> Reader:
    """The same, locked.

    Lock the reader first and redeem the ticket after: whoever voids her tickets holds her row
    already, and the other order could deadlock with it. Raises :class:`TicketRefused`.
    """
    return _reader_of_ticket(lock_reader, connection, purpose, token, now)


def _reader_of_ticket(
    get: Callable[[Connection, str], Reader], connection: Connection, purpose: Purpose, token: str, now: datetime
) -> Reader:
    ticket = get_ticket(connection, purpose, token, now)
    reader = get(connection, ticket.subject)
    if reader.credentials_version != ticket.facts["version"]:
        raise TicketRefused
    return reader
