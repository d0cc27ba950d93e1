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
from pydantic_core import PydanticKnownError

from service.catalogue.articles import (
    PRODUCT_LENGTH,
    SLUG_LENGTH,
    SLUG_PATTERN,
    AccessLevel,
    ArticleDraft,
    HeroImage,
    Section,
    Status,
)
from service.foundation.database import WITHOUT_NUL

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
    """A date and a time in text (RFC 3339): pydantic would take a number for seconds since 1970 too."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise PydanticKnownError("datetime_type")
    if not INSTANT_PATTERN.match(value):
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
Address = Annotated[str, Field(max_length=2000, json_schema_extra={"format": "uri"}), AfterValidator(web_address)]
Instant = Annotated[datetime, Field(strict=False), BeforeValidator(written_out), AfterValidator(sensible_instant)]
Names = Annotated[tuple[Name, ...], Field(max_length=200), AfterValidator(distinct)]
Markup = Annotated[str, Field(pattern=WITHOUT_NUL)]
Product = Annotated[str, Field(pattern=f"^{SLUG_PATTERN.pattern}$", max_length=PRODUCT_LENGTH)]
Products = Annotated[tuple[Product, ...], Field(min_length=1, max_length=20), AfterValidator(distinct)]


class _Fields(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class SectionFields(_Fields):
    """A section, known by its slug. It is there as long as an article is in it."""

    slug: Slug = Field(description="Its short name in addresses.", examples=["world"])
    name: Name = Field(description="Its name for readers.", examples=["World"])


class HeroImageFields(_Fields):
    """The picture at the head of an article."""

    url: Address = Field(
        description="Where the picture is.", examples=["https://news.example.org/images/lighthouse.jpg"]
    )
    alt: Annotated[str, Field(max_length=1000), AfterValidator(one_line)] = Field(
        "", description="What it shows, for those who cannot see it.", examples=["A lighthouse at dusk"]
    )
    caption: Annotated[str, Field(max_length=2000), AfterValidator(one_line)] = Field(
        "", description="The line below it.", examples=["The light was last lit in 1987."]
    )


class ArticleFields(_Fields):
    """All that is said alike at every door."""

    title: Annotated[Line, AfterValidator(not_empty)] = Field(
        description="The headline, on one line.", examples=["The keeper's last winter"]
    )
    standfirst: Annotated[str, Field(max_length=4000), AfterValidator(one_line)] = Field(
        "", description="The sentence below the headline.", examples=["Forty years on."]
    )
    section: SectionFields = Field(description="Where it belongs.")
    authors: Names = Field((), description="Who wrote it.", examples=[["Ida Holm"]])
    tags: Names = Field(
        (), description="What it is about; related stories are found by it.", examples=[["coast", "work"]]
    )
    products: Products = Field(
        ("premium",), description="The products that include it, where it is premium.", examples=[["premium"]]
    )
    published_at: Instant | None = Field(
        None,
        description="When it came, or comes, out. Left out, it is the moment it is first published.",
        examples=["2026-11-22T06:00:00Z"],
    )
    status: Status = Field(Status.PUBLISHED, description="`draft` keeps it from readers.", examples=["published"])
    url: Address | None = Field(
        None,
        description="Its canonical address.",
        examples=["https://news.example.org/world/the-keepers-last-winter"],
    )
    hero_image: HeroImageFields | None = Field(None, description="The picture at its head.")
    body_html: Annotated[Markup, Field(max_length=BODY_LENGTH)] = Field(
        description="The body. Scripts, styles and event handlers are taken out.",
        examples=["<p>The light was last lit on a Tuesday.</p><p>Nobody came to see it.</p><p>Ida Holm did.</p>"],
    )
    teaser_html: Annotated[Markup, Field(max_length=TEASER_LENGTH)] | None = Field(
        None,
        description="What everyone may read. Null cuts it from the body; empty text means that there is none.",
        examples=["<p>The light was last lit on a Tuesday.</p>"],
    )

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
    """An article as the newsroom gives it. What is left out takes its default, also where it stood before."""

    access_level: AccessLevel = Field(description="Who may read the body.", examples=["premium"])
