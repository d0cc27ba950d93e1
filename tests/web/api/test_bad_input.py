"""Everything wrong at the door ends in a clear problem, and nothing is stored."""

import json
import tracemalloc
from typing import Any

import pytest

from tests.support.databases import sqlite_only
from tests.web.api.conftest import SUBMISSION, Asking, code_of

PATH = "/v1/articles/a-story"
pytestmark = sqlite_only  # what is refused here never reaches a database


def put_raw(staff: Asking, data: bytes, content_type: str = "application/json", **headers: str) -> Any:
    return staff("PUT", PATH, data=data, headers={"Content-Type": content_type, **headers})


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "malformed_request"),
        (b"{", "malformed_request"),
        (b"not json", "malformed_request"),
        (b'{"title": "a"} {"title": "b"}', "malformed_request"),
        (b'{"title": "a", "title": "b"}', "malformed_request"),
        (b'{"section": {"slug": "a", "slug": "b"}}', "malformed_request"),
        (b'{"title": NaN}', "malformed_request"),
        (b'{"title": Infinity}', "malformed_request"),
        (b'{"title": -Infinity}', "malformed_request"),
        (b'{"title": 1e999}', "invalid_request"),
        (b'{"title": ' + b"9" * 5000 + b"}", "malformed_request"),
        (b'{"title": "\xff"}', "malformed_request"),
        (b"\xef\xbb\xbf{}", "malformed_request"),
        ('{"title": "x"}'.encode("utf-16"), "malformed_request"),
        (b'{"title": "\\u0000"}', "invalid_request"),
        (b'{"\\u0000": 1}', "invalid_request"),
        (b'{"title": "\\ud800"}', "invalid_request"),
        (b'{"\\udfff": 1}', "invalid_request"),
        (b'{"tags": ["fine", "\\udc00"]}', "invalid_request"),
        (b"[" * 50_000, "malformed_request"),
        (b"[" * 900 + b"]" * 900, "invalid_request"),
        (b"[]", "invalid_request"),
        (b'"text"', "invalid_request"),
        (b"null", "invalid_request"),
        (b"1", "invalid_request"),
        (b"{}", "invalid_request"),
    ],
)
def test_a_body_that_is_no_object_in_json_is_refused(staff: Asking, data: bytes, code: str) -> None:
    assert code_of(put_raw(staff, data)) == code
    assert staff.get(PATH).status_code == 404


def test_a_body_of_many_values_that_are_all_deep_takes_no_more_than_others(front_end: Asking) -> None:
    deep = b"[" * 900 + b"0," * 30_000 + b"0" + b"]" * 900
    tracemalloc.start()
    try:
        refused = front_end("POST", "/v1/access", data=deep, headers={"Content-Type": "application/json"})
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert code_of(refused) == "invalid_request"
    assert most < 20e6


def test_a_mistake_that_is_deep_is_named(staff: Asking) -> None:
    response = put_raw(staff, b'{"tags": [0, {"a/b": ["\\u0000"]}]}')
    assert [error["pointer"] for error in response.json["errors"]] == ["/tags/1/a~1b/0"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"title": None}, "/title"),
        ({"title": 1}, "/title"),
        ({"title": ""}, "/title"),
        ({"title": "x" * 501}, "/title"),
        ({"title": "bell\u0007"}, "/title"),
        ({"section": "world"}, "/section"),
        ({"section": {"slug": "World", "name": "World"}}, "/section/slug"),
        ({"section": {"slug": "world"}}, "/section/name"),
        ({"section": {"slug": "world", "name": "World", "id": 1}}, "/section/id"),
        ({"tags": "sea"}, "/tags"),
        ({"tags": ["sea", 2]}, "/tags/1"),
        ({"tags": ["x"] * 201}, "/tags"),
        ({"published_at": "yesterday"}, "/published_at"),
        ({"published_at": "2026-03-02T10:00:00"}, "/published_at"),
        ({"published_at": "2026-02-30T10:00:00Z"}, "/published_at"),
        ({"published_at": "0001-01-01T00:00:00+14:00"}, "/published_at"),
        ({"published_at": 1_700_000_000}, "/published_at"),
        ({"status": "hidden"}, "/status"),
        ({"url": "javascript:alert(1)"}, "/url"),
        ({"url": "https://"}, "/url"),
        ({"hero_image": {"url": "ftp://x"}}, "/hero_image/url"),
        ({"access_level": "metered"}, "/access_level"),
        ({"products": []}, "/products"),
        ({"body_html": ["x"]}, "/body_html"),
        ({"body_html": None}, "/body_html"),
        ({"slug": "another"}, "/slug"),
        ({"site_id": "sit_aaaaaaaaaaaaaaaaaaaa"}, "/site_id"),
        ({"a/b~c": 1}, "/a~1b~0c"),
    ],
)
def test_a_field_that_is_wrong_is_named(staff: Asking, change: dict[str, Any], pointer: str) -> None:
    response = staff.put(PATH, {**SUBMISSION, **change})
    assert code_of(response) == "invalid_request"
    assert [error["pointer"] for error in response.json["errors"]] == [pointer]
    assert response.json["errors"][0]["detail"].endswith(".")
    assert staff.get(PATH).status_code == 404


def test_what_was_sent_is_not_sent_back(staff: Asking) -> None:
    response = staff.put(PATH, {**SUBMISSION, "title": ["a word of its own"]})
    assert "a word of its own" not in response.text


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/json; charset=latin-1"],
)
def test_a_body_must_say_that_it_is_json(staff: Asking, content_type: str) -> None:
    assert code_of(put_raw(staff, json.dumps(SUBMISSION).encode(), content_type)) == "unsupported_media_type"


def test_a_compressed_body_is_refused(staff: Asking) -> None:
    compressed = put_raw(staff, b"x", **{"Content-Encoding": "gzip"})
    assert code_of(compressed) == "unsupported_media_type"


def test_json_with_its_charset_is_taken(staff: Asking) -> None:
    response = put_raw(staff, json.dumps(SUBMISSION).encode(), "application/json; charset=UTF-8")
    assert response.status_code == 201


@pytest.mark.parametrize(
    ("path", "size"), [("/v1/access", 70_000), ("/v1/sign-in", 70_000), ("/v1/articles/a-story", 4_200_000)]
)
def test_a_body_beyond_the_limit_is_refused(staff: Asking, path: str, size: int) -> None:
    method = "PUT" if "articles" in path else "POST"
    response = staff(method, path, data=b" " * size, headers={"Content-Type": "application/json"})
    assert code_of(response) == "too_large"


@pytest.mark.parametrize(
    ("query", "code", "pointer"),
    [
        ("limit=0", "invalid_request", "/limit"),
        ("limit=101", "invalid_request", "/limit"),
        ("limit=1.0", "invalid_request", "/limit"),
        ("limit=1_0", "invalid_request", "/limit"),
        ("limit=+5", "invalid_request", "/limit"),
        ("limit=%205", "invalid_request", "/limit"),
        ("limit=", "invalid_request", "/limit"),
        ("limit=" + "9" * 50, "invalid_request", "/limit"),
        ("limit=5&limit=6", "invalid_request", "/limit"),
        ("limit=5&l%69mit=6", "invalid_request", "/limit"),
        ("fields=body_html", "invalid_request", "/fields"),
        ("include=body", "invalid_request", "/include"),
        ("section=World", "invalid_request", "/section"),
        ("section=a%00", "invalid_request", "/section"),
        ("tag=%ff", "malformed_request", None),
        ("%ff=1", "malformed_request", None),
        ("tag=%ed%a0%80", "malformed_request", None),
        ("slugs=", "invalid_request", "/slugs"),
        ("slugs=a,a", "invalid_request", "/slugs"),
        ("slugs=a,,b", "invalid_request", "/slugs/1"),
        ("slugs=" + ",".join(f"s{n}" for n in range(101)), "invalid_request", "/slugs"),
        ("status=published", "invalid_request", "/status"),
        ("cursor=", "invalid_request", "/cursor"),
        ("cursor=" + "x" * 201, "invalid_request", "/cursor"),
        ("&", "invalid_request", "/"),
    ],
)
def test_a_query_that_is_wrong_is_refused(front_end: Asking, query: str, code: str, pointer: str | None) -> None:
    response = front_end.get(f"/v1/articles?{query}")
    assert code_of(response) == code
    if pointer is not None:
        assert pointer in [error["pointer"] for error in response.json["errors"]]


def test_a_parameter_where_none_is_known_is_refused(front_end: Asking) -> None:
    assert code_of(front_end.get("/v1/sections?section=world")) == "invalid_request"
    assert code_of(front_end.get("/v1/session?token=x")) == "invalid_request"


@pytest.mark.parametrize("header", ["x" * 20_000, "gfs_\x80\xff", "gfs_a, gfs_b", " "])
def test_any_session_is_looked_up_and_not_found(front_end: Asking, header: str) -> None:
    assert front_end.speaking_for(header).get("/v1/session").json["state"] == "none"


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic eDp5", "Bearer gf_live_x", "gf_live_x", "Bearer \xff"]
)
def test_any_other_key_is_refused(front_end: Asking, header: str) -> None:
    response = front_end.get("/v1/session", headers={"Authorization": header})
    assert code_of(response) == "key_required"
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_unknown_paths_and_methods_are_problems(front_end: Asking) -> None:
    assert code_of(front_end.get("/v1")) == "not_found"
    assert code_of(front_end.get("/v1/")) == "not_found"
    assert code_of(front_end.get("/v1/nothing")) == "not_found"
    wrong = front_end.post("/v1/articles/a-story")
    assert code_of(wrong) == "method_not_allowed"
    assert wrong.headers["Allow"] == "DELETE, GET, HEAD, OPTIONS, PUT"
    assert code_of(front_end("TRACE", "/v1/session")) == "method_not_allowed"


def test_a_method_is_not_overridden(staff: Asking) -> None:
    staff.put(PATH, SUBMISSION)
    staff.get(PATH, headers={"X-HTTP-Method-Override": "DELETE"})
    assert staff.get(PATH).status_code == 200


def test_a_fault_of_ours_is_a_problem_and_tells_nothing(front_end: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_given: object, **_named: object) -> None:
        raise RuntimeError("a word that must not leave the house")

    monkeypatch.setattr("service.web.api.lists.list_sections", broken)
    response = front_end.get("/v1/sections")
    assert code_of(response) == "internal_error"
    assert "must not leave" not in response.text
    assert "Traceback" not in response.text


def test_an_empty_object_is_taken_where_no_body_is_asked_for(front_end: Asking) -> None:
    assert front_end("POST", "/v1/sign-out").status_code == 204
    assert front_end.post("/v1/sign-out", {}).status_code == 204
    assert code_of(front_end.post("/v1/sign-out", {"all": True})) == "invalid_request"
