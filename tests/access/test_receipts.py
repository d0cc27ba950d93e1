"""Receipts: signed, compact, self-contained; and the sentences that explain them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.access.asking import Session, SessionState
from service.access.decision import Decision, Reason, decide
from service.access.entitlements import Entitlement, Source
from service.access.explaining import FOR_READERS, explain_decision, explain_receipt
from service.access.receipts import BadReceipt, Receipts
from service.accounts.reader import Reader
from service.catalogue.articles import AccessLevel, Article, Section, Status
from service.foundation.signing import Signer
from tests.support.clock import NOON

OLD, NEW, OTHER = "o" * 32, "n" * 32, "x" * 32
DAY = timedelta(days=1)
READER = Reader("rdr_" + "a" * 20, "alice@example.org", "Alice", None, 1, NOON)
ARTICLE = Article(
    id="art_" + "b" * 20,
    site_id="sit_" + "c" * 20,
    slug="the-harbour-wall-vote-is-put-off-again",
    title="Canary title",
    standfirst="Canary standfirst",
    section=Section("harbour", "Harbour"),
    authors=("A. Writer",),
    tags=(),
    products=("premium", "archive"),
    published_at=NOON,
    updated_at=NOON,
    status=Status.PUBLISHED,
    url=None,
    hero_image=None,
    access_level=AccessLevel.PREMIUM,
    teaser_html="<p>Canary teaser</p>",
)
SIGNED_IN = Session(SessionState.LIVE, reader=READER)
NOBODY = Session(SessionState.NONE)


def held(starts=-DAY, ends=None, revoked=None):
    at = [None if by is None else NOON + by for by in (starts, ends, revoked)]
    return Entitlement("ent_" + "d" * 20, READER.id, "premium", Source.STAFF, *at)


def decided(level="premium", session=SIGNED_IN, *entitlements):
    article = replace(ARTICLE, access_level=level)
    reader_id = session.reader.id if session.reader else None
    return article, session, decide(level, article.products, reader_id, entitlements, NOON)


CASES = {
    "free": decided("free", NOBODY),
    "registered": decided("registered"),
    "entitled": decided("premium", SIGNED_IN, held(ends=DAY)),
    "entitled without an end": decided("premium", SIGNED_IN, held()),
    "registration required": decided("registered", NOBODY),
    "subscription required": decided("premium", NOBODY),
    "signed in, subscription required": decided(),
    "expired session": decided("premium", Session(SessionState.EXPIRED)),
    "ended session": decided("premium", Session(SessionState.ENDED)),
    "not started": decided("premium", SIGNED_IN, held(starts=DAY)),
    "ended": decided("premium", SIGNED_IN, held(ends=-timedelta(microseconds=1))),
    "revoked": decided("premium", SIGNED_IN, held(revoked=-DAY)),
}
in_each_case = pytest.mark.parametrize(("article", "session", "decision"), CASES.values(), ids=CASES)


@in_each_case
def test_a_receipt_says_what_was_decided_to_the_microsecond(article, session, decision):
    now = NOON + timedelta(microseconds=123457)
    receipt = Receipts([NEW]).read(Receipts([NEW]).issue(article, session, decision, now))
    entitlement = decision.entitlement
    assert (receipt.decided_at, receipt.granted, receipt.reason) == (now, decision.granted, decision.reason)
    assert (receipt.site_id, receipt.article_id, receipt.slug) == (article.site_id, article.id, article.slug)
    assert (receipt.access_level, receipt.products) == (article.access_level, article.products)
    assert (receipt.session, receipt.reader_id) == (session.state, session.reader.id if session.reader else None)
    assert receipt.entitlement_id == (entitlement.id if entitlement else None)
    for name in ("starts_at", "ends_at", "revoked_at"):
        assert getattr(receipt, name) == (getattr(entitlement, name) if entitlement else None)


@in_each_case
def test_a_receipt_is_compact_and_fit_for_a_url(article, session, decision):
    receipt = Receipts([NEW]).issue(article, session, decision, NOON)
    assert len(receipt) < 420
    assert receipt.replace("-", "").replace("_", "").replace(".", "").isalnum()


def test_every_character_of_a_receipt_counts():
    receipts = Receipts([NEW])
    receipt = receipts.issue(*CASES["entitled"], NOON)
    for place, character in enumerate(receipt):
        altered = receipt[:place] + ("A" if character != "A" else "B") + receipt[place + 1 :]
        if place == len(receipt) - 1:
            continue  # the last one carries bits that base64 does not use
        with pytest.raises(BadReceipt):
            receipts.read(altered)


@pytest.mark.parametrize("cut", [1, 5, 20, 40])
def test_a_receipt_cut_short_is_none(cut):
    with pytest.raises(BadReceipt):
        Receipts([NEW]).read(Receipts([NEW]).issue(*CASES["free"], NOON)[:-cut])


@given(st.text() | st.sampled_from(["", ".", "..", "\0", "\ud800", "." * 10_000]))
def test_no_text_from_elsewhere_is_a_receipt(text):
    with pytest.raises(BadReceipt):
        Receipts([NEW]).read(text)


@pytest.mark.parametrize("facts", [None, 1, "text", {}, [99], [None, 2]])
def test_what_we_signed_in_another_form_is_no_receipt(facts):
    with pytest.raises(BadReceipt):
        Receipts([NEW]).read(Signer([NEW], "receipt").sign(facts))


def test_what_we_signed_for_another_purpose_is_no_receipt():
    with pytest.raises(BadReceipt):
        Receipts([NEW]).read(Signer([NEW], "return").sign([1, 2, 3]))


@pytest.mark.parametrize(
    ("signed_with", "read_with", "believed"),
    [
        ([NEW], [NEW], True),
        ([OLD], [NEW, OLD], True),  # rotated: what the old key signed still counts
        ([NEW, OLD], [NEW], True),  # the newest key signs
        ([NEW, OLD], [OLD], False),
        ([OLD], [NEW], False),  # the old key was dropped
        ([OTHER], [NEW, OLD], False),
    ],
)
def test_the_newest_key_signs_and_every_key_verifies(signed_with, read_with, believed):
    receipt = Receipts(signed_with).issue(*CASES["entitled"], NOON)
    if believed:
        assert Receipts(read_with).read(receipt).granted
    else:
        with pytest.raises(BadReceipt):
            Receipts(read_with).read(receipt)


@pytest.mark.parametrize(
    ("case", "parts"),
    [
        ("free", ["a reader who was not signed in", "was granted", "rule free", "open to all"]),
        ("registered", [READER.id, "was granted", "rule registered", "whoever is signed in"]),
        ("entitled", ["was granted", "ent_", "until 2026-03-03 at 12:00:00 UTC"]),
        ("entitled without an end", ["was granted", "held from 2026-03-01 at 12:00:00 UTC without an end"]),
        ("registration required", ["was denied", "asks for a signed-in reader"]),
        ("subscription required", ["was denied", "premium or archive", "there was none"]),
        ("signed in, subscription required", [READER.id, "was denied", "there was none"]),
        ("expired session", ["a reader whose session had run out", "was denied"]),
        ("ended session", ["a reader whose session had been ended", "was denied"]),
        ("not started", ["was denied", "starts only on 2026-03-03 at 12:00:00 UTC"]),
        ("ended", ["was denied", "ended on 2026-03-02 at 11:59:59 UTC"]),
        ("revoked", ["was denied", "was revoked on 2026-03-01 at 12:00:00 UTC"]),
    ],
)
def test_a_receipt_is_explained_in_one_sentence(case, parts):
    receipts = Receipts([NEW])
    sentence = explain_receipt(receipts.read(receipts.issue(*CASES[case], NOON)))
    assert sentence.startswith("On 2026-03-02 at 12:00:00 UTC, ")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    for part in [*parts, ARTICLE.id, ARTICLE.slug, ARTICLE.site_id]:
        assert part in sentence


def test_a_receipt_without_products_or_dates_is_explained_too():
    receipts = Receipts([NEW])
    receipt = receipts.read(receipts.issue(*CASES["revoked"], NOON))
    sentence = explain_receipt(replace(receipt, products=(), revoked_at=None))
    assert "no product" in sentence
    assert "an unknown day" in sentence


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_sentence_for_readers(reason):
    sentence = explain_decision(Decision(granted=True, reason=reason))
    assert sentence == FOR_READERS[reason]
    assert sentence.endswith(".")
    assert sentence.count(".") == 1
