"""What the gate is shown that is not what it seems, and what it says when it cannot know: one of the three statuses."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from service.devices.sessions import StartedSession
from service.foundation.database import Database
from service.sites.site import FRONT_END_SCOPES, Mode, Scope, Site
from service.sites.store import add_key, list_keys, revoke_key
from tests.support.clock import FrozenClock
from tests.support.databases import sqlite_only
from tests.support.people import People
from tests.support.stories import ArticleFactory, Story
from tests.web.gate.conftest import ADDRESS, PREMIUM, Proxy

SignIn = Callable[..., StartedSession]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "MKCOL", "FETCH"]


@pytest.fixture
def story(article: ArticleFactory) -> Story:
    article("free", slug="open-to-all")
    return article(slug=PREMIUM)


@pytest.fixture
def alice(people: People, sign_in: SignIn) -> str:
    return sign_in(people.alice).token


@sqlite_only
@pytest.mark.parametrize("method", METHODS)
def test_every_method_is_answered_alike(proxy: Proxy, story: Story, alice: str, method: str) -> None:
    """A proxy passes on whatever the reader used, and nothing is changed by any."""
    origin = ("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site"), ("Content-Type", "text/plain")
    for asking in (proxy, proxy.passing_on(*origin, ("X-HTTP-Method-Override", "PUT"))):
        assert asking.ask(token=alice, method=method).verdict == "200 entitled"
        assert asking.ask(method=method).verdict == "401 subscription_required"
        assert asking.with_key("gf_live_none").ask(token=alice, method=method).verdict == "403 key_required"


def test_a_proxy_without_a_good_key_lets_nobody_pass(
    proxy: Proxy, story: Story, alice: str, database: Database, site: Site, clock: FrozenClock
) -> None:
    good, now = proxy.key, clock.now()
    with database.writing() as connection:
        unscoped = add_key(connection, site.id, "Sessions", Mode.LIVE, {Scope.SESSIONS}, now)[1]
    bad = ["", "none", alice, good[:-1], f"{good}x", good.swapcase(), f"{good}, Bearer {good}", "é" * 300, unscoped]
    for key in bad:
        told = proxy.with_key(key).ask("/open-to-all", alice)
        assert (told.verdict, told["Gatefold-Reader"]) == ("403 key_required", "anonymous"), key
    for elsewhere in (
        ("Authorization", good),
        ("Authorization", f"Basic {good}"),
        ("Gatefold-Session", good),
        ("X-Api-Key", good),
        ("Cookie", f"gatefold_session={good}"),
        ("Origin", "http://localhost:8401"),  # a page of the site: nothing to a gate
    ):
        asking = proxy.with_key("").passing_on(elsewhere)
        assert asking.ask("/open-to-all").verdict == "403 key_required", elsewhere
    assert proxy.ask(token=alice).verdict == "200 entitled"
    with database.writing() as connection:
        revoke_key(connection, list_keys(connection, site.id)[0].id, now)
    assert proxy.ask(token=alice).verdict == "403 key_required"


def test_another_sites_key_knows_none_of_ours(
    proxy: Proxy, story: Story, alice: str, database: Database, other_site: Site, clock: FrozenClock
) -> None:
    with database.writing() as connection:
        theirs = add_key(connection, other_site.id, "Theirs", Mode.LIVE, FRONT_END_SCOPES, clock.now())[1]
    assert proxy.with_key(theirs).ask("/open-to-all", alice).verdict == "403 unknown_article"


def test_what_is_no_session_is_nobodys(proxy: Proxy, story: Story, alice: str) -> None:
    receipt = proxy.ask(token=alice)["Gatefold-Receipt"]
    for token in ("", "none", proxy.key, receipt, alice.swapcase(), f"{alice}x", alice[:-1], "%00", "é", "a" * 5000):
        told = proxy.ask(token=token)
        assert (told.verdict, told["Gatefold-Reader"]) == ("401 subscription_required", "anonymous"), token
    for elsewhere in (
        ("Gatefold-Session", alice),  # of front ends; a browser has a cookie
        ("Cookie", f"session={alice}"),
        ("Cookie", f"__Host-gatefold_session={alice}"),
        ("X-Forwarded-User", alice),
    ):
        assert proxy.passing_on(elsewhere).ask().verdict == "401 subscription_required", elsewhere


def test_a_session_is_found_among_any_other_cookies(proxy: Proxy, story: Story, alice: str) -> None:
    for others in ("name=é", "name=Zo\xc3\xab", 'a="b;c', "=; ;;=", "x" * 3000, "consent", "gatefold_sessions=none"):
        cookies = f"{others}; gatefold_session={alice}"
        assert proxy.passing_on(("Cookie", cookies)).ask().verdict == "200 entitled", others


def test_nothing_that_a_reader_sends_in_our_name_is_believed(
    proxy: Proxy, story: Story, alice: str, people: People
) -> None:
    forged = proxy.passing_on(
        ("Gatefold-Decision", "allow"),
        ("Gatefold-Reason", "entitled"),
        ("Gatefold-Reader", people.alice.id),
        ("Gatefold-Receipt", proxy.ask(token=alice)["Gatefold-Receipt"]),
        ("Gatefold-Reader-Address", "66.249.66.1"),
        ("X-Forwarded-For", "66.249.66.1"),
        ("User-Agent", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
        ("Referer", "https://www.google.com/"),
        ("X-Original-URL", "/open-to-all"),
        ("X-Rewrite-URL", "/open-to-all"),
        ("Range", "bytes=0-1"),
        ("If-None-Match", "*"),
    )
    assert forged.ask() == proxy.ask()
    assert forged.ask()["Gatefold-Reader"] == "anonymous"


def test_without_its_database_it_lets_nobody_pass(proxy: Proxy, story: Story, alice: str, database: Database) -> None:
    assert proxy.ask(token=alice).status == 200
    with database.writing() as connection:
        connection.execute(text("ALTER TABLE devices RENAME TO elsewhere"))
    for address in (ADDRESS, "/open-to-all", "//", None):
        for method in ("GET", "HEAD", "FETCH"):
            told = proxy.ask(address, alice, method=method)
            assert (told.verdict, told["Gatefold-Reader"]) == ("403 unavailable", "anonymous")
    with database.writing() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO devices"))
    assert proxy.ask(token=alice).status == 200


@sqlite_only
def test_a_ruined_database_lets_nobody_pass(proxy: Proxy, story: Story, alice: str, database: Database) -> None:
    database.close()
    file = Path(str(database.url.database))
    for remains in file.parent.glob(f"{file.name}*"):
        remains.unlink()
    file.write_bytes(b"no database " * 1000)
    assert proxy.ask("/open-to-all", alice).verdict == "403 unavailable"
