"""Lists of articles: teasers only, alike for all readers."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field
from sqlalchemy.engine import Connection

from service.access.check import find_visible
from service.catalogue.articles import Article, Terms, Visibility
from service.catalogue.listings import Filter, list_articles, list_latest, list_related, list_sections
from service.catalogue.store import UnknownArticle, get_article
from service.catalogue.submission import Name, Slug
from service.sites.site import Scope
from service.web.api.articles import READS
from service.web.api.contract.admission import Call
from service.web.api.contract.endpoint import Feature
from service.web.api.schemas.article import Listing, SectionOut, listing
from service.web.api.schemas.model import Input, Output
from service.web.api.schemas.parameters import LONGEST_SLUGS, MOST_SLUGS, Limit, SlugInPath, distinct, parted
from service.web.problems import SCOPE_REQUIRED, Problem

lists = Feature(
    "Lists",
    "Lists hold what everyone may see, so they are alike for all readers and may be kept with their `ETag`. "
    "They come in pages: hand `next_cursor` back as `cursor` to get the next one.",
)

A_LIST = "The list. It depends on no reader."


class Listings(Output):
    """Articles as lists show them."""

    items: tuple[Listing, ...] = Field(description="The articles.")


class ListingsPage(Listings):
    """A page of a list."""

    next_cursor: str | None = Field(
        description="Where the next page begins; null on the last.", examples=["WyIyMDI2LTExLTIyVDA2OjAwOjAwIl0"]
    )


class Sections(Output):
    """The site's sections."""

    items: tuple[SectionOut, ...] = Field(description="By name.")


class Shown(StrEnum):
    """What readers cannot see yet."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"


SlugSet = Annotated[
    tuple[Slug, ...],
    Field(min_length=1, max_length=MOST_SLUGS),
    BeforeValidator(parted, json_schema_input_type=Annotated[str, Field(max_length=LONGEST_SLUGS)]),
    AfterValidator(distinct),
]


class ArticlesQuery(Input):
    section: Slug | None = Field(None, description="Only those in this section.", examples=["world"])
    tag: Name | None = Field(None, description="Only those with this tag.", examples=["coast"])
    slugs: SlugSet | None = Field(
        None, description=f"Only these, divided by commas; {MOST_SLUGS} at most.", examples=["a-story,another-story"]
    )
    status: Shown | None = Field(
        None,
        description="What readers cannot see yet, for keys with the scope `articles:drafts`.",
        examples=["draft"],
    )
    limit: Limit = 20
    cursor: str | None = Field(
        None, min_length=1, max_length=200, description="`next_cursor` of the page before.", examples=[None]
    )


class BesideQuery(Input):
    limit: Limit = 5


@lists.endpoint("GET", "/v1/articles", callers=READS, replies={200: A_LIST}, problems=[SCOPE_REQUIRED], etag=True)
def list_site_articles(call: Call, connection: Connection, query: ArticlesQuery) -> ListingsPage:
    """List a site's articles.

    The latest first: all, or those of a section, with a tag, or of a set of slugs. Slugs that name nothing are left
    out.
    """
    if query.status and Scope.ARTICLES_DRAFTS not in call.caller.scopes:
        said = f"This asks for a front-end key with the scope {Scope.ARTICLES_DRAFTS}."
        raise Problem(SCOPE_REQUIRED, said, {"scope": Scope.ARTICLES_DRAFTS})
    visibility = Visibility(query.status) if query.status else Visibility.PUBLISHED
    wanted = Filter(query.section, query.tag, query.slugs, visibility)
    page = list_articles(connection, call.caller.site_id, wanted, call.now, limit=query.limit, cursor=query.cursor)
    return ListingsPage(items=_listings(page.items), next_cursor=page.next_cursor)


@lists.endpoint(
    "GET",
    "/v1/articles/{slug}/related",
    callers=READS,
    replies={200: A_LIST},
    etag=True,
    about=lambda given: (given["slug"],),
)
def list_related_articles(call: Call, connection: Connection, slug: SlugInPath, query: BesideQuery) -> Listings:
    """List stories related to an article.

    Those that share most tags with it, then the latest of its section.
    """
    article = get_article(connection, call.caller.site_id, _visible(call, slug).slug)
    return Listings(items=_listings(list_related(connection, article, call.now, limit=query.limit)))


@lists.endpoint(
    "GET",
    "/v1/articles/{slug}/latest",
    callers=READS,
    replies={200: A_LIST},
    etag=True,
    about=lambda given: (given["slug"],),
)
def list_latest_articles(call: Call, connection: Connection, slug: SlugInPath, query: BesideQuery) -> Listings:
    """List the latest stories beside an article.

    The site's latest, without the article itself.
    """
    return Listings(items=_listings(list_latest(connection, _visible(call, slug), call.now, limit=query.limit)))


@lists.endpoint("GET", "/v1/sections", callers=READS, replies={200: A_LIST}, etag=True)
def list_site_sections(call: Call, connection: Connection) -> Sections:
    """List a site's sections.

    Those that have a published article, by name.
    """
    sections = list_sections(connection, call.caller.site_id, call.now)
    return Sections(items=tuple(SectionOut(slug=section.slug, name=section.name) for section in sections))


def _visible(call: Call, slug: str) -> Terms:
    """Of the article that others are listed beside, if this caller may know of it."""
    if terms := find_visible(call.answer, slug, call.now):
        return terms
    raise UnknownArticle(slug)


def _listings(items: Iterable[Article]) -> tuple[Listing, ...]:
    return tuple(listing(article) for article in items)
