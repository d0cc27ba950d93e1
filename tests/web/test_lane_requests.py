"""The fast lane and Flask answer alike whatever is sent to the addresses that it serves, or near them."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from service.catalogue.articles import SLUG_LENGTH, is_slug
from service.catalogue.submission import Slug
from service.web.requests import LARGEST_BODY
from tests.conftest import OUR_ADDRESS, THEIR_ADDRESS
from tests.support.databases import fresh_sqlite
from tests.support.lanes import Asked, Lanes
from tests.support.readership import Headers, Readership, asked_both_ways

Both = tuple[Lanes, Readership]
PLAIN = [("GET", "/v1/access/{}"), ("GET", "/v1/articles/{}"), ("POST", "/v1/access")]
WELCOME = ["key", "key that sees drafts", "our page"]
# Aspects in which a request can be odd, and what is odd then.
METHODS = ["GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "get", "SEARCH"]
TARGETS = [
    *("/v1/access/{}", "/v1/articles/{}", "/v1/access", "/v1/access/{}/", "/v1/articles/{}/", "/v1/access/"),
    *("/v1/articles", "/v1/articles/", "/v1", "/v1/", "", "/", "//v1/access/{}", "/v1//access/{}", "/v1/access//{}"),
    *("/v1/access///", "/V1/access/{}", "/v1/Articles/{}", "/v1/access/{}/x.css", "/v1/articles/{}/amp"),
    *("/v1/articles/{}.md", "/v1/access/x/{}", "/v1/access/{}%2f", "/v1/access/%20{}", "/v1/access/{}%0a"),
    *("/v1/access/{}%00", "/v1/access/{}%c3%a9", "/v1/access/{}%ff", "/v1/access/./{}", "/v1/access/../access/{}"),
    *("/v1/%61ccess/{}", "/v1/access%2f{}", "/v1/access/{};a=b", "/v1/access/{}é", "v1/access/{}"),
    *("/v1/access/related", "/v1/articles/{}/related", "/gate/../v1/access/{}"),
]
QUERIES = ["?", "?&", "?=", "?a=b", "?fields=body_html", "?slug=x", "?%ff", "?a=%00", "?outputType=amp"]
LENGTHS = ["0", "1", "-1", "+5", " 5", "5 ", "x", "", "1e3", "07", "99999", str(LARGEST_BODY + 1), "9" * 30]
TYPES = [
    *("application/json; charset=utf-8", "application/json;charset=UTF-8", "application/json; charset=latin-1"),
    *("APPLICATION/JSON", "application/json, text/plain", "text/plain", "application/vnd.api+json", "", "é"),
    *("application/x-www-form-urlencoded", "multipart/form-data; boundary=x"),
]
HEADERS: dict[str, list[str]] = {
    "Accept": ["*/*", "text/html", "application/problem+json;q=0"],
    "Accept-Encoding": ["gzip, br", "identity;q=0"],
    "Access-Control-Request-Method": ["GET", "POST", "DELETE"],
    "Access-Control-Request-Headers": ["content-type"],
    "Connection": ["keep-alive", "close", "upgrade"],
    "Content-Encoding": ["gzip", "identity", ""],
    "Cookie": ["gatefold_session", "gatefold_session=", "gatefold_session=x; gatefold_session=y", '="é', ";;=", "\xff"],
    "Expect": ["100-continue"],
    "Forwarded": ["for=192.0.2.60;proto=https"],
    "Gatefold-Reader-Address": ["203.0.113.9", "2001:db8::1", "::ffff:1.2.3.4", "1.2.3", "", "é", "1.2.3.4, 5.6.7.8"],
    "Gatefold-Reader-Agent": ["Mozilla/5.0", ""],
    "Gatefold-Session": ["gfs_x", "", "é", "x" * 400, "a, b"],
    "Host": ["localhost", "localhost:8400", "other.example", "a b", "[::1]", "", "é", "x/y", "a@b", "a" * 64],
    "Idempotency-Key": ["once", ""],
    "If-Match": ["*", '"x"'],
    "If-Modified-Since": ["Mon, 02 Mar 2026 12:00:00 GMT", "soon"],
    "If-None-Match": ["*", '"x"'],
    "Origin": [OUR_ADDRESS, THEIR_ADDRESS, f"{OUR_ADDRESS}/", "null", "", "https://elsewhere.example", "é", "a\tb"],
    "Prefer": ["return=minimal"],
    "Range": ["bytes=0-10", "bytes=x"],
    "Sec-Fetch-Mode": ["cors", "same-origin", "navigate", "no-cors", "websocket", "", "CORS"],
    "Sec-Fetch-Site": ["same-origin", "same-site", "cross-site", "none", "", "é"],
    "Transfer-Encoding": ["chunked", "gzip, chunked", "identity"],
    "Upgrade": ["websocket", "h2c"],
    "User-Agent": ["", "Mozilla/5.0", "é", "curl/8"],
    "X-Forwarded-For": ["66.249.66.1"],
    "X-Forwarded-Prefix": ["/v1"],
    "X-HTTP-Method-Override": ["PUT", "GET"],
    "X-Original-URL": ["/v1/sections"],
}
ASPECTS = ("method", "target", "slug", "query", "caller", "body", "type", "length", "a header", "another", "its end")
slug_like = st.from_regex(r"[a-z0-9]{1,4}(-[a-z0-9]{1,3}){0,3}", fullmatch=True)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("lane")
    with fresh_sqlite(folder) as url, asked_both_ways(url, folder) as both:
        yield both


def documents(slugs: list[str]) -> st.SearchStrategy[Any]:
    """What a batch is asked with, right and wrong."""
    slug = st.sampled_from(slugs) | slug_like
    odd = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("a" * 201)
    many = st.lists(slug, min_size=1, max_size=6) | st.lists(slug | odd, max_size=4) | odd
    hundreds = st.integers(99, 102).map(lambda count: {"slugs": [f"s-{number}" for number in range(count)]})
    objects = st.fixed_dictionaries({}, optional={"slugs": many, "slug": slug, "x": odd})
    return st.fixed_dictionaries({"slugs": many}) | hundreds | objects | odd


def plain_bodies(slugs: list[str]) -> st.SearchStrategy[bytes]:
    several = st.lists(st.sampled_from(slugs) | slug_like, min_size=1, max_size=6, unique=True)
    return several.map(lambda some: json.dumps({"slugs": some}).encode())


def odd_bodies(slugs: list[str]) -> st.SearchStrategy[bytes]:
    written = documents(slugs).map(lambda document: json.dumps(document).encode())
    doubled = written.map(lambda body: body.replace(b'"x"', b'"slugs"'))
    padded = st.integers(LARGEST_BODY - 20, LARGEST_BODY + 20).map(lambda size: b'{"slugs":["a"]}'.ljust(size))
    unusual = st.sampled_from([b"", b" ", b"{", b"\xff", b"\xef\xbb\xbf{}", b'{"slugs": ["\\ud800"]}', b"[" * 999])
    return written | doubled | padded | unusual | st.binary(max_size=20)


@st.composite
def requests(draw: st.DrawFn, readership: Readership) -> tuple[Asked, bool]:
    """A plain request that is odd in up to three respects, and whether its server says where the body ends."""
    odd = draw(st.sets(st.sampled_from(ASPECTS), max_size=3))

    def choose(aspect: str, usual: Any, unusual: Any) -> Any:
        choices = unusual if aspect in odd else usual
        return draw(choices if isinstance(choices, st.SearchStrategy) else st.sampled_from(choices))

    slugs = list(readership.slugs.values())
    method, target = draw(st.sampled_from(PLAIN))
    body = choose("body", plain_bodies(slugs) if method == "POST" else [b""], odd_bodies(slugs))
    method, target = choose("method", [method], METHODS), choose("target", [target], TARGETS)
    target = target.format(choose("slug", slugs, slug_like | st.text(max_size=4))) + choose("query", [""], QUERIES)
    caller = readership.callers[choose("caller", WELCOME, sorted(readership.callers))]
    headers = caller(readership.sessions[draw(st.sampled_from(sorted(readership.sessions)))])
    if body or odd & {"type", "length"}:
        headers["Content-Type"] = choose("type", ["application/json"], TYPES)
        headers["Content-Length"] = choose("length", [str(len(body))], LENGTHS)
    for name in draw(st.lists(st.sampled_from(sorted(HEADERS)), max_size=len(odd & {"a header", "another"}))):
        headers[name] = draw(st.sampled_from(HEADERS[name]))
    return Asked(method, target, headers, body), "its end" in odd


@given(st.data())
@settings(max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_asked_both_answer_alike(both: Both, data: st.DataObject) -> None:
    lanes, readership = both
    asked, ended = data.draw(requests(readership))
    fast, long, in_lane = lanes.tell(asked, **{"wsgi.input_terminated": True} if ended else {})
    assert fast == long
    assert not long.status.startswith("5")
    assert not in_lane or long.status == "200 OK"


JSON: Headers = {"Content-Type": "application/json"}
ONE = b'{"slugs": ["a"]}'


@pytest.mark.parametrize(
    ("method", "headers", "body", "status"),
    [
        ("GET", {"Connection": "Upgrade", "Upgrade": "websocket"}, b"", "400"),
        ("POST", {**JSON, "Transfer-Encoding": "chunked"}, ONE, "200"),
        ("POST", {**JSON, "Transfer-Encoding": "chunked", "Content-Length": "5"}, ONE, "200"),
        ("POST", {**JSON, "Transfer-Encoding": "chunked", "Content-Length": "5"}, ONE.rjust(70_000), "413"),
        ("POST", {**JSON, "Content-Length": str(len(ONE) - 1)}, ONE, "400"),
        ("POST", {**JSON, "Content-Length": "99"}, ONE, "400"),
        ("POST", {**JSON, "Content-Length": "70000"}, ONE.rjust(70_000), "413"),
        ("POST", {**JSON, "Content-Length": str(64 * 1024 + 1)}, ONE.rjust(64 * 1024 + 1), "413"),
        ("POST", JSON, b"", "400"),
    ],
)
def test_what_flask_must_judge_is_left_to_it(
    both: Both, method: str, headers: Headers, body: bytes, status: str
) -> None:
    lanes, readership = both
    shown = readership.callers["key"](readership.sessions["entitled"])
    target = "/v1/access" if method == "POST" else f"/v1/access/{readership.slugs['premium']}"
    asked = Asked(method, target, {**shown, **headers}, body)
    ends = "Transfer-Encoding" in headers
    fast, long, in_lane = lanes.tell(asked, **{"wsgi.input_terminated": True} if ends else {})
    assert fast == long
    assert not in_lane
    assert long.status.startswith(status)


SLUGS = TypeAdapter(Slug)
nearly_slugs = st.text("ab-09A_é \n%\0", max_size=8) | st.integers(SLUG_LENGTH - 2, SLUG_LENGTH + 2).map("a".__mul__)


@given(nearly_slugs | slug_like | st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)*\s?") | st.text())
@settings(max_examples=1000)
def test_the_lane_takes_for_a_slug_what_the_contract_does(text: str) -> None:
    try:
        SLUGS.validate_python(text, strict=True)
    except ValidationError:
        assert not is_slug(text)
    else:
        assert is_slug(text)
