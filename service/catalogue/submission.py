"""The door for articles: what a front end or an import may say about one, checked field by field.

The API's `PUT /v1/articles/{slug}` takes an `ArticleSubmission`; imports go through the same fields, so that no way
in is wider than another.
"""

import re
import unicodedata
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from service.catalogue.articles import (
    SLUG_LENGTH,
    SLUG_PATTERN,
    AccessLevel,
    ArticleDraft,
    HeroImage,
    Section,
    Status,
)

BODY_LENGTH = 2_000_000
TEASER_LENGTH = 20_000
EARLIEST = datetime(1600, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
INSTANT_PATTERN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:")


def one_line(text: str) -> str:
    """Whitespace of all kinds becomes single spaces; other control characters are refused."""
    text = " ".join(text.split())
    if any(unicodedata.category(character) == "Cc" for character in text):
        raise ValueError("holds a control character")
    return text


def not_empty(text: str) -> str:
    if not text:
        raise ValueError("is empty")
    return text


def web_address(text: str) -> str:
    """An absolute http or https URL, kept as it was written."""
    if any(character.isspace() or unicodedata.category(character) == "Cc" for character in text):
        raise ValueError("holds a space or a control character")
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("is not a full http or https address")
    return text


def written_out(value: object) -> object:
    """In text an instant is a date and a time (RFC 3339); pydantic would take digits for seconds since 1970 too."""
    if isinstance(value, str) and not INSTANT_PATTERN.match(value):
        raise ValueError("is not an instant such as 2026-11-22T09:30:00Z")
    return value


def sensible_instant(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("has no time zone: end it in Z or in an offset such as +01:00")
    # Compared before it is converted: in the years 1 and 9999 a conversion overflows.
    if not EARLIEST <= instant <= LATEST:
        raise ValueError("lies outside the years 1600 to 2200")
    return instant.astimezone(UTC)


def distinct(items: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))


Slug = Annotated[str, Field(pattern=f"^{SLUG_PATTERN.pattern}$", max_length=SLUG_LENGTH)]
Line = Annotated[str, Field(max_length=500), AfterValidator(one_line)]
Name = Annotated[str, Field(max_length=200), AfterValidator(one_line), AfterValidator(not_empty)]
Address = Annotated[str, Field(max_length=2000), AfterValidator(web_address)]
Instant = Annotated[datetime, BeforeValidator(written_out), AfterValidator(sensible_instant)]
Names = Annotated[tuple[Name, ...], Field(max_length=200), AfterValidator(distinct)]
Products = Annotated[tuple[Slug, ...], Field(min_length=1, max_length=20), AfterValidator(distinct)]


class _Fields(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class SectionFields(_Fields):
    slug: Slug
    name: Name


class HeroImageFields(_Fields):
    url: Address
    alt: Annotated[str, Field(max_length=1000), AfterValidator(one_line)] = ""
    caption: Annotated[str, Field(max_length=2000), AfterValidator(one_line)] = ""


class ArticleFields(_Fields):
    """All that is said alike at every door."""

    title: Annotated[Line, AfterValidator(not_empty)]
    standfirst: Annotated[str, Field(max_length=4000), AfterValidator(one_line)] = ""
    section: SectionFields
    authors: Names = ()
    tags: Names = ()
    products: Products = ("premium",)
    published_at: Instant | None = None
    status: Status = Status.PUBLISHED
    url: Address | None = None
    hero_image: HeroImageFields | None = None
    body_html: Annotated[str, Field(max_length=BODY_LENGTH)]
    teaser_html: Annotated[str, Field(max_length=TEASER_LENGTH)] | None = None

    def as_draft(self, slug: str, access_level: AccessLevel) -> ArticleDraft:
        hero = self.hero_image
        return ArticleDraft(
            slug=slug,
            title=self.title,
            section=Section(self.section.slug, self.section.name),
            access_level=access_level,
            body_html=self.body_html,
            standfirst=self.standfirst,
            authors=self.authors,
            tags=self.tags,
            products=self.products,
            published_at=self.published_at,
            status=self.status,
            url=self.url,
            hero_image=HeroImage(hero.url, hero.alt, hero.caption) if hero else None,
            teaser_html=self.teaser_html,
        )


class ArticleSubmission(ArticleFields):
    """The body of `PUT /v1/articles/{slug}`."""

    access_level: AccessLevel
