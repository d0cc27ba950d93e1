"""What an entitlement is: the right to a product for a period, with its source."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Source(StrEnum):
    STAFF = "staff"
    SUBSCRIPTION = "subscription"
    VOUCHER = "voucher"
    GIFT = "gift"
    GROUP = "group"


class State(StrEnum):
    ACTIVE = "active"
    NOT_STARTED = "not_started"
    ENDED = "ended"
    REVOKED = "revoked"


class UnknownEntitlement(LookupError):
    """No entitlement has this id."""


class BadPeriod(ValueError):
    """An entitlement would end before it starts."""


class Entitlement(NamedTuple):
    """Holds from ``starts_at`` on, and at ``ends_at`` no longer. Without an end it holds until revoked."""

    id: str
    reader_id: str
    product: str
    source: Source
    starts_at: datetime
    ends_at: datetime | None
    revoked_at: datetime | None

    def state(self, now: datetime) -> State:
        if self.revoked_at is not None and self.revoked_at <= now:
            return State.REVOKED
        if self.ends_at is not None and self.ends_at <= now:
            return State.ENDED
        return State.ACTIVE if self.starts_at <= now else State.NOT_STARTED


@dataclass(frozen=True, slots=True)
class Grant:
    """An entitlement with what staff wrote about it."""

    entitlement: Entitlement
    granted_at: datetime
    granted_by: str
    note: str
