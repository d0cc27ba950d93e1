"""Creations that are asked for again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from service.accounts.store import pending_sign_ups
from service.foundation.database import Database
from service.sites.site import STAFF_SCOPES, Mode, Site
from service.sites.store import add_key
from service.web.api.idempotency import forget_old_idempotency_keys, idempotency_keys
from tests.support.clock import FrozenClock
from tests.support.people import People
from tests.web.api.conftest import Asking, code_of

ONCE = {"Idempotency-Key": "3f1c9a52-7e1f-4d7c-9d53-0d8f6f0f8d11"}
DANA = {"email": "dana@example.org", "name": "Dana", "password": "quiet-harbour-lantern-nine"}


def test_a_grant_is_made_once_and_answered_twice(staff: Asking, people: People, clock: FrozenClock) -> None:
    path = f"/v1/readers/{people.charlie.id}/entitlements"
    first = staff.post(path, {"product": "premium"}, headers=ONCE)
    clock.advance(timedelta(hours=1))
    again = staff.post(path, {"product": "premium"}, headers=ONCE)
    assert (again.status_code, again.data) == (201, first.data)
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(staff.get(path).json["items"]) == 1


def test_the_key_of_another_request_is_refused(staff: Asking, people: People) -> None:
    path = f"/v1/readers/{people.charlie.id}/entitlements"
    staff.post(path, {"product": "premium"}, headers=ONCE)
    assert code_of(staff.post(path, {"product": "weekly"}, headers=ONCE)) == "idempotency_key_reused"
    elsewhere = f"/v1/readers/{people.bob.id}/entitlements"
    assert code_of(staff.post(elsewhere, {"product": "premium"}, headers=ONCE)) == "idempotency_key_reused"
    assert staff.get(elsewhere).json["items"] == []


def test_each_front_end_key_has_keys_of_its_own(
    staff: Asking,
    with_key: Callable[[str], Asking],
    people: People,
    database: Database,
    site: Site,
    clock: FrozenClock,
) -> None:
    with database.writing() as connection:
        other = with_key(add_key(connection, site.id, "Other", Mode.LIVE, STAFF_SCOPES, clock.now())[1])
    path = f"/v1/readers/{people.charlie.id}/entitlements"
    first = staff.post(path, {"product": "premium"}, headers=ONCE).json
    assert other.post(path, {"product": "weekly"}, headers=ONCE).json["id"] != first["id"]


def test_after_a_day_the_key_is_new(staff: Asking, people: People, clock: FrozenClock, database: Database) -> None:
    path = f"/v1/readers/{people.charlie.id}/entitlements"
    staff.post(path, {"product": "premium"}, headers=ONCE)
    clock.advance(timedelta(hours=24))
    assert staff.post(path, {"product": "weekly"}, headers=ONCE).status_code == 201
    with database.writing() as connection:
        assert forget_old_idempotency_keys(connection, clock.now() - timedelta(hours=24)) == 0
        assert forget_old_idempotency_keys(connection, clock.now()) == 1


def test_what_failed_may_be_tried_again_with_its_key(staff: Asking, people: People) -> None:
    path = f"/v1/readers/{people.charlie.id}/entitlements"
    backwards = {"product": "premium", "starts_at": "2026-03-03T00:00:00Z", "ends_at": "2026-03-02T00:00:00Z"}
    assert staff.post(path, backwards, headers=ONCE).status_code == 422
    assert staff.post(path, {"product": "premium"}, headers=ONCE).status_code == 201


def test_of_many_at_once_one_is_made(staff: Asking, people: People) -> None:
    path = f"/v1/readers/{people.charlie.id}/entitlements"
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: staff.post(path, {"product": "premium"}, headers=ONCE), range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.data for answer in answers}) == 1
    assert len(staff.get(path).json["items"]) == 1


def test_a_sign_up_is_taken_once_and_nothing_of_it_is_kept_in_clear(front_end: Asking, database: Database) -> None:
    first = front_end.post("/v1/sign-up", DANA, headers=ONCE)
    again = front_end.post("/v1/sign-up", DANA, headers=ONCE)
    assert (again.status_code, again.data) == (202, first.data)
    assert code_of(front_end.post("/v1/sign-up", {**DANA, "name": "Eve"}, headers=ONCE)) == "idempotency_key_reused"
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(pending_sign_ups)).scalar_one() == 1
        kept = connection.execute(select(idempotency_keys)).one()
    assert DANA["password"] not in str(kept)


def test_without_a_key_each_call_creates(staff: Asking, people: People) -> None:
    path = f"/v1/readers/{people.charlie.id}/entitlements"
    staff.post(path, {"product": "premium"})
    staff.post(path, {"product": "premium"})
    assert len(staff.get(path).json["items"]) == 2


@pytest.mark.parametrize("key", ["", "with space", "x" * 65, "é", "tab\tbed"])
def test_a_key_must_be_one(staff: Asking, people: People, key: str) -> None:
    path = f"/v1/readers/{people.charlie.id}/entitlements"
    response = staff.post(path, {"product": "premium"}, headers={"Idempotency-Key": key.encode().decode("latin-1")})
    assert code_of(response) == "malformed_request"
