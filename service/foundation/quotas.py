"""Quotas: how often something may be tried in a stretch of time, counted across all processes.

One atomic statement counts and answers, so parallel tries cannot slip past. A window
that has run out starts anew: a quota never locks anyone out for good.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any

from sqlalchemy import Column, Index, Integer, String, Table, bindparam, case, delete, update
from sqlalchemy.engine import Connection

from service.foundation.backends import backend
from service.foundation.database import metadata
from service.foundation.instants import Instant

quotas = Table(
    "quotas",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("used", Integer, nullable=False),
    Column("resets_at", Instant, nullable=False),
    Index(None, "resets_at"),
)

# Made once: to build a statement takes SQLAlchemy longer than to put it.
_ONE_LESS = update(quotas).where(quotas.c.key == bindparam("subject"), quotas.c.used > 0).values(used=quotas.c.used - 1)


@dataclass(frozen=True, slots=True)
class Quota:
    """``limit`` tries in each ``window``, for each subject (an address, a network …) on its own."""

    name: str
    limit: int
    window: timedelta

    def key(self, subject: str) -> str:
        """What is stored: a hash, so that the table tells no address of a reader."""
        return sha256(f"{self.name}\0{subject}".encode("utf-8", "surrogatepass")).hexdigest()


class QuotaExceeded(Exception):
    def __init__(self, quota: Quota, resets_at: datetime) -> None:
        super().__init__(quota.name)
        self.quota = quota
        self.resets_at = resets_at


def spend(connection: Connection, quota: Quota, subject: str, now: datetime) -> None:
    """Count one try. Raises :class:`QuotaExceeded` once the limit is passed; commit in either case."""
    trying = {"subject": quota.key(subject), "now": now, "anew_until": now + quota.window}
    used, resets_at = connection.execute(_one_more(connection.dialect.name == "sqlite"), trying).one()
    if used > quota.limit:
        raise QuotaExceeded(quota, resets_at)


def give_back(connection: Connection, quota: Quota, subject: str) -> None:
    """Uncount one try that turned out to be right."""
    connection.execute(_ONE_LESS, {"subject": quota.key(subject)})


def forget_past_quotas(connection: Connection, now: datetime) -> int:
    return connection.execute(delete(quotas).where(quotas.c.resets_at <= now)).rowcount


@lru_cache
def _one_more(embedded: bool) -> Any:
    anew: Any = bindparam("anew_until")
    over = quotas.c.resets_at <= bindparam("now")
    first = backend(embedded=embedded).insert(quotas).values(key=bindparam("subject"), used=1, resets_at=anew)
    return first.on_conflict_do_update(
        index_elements=[quotas.c.key],
        set_={
            "used": case((over, 1), else_=quotas.c.used + 1),
            "resets_at": case((over, first.excluded.resets_at), else_=quotas.c.resets_at),
        },
    ).returning(quotas.c.used, quotas.c.resets_at)
