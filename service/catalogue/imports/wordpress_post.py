"""How a WordPress post becomes an article, and why some items do not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import unquote

from pydantic import ValidationError

from service.catalogue.articles import ArticleDraft, HeroImage, Status, is_slug, slug_from
from service.catalogue.imports.item import Defaults, sentence
from service.catalogue.imports.wordpress_body import body_and_teaser
from service.catalogue.markup import plain_text
from service.catalogue.submission import BODY_LENGTH, ArticleFields, sensible_instant, web_address

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Term:
    """A category, a tag, or what plugins make of them."""

    domain: str
    nicename: str
    name: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An `<item>` of the file: its fields as `wp:post_type` or `title`, whatever the export's version calls them."""

    fields: Mapping[str, str]
    terms: tuple[Term, ...]
    meta: Mapping[str, str]
    has_entities: bool = False  # of the file's own making; their text is not here

    def __getitem__(self, field: str) -> str:
        return self.fields.get(field, "").strip()

    def names(self, domain: str) -> tuple[str, ...]:
        return tuple(term.name for term in self.terms if term.domain == domain and term.name)


class LeftOut(Exception):
    """Carries the sentence that says why an item is no article."""


def article_from(
    entry: Entry, authors: Mapping[str, str], images: Mapping[int, HeroImage], defaults: Defaults
) -> ArticleDraft:
    """The article, under a slug that follows from the item alone, so that a second run meets the first one's.

    Raises `LeftOut`.
    """
    status = _status(entry)
    if entry.has_entities:
        raise LeftOut("It uses XML entities of the file's own, and those are not read.")
    if len(entry["content:encoded"]) > 2 * BODY_LENGTH:  # what WordPress notes between blocks will not all be kept
        raise LeftOut(f"Its body is far longer than the {BODY_LENGTH:,} characters that an article may have.")
    body, teaser = body_and_teaser(entry["content:encoded"], images)
    title = title_of(entry) or _first_words(body)
    published_at = _published_at(entry)
    if entry["wp:status"] == "future" and published_at is None:
        status = Status.DRAFT  # it was not to be out yet, and nothing says when it may be
    hero = images.get(_number(entry.meta.get("_thumbnail_id", "")))
    try:
        fields = ArticleFields.model_validate(
            {
                "title": title,
                "standfirst": plain_text(entry["excerpt:encoded"]),
                "section": _section(entry),
                "authors": entry.names("author") or _byline(entry, authors),
                "tags": entry.names("post_tag"),
                "products": defaults.products,
                "published_at": published_at,
                "status": status,
                "url": _valid(web_address, entry["link"]) if status is Status.PUBLISHED else None,
                "hero_image": {"url": hero.url, "alt": hero.alt, "caption": hero.caption} if hero else None,
                "body_html": body,
                "teaser_html": teaser,
            }
        )
    except ValidationError as refused:
        raise LeftOut(sentence(refused)) from refused
    return fields.as_draft(_slug(entry, title), defaults.access_level)


def title_of(entry: Entry) -> str:
    return plain_text(entry["title"])


def numbered(slug: str, entry: Entry) -> str:
    """The slug with the post's id, for where it alone would not be one item's own."""
    return f"{slug[:180].rstrip('-')}-{_number(entry['wp:post_id'])}"


def image_from(entry: Entry) -> tuple[int, HeroImage] | None:
    """The picture that an attachment is, by its id."""
    url = _valid(web_address, entry["wp:attachment_url"])
    if entry["wp:post_type"] != "attachment" or not url or not url.lower().endswith(_PICTURES):
        return None
    alt = " ".join(entry.meta.get("_wp_attachment_image_alt", "").split())
    return _number(entry["wp:post_id"]), HeroImage(url, alt[:1000], plain_text(entry["excerpt:encoded"])[:2000])


_PICTURES = (".avif", ".gif", ".jpeg", ".jpg", ".png", ".svg", ".webp")


def _status(entry: Entry) -> Status:
    kind, status = entry["wp:post_type"], entry["wp:status"]
    if kind != "post":
        raise LeftOut(_KINDS.get(kind, f"It is of the type “{kind}”; only posts become articles."))
    if entry["wp:post_password"]:
        raise LeftOut("It is protected by a password, which is a gate that would be lost here.")
    if status not in _STATUSES:
        raise LeftOut(_LEFT_OUT.get(status, f"Its status, “{status}”, is not one that Gatefold knows."))
    return _STATUSES[status]


_STATUSES = {
    "publish": Status.PUBLISHED,
    "future": Status.PUBLISHED,
    "draft": Status.DRAFT,
    "pending": Status.DRAFT,
}
_LEFT_OUT = {
    "auto-draft": "It is a draft that nobody has ever saved.",
    "inherit": "It belongs to another item and is nothing by itself.",
    "private": "It is private: only the site's own staff could read it.",
    "trash": "It is in the bin.",
}
_KINDS = {
    "": "It says no type: it does not come from a WordPress export.",
    "attachment": "It is a file of the media library; pictures come in with the posts that show them.",
    "custom_css": "It is a style sheet.",
    "customize_changeset": "It is a saved change to the site's looks.",
    "nav_menu_item": "It is an entry of a menu.",
    "oembed_cache": "It is a cached embed.",
    "page": "It is a page; only posts become articles.",
    "revision": "It is an earlier version of another item.",
    "user_request": "It is a request about personal data.",
    "wp_block": "It is a reusable block, not a post.",
    "wp_font_face": "It is a font.",
    "wp_font_family": "It is a font.",
    "wp_global_styles": "It is a part of the theme.",
    "wp_navigation": "It is a menu.",
    "wp_template": "It is a part of the theme.",
    "wp_template_part": "It is a part of the theme.",
}


def _slug(entry: Entry, title: str) -> str:
    """WordPress keeps its slugs apart; what had to be spelled anew could meet another, so that it gets the id too."""
    name = unquote(entry["wp:post_name"])
    if is_slug(name):
        return name
    return numbered(slug_from(name) or slug_from(title) or "post", entry)


def _section(entry: Entry) -> dict[str, str]:
    """The first category that says something."""
    for term in entry.terms:
        slug = slug_from(unquote(term.nicename)) or slug_from(term.nicename) or slug_from(term.name)
        if term.domain == "category" and slug not in {"", "uncategorized", "uncategorised"}:
            return {"slug": slug, "name": term.name or slug}
    return {"slug": "news", "name": "News"}


def _byline(entry: Entry, authors: Mapping[str, str]) -> tuple[str, ...]:
    creator = entry["dc:creator"]
    return tuple(filter(None, [authors.get(creator) or creator]))


def _first_words(body_html: str) -> str:
    """A title for a post without one; a body that is hardly longer than a title would be given away by it."""
    words = plain_text(body_html).split()
    return f"{' '.join(words[:8])[:100]}…" if len(words) > 16 else "Untitled"


def _published_at(entry: Entry) -> datetime | None:
    """WordPress writes zeros for "none yet". Local time is taken for UTC where that is all there is."""
    for field in ("wp:post_date_gmt", "wp:post_date"):
        if instant := _valid(_wordpress_time, entry[field]):
            return instant
    return _valid(_mail_time, entry["pubDate"])


def _wordpress_time(text: str) -> datetime:
    return sensible_instant(datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC))


def _mail_time(text: str) -> datetime:
    # Not email.utils, to which the year -0001, another way to say "none yet", is 2000.
    return sensible_instant(datetime.strptime(text, "%a, %d %b %Y %H:%M:%S %z"))


def _valid(check: Callable[[str], Value], text: str) -> Value | None:
    try:
        return check(text)
    except ValueError:
        return None


def _number(text: str) -> int:
    """An id; 0, which WordPress gives to nothing, where there is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
