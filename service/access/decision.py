"""The decision: may this reader read this article now, why, and what would unlock it.

Pure and total: no clock, no database, no request. Every way in speaks from it.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from service.access.entitlements import Entitlement, State


class Reason(StrEnum):
    FREE = "free"
    REGISTERED = "registered"
    ENTITLED = "entitled"
    REGISTRATION_REQUIRED = "registration_required"
    SUBSCRIPTION_REQUIRED = "subscription_required"
    ENTITLEMENT_NOT_STARTED = "entitlement_not_started"
    ENTITLEMENT_ENDED = "entitlement_ended"
    ENTITLEMENT_REVOKED = "entitlement_revoked"


class Action(StrEnum):
    SIGN_IN = "sign_in"
    SIGN_UP = "sign_up"
    SUBSCRIBE = "subscribe"
    WAIT = "wait"


class Unlock(NamedTuple):
    """One thing that would unlock the article."""

    action: Action
    product: str | None = None
    until: datetime | None = None


class Decision(NamedTuple):
    granted: bool
    reason: Reason
    unlocked_by: tuple[Unlock, ...] = ()
    entitlement: Entitlement | None = None  # the one the reason speaks of


DENIED_FOR = {
    State.NOT_STARTED: Reason.ENTITLEMENT_NOT_STARTED,
    State.ENDED: Reason.ENTITLEMENT_ENDED,
    State.REVOKED: Reason.ENTITLEMENT_REVOKED,
}


def decide(
    access_level: str,
    products: tuple[str, ...],
    reader_id: str | None,
    entitlements: Iterable[Entitlement],
    now: datetime,
) -> Decision:
    """Decide from the facts alone.

    ``reader_id`` is None where nobody is signed in. ``entitlements`` are the reader's: those
    of other readers or for other products count for nothing. An access level that is not
    known here is treated as premium: in doubt, closed.
    """
    if access_level == "free":
        return Decision(True, Reason.FREE)
    if access_level == "registered":
        if reader_id is not None:
            return Decision(True, Reason.REGISTERED)
        return Decision(False, Reason.REGISTRATION_REQUIRED, (Unlock(Action.SIGN_UP), Unlock(Action.SIGN_IN)))
    relevant = [e for e in entitlements if e.reader_id == reader_id and e.product in products]
    for entitlement in relevant:
        if entitlement.state(now) is State.ACTIVE:
            return Decision(True, Reason.ENTITLED, entitlement=entitlement)
    subscribing = tuple([Unlock(Action.SUBSCRIBE, product) for product in products])
    if reader_id is None:
        return Decision(False, Reason.SUBSCRIPTION_REQUIRED, (*subscribing, Unlock(Action.SIGN_IN)))
    if not relevant:
        return Decision(False, Reason.SUBSCRIPTION_REQUIRED, subscribing)
    nearest = min(relevant, key=lambda entitlement: _distance(entitlement, now))
    state = nearest.state(now)
    waiting = (Unlock(Action.WAIT, nearest.product, nearest.starts_at),) if state is State.NOT_STARTED else ()
    return Decision(False, DENIED_FOR[state], (*waiting, *subscribing), nearest)


def _distance(entitlement: Entitlement, now: datetime) -> tuple[bool, float, str]:
    """What is about to start is worth telling before what is over; then whatever is nearest to now."""
    state = entitlement.state(now)
    if state is State.NOT_STARTED:
        return False, (entitlement.starts_at - now).total_seconds(), entitlement.id
    over_at = entitlement.revoked_at if state is State.REVOKED else entitlement.ends_at
    return True, (now - over_at).total_seconds() if over_at else 0.0, entitlement.id
