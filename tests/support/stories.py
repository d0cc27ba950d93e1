"""Articles with a canary in each paragraph: a word that stands nowhere else, so that a leak of it is seen."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.catalogue.articles import AccessLevel, Article, ArticleDraft, Section
from service.catalogue.store import prepare_article, save_article
from service.foundation.database import Database

PARAGRAPHS = 6


@dataclass(frozen=True)
class Story:
    article: Article
    body_html: str
    canaries: tuple[str, ...]  # one for each paragraph, in order

    @property
    def slug(self) -> str:
        return self.article.slug

    @property
    def protected(self) -> tuple[str, ...]:
        """The canaries that no one may see without a granted decision: those that are not in the teaser."""
        return tuple(canary for canary in self.canaries if canary not in self.article.teaser_html)

    def leaks_into(self, text: str) -> list[str]:
        return [canary for canary in self.protected if canary in text]


ArticleFactory = Callable[..., Story]


def write_story(
    database: Database,
    site_id: str,
    now: datetime,
    access_level: str = "premium",
    *,
    slug: str | None = None,
    paragraphs: int = PARAGRAPHS,
    **fields: Any,
) -> Story:
    """Save an article. ``fields`` are those of :class:`ArticleDraft`."""
    slug = slug or f"story-{secrets.token_hex(4)}"
    canaries = tuple(f"canary{secrets.token_hex(8)}" for _ in range(paragraphs))
    body = "".join(f"<p>Paragraph {n} of {slug} has its {canary}.</p>" for n, canary in enumerate(canaries, 1))
    draft = ArticleDraft(
        **{
            "slug": slug,
            "title": slug.replace("-", " ").capitalize(),
            "section": Section("harbour", "Harbour"),
            "access_level": AccessLevel(access_level),
            "body_html": body,
            "published_at": now,
            **fields,
        }
    )
    with database.writing() as connection:
        article, _ = save_article(connection, site_id, prepare_article(draft), now)
    return Story(article, draft.body_html, canaries)
