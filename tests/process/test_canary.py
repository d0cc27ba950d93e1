"""A word of its own in every paragraph below the teaser: no door lets one of them out to whoever has no right to it."""

import gzip
import json
from collections.abc import Iterator

import pytest

from service.app import create_app
from tests.process.asking import Asker, Cast, gather, spellings
from tests.process.calling import SESSION_COOKIE, Reply, call, kept_alive
from tests.process.town import PASSWORD, Town, open_town
from tests.support.settings import make_settings

ALWAYS = (("Accept-Encoding", "gzip"), ("Accept", "*/*"))
READER_OWNED = "private, no-store"

# What might turn a question into another, or make a cache's answer of it. None of it may.
TURNS: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "HEAD": ("HEAD", ()),
    "a range": ("GET", (("Range", "bytes=0-5000"),)),
    "any version that is there": ("GET", (("If-None-Match", "*"),)),
    "a version since": ("GET", (("If-Modified-Since", "Sat, 01 Jan 2033 00:00:00 GMT"),)),
    "another method by header": ("GET", (("X-HTTP-Method-Override", "PUT"), ("X-Method-Override", "PUT"))),
    "another method by form": ("POST", (("X-HTTP-Method-Override", "GET"),)),
    "another address by header": ("GET", (("X-Original-URL", "/v1/articles"), ("X-Rewrite-URL", "/v1/articles"))),
    "another host": ("GET", (("X-Forwarded-Host", "localhost:8401"), ("X-Forwarded-Proto", "https"))),
    "a preflight": ("OPTIONS", (("Access-Control-Request-Method", "GET"),)),
    "a trace": ("TRACE", ()),
    "a method nobody knows": ("FETCH", ()),
    "an old type": ("GET", (("Accept", "text/html,application/rss+xml,application/amp+json"),)),
}

pytestmark = pytest.mark.process


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with open_town(request.param, tmp_path_factory.mktemp("canary"), servers=1) as town:
        yield town


@pytest.fixture(scope="module")
def cast(town: Town) -> Cast:
    return gather(town)


def test_she_who_has_the_right_gets_every_word(town: Town, cast: Cast):
    with kept_alive(town.servers[0]) as ask:
        for story in (cast.stories.premium, cast.stories.registered):
            reply = ask("GET", f"/v1/articles/{story.slug}", cast.subscriber)
            assert reply.json()["decision"]["granted"]
            assert all(word in reply.text for word in story.canaries)
            assert_belongs_to_one_reader(reply)
        other = ask("GET", f"/v1/articles/{cast.stories.archive.slug}", cast.subscriber)
        assert not other.json()["decision"]["granted"]  # it belongs to a product that she has no right to
        assert not cast.stories.archive.leaks_into(other.text)


def test_no_route_and_no_spelling_lets_a_word_out(town: Town, cast: Cast, tmp_path, figure):
    paths = [*routes(town, cast, tmp_path), *spellings(cast.stories.premium.slug)]
    count = 0
    with kept_alive(town.servers[0]) as ask:
        for asker in cast.askers:
            forbidden = words_kept_from(cast, asker)
            for path in paths:
                reply = ask("GET", path, (*asker.headers, *ALWAYS))
                assert_holds_none(reply, forbidden, f"{asker.who}: {path}")
                count += 1
    figure(f"{count} requests: {len(cast.askers)} askers at {len(paths)} addresses, {len(cast.stories.words())} words")


def test_no_turn_of_the_question_lets_a_word_out(town: Town, cast: Cast, figure):
    count = 0
    with kept_alive(town.servers[0]) as ask:
        for asker in cast.askers:
            forbidden = words_kept_from(cast, asker)
            for story in cast.stories.every():
                for turn, (method, headers) in TURNS.items():
                    reply = ask(method, f"/v1/articles/{story.slug}", (*asker.headers, *headers, *ALWAYS))
                    assert_holds_none(reply, forbidden, f"{asker.who}: {turn} of {story.slug}")
                    count += 1
    figure(f"{count} requests")


def test_a_denial_tells_nothing_of_the_body_in_its_headers(town: Town, cast: Cast):
    with kept_alive(town.servers[0]) as ask:
        for asker in cast.askers:
            path = f"/v1/articles/{cast.stories.premium.slug}"
            plain = ask("GET", path, asker.headers)
            assert_belongs_to_one_reader(plain)
            for method, headers in (
                ("HEAD", ()),
                ("GET", (("If-None-Match", "*"),)),
                ("GET", (("Range", "bytes=0-9"),)),
            ):
                again = ask(method, path, (*asker.headers, *headers))
                assert again.status == plain.status, asker.who
                assert_belongs_to_one_reader(again)
                if plain.status != 200:  # else the receipts differ
                    assert again.header("content-length") == plain.header("content-length")


def test_no_body_is_told_in_a_list_of_decisions_or_to_a_form(town: Town, cast: Cast):
    slugs = [story.slug for story in cast.stories.every()]
    for asker in [*cast.askers, Asker("a subscriber", cast.subscriber)]:
        for method, path in (("POST", "/v1/access"), ("POST", f"/v1/articles/{slugs[0]}"), ("PUT", "/v1/articles")):
            reply = call(town.servers[0], method, path, headers=dict(asker.headers), json={"slugs": slugs})
            assert_holds_none(reply, cast.stories.words(), f"{asker.who}: {method} {path}")


def test_two_of_one_header_let_no_word_out(town: Town, cast: Cast):
    key, session = cast.subscriber
    stranger = next(asker for asker in cast.askers if asker.who == "a stranger").headers[1]
    origin = ("Origin", "http://localhost:8401")
    cookie = ("Cookie", f"{SESSION_COOKIE}={session[1]}")
    for headers in (
        ((key[0], "Bearer gf_live_no"), key, session),
        ((key[0], "Basic YTpi"), key, session),
        (cookie, origin, ("Origin", "https://evil.example")),
        (cookie, ("Origin", "https://evil.example"), origin),
    ):
        with kept_alive(town.servers[0]) as ask:
            reply = ask("GET", f"/v1/articles/{cast.stories.premium.slug}", headers)
            assert_holds_none(reply, set(cast.stories.premium.protected), str([name for name, _ in headers]))
    with kept_alive(town.servers[0]) as ask:
        ask("GET", f"/v1/articles/{cast.stories.premium.slug}", (key, stranger, session))  # whatever it says, it lives


def test_neither_a_refused_nor_an_accepted_article_is_echoed(town: Town, cast: Cast):
    word, desk = "canary-of-a-refused-article", town.desk()
    for path, article in (
        ("/v1/articles/a-story", {"title": "", "body_html": f"<p>{word}</p>"}),
        ("/v1/articles/A_Story", {"title": "A story", "body_html": f"<p>{word}</p>"}),
        ("/v1/articles/a-story", {"title": word * 200, "body_html": [word], "teaser_html": {"of": word}}),
    ):
        reply = desk.call("PUT", path, json=article)
        assert 400 <= reply.status < 500
        assert_holds_none(reply, {word}, path)
    assert word not in town.servers[0].log.read_text()
    premium = cast.stories.premium
    put = town.put(premium.slug, premium.body_html)
    assert put.status == 200
    assert_holds_none(put, set(premium.protected), "PUT")


def test_the_log_holds_no_word_and_no_secret_and_cannot_be_forged(town: Town, cast: Cast):
    front_end, server = town.front_end(), town.servers[0]
    for secret in sorted(cast.secrets):
        call(server, "GET", f"/sign-in?token={secret}", headers={"Cookie": f"{SESSION_COOKIE}={secret}"})
        call(server, "GET", f"/recover/reset?ticket={secret}")
        front_end.sign_in(f"{secret}@example.org", secret)
    call(server, "GET", "/v1/articles/x%0a%7B%22event%22%3A%22forged%22%7D%0d%0aforged")
    log = server.log.read_text()
    assert '"path": "/v1/sign-in"' in log  # it is the log
    assert not [word for word in cast.stories.words() if word in log]
    assert not [secret for secret in cast.secrets | {PASSWORD} if secret in log]
    entries = [
        json.loads(line) for line in log.splitlines() if line.strip() and not line.startswith("Gatefold listens")
    ]
    assert all(entry["event"] != "forged" for entry in entries)


def routes(town: Town, cast: Cast, folder) -> Iterator[str]:
    """Every address that answers a GET, about every story."""
    app = create_app(make_settings(database_url=str(town.database.url), variable_folder=folder))
    filled = {"device_id": "dev_" + "a" * 20, "reader_id": "rdr_" + "a" * 20, "digest": "0", "name": "x.eml"}
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or {"GET"}):  # the gate's has none: it takes every method
            continue
        for slug in [story.slug for story in cast.stories.every()] if "slug" in rule.arguments else [""]:
            values = {name: slug if name == "slug" else filled.get(name, "x") for name in rule.arguments}
            _, path = rule.build(values, append_unknown=False) or ("", "")
            yield path


def words_kept_from(cast: Cast, asker: Asker) -> set[str]:
    return cast.stories.words() - {word for story in asker.allowed for word in story.canaries}


def assert_holds_none(reply: Reply, words: set[str], where: str) -> None:
    body = gzip.decompress(reply.body) if reply.header("content-encoding") == "gzip" and reply.body else reply.body
    told = body.decode(errors="replace") + "\n".join(f"{name}: {value}" for name, value in reply.headers)
    assert not [word for word in words if word in told], where
    assert reply.status < 500, where
    assert "Traceback" not in told


def assert_belongs_to_one_reader(reply: Reply) -> None:
    assert reply.header("cache-control") == READER_OWNED
    assert {"Authorization", "Cookie", "Gatefold-Session", "Origin"} <= set((reply.header("vary") or "").split(", "))
    assert reply.header("etag") is None
    assert reply.header("last-modified") is None
    assert reply.header("accept-ranges") is None
