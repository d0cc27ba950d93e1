"""Who is asking, and what is known of her: the values that the one question is answered in."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from service.access.entitlements import Entitlement
from service.accounts.reader import Reader
from service.catalogue.articles import Terms
from service.devices.device import Device, EndedSession
from service.sites.site import Scope


class Presented(NamedTuple):
    """What a request shows of who is asking: nothing here has been believed yet."""

    key: str | None = None
    origin: str | None = None
    token: str | None = None


class SessionState(StrEnum):
    NONE = "none"
    LIVE = "live"
    EXPIRED = "expired"
    ENDED = "ended"


class Caller(NamedTuple):
    """The site that is asking, and what its key may do. A browser on the site has no key."""

    site_id: str
    key_id: str | None
    scopes: frozenset[Scope]
    key_used_at: datetime | None = None  # as it was last written


class SessionFacts(NamedTuple):
    """What the database has under a session's token, whatever it is worth by now."""

    device: Device | None = None
    reader: Reader | None = None
    ended: EndedSession | None = None
    entitlements: tuple[Entitlement, ...] = ()


class Session(NamedTuple):
    state: SessionState
    reader: Reader | None = None  # only while live
    device: Device | None = None  # only while live
    ended: EndedSession | None = None  # only where it was ended


class Answer(NamedTuple):
    caller: Caller | None
    session: Session
    entitlements: tuple[Entitlement, ...]  # of the session's reader
    terms: dict[str, Terms]  # by slug; of the articles that the site has
