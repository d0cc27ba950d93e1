"""The access check: from one answer of the database to a decision with its receipt, for each article."""

from dataclasses import dataclass
from datetime import datetime

from service.access.asking import Answer
from service.access.decision import Decision, decide
from service.access.receipts import Receipts
from service.catalogue.articles import Article, Visibility
from service.sites.site import Scope


@dataclass(frozen=True, slots=True)
class Checked:
    article: Article
    decision: Decision
    receipt: str


def check(answer: Answer, slug: str, now: datetime, receipts: Receipts) -> Checked | None:
    """The decision about one of the articles that were asked for.

    None where the site has no such article, or has it as a draft or for later and the caller's
    key has not the scope to know.
    """
    article = find_visible(answer, slug, now)
    if article is None:
        return None
    reader = answer.session.reader
    reader_id = reader.id if reader else None
    decision = decide(article.access_level, article.products, reader_id, answer.entitlements, now)
    return Checked(article, decision, receipts.issue(article, answer.session, decision, now))


def find_visible(answer: Answer, slug: str, now: datetime) -> Article | None:
    """One of the articles that were asked for, if the caller may know of it at all."""
    article = answer.articles.get(slug)
    if article is None or answer.caller is None:
        return None
    published = article.visibility(now) is Visibility.PUBLISHED
    return article if published or Scope.ARTICLES_DRAFTS in answer.caller.scopes else None
