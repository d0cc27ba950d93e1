"""One article: the gated read, and what the newsroom's front end does with it."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from service.access.check import check
from service.catalogue.articles import Saved
from service.catalogue.reading import get_on_terms
from service.catalogue.store import UnknownArticle, delete_article, prepare_article, save_article
from service.catalogue.submission import ArticleSubmission
from service.sites.site import Scope
from service.web.api.contract.admission import Call
from service.web.api.contract.callers import Callers
from service.web.api.contract.endpoint import Answered, Feature
from service.web.api.schemas.article import ArticleOut, StoredArticle, article_out, stored_article
from service.web.api.schemas.decision import DecisionOut, decision_out
from service.web.api.schemas.parameters import SlugInPath
from service.web.api.schemas.session import SessionOut, session_out

LARGEST_ARTICLE = 4 * 1024 * 1024  # octets

articles = Feature(
    "Articles",
    "One article at a time, by its slug, exactly as it is written: another letter case or a trailing slash "
    "names nothing. What readers may not see yet (drafts, and articles for later) is only there for keys with "
    "the scope `articles:drafts`.",
)
READS = Callers(Scope.ARTICLES_READ, browsers=True)
WRITES = Callers(Scope.ARTICLES_WRITE)


class GatedArticle(TypedDict):
    """An article for one reader, why she may or may not read it, and what became of her session."""

    article: Annotated[ArticleOut, Field(description="The article, with its body only where the decision is to grant.")]
    decision: Annotated[DecisionOut, Field(description="May she read it, and why.")]
    session: Annotated[SessionOut, Field(description="What became of the session that was shown.")]


@articles.endpoint(
    "GET",
    "/v1/articles/{slug}",
    callers=READS,
    replies={200: "The article. A denial is an answer like any other: `decision.granted` is false."},
    in_lane=True,
    reader_matters=True,
    about=lambda given: (given["slug"],),
)
def read_article(call: Call, slug: SlugInPath) -> GatedArticle:
    """Read an article as a reader.

    The gated read: the body comes with a granted decision, and without one there is the teaser, the reason and what
    would unlock the article. Ask for each reader and each time; the answer must never be kept.
    """
    checked = check(call.answer, slug, call.now, call.house.receipts)
    if checked is None:
        raise UnknownArticle(slug)
    kept = call.house.memory.known(call.now).articles
    article, body = get_on_terms(call.house.database, checked.terms, kept, with_body=checked.decision.granted)
    return {
        "article": article_out(article, body, call.now),
        "decision": decision_out(checked),
        "session": session_out(call.session),
    }


@articles.endpoint(
    "PUT",
    "/v1/articles/{slug}",
    callers=WRITES,
    replies={200: "The article stood there and is replaced, or was the same.", 201: "The article is new."},
    body_limit=LARGEST_ARTICLE,
)
def put_article(call: Call, slug: SlugInPath, body: ArticleSubmission) -> Answered[StoredArticle]:
    """Put an article under its slug.

    Its HTML is sanitised, and a teaser is cut from the body at a paragraph unless one is given. An article whose
    `published_at` lies ahead is scheduled. Putting the same again changes nothing.
    """
    prepared = prepare_article(body.as_draft(slug, body.access_level))
    with call.house.database.writing() as connection:
        article, saved = save_article(connection, call.caller.site_id, prepared, call.now)
    return Answered(stored_article(article, call.now), 201 if saved is Saved.CREATED else 200)


@articles.endpoint("DELETE", "/v1/articles/{slug}", callers=WRITES, replies={204: "The article and its body are gone."})
def remove_article(call: Call, slug: SlugInPath) -> None:
    """Delete an article.

    At once and for good, its body too.
    """
    with call.house.database.writing() as connection:
        delete_article(connection, call.caller.site_id, slug)
