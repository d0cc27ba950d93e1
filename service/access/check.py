"""The access check: from one answer of the database to a decision with its receipt, for each article."""

from datetime import datetime
from typing import NamedTuple

from service.access.asking import Answer
from service.access.decision import Decision, decide
from service.access.receipts import Receipts
from service.catalogue.articles import Terms, Visibility
from service.sites.site import Scope


class Checked(NamedTuple):
    terms: Terms
    decision: Decision
    receipt: str


def check(answer: Answer, slug: str, now: datetime, receipts: Receipts) -> Checked | None:
    """The decision about one of the articles that were asked for.

    None where the site has no such article, or has it as a draft or for later and the caller's
    key has not the scope to know.
    """
    terms = find_visible(answer, slug, now)
    if terms is None:
        return None
    reader = answer.session.reader
    reader_id = reader.id if reader else None
    decision = decide(terms.access_level, terms.products, reader_id, answer.entitlements, now)
    return Checked(terms, decision, receipts.issue(terms, answer.session, decision, now))


def find_visible(answer: Answer, slug: str, now: datetime) -> Terms | None:
    """The terms of one of the articles that were asked for, if the caller may know of it at all."""
    terms = answer.terms.get(slug)
    if terms is None or answer.caller is None:
        return None
    published = terms.visibility(now) is Visibility.PUBLISHED
    return terms if published or Scope.ARTICLES_DRAFTS in answer.caller.scopes else None
