"""Articles in the database. Bodies stand in a table of their own, so that no list can carry one."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    delete,
    insert,
    select,
)
from sqlalchemy.engine import Connection

from service.catalogue.articles import AccessLevel, Article, ArticleDraft, HeroImage, Saved, Section, Status, Terms
from service.catalogue.markup import clean_html
from service.catalogue.teasers import cut_teaser
from service.foundation.database import insert_or, metadata
from service.foundation.identifiers import Kind, new_id
from service.foundation.instants import Instant

articles = Table(
    "articles",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("site_id", ForeignKey("sites.id", ondelete="CASCADE"), nullable=False),
    Column("slug", String(200), nullable=False),
    Column("title", String(500), nullable=False),
    Column("standfirst", Text, nullable=False),
    Column("section_slug", String(200), nullable=False),
    Column("section_name", String(200), nullable=False),
    Column("authors", JSON, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("products", JSON, nullable=False),
    Column("published_at", Instant),
    Column("updated_at", Instant, nullable=False),
    Column("status", String(16), nullable=False),
    Column("url", String(2000)),
    Column("hero_image", JSON(none_as_null=True)),
    Column("access_level", String(16), nullable=False),
    Column("teaser_html", Text, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    UniqueConstraint("site_id", "slug"),
    Index(None, "site_id", "status", "published_at", "id"),
    Index(None, "site_id", "section_slug", "status", "published_at", "id"),
)

article_bodies = Table(
    "article_bodies",
    metadata,
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("body_html", Text, nullable=False),
)

article_tags = Table(
    "article_tags",
    metadata,
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    Column("tag", String(200), nullable=False),
    PrimaryKeyConstraint("article_id", "tag"),
    Index(None, "tag", "article_id"),
)

LISTING_COLUMNS = (
    articles.c.id,
    articles.c.site_id,
    articles.c.slug,
    articles.c.title,
    articles.c.standfirst,
    articles.c.section_slug,
    articles.c.section_name,
    articles.c.authors,
    articles.c.tags,
    articles.c.products,
    articles.c.published_at,
    articles.c.updated_at,
    articles.c.status,
    articles.c.url,
    articles.c.hero_image,
    articles.c.access_level,
    articles.c.teaser_html,
)

TERMS_COLUMNS = (
    articles.c.id,
    articles.c.site_id,
    articles.c.slug,
    articles.c.access_level,
    articles.c.products,
    articles.c.status,
    articles.c.published_at,
)


@dataclass(frozen=True, slots=True)
class PreparedArticle:
    """A draft with its body sanitised and its teaser cut: the slow part, done before a transaction begins."""

    draft: ArticleDraft
    body_html: str
    teaser_html: str
    fingerprint: str


def prepare_article(draft: ArticleDraft) -> PreparedArticle:
    body = clean_html(draft.body_html)
    teaser = cut_teaser(body) if draft.teaser_html is None else clean_html(draft.teaser_html)
    facts = json.dumps([asdict(draft), body, teaser], default=str, sort_keys=True)
    return PreparedArticle(draft, body, teaser, hashlib.sha256(facts.encode()).hexdigest())


def save_article(
    connection: Connection, site_id: str, prepared: PreparedArticle, now: datetime
) -> tuple[Article, Saved]:
    """Put an article under its slug, new or in place of what stood there."""
    draft = prepared.draft
    before = connection.execute(
        select(articles.c.id, articles.c.fingerprint, articles.c.published_at)
        .where(articles.c.site_id == site_id, articles.c.slug == draft.slug)
        .with_for_update()
    ).one_or_none()
    if before and before.fingerprint == prepared.fingerprint:
        return get_article(connection, site_id, draft.slug), Saved.UNCHANGED
    first_published_at = (before.published_at if before else None) or now
    values = {
        "title": draft.title,
        "standfirst": draft.standfirst,
        "section_slug": draft.section.slug,
        "section_name": draft.section.name,
        "authors": list(draft.authors),
        "tags": list(draft.tags),
        "products": list(draft.products),
        "published_at": draft.published_at or (first_published_at if draft.status is Status.PUBLISHED else None),
        "updated_at": now,
        "status": draft.status,
        "url": draft.url,
        "hero_image": asdict(draft.hero_image) if draft.hero_image else None,
        "access_level": draft.access_level,
        "teaser_html": prepared.teaser_html,
        "fingerprint": prepared.fingerprint,
    }
    placed = insert_or(connection, articles).values(
        id=before.id if before else new_id(Kind.ARTICLE), site_id=site_id, slug=draft.slug, **values
    )
    row = connection.execute(
        placed.on_conflict_do_update(index_elements=["site_id", "slug"], set_=values).returning(*LISTING_COLUMNS)
    ).one()
    article = article_from(row)
    _save_body(connection, article.id, prepared.body_html)
    _save_tags(connection, article.id, draft.tags)
    return article, Saved.UPDATED if before else Saved.CREATED


def find_article(connection: Connection, site_id: str, slug: str) -> Article | None:
    row = connection.execute(
        select(*LISTING_COLUMNS).where(articles.c.site_id == site_id, articles.c.slug == slug)
    ).one_or_none()
    return article_from(row) if row else None


def get_article(connection: Connection, site_id: str, slug: str) -> Article:
    """Raises :class:`UnknownArticle`."""
    if article := find_article(connection, site_id, slug):
        return article
    raise UnknownArticle(slug)


class UnknownArticle(LookupError):
    """The site has no article under this slug."""


def delete_article(connection: Connection, site_id: str, slug: str) -> None:
    """Raises :class:`UnknownArticle`."""
    gone = connection.execute(delete(articles).where(articles.c.site_id == site_id, articles.c.slug == slug))
    if gone.rowcount == 0:
        raise UnknownArticle(slug)


def terms_from(values: Sequence[Any]) -> Terms:
    """Terms from the values of ``TERMS_COLUMNS``."""
    id_, site_id, slug, access_level, products, status, published_at = values
    return Terms(id_, site_id, slug, access_level, tuple(products), status, published_at)


def article_from(values: Sequence[Any]) -> Article:
    """An article from the values of ``LISTING_COLUMNS``."""
    (id_, site_id, slug, title, standfirst, section_slug, section_name, authors, tags, products) = values[:10]
    (published_at, updated_at, status, url, hero_image, access_level, teaser_html) = values[10:17]
    return Article(
        id=id_,
        site_id=site_id,
        slug=slug,
        title=title,
        standfirst=standfirst,
        section=Section(section_slug, section_name),
        authors=tuple(authors),
        tags=tuple(tags),
        products=tuple(products),
        published_at=published_at,
        updated_at=updated_at,
        status=Status(status),
        url=url,
        hero_image=HeroImage(**hero_image) if hero_image else None,
        access_level=AccessLevel(access_level),
        teaser_html=teaser_html,
    )


def _save_body(connection: Connection, article_id: str, body_html: str) -> None:
    body = insert_or(connection, article_bodies).values(article_id=article_id, body_html=body_html)
    connection.execute(body.on_conflict_do_update(index_elements=["article_id"], set_={"body_html": body_html}))


def _save_tags(connection: Connection, article_id: str, tags: Iterable[str]) -> None:
    connection.execute(delete(article_tags).where(article_tags.c.article_id == article_id))
    if rows := [{"article_id": article_id, "tag": tag} for tag in dict.fromkeys(tags)]:
        connection.execute(insert(article_tags), rows)
