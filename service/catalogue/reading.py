"""Reads an article for a reader, on the terms that were decided about."""

from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import bindparam, select

from service.catalogue.articles import Article, Terms
from service.catalogue.store import LISTING_COLUMNS, article_bodies, article_from, articles
from service.foundation.database import Database
from service.foundation.questions import Question

MOST_KEPT = 1_000
# Characters of body and teaser. Each takes one octet, two where one is a curly quote, four where one is an emoji: so a
# worker keeps ten to forty megabytes at the most.
LONGEST_KEPT = 10_000


class Read(NamedTuple):
    """An article, and its protected body where that was asked for."""

    article: Article
    body: str | None


Kept = dict[tuple[str, bool], Read]  # by the article's id, and whether it was read with its body


class TermsChanged(Exception):
    """The article is no longer on the terms that were decided about: decide again."""


def get_on_terms(database: Database, terms: Terms, kept: Kept, *, with_body: bool) -> Read:
    """An article as its terms were decided about, and its protected body: ask for that with a granted decision only.

    ``kept`` is what was read before and is sure to be true still; what is read now is added to it. Raises
    :class:`TermsChanged` where a newsroom was quicker, so that no body is ever released on terms that are no longer
    its own.
    """
    read = kept.get((terms.id, with_body)) or _read(database, terms.id, kept, with_body=with_body)
    if read is None or read.article.terms != terms:
        raise TermsChanged(terms.slug)
    return read


def _read(database: Database, article_id: str, kept: Kept, *, with_body: bool) -> Read | None:
    rows = database.ask(_article_question(database.embedded, with_body), {"id": article_id})
    if not rows:
        return None
    read = Read(article_from(rows[0]), rows[0][-1] if with_body else None)
    if len(read.body or "") + len(read.article.teaser_html) <= LONGEST_KEPT:
        if len(kept) >= MOST_KEPT:
            kept.clear()
        kept[article_id, with_body] = read
    return read


@lru_cache
def _article_question(embedded: bool, with_body: bool) -> Question:
    asked = select(*LISTING_COLUMNS).where(articles.c.id == bindparam("id"))
    if with_body:
        asked = asked.add_columns(article_bodies.c.body_html).join(article_bodies)
    return Question(asked, embedded=embedded)
