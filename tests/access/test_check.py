"""The access check: what a caller of a site is told about its articles."""

from datetime import timedelta

import pytest

from service.access.asking import Presented, ask
from service.access.check import check
from service.access.receipts import Receipts
from service.catalogue.articles import Status
from service.sites.site import Mode
from tests.conftest import OUR_ADDRESS
from tests.support.people import LIFE

RECEIPTS = Receipts(["k" * 32])
TICK = timedelta(microseconds=1)


@pytest.fixture
def checked(database, clock):
    def checked(slug, **shown):
        now = clock.now()
        answer = ask(database, Presented(**shown), [slug], now, life=LIFE, modes=frozenset(Mode))
        return check(answer, slug, now, RECEIPTS)

    return checked


@pytest.mark.parametrize(
    ("level", "person", "reason"),
    [
        ("free", None, "free"),
        ("free", "charlie", "free"),
        ("registered", None, "registration_required"),
        ("registered", "bob", "registered"),
        ("premium", None, "subscription_required"),
        ("premium", "charlie", "subscription_required"),
        ("premium", "alice", "entitled"),
    ],
)
@pytest.mark.parametrize("by", ["key", "origin"])
def test_each_person_is_told_her_own_decision(
    checked, people, sign_in, site, front_end_key, article, level, person, reason, by
):
    story = article(level)
    shown = {"key": front_end_key} if by == "key" else {"origin": OUR_ADDRESS}
    token = sign_in(getattr(people, person)).token if person else None
    told = checked(story.slug, token=token, **shown)
    assert told.terms == story.article.terms
    assert told.decision.reason == reason
    receipt = RECEIPTS.read(told.receipt)
    assert (receipt.reason, receipt.slug) == (reason, story.slug)
    assert receipt.reader_id == (getattr(people, person).id if person else None)


@pytest.mark.parametrize(
    ("fields", "after", "for_a_reader", "with_the_scope"),
    [
        ({"status": Status.DRAFT}, timedelta(0), False, True),
        ({"status": Status.DRAFT}, timedelta(days=9), False, True),
        ({"out_in": timedelta(hours=1)}, timedelta(0), False, True),
        ({"out_in": timedelta(hours=1)}, timedelta(hours=1) - TICK, False, True),
        ({"out_in": timedelta(hours=1)}, timedelta(hours=1), True, True),
        ({"out_in": timedelta(hours=1)}, timedelta(hours=1) + TICK, True, True),
        ({"out_in": timedelta(0)}, timedelta(0), True, True),
    ],
)
def test_drafts_and_scheduled_articles_exist_for_the_scope_alone(
    checked, clock, front_end_key, staff_key, article, fields, after, for_a_reader, with_the_scope
):
    given = dict(fields)
    if out_in := given.pop("out_in", None):
        given["published_at"] = clock.now() + out_in
    story = article("free", **given)
    clock.advance(after)
    assert (checked(story.slug, key=front_end_key) is not None) is for_a_reader
    assert (checked(story.slug, origin=OUR_ADDRESS) is not None) is for_a_reader
    assert (checked(story.slug, key=staff_key) is not None) is with_the_scope


def test_no_key_sees_another_sites_article(checked, other_site, front_end_key, staff_key, article):
    theirs = article("free", site_id=other_site.id)
    assert checked(theirs.slug, key=front_end_key) is None
    assert checked(theirs.slug, key=staff_key) is None


def test_whoever_is_no_caller_is_told_of_no_article(checked, article):
    story = article("free")
    assert checked(story.slug) is None
    assert checked(story.slug, key="gf_live_wrong") is None
    assert checked(story.slug, origin="https://elsewhere.example") is None


def test_an_article_that_is_not_there_is_none(checked, front_end_key):
    assert checked("no-such-article", key=front_end_key) is None


def test_no_receipt_or_answer_holds_a_word_of_the_body(checked, people, sign_in, front_end_key, article):
    story = article("premium")
    for person in (people.alice, people.charlie):
        told = checked(story.slug, key=front_end_key, token=sign_in(person).token)
        assert story.leaks_into(repr(told)) == []
