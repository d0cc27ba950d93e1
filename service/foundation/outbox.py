"""The outbox: what happened, recorded in the same transaction as the change, for others to act on.

What was committed is told at least once; what was rolled back is never told. Facts hold
no secret: whoever acts on an event makes the link's ticket then.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, String, Table, delete, insert, select, update
from sqlalchemy.engine import Connection

from service.foundation.database import metadata
from service.foundation.instants import Instant

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("event", String(64), nullable=False),
    Column("facts", JSON, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Index(None, "due_at"),
)


@dataclass(frozen=True, slots=True)
class Event:
    id: int
    event: str
    facts: dict[str, Any]
    recorded_at: datetime
    attempts: int


def record_event(connection: Connection, event: str, facts: dict[str, Any], now: datetime) -> None:
    """Tell, in the past tense, what the caller's transaction does."""
    connection.execute(insert(outbox).values(event=event, facts=facts, recorded_at=now, due_at=now, attempts=0))


def claim_events(connection: Connection, now: datetime, *, lease: timedelta, most: int) -> list[Event]:
    """Take up to ``most`` due events for ``lease``, so that no other worker takes them meanwhile."""
    due = (
        select(outbox.c.id)
        .where(outbox.c.due_at <= now)
        .order_by(outbox.c.due_at, outbox.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    rows = connection.execute(
        update(outbox)
        .where(outbox.c.id.in_(due))
        .values(due_at=now + lease, attempts=outbox.c.attempts + 1)
        .returning(outbox.c.id, outbox.c.event, outbox.c.facts, outbox.c.recorded_at, outbox.c.attempts)
    )
    return sorted((Event(*row) for row in rows), key=lambda event: event.id)


def finish_event(connection: Connection, event: Event) -> None:
    connection.execute(delete(outbox).where(outbox.c.id == event.id))


def postpone_event(connection: Connection, event: Event, due_at: datetime) -> None:
    connection.execute(update(outbox).where(outbox.c.id == event.id).values(due_at=due_at))
