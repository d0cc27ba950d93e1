"""Lists of articles: latest, by section, by tag, by slugs, related. Teasers only."""

import base64
import binascii
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, func, select, tuple_
from sqlalchemy.engine import Connection

from service.catalogue.articles import Article, Section, Status, Terms, Visibility
from service.catalogue.store import LISTING_COLUMNS, article_from, article_tags, articles
from service.foundation.identifiers import Kind, id_pattern

MOST_ON_A_PAGE = 100


class BadCursor(ValueError):
    """A cursor that did not come from an earlier page."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which of a site's articles are wanted. Drafts and scheduled ones only where ``visibility`` names them."""

    section: str | None = None
    tag: str | None = None
    slugs: Sequence[str] | None = None
    visibility: Visibility = Visibility.PUBLISHED


@dataclass(frozen=True, slots=True)
class Page:
    items: tuple[Article, ...]
    next_cursor: str | None


def list_products(connection: Connection) -> list[str]:
    """What articles of any site name among their products. It looks through all articles."""
    named = connection.execute(select(cast(articles.c.products, Text)).distinct()).scalars()
    return sorted({product for several in named for product in json.loads(several)})


def list_articles(
    connection: Connection, site_id: str, wanted: Filter, now: datetime, *, limit: int, cursor: str | None = None
) -> Page:
    """The latest first. Raises :class:`BadCursor`."""
    order = articles.c.updated_at if wanted.visibility is Visibility.DRAFT else articles.c.published_at
    conditions = [*_conditions(site_id, wanted, now)]
    if cursor is not None:
        conditions.append(tuple_(order, articles.c.id) < tuple_(*_read_cursor(cursor)))
    rows = connection.execute(
        select(*LISTING_COLUMNS).where(*conditions).order_by(order.desc(), articles.c.id.desc()).limit(limit + 1)
    ).all()
    items = tuple(article_from(row) for row in rows[:limit])
    if len(rows) <= limit:
        return Page(items, None)
    last = items[-1]
    at = last.updated_at if wanted.visibility is Visibility.DRAFT else last.published_at
    return Page(items, _write_cursor(at or now, last.id))


def list_latest(connection: Connection, beside: Terms, now: datetime, *, limit: int) -> list[Article]:
    """The site's latest stories beside this one."""
    page = list_articles(connection, beside.site_id, Filter(), now, limit=limit + 1)
    return [other for other in page.items if other.id != beside.id][:limit]


def list_related(connection: Connection, article: Article, now: datetime, *, limit: int) -> list[Article]:
    """Stories that share most tags with this one, then the latest of its section."""
    shared = (
        select(article_tags.c.article_id, func.count().label("tags"))
        .where(article_tags.c.tag.in_(article.tags))
        .group_by(article_tags.c.article_id)
        .subquery()
    )
    visible = [*_conditions(article.site_id, Filter(), now), articles.c.id != article.id]
    by_tag = connection.execute(
        select(*LISTING_COLUMNS)
        .join(shared, shared.c.article_id == articles.c.id)
        .where(*visible)
        .order_by(shared.c.tags.desc(), articles.c.published_at.desc(), articles.c.id)
        .limit(limit)
    )
    related = [article_from(row) for row in by_tag]
    if len(related) < limit:
        beside = list_articles(
            connection, article.site_id, Filter(section=article.section.slug), now, limit=2 * limit + 1
        )
        known = {article.id, *(other.id for other in related)}
        related += [other for other in beside.items if other.id not in known]
    return related[:limit]


def list_sections(connection: Connection, site_id: str, now: datetime) -> list[Section]:
    """The sections that have a published article, by name."""
    rows = connection.execute(
        select(articles.c.section_slug, func.max(articles.c.section_name))
        .where(*_conditions(site_id, Filter(), now))
        .group_by(articles.c.section_slug)
    )
    return sorted((Section(slug, name) for slug, name in rows), key=lambda section: section.name)


def _conditions(site_id: str, wanted: Filter, now: datetime) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [articles.c.site_id == site_id]
    match wanted.visibility:
        case Visibility.DRAFT:
            conditions.append(articles.c.status == Status.DRAFT)
        case Visibility.SCHEDULED:
            conditions.append(and_(articles.c.status == Status.PUBLISHED, articles.c.published_at > now))
        case Visibility.PUBLISHED:
            conditions.append(and_(articles.c.status == Status.PUBLISHED, articles.c.published_at <= now))
    if wanted.section is not None:
        conditions.append(articles.c.section_slug == wanted.section)
    if wanted.tag is not None:
        tagged = select(article_tags.c.article_id).where(article_tags.c.tag == wanted.tag)
        conditions.append(articles.c.id.in_(tagged))
    if wanted.slugs is not None:
        conditions.append(articles.c.slug.in_(wanted.slugs))
    return conditions


def _write_cursor(at: datetime, article_id: str) -> str:
    facts = json.dumps([at.astimezone(UTC).isoformat(), article_id])
    return base64.urlsafe_b64encode(facts.encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[Any, Any]:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        at, article_id = json.loads(base64.urlsafe_b64decode(padded))
        instant = datetime.fromisoformat(at)
        if instant.tzinfo is None or not re.fullmatch(id_pattern(Kind.ARTICLE), article_id):
            raise BadCursor
        instant = instant.astimezone(UTC)
    except (ValueError, TypeError, binascii.Error, RecursionError, OverflowError) as fault:
        raise BadCursor from fault
    return instant, article_id
