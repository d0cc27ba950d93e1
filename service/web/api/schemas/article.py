"""Articles, as the contract has them."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, with_config
from typing_extensions import TypedDict

from service.catalogue.articles import AccessLevel, Article, Visibility
from service.foundation.identifiers import Kind, id_pattern
from service.web.api.schemas.examples import ARTICLE_ID, SLUG, TEASER
from service.web.api.schemas.model import Instant


@with_config(title="Section")
class SectionOut(TypedDict):
    """A section of the site."""

    slug: Annotated[str, Field(description="Its short name in addresses.", examples=["world"])]
    name: Annotated[str, Field(description="Its name for readers.", examples=["World"])]


@with_config(title="HeroImage")
class HeroImageOut(TypedDict):
    """The picture at the head of a story."""

    url: Annotated[
        str, Field(description="Where the picture is.", examples=["https://news.example.org/images/lighthouse.jpg"])
    ]
    alt: Annotated[
        str, Field(description="What it shows, for those who cannot see it.", examples=["A lighthouse at dusk"])
    ]
    caption: Annotated[str, Field(description="The line below it.", examples=["The light was last lit in 1987."])]


class Listing(TypedDict):
    """An article as lists show it: all that everyone may see of it, and never its body."""

    id: Annotated[str, Field(pattern=id_pattern(Kind.ARTICLE), description="The article's id.", examples=[ARTICLE_ID])]
    slug: Annotated[str, Field(description="Its name in addresses, unique within the site.", examples=[SLUG])]
    title: Annotated[str, Field(description="The headline.", examples=["The keeper's last winter"])]
    standfirst: Annotated[
        str, Field(description="The sentence below the headline; may be empty.", examples=["Forty years on."])
    ]
    section: Annotated[SectionOut, Field(description="Where it belongs.")]
    authors: Annotated[tuple[str, ...], Field(description="Who wrote it.", examples=[["Ida Holm"]])]
    tags: Annotated[tuple[str, ...], Field(description="What it is about.", examples=[["coast", "work"]])]
    published_at: Annotated[
        datetime | None,
        Field(
            description="When it came, or comes, out; null for a draft without a date.",
            examples=["2026-11-22T06:00:00Z"],
        ),
    ]
    updated_at: Annotated[Instant, Field(description="When it was last changed.", examples=["2026-11-22T07:15:00Z"])]
    url: Annotated[
        str | None,
        Field(
            description="Its canonical address, where the newsroom gave one.",
            examples=["https://news.example.org/world/the-keepers-last-winter"],
        ),
    ]
    hero_image: Annotated[HeroImageOut | None, Field(description="The picture at its head, if any.")]
    access_level: Annotated[AccessLevel, Field(description="Who may read the body.", examples=["premium"])]
    products: Annotated[tuple[str, ...], Field(description="The products that include it.", examples=[["premium"]])]
    teaser_html: Annotated[
        str, Field(description="What everyone may read of the body, well formed.", examples=[TEASER])
    ]


class StoredArticle(Listing):
    """An article as it is kept, without its body."""

    status: Annotated[Visibility, Field(description="Whether readers can see it yet.", examples=["published"])]


@with_config(title="Article")
class ArticleOut(StoredArticle):
    """An article for one reader: with its body where she may read it."""

    body_html: Annotated[
        str | None, Field(description="The body, sanitised. Null unless the decision is to grant.", examples=[None])
    ]


def listing(article: Article) -> Listing:
    hero = article.hero_image
    return {
        "id": article.id,
        "slug": article.slug,
        "title": article.title,
        "standfirst": article.standfirst,
        "section": {"slug": article.section.slug, "name": article.section.name},
        "authors": article.authors,
        "tags": article.tags,
        "published_at": article.published_at,
        "updated_at": article.updated_at,
        "url": article.url,
        "hero_image": {"url": hero.url, "alt": hero.alt, "caption": hero.caption} if hero else None,
        "access_level": article.access_level,
        "products": article.products,
        "teaser_html": article.teaser_html,
    }


def stored_article(article: Article, now: datetime) -> StoredArticle:
    return {**listing(article), "status": article.visibility(now)}


def article_out(article: Article, body_html: str | None, now: datetime) -> ArticleOut:
    return {**stored_article(article, now), "body_html": body_html}
