"""What an article is: the values that the whole catalogue speaks in."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

SLUG_LENGTH = 200
PRODUCT_LENGTH = 64
SLUG_PATTERN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class AccessLevel(StrEnum):
    """Who may read the body."""

    FREE = "free"
    REGISTERED = "registered"
    PREMIUM = "premium"


class Status(StrEnum):
    """What the newsroom said about an article; stored."""

    DRAFT = "draft"
    PUBLISHED = "published"


class Visibility(StrEnum):
    """What follows from the status and the clock; never stored."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"


class Saved(StrEnum):
    """What saving an article did."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Section:
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class HeroImage:
    url: str
    alt: str = ""
    caption: str = ""


@dataclass(frozen=True, slots=True)
class ArticleDraft:
    """An article as a front end or an import gives it: `body_html` and `teaser_html` are not yet sanitised.

    Without a `teaser_html` the teaser is cut from the body; an empty one means that there is none.
    """

    slug: str
    title: str
    section: Section
    access_level: AccessLevel
    body_html: str
    standfirst: str = ""
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    products: tuple[str, ...] = ("premium",)
    published_at: datetime | None = None
    status: Status = Status.PUBLISHED
    url: str | None = None
    hero_image: HeroImage | None = None
    teaser_html: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """An article as lists and decisions know it. It has no body, so nothing that holds one can leak one."""

    id: str
    site_id: str
    slug: str
    title: str
    standfirst: str
    section: Section
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    products: tuple[str, ...]
    published_at: datetime | None
    updated_at: datetime
    status: Status
    url: str | None
    hero_image: HeroImage | None
    access_level: AccessLevel
    teaser_html: str

    @property
    def terms(self) -> "Terms":
        return Terms(self.id, self.site_id, self.slug, self.access_level, self.products, self.status, self.published_at)

    def visibility(self, now: datetime) -> Visibility:
        return self.terms.visibility(now)


class Terms(NamedTuple):
    """On what terms an article can be read: all that a decision about it needs to know."""

    id: str
    site_id: str
    slug: str
    access_level: str
    products: tuple[str, ...]
    status: str
    published_at: datetime | None

    def visibility(self, now: datetime) -> Visibility:
        """A published article whose time has not come is scheduled; it is out on the second itself."""
        if self.status == Status.DRAFT:
            return Visibility.DRAFT
        if self.published_at is not None and self.published_at > now:
            return Visibility.SCHEDULED
        return Visibility.PUBLISHED


def is_slug(text: str) -> bool:
    return len(text) <= SLUG_LENGTH and SLUG_PATTERN.fullmatch(text) is not None


def slug_from(text: str) -> str:
    """The slug that a title or a foreign slug comes to: "Où est l'été ?" is `ou-est-lete`.

    Scripts without Latin letters leave nothing behind, so the answer may be empty.
    """
    spelled_out = text.lower().translate(_SPELLINGS)
    plain = "".join(c for c in unicodedata.normalize("NFKD", spelled_out) if not unicodedata.combining(c))
    slug = "-".join(re.findall(r"[a-z0-9]+", plain.lower()))
    if len(slug) > SLUG_LENGTH:
        slug = slug[: SLUG_LENGTH + 1].rpartition("-")[0] or slug[:SLUG_LENGTH]
    return slug


# Letters that Unicode does not take apart, and apostrophes, which join what they stand between.
_SPELLINGS = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ł": "l",
        "þ": "th",
        "ħ": "h",
        "ı": "i",
        "'": "",
        "’": "",
        "‘": "",
    }
)
