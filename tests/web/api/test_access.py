"""Access checks, one at a time and by the hundred; receipts and their explanation."""

import sqlite3
from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest

from service.devices.sessions import StartedSession
from service.foundation.database import Database
from service.foundation.questions import Lines
from service.web.api.contract import admission
from service.web.doors import EXTENSION
from tests.support.clock import FrozenClock
from tests.support.people import People
from tests.support.statements import statements
from tests.support.stories import ArticleFactory
from tests.web.api.conftest import Asking, code_of

SignIn = Callable[..., StartedSession]


def test_a_check_is_the_decision_without_the_article(
    front_end: Asking, people: People, sign_in: SignIn, article: ArticleFactory
) -> None:
    story = article()
    as_alice = front_end.speaking_for(sign_in(people.alice).token)
    answer = as_alice.get(f"/v1/access/{story.slug}").json
    assert answer["slug"] == story.slug
    assert answer["decision"]["granted"] is True
    assert answer["session"]["reader"]["name"] == "Alice"
    assert "article" not in answer


def test_many_are_checked_in_their_order(front_end: Asking, article: ArticleFactory) -> None:
    free, premium = article("free").slug, article().slug
    answer = front_end.post("/v1/access", {"slugs": [premium, "none", free]}).json
    assert [item["slug"] for item in answer["items"]] == [premium, "none", free]
    assert [item["found"] for item in answer["items"]] == [True, False, True]
    assert [item["decision"] and item["decision"]["granted"] for item in answer["items"]] == [False, None, True]


def test_a_hundred_are_checked_with_one_statement(front_end: Asking, article: ArticleFactory) -> None:
    slugs = [article().slug for _ in range(3)] + [f"none-{n}" for n in range(97)]
    with statements(_database(front_end)) as said:
        answer = front_end.post("/v1/access", {"slugs": slugs}).json
    assert sum(item["found"] for item in answer["items"]) == 3
    ((statement, _),) = said
    assert statement.startswith("SELECT")


@pytest.mark.parametrize(
    "slugs", [[], ["a"] * 2, [f"s-{n}" for n in range(101)], ["A"], ["a b"], "a", None, [1], ["a\0"]]
)
def test_a_set_of_slugs_must_be_one(front_end: Asking, slugs: object) -> None:
    assert code_of(front_end.post("/v1/access", {"slugs": slugs})) == "invalid_request"


def test_a_right_ends_on_its_second(
    front_end: Asking, staff: Asking, people: People, sign_in: SignIn, article: ArticleFactory, clock: FrozenClock
) -> None:
    path = f"/v1/access/{article().slug}"
    as_charlie = front_end.speaking_for(sign_in(people.charlie).token)
    ends_at = clock.now() + timedelta(hours=1)
    staff.post(f"/v1/readers/{people.charlie.id}/entitlements", {"product": "premium", "ends_at": ends_at.isoformat()})
    clock.set(ends_at - timedelta(seconds=1))
    assert as_charlie.get(path).json["decision"]["granted"] is True
    clock.set(ends_at)
    decision = as_charlie.get(path).json["decision"]
    assert (decision["granted"], decision["reason"]) == (False, "entitlement_ended")


def test_a_receipt_is_explained_to_staff(
    front_end: Asking, staff: Asking, people: People, sign_in: SignIn, article: ArticleFactory
) -> None:
    story = article()
    as_charlie = front_end.speaking_for(sign_in(people.charlie).token)
    receipt = as_charlie.get(f"/v1/access/{story.slug}").json["decision"]["receipt"]
    explained = staff.post("/v1/receipts/explain", {"receipt": receipt}).json
    assert people.charlie.id in explained["sentence"]
    assert explained["facts"]["slug"] == story.slug
    assert explained["facts"]["reason"] == "subscription_required"
    assert code_of(front_end.post("/v1/receipts/explain", {"receipt": receipt})) == "scope_required"


@pytest.mark.parametrize("receipt", ["", "x", "a.b", "W10.x", "é" * 10])
def test_what_is_no_receipt_is_refused(staff: Asking, receipt: str) -> None:
    response = staff.post("/v1/receipts/explain", {"receipt": receipt})
    assert code_of(response) == "invalid_request"
    assert response.json["errors"][0]["pointer"] == "/receipt"


@pytest.mark.parametrize("path", ["/v1/access/{}", "/v1/articles/{}"])
def test_a_database_that_is_gone_denies_with_a_problem(
    front_end: Asking, article: ArticleFactory, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    path = path.format(article("free").slug)
    fault = sqlite3.OperationalError if _database(front_end).embedded else psycopg.OperationalError

    def gone(*_given: object) -> None:
        raise fault

    monkeypatch.setattr(Lines, "ask", gone)
    response = front_end.get(path)
    assert code_of(response) == "database_unavailable"
    assert response.headers["Retry-After"]


def test_a_check_spends_no_time_on_what_the_browser_is(
    front_end: Asking, article: ArticleFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug, parsed = article("premium").slug, []
    monkeypatch.setattr(admission, "device_kind", parsed.append)
    assert front_end.get(f"/v1/access/{slug}", headers={"User-Agent": "Mozilla/5.0 " * 40}).status_code == 200
    assert parsed == []


def _database(asking: Asking) -> Database:
    return asking.client.application.extensions[EXTENSION].database  # type: ignore[no-any-return]
