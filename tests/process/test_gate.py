"""A newspaper behind a real nginx: who gets the page that she may read, and that no trick brings it to anyone else."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.access.entitlements import Source
from service.access.store import grant
from tests.process.calling import SESSION_COOKIE, call
from tests.process.gated_paper import (
    CLOSED,
    OPEN,
    TOLD,
    WORDS,
    Paper,
    free_port,
    open_paper,
    running_nginx,
    sent,
    sign_in,
)
from tests.support.stories import write_story

FORGED = dict.fromkeys(TOLD, "forged")

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Paper]:
    with open_paper(tmp_path_factory.mktemp("gate")) as paper:
        yield paper


def test_she_who_has_the_right_gets_the_page(paper: Paper):
    for address in (f"/{CLOSED}", f"/stories/{CLOSED}", f"/2026/03/{CLOSED}/", f"/{CLOSED}?utm_source=newsletter"):
        reply = paper.open(address, paper.subscriber, **FORGED)
        assert (reply.status, reply.header("Gatefold-Reason")) == (200, "entitled")
        assert WORDS[CLOSED] in reply.text
        assert f"Gatefold-Reader: {paper.alice.id}\n" in reply.text
        assert "Gatefold-Decision: allow\n" in reply.text
        assert "forged" not in reply.text
        assert [value for name, value in reply.headers if name == "Cache-Control"] == ["private, no-store"]
    for method in ("HEAD", "POST", "PUT", "OPTIONS", "PROPFIND"):
        assert paper.open(f"/{CLOSED}", paper.subscriber, method=method).status == 200
        assert paper.open(f"/{CLOSED}", paper.stranger, method=method).status == 403
        assert paper.open(f"/{CLOSED}", method=method).status == 401


def test_everyone_else_is_told_why_and_gets_another_page(paper: Paper):
    for token, address, status, reason in (
        (None, CLOSED, 401, "subscription_required"),
        (paper.stranger, CLOSED, 403, "subscription_required"),
        (paper.town.key, CLOSED, 401, "subscription_required"),
        (None, "no-such-story", 403, "unknown_article"),
        (paper.subscriber, "no-such-story", 403, "unknown_article"),
        (paper.subscriber, "gatefold", 404, None),  # the proxy's own
        (paper.subscriber, "closed", 404, None),
    ):
        reply = paper.open(f"/{address}", token, **FORGED)
        assert (reply.status, reply.header("Gatefold-Reason")) == (status, reason)
        assert WORDS[CLOSED] not in reply.text
        assert (reply.header("WWW-Authenticate") is not None) is (status == 401)
        if reason:
            assert reply.text.startswith("/closed\n")
            assert f"Gatefold-Reason: {reason}" in reply.text
            assert reply.header("Cache-Control") == "private, no-store"
    explained = paper.town.desk().call(
        "POST",
        "/v1/receipts/explain",
        json={"receipt": paper.open(f"/{CLOSED}", paper.stranger).header("Gatefold-Receipt")},
    )
    assert "was denied" in explained.json()["sentence"]


def test_what_is_open_needs_no_reader_and_is_told_nothing_in_our_name(paper: Paper):
    assert WORDS[OPEN] in paper.open(f"/{OPEN}").text
    for address in ("/", "/sections/harbour", "/assets/site-1.css", "/search?q=harbour"):
        reply = paper.open(address, **FORGED)
        assert reply.status == 200
        assert reply.text == address
        assert reply.header("Cache-Control") == "public"
    assert paper.open("/?name=the-last-ferry").text == "/"  # which at some sites is that story


def test_a_reader_who_was_signed_out_is_stopped_at_her_next_request(paper: Paper):
    bob = paper.town.add_reader(subscribes=True)
    for _ in range(10):
        token = sign_in(paper.town, bob)
        assert paper.open(f"/{CLOSED}", token).status == 200
        assert paper.town.front_end().call("POST", "/v1/sign-out", session=token).status < 300
        assert paper.open(f"/{CLOSED}", token).status == 401


SPELLED = r"""
//{} ///{} /{}// /stories//{} /./{} /stories/./{} /stories/../{} /../{} /{}/. /{}/.. /{}/../ {} /{}/
/%2f{} /stories%2f{} /stories%2F{} /stories%252f{} /%2e/{} /stories/%2e%2e/{} /%2e%2e%2f{} /{}/..%2f
/{}%20 /{}%00 /{}%0a /{}%23 /{}%3f /{}%3b /{}% /{}%zz /{}. /{}- /{}~ /{}& /{}, /{};a=b /{};/x.css /{}# /{}#x
/{}.html /{}.md /{}/amp /{}/x.css /{}/index.html /{}/print /{}/2 /{}? /{}?? /{}?/open-to-all /index.php/{}
/STORIES/{} \{} /stories\{} /assets/..\{} /assets/../{} /assets/..%2f{} /assets/%2e%2e/{} /assets/{} /assets/{}.css/
/assets/x.css/{} /assets/x.css?/{} /assets/x.css;/{} /assets/x.css%2f{} /{}/..;/assets/x.css /{}/%2e%2e/assets/x.css
/sections/../{} /sections/x/{} /sections/x%2f{} /sections/{}/ /sections/x?name={} /sections/x;/{}
/{}/../sections/x /{}/..%2fsections/x /search/{} /search/../{} /?{} /?p={} /?name={} /closed?name={}
/{}/../open-to-all /{}/..%2fopen-to-all /{}/..;/open-to-all /{}\..\open-to-all /open-to-all#/../{}
/open-to-all?name={} /open-to-all?/{} /open-to-all;/{} /open-to-all/../{} /open-to-all%3f/../{} /open-to-all,/{}
http://www.courier.example/{} http://www.courier.example//{} http://www.courier.example/?{}
/gatefold/{} /gatefold/../{} /gatefold?{} /closed/{} /closed/../{}
"""
SPELLINGS = [
    *SPELLED.split(),
    *("/{}\0", "/{}\t", "/{} ", "/{}é", "/é/{}", "/" + "a/" * 3000 + "{}", "/" + "%2e/" * 500 + "{}"),
]
HEADERS = [
    "X-Original-URI: /open-to-all",
    "X_Original_URI: /open-to-all",
    "X-Original-Uri: /open-to-all\r\nX-Original-URI: /open-to-all",
    "X-Forwarded-Uri: /open-to-all",
    "X_Forwarded_Uri: /open-to-all",
    "X-Original-URL: /open-to-all\r\nX-Rewrite-URL: /open-to-all",
    "X-HTTP-Method-Override: HEAD\r\nX-Forwarded-Method: HEAD",
    "X-Forwarded-For: 127.0.0.1\r\nX-Real-IP: 127.0.0.1",
    "Gatefold-Decision: allow\r\nGatefold-Reader: anonymous",
    "Gatefold_Decision: allow",
    "Authorization: Bearer {key}",
    "Cookie: gatefold_session={key}",
    "User-Agent: Googlebot/2.1\r\nReferer: https://www.google.com/",
    "Range: bytes=0-100",
    "If-None-Match: *",
    'If-None-Match: "a"',
    "If-Modified-Since: Sat, 01 Jan 2033 00:00:00 GMT",
    "Connection: keep-alive, Cookie, X-Original-URI",
    "Upgrade: websocket\r\nConnection: Upgrade",
    "Expect: 100-continue",
    "Host: 127.0.0.1",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_brings_a_stranger_the_page(paper: Paper, spelling: str):
    address = spelling.replace("{}", CLOSED)
    for reader in ("", f"Cookie: {SESSION_COOKIE}={paper.stranger}"):
        for way in (address, address.replace(CLOSED, CLOSED.upper()), address.replace("-", "%2d")):
            answer = sent(paper.proxy, f"GET {way} HTTP/1.1", "Host: www.courier.example", reader)
            assert WORDS[CLOSED] not in answer, way
            assert answer.startswith(("HTTP/1.1 4", "HTTP/1.1 200", "HTTP/1.1 301")), answer


@pytest.mark.parametrize("header", HEADERS)
def test_no_header_brings_a_stranger_the_page(paper: Paper, header: str):
    header = header.replace("{key}", paper.town.key)
    for method in ("GET", "HEAD", "POST"):
        answer = sent(paper.proxy, f"{method} /{CLOSED} HTTP/1.1", "Host: www.courier.example", header)
        assert answer.startswith(("HTTP/1.1 401", "HTTP/1.1 400")), answer
        assert WORDS[CLOSED] not in answer


def test_the_longest_receipt_comes_through(paper: Paper):
    products, now = tuple(f"{n:02}{'p' * 62}" for n in range(20)), datetime.now(UTC)
    slug, database = "s" * 200, paper.town.database
    write_story(database, paper.town.site_id, now, "premium", slug=slug, products=products)
    bob = paper.town.add_reader()
    with database.writing() as connection:
        grant(connection, bob.id, products[0], Source.STAFF, now, None, granted_by="", note="", now=now)
    assert paper.open(f"/{slug}").status == 401
    assert paper.open(f"/{slug}", sign_in(paper.town, bob)).status == 200


@pytest.mark.parametrize(("fault", "status"), [("Gatefold is gone", 500), ("the key is wrong", 403)])
def test_where_the_gate_cannot_answer_nobody_passes(paper: Paper, tmp_path: Path, fault: str, status: int):
    gatefold = free_port() if fault == "Gatefold is gone" else paper.town.servers[0].port
    with running_nginx(tmp_path, gatefold=gatefold, site=paper.site.port, key="gf_live_none") as proxy:
        for slug in (OPEN, CLOSED):
            reply = call(proxy, "GET", f"/{slug}", headers={"Cookie": f"{SESSION_COOKIE}={paper.subscriber}"})
            assert reply.status == status
            assert WORDS[slug] not in reply.text


def test_the_site_alone_would_serve_all_of_it(paper: Paper):
    """Else the proxy would prove nothing."""
    for spelling in SPELLINGS:
        address = spelling.replace("{}", CLOSED)
        if address.isprintable() and address.isascii() and " " not in address:
            assert WORDS[CLOSED] in sent(paper.site, f"GET {address} HTTP/1.1", "Host: www.courier.example"), address
