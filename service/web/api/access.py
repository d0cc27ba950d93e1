"""Access checks without bodies: for gates, and for lists that mark what their reader may open."""

from typing import Annotated

from pydantic import AfterValidator, Field
from typing_extensions import TypedDict

from service.access.check import check
from service.catalogue.store import UnknownArticle
from service.catalogue.submission import Slug
from service.web.api.articles import READS
from service.web.api.contract.admission import Call
from service.web.api.contract.endpoint import Feature
from service.web.api.schemas.decision import DecisionOut, decision_out
from service.web.api.schemas.examples import SLUG
from service.web.api.schemas.model import Input
from service.web.api.schemas.parameters import MOST_SLUGS, SlugInPath, distinct
from service.web.api.schemas.session import SessionOut, session_out

access = Feature(
    "Access", "May this reader read it, and why? Decisions without bodies, one at a time or by the hundred."
)


class AccessCheck(TypedDict):
    """The decision about one article."""

    slug: Annotated[str, Field(description="The article's slug.", examples=[SLUG])]
    decision: Annotated[DecisionOut, Field(description="May she read it, and why.")]
    session: Annotated[SessionOut, Field(description="What became of the session that was shown.")]


class AccessChecksInput(Input):
    """The articles to decide about."""

    slugs: Annotated[
        tuple[Slug, ...],
        Field(min_length=1, max_length=MOST_SLUGS, json_schema_extra={"uniqueItems": True}),
        AfterValidator(distinct),
    ] = Field(description=f"Their slugs, each once, {MOST_SLUGS} at most.", examples=[[SLUG, "no-such-story"]])


class AccessOfMany(TypedDict):
    """The decision about one of many."""

    slug: Annotated[str, Field(description="The article's slug.", examples=[SLUG])]
    found: Annotated[bool, Field(description="Whether the site has the article, as far as this caller may know.")]
    decision: Annotated[DecisionOut | None, Field(description="May she read it, and why. Null where it was not found.")]


class AccessChecks(TypedDict):
    """The decisions, in the order of the slugs."""

    items: Annotated[tuple[AccessOfMany, ...], Field(description="One for each slug.")]
    session: Annotated[SessionOut, Field(description="What became of the session that was shown.")]


@access.endpoint(
    "GET",
    "/v1/access/{slug}",
    callers=READS,
    replies={200: "The decision."},
    in_lane=True,
    reader_matters=True,
    about=lambda given: (given["slug"],),
)
def check_access(call: Call, slug: SlugInPath) -> AccessCheck:
    """Check access to an article.

    The decision of the gated read, without the article.
    """
    checked = check(call.answer, slug, call.now, call.house.receipts)
    if checked is None:
        raise UnknownArticle(slug)
    return {"slug": slug, "decision": decision_out(checked), "session": session_out(call.session)}


@access.endpoint(
    "POST",
    "/v1/access",
    callers=READS,
    replies={200: "The decisions."},
    in_lane=True,
    reader_matters=True,
    about=lambda given: given["body"].slugs,
)
def check_access_to_many(call: Call, body: AccessChecksInput) -> AccessChecks:
    """Check access to many articles.

    Up to a hundred at a time, at the cost of one. It changes nothing.
    """
    return {"items": tuple(_check(call, slug) for slug in body.slugs), "session": session_out(call.session)}


def _check(call: Call, slug: str) -> AccessOfMany:
    checked = check(call.answer, slug, call.now, call.house.receipts)
    return {"slug": slug, "found": checked is not None, "decision": decision_out(checked) if checked else None}
