"""Readers and entitlements, for staff."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from service.devices.sessions import StartedSession
from tests.support.clock import FrozenClock
from tests.support.people import People
from tests.support.stories import ArticleFactory
from tests.web.api.conftest import Asking, code_of

SignIn = Callable[..., StartedSession]
NOBODY = "rdr_aaaaaaaaaaaaaaaaaaaa"


def test_a_reader_is_found_by_her_address_in_any_case(staff: Asking, people: People) -> None:
    (found,) = staff.get("/v1/readers?email=ALICE@example.org").json["items"]
    assert found["id"] == people.alice.id
    assert found["device_limit"] is None
    assert staff.get("/v1/readers?email=nobody@example.org").json["items"] == []
    assert code_of(staff.get("/v1/readers?email=no-address")) == "invalid_request"
    assert code_of(staff.get("/v1/readers")) == "invalid_request"
    assert staff.get(f"/v1/readers/{people.alice.id}").json == found
    assert "password" not in staff.get(f"/v1/readers/{people.alice.id}").text


@pytest.mark.parametrize("limit", [1, 5, None])
def test_her_device_limit_is_set(staff: Asking, people: People, limit: int | None) -> None:
    answer = staff.patch(f"/v1/readers/{people.alice.id}", {"device_limit": limit})
    assert answer.status_code == 200
    assert answer.json["device_limit"] == limit


@pytest.mark.parametrize(
    "change", [{"device_limit": 0}, {"device_limit": 6}, {"device_limit": "3"}, {}, {"email": "x"}]
)
def test_nothing_else_about_her_is_changed(staff: Asking, people: People, change: dict) -> None:
    assert code_of(staff.patch(f"/v1/readers/{people.alice.id}", change)) == "invalid_request"


def test_staff_sign_her_out_everywhere_and_she_is_told(
    staff: Asking, front_end: Asking, people: People, sign_in: SignIn
) -> None:
    token = sign_in(people.alice).token
    path = f"/v1/readers/{people.alice.id}/devices"
    listed = staff.get(path)
    assert [device["current"] for device in listed.json["items"]] == [False]
    assert token not in listed.text
    assert staff.delete(path).status_code == 204
    assert staff.get(path).json["items"] == []
    assert front_end.speaking_for(token).get("/v1/session").json["cause"] == "ended_by_staff"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/readers/{0}"),
        ("PATCH", "/v1/readers/{0}"),
        ("GET", "/v1/readers/{0}/devices"),
        ("DELETE", "/v1/readers/{0}/devices"),
        ("GET", "/v1/readers/{0}/entitlements"),
        ("POST", "/v1/readers/{0}/entitlements"),
        ("POST", "/v1/entitlements/ent_aaaaaaaaaaaaaaaaaaaa/revoke"),
    ],
)
@pytest.mark.parametrize("reader_id", [NOBODY, "rdr_1", "x", "dev_aaaaaaaaaaaaaaaaaaaa", "RDR_aaaaaaaaaaaaaaaaaaaa"])
def test_who_is_not_there_is_not_found(staff: Asking, method: str, path: str, reader_id: str) -> None:
    body = {"PATCH": {"device_limit": 3}, "POST": {"product": "premium"}}.get(method)
    body = {} if path.endswith("revoke") else body
    assert code_of(staff(method, path.format(reader_id), json=body)) == "not_found"


def test_an_entitlement_is_granted_opens_the_article_and_is_revoked(
    staff: Asking, front_end: Asking, people: People, sign_in: SignIn, article: ArticleFactory
) -> None:
    path = f"/v1/access/{article().slug}"
    as_charlie = front_end.speaking_for(sign_in(people.charlie).token)
    assert as_charlie.get(path).json["decision"]["granted"] is False
    granted = staff.post(f"/v1/readers/{people.charlie.id}/entitlements", {"product": "premium", "note": "A gift."})
    assert granted.status_code == 201
    assert granted.json["state"] == "active"
    assert granted.json["granted_by"].startswith("key_")
    assert as_charlie.get(path).json["decision"]["reason"] == "entitled"
    listed = staff.get(f"/v1/readers/{people.charlie.id}/entitlements").json["items"]
    assert [item["id"] for item in listed] == [granted.json["id"]]
    revoked = staff.post(f"/v1/entitlements/{granted.json['id']}/revoke")
    assert (revoked.status_code, revoked.json["state"]) == (200, "revoked")
    assert as_charlie.get(path).json["decision"]["reason"] == "entitlement_revoked"
    assert staff.post(f"/v1/entitlements/{granted.json['id']}/revoke").json == revoked.json


def test_an_entitlement_for_later_says_until_when_to_wait(
    staff: Asking, front_end: Asking, people: People, sign_in: SignIn, article: ArticleFactory, clock: FrozenClock
) -> None:
    starts_at = (clock.now() + timedelta(days=1)).isoformat()
    given = {"product": "premium", "starts_at": starts_at, "source": "gift"}
    assert staff.post(f"/v1/readers/{people.charlie.id}/entitlements", given).json["state"] == "not_started"
    decision = (
        front_end.speaking_for(sign_in(people.charlie).token).get(f"/v1/access/{article().slug}").json["decision"]
    )
    assert decision["unlocked_by"][0] == {"action": "wait", "product": "premium", "until": "2026-03-03T12:00:00Z"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"product": ""},
        {"product": "Premium!"},
        {"product": "x" * 65},
        {"starts_at": "2026-03-02"},
        {"starts_at": "2026-03-02T10:00:00"},
        {"starts_at": 1_700_000_000},
        {"starts_at": "1700000000"},
        {"starts_at": "0001-01-01T00:00:00Z"},
        {"ends_at": "9999-12-31T23:59:59Z"},
        {"starts_at": "2026-03-02T10:00:00Z", "ends_at": "2026-03-02T10:00:00Z"},
        {"source": "luck"},
        {"note": "x" * 501},
        {"note": "a\u0000b"},
        {"granted_by": "me"},
        {"reader_id": NOBODY},
    ],
)
def test_what_cannot_be_granted_is_not(staff: Asking, people: People, wrong: dict) -> None:
    path = f"/v1/readers/{people.charlie.id}/entitlements"
    assert code_of(staff.post(path, {"product": "premium", **wrong})) == "invalid_request"
    assert staff.get(path).json["items"] == []
