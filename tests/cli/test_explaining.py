"""`gatefold explain`."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from service.access.asking import Session, SessionState
from service.access.decision import decide
from service.access.receipts import Receipts
from service.catalogue.articles import AccessLevel, Article, Section, Status
from service.foundation.unsafe import DEVELOPMENT_SECRET
from tests.cli.conftest import CommandLine

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ARTICLE = Article(
    id="art_a",
    site_id="sit_s",
    slug="harbour-opens",
    title="The harbour opens",
    standfirst="",
    section=Section("harbour", "Harbour"),
    authors=(),
    tags=(),
    products=("premium", "archive"),
    published_at=NOW,
    updated_at=NOW,
    status=Status.PUBLISHED,
    url=None,
    hero_image=None,
    access_level=AccessLevel.PREMIUM,
    teaser_html="",
)


@pytest.fixture
def receipt() -> str:
    decision = decide(ARTICLE.access_level, ARTICLE.products, None, (), NOW)
    return Receipts([DEVELOPMENT_SECRET]).issue(ARTICLE, Session(SessionState.NONE), decision, NOW)


def test_a_receipt_is_told_in_a_sentence_and_then_fact_by_fact(anywhere: CommandLine, receipt: str) -> None:
    sentence, facts = anywhere("explain", receipt).stdout.split("\n\n")
    assert sentence.startswith("On 2026-03-02 at 12:00:00 UTC, a reader who was not signed in was denied")
    assert "Granted\tno\n" in facts
    assert "Products\tpremium, archive\n" in facts
    assert "Decided at\t2026-03-02T12:00:00Z\n" in facts
    assert "Reader id\t\n" in facts


def test_on_a_terminal_the_facts_are_aligned(
    anywhere: CommandLine, receipt: str, terminal: Callable[[int], None]
) -> None:
    terminal(100)
    facts = anywhere("explain", receipt).stdout.split("\n\n")[1]
    assert "Slug            harbour-opens" in facts
    assert "Decided at      2026-03-02 12:00:00 UTC" in facts


def test_a_receipt_may_come_from_stdin(anywhere: CommandLine, receipt: str) -> None:
    assert anywhere("explain", "-", given=f"  {receipt}\n").stdout == anywhere("explain", receipt).stdout


def test_for_programs_it_is_json(anywhere: CommandLine, receipt: str) -> None:
    facts = json.loads(anywhere("explain", receipt, "--json").stdout)
    assert facts["granted"] is False
    assert facts["reason"] == "subscription_required"
    assert facts["explanation"].startswith("On 2026-03-02")


@pytest.mark.parametrize("bad", ["", "x", "é", "eyJ.a.b", "\udcff", "W10.AAAA"])
def test_what_is_no_receipt_of_ours_is_told(anywhere: CommandLine, bad: str) -> None:
    assert "no receipt of this installation" in anywhere("explain", bad, status=1).stderr


def test_bytes_on_stdin_are_no_receipt(anywhere: CommandLine) -> None:
    assert "no receipt" in anywhere("explain", "-", given=b"\xff\x00" * 100_000, status=1).stderr


def test_an_altered_receipt_is_told(anywhere: CommandLine, receipt: str) -> None:
    anywhere("explain", receipt[:-1] + ("A" if receipt[-1] != "A" else "B"), status=1)


def test_a_receipt_signed_with_an_older_key_is_explained(
    anywhere: CommandLine, receipt: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = "another-key-of-more-than-32-characters"
    monkeypatch.setenv("GATEFOLD_SECRET_KEYS", f"{new} {DEVELOPMENT_SECRET}")
    anywhere("explain", receipt)
    monkeypatch.setenv("GATEFOLD_SECRET_KEYS", new)
    anywhere("explain", receipt, status=1)


def test_explaining_asks_no_database(anywhere: CommandLine, receipt: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:////nowhere/at/all.db")
    anywhere("explain", receipt)
    assert list(anywhere.folder.iterdir()) == []
