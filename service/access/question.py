"""The one question that every access check puts to the database: one statement, by keys, that writes nothing."""

from collections.abc import Sequence
from enum import StrEnum, auto
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, String, and_, bindparam, case, cast, func, null, select, type_coerce, union_all

from service.access.store import ENTITLEMENT_COLUMNS, entitlements
from service.accounts.store import READER_COLUMNS, readers
from service.catalogue.store import TERMS_COLUMNS, articles
from service.devices.store import DEVICE_COLUMNS, devices, ended_sessions
from service.foundation.questions import Question
from service.sites.store import front_end_keys, site_addresses

SEVERAL = 2

KEY_COLUMNS = (
    front_end_keys.c.site_id,
    front_end_keys.c.id,
    front_end_keys.c.scopes,
    front_end_keys.c.mode,
    front_end_keys.c.revoked_at,
    front_end_keys.c.last_used_at,
)
ENDED_COLUMNS = (
    ended_sessions.c.reader_id,
    ended_sessions.c.device_id,
    ended_sessions.c.ended_at,
    ended_sessions.c.cause,
    ended_sessions.c.by_device,
)
SESSION_COLUMNS = (*DEVICE_COLUMNS, *READER_COLUMNS, *ENDED_COLUMNS, *ENTITLEMENT_COLUMNS)
DEVICE = len(KEY_COLUMNS)
READER = DEVICE + len(DEVICE_COLUMNS)
ENDED = READER + len(READER_COLUMNS)
ENTITLEMENT = ENDED + len(ENDED_COLUMNS)
TERMS = ENTITLEMENT + len(ENTITLEMENT_COLUMNS)
SLUG = TERMS + TERMS_COLUMNS.index(articles.c.slug)


class By(StrEnum):
    """What tells the site that is asking."""

    KEY = auto()
    ORIGIN = auto()
    SITE = auto()  # it is known already


@lru_cache
def question(by: By, *, about_session: bool, about_articles: int, embedded: bool) -> Question:
    """Who is asking, and none, one or ``SEVERAL`` articles.

    There is a row for each of the reader's entitlements, or one. One article stands in the same rows, several in rows
    of their own. Columns of what is not told about are empty.
    """
    asked = select(
        cast(bindparam("shown"), String).label("shown"), cast(bindparam("token"), String).label("token")
    ).subquery("asked")
    caller, site, asking = _caller(by, asked)
    session, source = _session(asked, asking) if about_session else (_nothing(SESSION_COLUMNS), asking)
    rows: Any
    if about_articles == SEVERAL:
        found = asking.join(articles, and_(articles.c.site_id == site, _among(embedded=embedded)))
        rows = select(*_nothing(KEY_COLUMNS), *_nothing(SESSION_COLUMNS), *TERMS_COLUMNS).select_from(found)
        if about_session or by is not By.SITE:
            rows = union_all(select(*caller, *session, *_nothing(TERMS_COLUMNS)).select_from(source), rows)
    elif about_articles:
        found = source.outerjoin(articles, and_(articles.c.site_id == site, articles.c.slug == bindparam("slugs")))
        rows = select(*caller, *session, *TERMS_COLUMNS).select_from(found)
    else:
        rows = select(*caller, *session).select_from(source)
    return Question(rows, embedded=embedded)


def _caller(by: By, asked: Any) -> tuple[Sequence[Any], Any, Any]:
    """What fills ``KEY_COLUMNS``, the site's id, and what to select both from."""
    if by is By.KEY:
        found = asked.outerjoin(front_end_keys, front_end_keys.c.digest == asked.c.shown)
        return KEY_COLUMNS, front_end_keys.c.site_id, found
    if by is By.ORIGIN:
        found = asked.outerjoin(site_addresses, site_addresses.c.origin == asked.c.shown)
        return [site_addresses.c.site_id, *_nothing(KEY_COLUMNS[1:])], site_addresses.c.site_id, found
    return _nothing(KEY_COLUMNS), asked.c.shown, asked


def _session(asked: Any, source: Any) -> tuple[Sequence[Any], Any]:
    """``SESSION_COLUMNS``, and what to select them from beside the source."""
    not_live = case((devices.c.id.is_(None), asked.c.token))  # so that a live session's is not looked for
    lately = entitlements.c.over_at > bindparam("recently")
    return SESSION_COLUMNS, (
        source.outerjoin(devices, devices.c.token_digest == asked.c.token)
        .outerjoin(readers, readers.c.id == devices.c.reader_id)
        .outerjoin(ended_sessions, ended_sessions.c.token_digest == not_live)
        .outerjoin(entitlements, and_(entitlements.c.reader_id == devices.c.reader_id, lately))
    )


def listed(slugs: Sequence[str], *, embedded: bool) -> str:
    """Several slugs as the parameter: a JSON list, or PostgreSQL's own way to write one. Nothing in them is escaped."""
    quoted = ",".join(f'"{slug}"' for slug in slugs)
    return f"[{quoted}]" if embedded else f"{{{quoted}}}"


def _among(*, embedded: bool) -> Any:
    if embedded:
        return articles.c.slug.in_(select(func.json_each(bindparam("slugs")).table_valued("value").c.value))
    return articles.c.slug == func.any(cast(bindparam("slugs"), ARRAY(String)))


def _nothing(columns: Sequence[Any]) -> list[Any]:
    """Empty columns in their place, of their types: a union is read by those of its first part."""
    return [type_coerce(null(), column.type).label(f"no_{column.table.name}_{column.name}") for column in columns]
