"""Who may call what: keys and their scopes, browsers, and the sites that are not ours."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import pytest

from service.access.memory import Memory
from service.devices.sessions import StartedSession
from service.foundation.database import Database
from service.sites.site import Mode, Scope, Site
from service.sites.store import add_key, list_keys, revoke_key
from service.web.api.contract.endpoint import Endpoint
from service.web.api.features import list_endpoints
from service.web.doors import EXTENSION
from tests.conftest import OUR_ADDRESS, THEIR_ADDRESS
from tests.support.clock import FrozenClock
from tests.support.databases import sqlite_only
from tests.support.people import RULE, People
from tests.support.people import sign_in as start_session
from tests.support.stories import ArticleFactory
from tests.web.api.conftest import Asking, code_of

SignIn = Callable[..., StartedSession]
REPLACING = replace(RULE, replace_oldest=True)
PATHS = {
    "slug": "a-story",
    "reader_id": "rdr_aaaaaaaaaaaaaaaaaaaa",
    "device_id": "dev_aaaaaaaaaaaaaaaaaaaa",
    "entitlement_id": "ent_aaaaaaaaaaaaaaaaaaaa",
}


def call(asking: Asking, endpoint: Endpoint, **headers: str) -> str:
    """The problem's code, or that there was none."""
    response = asking(endpoint.method, endpoint.path.format(**PATHS), json={}, headers=headers)
    return code_of(response) if response.status_code >= 400 else "none"


@pytest.fixture
def key_with(with_key: Callable[[str], Asking], database: Database, site: Site, clock: FrozenClock) -> Callable:
    def key_with(*scopes: Scope, mode: Mode = Mode.LIVE) -> Asking:
        with database.writing() as connection:
            return with_key(add_key(connection, site.id, "Key", mode, scopes, clock.now())[1])

    return key_with


@sqlite_only
def test_a_key_needs_the_scope(key_with: Callable[..., Asking]) -> None:
    for endpoint in list_endpoints():
        scope = endpoint.callers.scope
        assert call(key_with(*(set(Scope) - {scope})), endpoint) == "scope_required", endpoint.name
        assert call(key_with(scope), endpoint) not in {"scope_required", "key_required"}, endpoint.name


@sqlite_only
def test_a_browser_may_do_what_its_own_reader_may(browser: Asking) -> None:
    refused = [endpoint for endpoint in list_endpoints() if call(browser, endpoint) == "scope_required"]
    assert refused == [endpoint for endpoint in list_endpoints() if not endpoint.callers.browsers]


@sqlite_only
def test_nobody_calls_without_a_key_or_a_page(browser: Asking) -> None:
    nobody = Asking(browser.client)
    assert {call(nobody, endpoint) for endpoint in list_endpoints()} == {"key_required"}


def test_staffs_scopes_are_not_for_browsers() -> None:
    for_browsers = {endpoint.callers.scope for endpoint in list_endpoints() if endpoint.callers.browsers}
    assert for_browsers == {Scope.ARTICLES_READ, Scope.SESSIONS}


def test_a_revoked_key_is_refused_at_once(staff: Asking, database: Database, site: Site, clock: FrozenClock) -> None:
    assert staff.get("/v1/sections").status_code == 200
    with database.writing() as connection:
        revoke_key(connection, list_keys(connection, site.id)[0].id, clock.now())
    refused = staff.get("/v1/sections")
    assert code_of(refused) == "key_required"
    assert refused.json["detail"] == "The key that was sent is not known here, or not any more."


OURS, THEIRS, STRANGE, NONE = OUR_ADDRESS, THEIR_ADDRESS, "https://evil.example", None
ORIGINS = [OURS, STRANGE, "null", f"{OURS}.evil.example", OURS.upper(), f"{OURS}/", NONE]
CONTENT_TYPES = ["application/json", "text/plain", None]
FETCH_SITES = [None, "same-origin", "same-site", "cross-site", "none"]


@sqlite_only
def test_the_cross_site_matrix(browser: Asking, people: People, database: Database, clock: FrozenClock) -> None:
    """With a live cookie, only a script on our page that says JSON changes anything; nobody else reads anything."""
    asking = browser.client.application.test_client(use_cookies=False)
    wrong = []
    for method, origin, fetch_site, content_type in product(["GET", "POST"], ORIGINS, FETCH_SITES, CONTENT_TYPES):
        token = start_session(database, people.alice, clock.now(), rule=REPLACING).token
        bare = Asking(asking, {"Cookie": f"gatefold_session={token}"})
        named = {"Origin": origin, "Sec-Fetch-Site": fetch_site, "Content-Type": content_type}
        headers = {name: value for name, value in named.items() if value is not None}
        response = bare(method, "/v1/session" if method == "GET" else "/v1/sign-out", headers=headers)
        expected = _expected(method, origin, fetch_site, content_type)
        happened = code_of(response) if response.status_code >= 400 else "allowed"
        still = bare.get("/v1/session", headers={"Origin": OURS}).json["state"]
        leaks = people.alice.email in response.text and happened != "allowed"
        if happened != expected or leaks or (still == "ended") is not (happened == "allowed" and method == "POST"):
            wrong.append((method, origin, fetch_site, content_type, happened, expected, still))
    assert wrong == []


def _expected(method: str, origin: str | None, fetch_site: str | None, content_type: str | None) -> str:
    if fetch_site == "cross-site" or origin not in (OURS, NONE):
        return "cross_site_request"
    if origin is NONE:
        return "cross_site_request" if method == "POST" and fetch_site in ("same-site", "none") else "key_required"
    return "allowed" if method == "GET" or content_type == "application/json" else "unsupported_media_type"


@pytest.mark.parametrize("mode", ["no-cors", "navigate", "websocket", "nested-navigate"])
def test_a_script_element_or_a_navigation_reads_nothing(
    browser: Asking, people: People, sign_in: SignIn, mode: str
) -> None:
    cookie = f"gatefold_session={sign_in(people.alice).token}"
    bare = Asking(browser.client.application.test_client(use_cookies=False), {"Cookie": cookie})
    for origin in ({}, {"Origin": OURS}):
        response = bare.get("/v1/session", headers={"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": mode, **origin})
        assert code_of(response) == "cross_site_request"
        assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_scripts_on_our_pages_may_read_answers_and_problems(browser: Asking) -> None:
    for path in ("/v1/session", "/v1/devices", "/v1/nothing", "/v1/articles/none"):
        response = browser.get(path)
        assert response.headers["Access-Control-Allow-Origin"] == OURS
        assert response.headers["Access-Control-Allow-Credentials"] == "true"
        assert "Origin" in response.headers["Vary"]


@pytest.mark.parametrize("origin", [STRANGE, "null", "*"])
def test_scripts_elsewhere_may_read_nothing(browser: Asking, front_end: Asking, origin: str) -> None:
    for response in (
        browser.get("/v1/session", headers={"Origin": origin}),
        browser.get("/v1/nothing", headers={"Origin": origin}),
        front_end.get("/v1/session", headers={"Origin": origin}),
        browser("OPTIONS", "/v1/session", headers={"Origin": origin, "Access-Control-Request-Method": "GET"}),
    ):
        assert [name for name, _ in response.headers if name.startswith("Access-Control")] == []


def test_a_preflight_says_what_may_be_done(browser: Asking) -> None:
    asked = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "content-type"}
    response = browser("OPTIONS", f"/v1/devices/{PATHS['device_id']}", headers=asked)
    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == OURS
    assert response.headers["Access-Control-Allow-Methods"] == "DELETE, OPTIONS, PATCH"
    assert "Content-Type" in response.headers["Access-Control-Allow-Headers"]
    assert "Authorization" not in response.headers["Access-Control-Allow-Headers"]
    assert int(response.headers["Access-Control-Max-Age"]) > 0
    assert "*" not in str(response.headers)
    assert code_of(browser("OPTIONS", "/v1/nothing")) == "not_found"


def test_a_browser_of_each_site_sees_its_own_articles(
    browser: Asking, other_site: Site, article: ArticleFactory
) -> None:
    ours, theirs = article("free"), article("free", site_id=other_site.id)
    there = {"Origin": THEIRS}
    assert browser.get(f"/v1/articles/{ours.slug}").status_code == 200
    assert browser.get(f"/v1/articles/{theirs.slug}").status_code == 404
    assert browser.get(f"/v1/articles/{theirs.slug}", headers=there).status_code == 200


def test_test_keys_are_refused_in_production(key_with: Callable[..., Asking]) -> None:
    asking = key_with(Scope.ARTICLES_READ, mode=Mode.TEST)
    assert asking.get("/v1/sections").status_code == 200
    app = asking.client.application
    in_production = {"modes": frozenset({Mode.LIVE}), "memory": Memory(lambda: None)}
    app.extensions[EXTENSION] = replace(app.extensions[EXTENSION], **in_production)
    assert code_of(asking.get("/v1/sections")) == "key_required"
