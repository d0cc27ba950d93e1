"""What a reader has a right to, in plain words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from service.access.entitlements import Entitlement, Grant, State
from service.web.pages.phrases import on_day


@dataclass(frozen=True, slots=True)
class Holding:
    product: str
    standing: str  # one sentence
    active: bool


def holdings(grants: Iterable[Grant], now: datetime) -> list[Holding]:
    """Those that hold first, then those to come, then those that are over, the latest first."""
    entitlements = sorted((grant.entitlement for grant in grants), key=lambda held: ORDER.index(held.state(now)))
    return [
        Holding(_title(held.product), standing(held, now), held.state(now) is State.ACTIVE) for held in entitlements
    ]


def standing(held: Entitlement, now: datetime) -> str:
    """The last day that is named is one on which it still holds, if only for a part of it."""
    match held.state(now):
        case State.ACTIVE:
            return f"Active until {on_day(held.ends_at)}." if held.ends_at else "Active, with no end date."
        case State.NOT_STARTED:
            until = f" and lasts until {on_day(held.ends_at)}" if held.ends_at else ""
            return f"Starts on {on_day(held.starts_at)}{until}."
        case State.ENDED:
            return f"Ended on {on_day(held.ends_at or now)}."
        case State.REVOKED:
            return f"Withdrawn on {on_day(held.revoked_at or now)}."


ORDER = (State.ACTIVE, State.NOT_STARTED, State.ENDED, State.REVOKED)


def _title(product: str) -> str:
    words = product.replace("-", " ").replace("_", " ")
    return words[:1].upper() + words[1:]
