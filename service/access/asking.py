"""Who is asking, and about which articles: the one question that every access check puts to the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, String, and_, bindparam, cast, null, select
from sqlalchemy.engine import Connection

from service.access.entitlements import Entitlement
from service.access.store import ENTITLEMENT_COLUMNS, entitlement_from, entitlements
from service.accounts.reader import Reader
from service.accounts.store import READER_COLUMNS, readers
from service.catalogue.articles import Article
from service.catalogue.store import LISTING_COLUMNS, article_from, articles
from service.devices.device import Cause, Device, EndedSession, Life
from service.devices.store import DEVICE_COLUMNS, devices, ended_sessions
from service.foundation.secrets import digest_of
from service.sites.site import Mode, Scope
from service.sites.store import front_end_keys, site_addresses

TOLD_FOR = timedelta(days=30)  # how long a reader is told that her entitlement is over


@dataclass(frozen=True, slots=True)
class Presented:
    """What a request shows of who is asking: nothing here has been believed yet."""

    key: str | None = None
    origin: str | None = None
    token: str | None = None


class SessionState(StrEnum):
    NONE = "none"
    LIVE = "live"
    EXPIRED = "expired"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Caller:
    """The site that is asking, and what its key may do. A browser on the site has no key."""

    site_id: str
    key_id: str | None
    scopes: frozenset[Scope]


@dataclass(frozen=True, slots=True)
class Session:
    state: SessionState
    reader: Reader | None = None  # only while live
    device: Device | None = None  # only while live
    ended: EndedSession | None = None  # only where it was ended


@dataclass(frozen=True, slots=True)
class Answer:
    caller: Caller | None
    session: Session
    entitlements: tuple[Entitlement, ...]
    articles: dict[str, Article]  # by slug; those the site has


def ask(
    connection: Connection,
    presented: Presented,
    slugs: Sequence[str],
    now: datetime,
    *,
    life: Life,
    modes: frozenset[Mode],
) -> Answer:
    """Answer from one statement, by keys. Writes nothing.

    ``modes`` are the kinds of key that are believed here.
    """
    rows = connection.execute(
        _question(by_key=presented.key is not None, with_articles=bool(slugs)),
        {
            "shown": digest_of(presented.key) if presented.key is not None else presented.origin or "",
            "token": digest_of(presented.token) if presented.token else "",
            "recently": now - TOLD_FOR,
            **({"slugs": list(slugs)} if slugs else {}),
        },
    ).all()
    session = _session(rows[0], life, now)
    found: dict[str, Article] = {}
    held: dict[str, Entitlement] = {}
    for row in rows:
        if slugs and row[ARTICLE] is not None and row[ARTICLE + SLUG] not in found:
            article = article_from(row[ARTICLE:])
            found[article.slug] = article
        if session.reader is not None and row[ENTITLEMENT] is not None and row[ENTITLEMENT] not in held:
            held[row[ENTITLEMENT]] = entitlement_from(row[ENTITLEMENT:ARTICLE])
    return Answer(_caller(rows[0], modes), session, tuple(held.values()), found)


CALLER_WIDTH = 5
ENDED_COLUMNS = (
    ended_sessions.c.reader_id,
    ended_sessions.c.device_id,
    ended_sessions.c.ended_at,
    ended_sessions.c.cause,
    ended_sessions.c.by_device,
)
DEVICE = CALLER_WIDTH
READER = DEVICE + len(DEVICE_COLUMNS)
ENDED = READER + len(READER_COLUMNS)
ENTITLEMENT = ENDED + len(ENDED_COLUMNS)
ARTICLE = ENTITLEMENT + len(ENTITLEMENT_COLUMNS)
SLUG = LISTING_COLUMNS.index(articles.c.slug)


@lru_cache
def _question(*, by_key: bool, with_articles: bool) -> Select[Any]:
    """One row of who is asking, times the reader's entitlements, times the articles asked for."""
    asked = select(
        cast(bindparam("shown"), String).label("shown"), cast(bindparam("token"), String).label("token")
    ).subquery("asked")
    if by_key:
        shown_by, shown = front_end_keys, front_end_keys.c.digest
        caller: list[Any] = [
            front_end_keys.c.site_id,
            front_end_keys.c.id,
            front_end_keys.c.scopes,
            front_end_keys.c.mode,
            front_end_keys.c.revoked_at,
        ]
    else:
        shown_by, shown = site_addresses, site_addresses.c.origin
        caller = [site_addresses.c.site_id, *(null().label(f"no_key_{i}") for i in range(4))]
    source = (
        asked.outerjoin(shown_by, shown == asked.c.shown)
        .outerjoin(devices, devices.c.token_digest == asked.c.token)
        .outerjoin(readers, readers.c.id == devices.c.reader_id)
        .outerjoin(ended_sessions, ended_sessions.c.token_digest == asked.c.token)
        .outerjoin(
            entitlements,
            and_(entitlements.c.reader_id == devices.c.reader_id, entitlements.c.over_at > bindparam("recently")),
        )
    )
    columns = [*caller, *DEVICE_COLUMNS, *READER_COLUMNS, *ENDED_COLUMNS, *ENTITLEMENT_COLUMNS]
    if with_articles:
        asked_for = articles.c.slug.in_(bindparam("slugs", expanding=True))
        source = source.outerjoin(articles, and_(articles.c.site_id == shown_by.c.site_id, asked_for))
        columns += LISTING_COLUMNS
    return select(*columns).select_from(source)


def _caller(row: Any, modes: frozenset[Mode]) -> Caller | None:
    site_id, key_id, scopes, mode, revoked_at = row[:CALLER_WIDTH]
    if site_id is None:
        return None
    if key_id is None:
        return Caller(site_id, None, frozenset())
    if revoked_at is not None or mode not in modes:
        return None
    return Caller(site_id, key_id, frozenset(scopes))


def _session(row: Any, life: Life, now: datetime) -> Session:
    if row[DEVICE] is not None:
        device = Device(*row[DEVICE:READER])
        if not device.live(life, now):
            return Session(SessionState.EXPIRED)
        return Session(SessionState.LIVE, Reader(*row[READER:ENDED]), device)
    if row[ENDED] is not None:
        reader_id, device_id, ended_at, cause, by_device = row[ENDED:ENTITLEMENT]
        ended = EndedSession(reader_id, device_id, ended_at, Cause(cause), by_device)
        return Session(SessionState.ENDED, ended=ended)
    return Session(SessionState.NONE)
