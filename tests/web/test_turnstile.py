"""The turnstile: it knows every request that has a password hashed, and from which network it comes."""

from collections.abc import Callable
from dataclasses import replace
from inspect import signature
from typing import Any

import pytest
from flask import Flask, request

from service.accounts.places import HashingBusy, Places
from service.app import create_lane, create_serving_app
from service.foundation.database import Database, DatabaseUnavailable
from service.sites.site import Site
from service.web.api.reference.document import make_document
from service.web.doors import EXTENSION, Doors
from service.web.turnstile import OF_API, OF_PAGES, Turnstile
from tests.conftest import OUR_ADDRESS
from tests.support.clock import FrozenClock
from tests.support.people import RULE, People, sign_in
from tests.web.pages.test_forms import PLAUSIBLE, posts
from tests.web.pages.visitor import Visitor

HOME, ELSEWHERE, PROXY = "192.0.2.1", "198.51.100.7", "10.0.0.1"


@pytest.fixture
def anew(database: Database, people: People, clock: FrozenClock) -> Callable[[], str]:
    """``anew()`` is a live session of Alice's, whatever was done to the ones before."""
    rule = replace(RULE, replace_oldest=True)
    return lambda: sign_in(database, people.alice, clock.now(), rule=rule).token


@pytest.fixture
def asked_for_a_place(app: Flask, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The paths at which somebody wanted one."""
    paths = set()
    take = Places.take

    def watched(places: Places, network: str) -> None:
        paths.add(request.path)
        take(places, network)

    monkeypatch.setattr(Places, "take", watched)
    return paths


def test_it_knows_every_page_that_has_a_password_hashed(
    app: Flask, people: People, anew: Callable[[], str], asked_for_a_place: set[str]
) -> None:
    for path in posts(app):
        visitor = Visitor(app.test_client())
        visitor.token = anew()
        token = visitor.open("/account/name").form("/account/name").fields["csrf_token"]
        visitor.post(path, {**PLAUSIBLE, "password": people.alice.password, "csrf_token": token})
    assert asked_for_a_place == OF_PAGES


def test_it_knows_every_call_that_has_a_password_hashed(
    app: Flask, anew: Callable[[], str], staff_key: str, asked_for_a_place: set[str]
) -> None:
    client = app.test_client(use_cookies=False)
    for path, operations in make_document()["paths"].items():
        for method in operations.keys() & {"post", "put", "patch", "delete"}:
            body = operations[method].get("requestBody", {}).get("content", {}).get("application/json", {})
            headers = {"Authorization": f"Bearer {staff_key}", "Gatefold-Session": anew()}
            client.open(path, method=method, json=body.get("example", {}), headers=headers)
    assert asked_for_a_place == OF_API


@pytest.mark.parametrize("method", ["post", "Post", "pOsT"])
def test_it_knows_them_however_the_method_is_written(app: Flask, turnstile: Turnstile, method: str) -> None:
    environ = {"REQUEST_METHOD": method, "REMOTE_ADDR": HOME}
    tried = [app.test_client().open(path, method=method, environ_overrides=environ) for path in sorted(OF_API)]
    assert {answer.status_code for answer in tried} == {401}  # so Flask takes it for a POST
    assert all(turnstile.network_of({**environ, "PATH_INFO": path}) == HOME for path in OF_API | OF_PAGES)


@pytest.fixture
def places() -> Places:
    """Four, of which two are held from home."""
    places = Places(4)
    places.take(HOME)
    places.take(HOME)
    return places


def asked(path: str, address: str, **headers: str) -> dict[str, Any]:
    return {"REQUEST_METHOD": "POST", "PATH_INFO": path, "REMOTE_ADDR": address, **headers}


def finds_one(turnstile: Turnstile, environ: dict[str, Any]) -> bool:
    network = turnstile.network_of(environ)
    if network is None:
        return True
    try:
        with turnstile.places.hold(network):
            return True
    except HashingBusy:
        return False


@pytest.fixture
def turnstile(app: Flask, places: Places) -> Turnstile:
    house: Doors = app.extensions[EXTENSION]
    return Turnstile(house, places)


@pytest.mark.parametrize("path", sorted(OF_API | OF_PAGES))
def test_it_counts_by_the_network_that_asks(turnstile: Turnstile, path: str) -> None:
    assert not finds_one(turnstile, asked(path, HOME))
    assert finds_one(turnstile, asked(path, ELSEWHERE))
    assert finds_one(turnstile, asked("/v1/sign-out", HOME))
    assert finds_one(turnstile, {**asked(path, HOME), "REQUEST_METHOD": "GET"})


def test_it_believes_a_front_end_that_says_where_its_reader_is_and_nobody_else(
    turnstile: Turnstile, front_end_key: str
) -> None:
    told = {"HTTP_GATEFOLD_READER_ADDRESS": ELSEWHERE}
    with_key = {**told, "HTTP_AUTHORIZATION": f"Bearer {front_end_key}"}
    assert not finds_one(turnstile, asked("/v1/sign-in", HOME, **told))
    assert not finds_one(turnstile, asked("/v1/sign-in", HOME, **told, HTTP_AUTHORIZATION="Bearer gf_live_made_up"))
    assert not finds_one(turnstile, asked("/sign-in", HOME, **with_key))
    assert finds_one(turnstile, asked("/v1/sign-in", HOME, **with_key))


def test_it_asks_who_calls_only_where_the_reader_is_said_to_be_elsewhere(
    app: Flask, turnstile: Turnstile, front_end_key: str
) -> None:
    house: Doors = app.extensions[EXTENSION]
    with_key = {"HTTP_AUTHORIZATION": f"Bearer {front_end_key}"}
    assert turnstile.network_of(asked("/v1/sign-in", HOME, **with_key)) == HOME
    assert len(house.keys_used) == 0
    assert turnstile.network_of(asked("/v1/sign-in", HOME, **with_key, HTTP_GATEFOLD_READER_ADDRESS=ELSEWHERE))
    assert len(house.keys_used) == 1


@pytest.mark.parametrize(("hops", "found"), [(0, False), (1, True), (2, False)])
def test_it_sees_past_the_publishers_own_proxies_and_no_further(
    app: Flask, places: Places, front_end_key: str, hops: int, found: bool
) -> None:
    house: Doors = app.extensions[EXTENSION]
    house.settings.__dict__["trusted_proxies"] = hops
    environ = asked("/sign-in", HOME, HTTP_X_FORWARDED_FOR=f"{HOME}, {ELSEWHERE}")
    assert finds_one(Turnstile(house, places), environ) is found
    assert Turnstile(house, places).sender_of(environ) == (ELSEWHERE if found else HOME)
    assert environ["REMOTE_ADDR"] == HOME


@pytest.mark.parametrize("path", sorted(f"/{path}" for path in OF_PAGES))
def test_a_page_is_known_with_more_slashes_too(app: Flask, turnstile: Turnstile, path: str) -> None:
    assert app.url_map.bind("localhost").test(path, "POST")
    assert not finds_one(turnstile, asked(path, HOME))


def test_a_zone_makes_no_network_of_its_own(turnstile: Turnstile) -> None:
    networks = {turnstile.network_of(asked("/sign-in", f"2001:db8::1{zone}")) for zone in ("", "%a", "%b")}
    assert networks == {"2001:db8::/64"}


def test_where_the_database_cannot_answer_the_application_is_left_to_say_so(
    turnstile: Turnstile, database: Database, front_end_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise DatabaseUnavailable

    monkeypatch.setattr(Database, "ask", gone)
    with_key = {"HTTP_AUTHORIZATION": f"Bearer {front_end_key}", "HTTP_GATEFOLD_READER_ADDRESS": HOME}
    assert turnstile.network_of(asked("/v1/sign-in", ELSEWHERE, **with_key)) == ELSEWHERE
    assert turnstile.sharing(asked("/v1/sign-in", HOME, HTTP_ORIGIN=OUR_ADDRESS)) == []


def test_a_sites_own_page_may_read_that_it_was_turned_away_and_no_other(turnstile: Turnstile, site: Site) -> None:
    known = asked("/v1/sign-in", HOME, HTTP_ORIGIN=OUR_ADDRESS)
    assert ("Access-Control-Allow-Origin", OUR_ADDRESS) in turnstile.sharing(known)
    assert turnstile.sharing(asked("/v1/sign-in", HOME, HTTP_ORIGIN="https://evil.example")) == []
    assert turnstile.sharing(asked("/sign-in", HOME, HTTP_ORIGIN=OUR_ADDRESS)) == []
    assert turnstile.sharing({**known, "HTTP_AUTHORIZATION": "Bearer x"}) == []


def test_the_parent_of_an_earlier_version_can_start_this_ones_workers() -> None:
    """It goes on after an upgrade, and calls what it was told of when it started."""
    assert signature(create_lane).bind()
    assert signature(create_serving_app).bind()
