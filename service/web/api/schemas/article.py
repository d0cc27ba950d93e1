"""Articles, as the contract has them."""

from datetime import datetime

from pydantic import ConfigDict, Field

from service.catalogue.articles import AccessLevel, Article, Visibility
from service.foundation.identifiers import Kind, id_pattern
from service.web.api.schemas.examples import ARTICLE_ID, SLUG, TEASER
from service.web.api.schemas.model import Instant, Output


class SectionOut(Output):
    """A section of the site."""

    model_config = ConfigDict(title="Section")

    slug: str = Field(description="Its short name in addresses.", examples=["world"])
    name: str = Field(description="Its name for readers.", examples=["World"])


class HeroImageOut(Output):
    """The picture at the head of a story."""

    model_config = ConfigDict(title="HeroImage")

    url: str = Field(description="Where the picture is.", examples=["https://news.example.org/images/lighthouse.jpg"])
    alt: str = Field(description="What it shows, for those who cannot see it.", examples=["A lighthouse at dusk"])
    caption: str = Field(description="The line below it.", examples=["The light was last lit in 1987."])


class Listing(Output):
    """An article as lists show it: all that everyone may see of it, and never its body."""

    id: str = Field(pattern=id_pattern(Kind.ARTICLE), description="The article's id.", examples=[ARTICLE_ID])
    slug: str = Field(description="Its name in addresses, unique within the site.", examples=[SLUG])
    title: str = Field(description="The headline.", examples=["The keeper's last winter"])
    standfirst: str = Field(description="The sentence below the headline; may be empty.", examples=["Forty years on."])
    section: SectionOut = Field(description="Where it belongs.")
    authors: tuple[str, ...] = Field(description="Who wrote it.", examples=[["Ida Holm"]])
    tags: tuple[str, ...] = Field(description="What it is about.", examples=[["coast", "work"]])
    published_at: datetime | None = Field(
        description="When it came, or comes, out; null for a draft without a date.", examples=["2026-11-22T06:00:00Z"]
    )
    updated_at: Instant = Field(description="When it was last changed.", examples=["2026-11-22T07:15:00Z"])
    url: str | None = Field(
        description="Its canonical address, where the newsroom gave one.",
        examples=["https://news.example.org/world/the-keepers-last-winter"],
    )
    hero_image: HeroImageOut | None = Field(description="The picture at its head, if any.")
    access_level: AccessLevel = Field(description="Who may read the body.", examples=["premium"])
    products: tuple[str, ...] = Field(description="The products that include it.", examples=[["premium"]])
    teaser_html: str = Field(description="What everyone may read of the body, well formed.", examples=[TEASER])


class StoredArticle(Listing):
    """An article as it is kept, without its body."""

    status: Visibility = Field(description="Whether readers can see it yet.", examples=["published"])


class ArticleOut(StoredArticle):
    """An article for one reader: with its body where she may read it."""

    model_config = ConfigDict(title="Article")

    body_html: str | None = Field(
        description="The body, sanitised. Null unless the decision is to grant.", examples=[None]
    )


def listing(article: Article) -> Listing:
    return Listing.model_validate(article, from_attributes=True)


def stored_article(article: Article, now: datetime) -> StoredArticle:
    return StoredArticle(**dict(listing(article)), status=article.visibility(now))


def article_out(article: Article, body_html: str | None, now: datetime) -> ArticleOut:
    return ArticleOut(**dict(listing(article)), status=article.visibility(now), body_html=body_html)
