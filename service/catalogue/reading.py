"""Reads an article for a reader, on the terms that were decided about."""

from functools import lru_cache

from sqlalchemy import bindparam, select

from service.catalogue.articles import Article, Terms
from service.catalogue.store import LISTING_COLUMNS, article_bodies, article_from, articles
from service.foundation.database import Database
from service.foundation.questions import Question


class TermsChanged(Exception):
    """The article is no longer on the terms that were decided about: decide again."""


def get_on_terms(database: Database, terms: Terms, *, with_body: bool) -> tuple[Article, str | None]:
    """An article as its terms were decided about, and its protected body: ask for that with a granted decision only.

    Raises :class:`TermsChanged` where a newsroom was quicker, so that no body is ever released on terms
    that are no longer its own.
    """
    rows = database.ask(_article_question(database.embedded, with_body), {"id": terms.id})
    article = article_from(rows[0]) if rows else None
    if article is None or article.terms != terms:
        raise TermsChanged(terms.slug)
    return article, rows[0][-1] if with_body else None


@lru_cache
def _article_question(embedded: bool, with_body: bool) -> Question:
    asked = select(*LISTING_COLUMNS).where(articles.c.id == bindparam("id"))
    if with_body:
        asked = asked.add_columns(article_bodies.c.body_html).join(article_bodies)
    return Question(asked, embedded=embedded)
