"""What a site, its addresses and its front-end keys are."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit


class Scope(StrEnum):
    """What a front-end key may do."""

    ARTICLES_READ = "articles:read"
    ARTICLES_DRAFTS = "articles:drafts"
    ARTICLES_WRITE = "articles:write"
    SESSIONS = "sessions"
    READERS_READ = "readers:read"
    READERS_WRITE = "readers:write"
    ENTITLEMENTS_READ = "entitlements:read"
    ENTITLEMENTS_WRITE = "entitlements:write"
    RECEIPTS_EXPLAIN = "receipts:explain"


FRONT_END_SCOPES = frozenset({Scope.ARTICLES_READ, Scope.SESSIONS})
STAFF_SCOPES = frozenset(Scope)


class Mode(StrEnum):
    LIVE = "live"
    TEST = "test"  # refused in production

    @property
    def prefix(self) -> str:
        return f"gf_{self}"


@dataclass(frozen=True, slots=True)
class Site:
    id: str
    handle: str
    name: str
    created_at: datetime
    origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FrontEndKey:
    """A key as it is listed: never the key itself, only how it ends."""

    id: str
    site_id: str
    name: str
    mode: Mode
    ending: str
    scopes: frozenset[Scope]
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class BadOrigin(ValueError):
    """An address has no origin that a browser would send: no http or https, no host, or one not in ASCII (punycode)."""


class SiteExists(ValueError):
    """A site of this handle, or one with this address, is there already."""


class AddressTaken(SiteExists):
    """A site has this address already, this one or another."""


class UnknownSite(LookupError):
    """No site has this handle."""


class UnknownAddress(LookupError):
    """The site has no such address."""


class UnknownKey(LookupError):
    """No front-end key has this id."""


def origin_of(url: str) -> str:
    """The origin of an address, as browsers send it. Raises :class:`BadOrigin`."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as fault:
        raise BadOrigin(url) from fault
    host = parts.hostname
    if parts.scheme not in ("http", "https") or not host or not host.isascii() or parts.username is not None:
        raise BadOrigin(url)
    if any(character <= " " or character == "\\" for character in url):
        raise BadOrigin(url)
    shown = f"[{host}]" if ":" in host else host
    default = 443 if parts.scheme == "https" else 80
    return f"{parts.scheme}://{shown}" if port in (None, default) else f"{parts.scheme}://{shown}:{port}"
