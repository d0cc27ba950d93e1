"""Signing in and out through the pages."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote

import pytest

from service.accounts.places import HashingBusy
from service.devices.sessions import StartedSession, list_live_devices
from service.foundation.database import Database
from service.sites.site import Site
from service.web import signing_in
from tests.support.clock import FrozenClock
from tests.support.people import LIFE, People
from tests.web.pages.visitor import HERE, Visitor

SITE = "http://localhost:8401"


def live(database: Database, reader_id: str, clock: FrozenClock) -> int:
    with database.reading() as connection:
        return len(list_live_devices(connection, reader_id, LIFE, clock.now()))


def test_a_reader_signs_in_and_comes_to_her_account(visitor: Visitor, people: People) -> None:
    page = visitor.sign_in(people.alice.email, people.alice.password)
    assert (page.status, page.leads_to) == (303, "/account")
    account = visitor.follow(page)
    assert account.title == "Your account"
    assert people.alice.email in account.text
    assert "Premium Active, with no end date." in account.text


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(visitor: Visitor, people: People) -> None:
    page = visitor.sign_in(people.alice.email, people.alice.password)
    cookie = next(c for c in page.response.headers.getlist("Set-Cookie") if c.startswith("gatefold_session="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_she_is_led_back_to_the_article_she_came_from(visitor: Visitor, people: People, site: Site) -> None:
    article = f"{SITE}/stories/a?b=c%20d#e"
    page = visitor.sign_in(people.alice.email, people.alice.password, return_to=quote(article, safe=""))
    assert page.leads_to == article


@pytest.mark.parametrize(
    "elsewhere",
    [
        "http://evil.example/",
        "https://localhost:8401/",
        "http://localhost:8401@evil.example/",
        "http://localhost:8401.evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "http:evil.example",
        "http:///evil.example",
        "http://localhost:8401\\@evil.example",
        "http://localhost:8401\t.evil.example",
        "http://localhost:8401\r\nSet-Cookie: a=b",
        "javascript:alert(1)",
        "data:text/html,hello",
        "http://[::1",
        "http://localhost:99999/",
        "http://localhost:8401/" + "x" * 3000,
        "\x00",
        "",
    ],
)
def test_no_address_but_ours_is_led_back_to(visitor: Visitor, people: People, site: Site, elsewhere: str) -> None:
    page = visitor.sign_in(people.alice.email, people.alice.password, return_to=quote(elsewhere, safe=""))
    assert (page.status, page.leads_to) == (303, "/account")


def test_an_address_put_into_the_form_itself_is_looked_at_as_well(visitor: Visitor, people: People) -> None:
    fields = {"email": people.alice.email, "password": people.alice.password, "return_to": "http://evil.example/"}
    page = visitor.send(visitor.open("/sign-in"), "/sign-in", **fields)
    assert page.leads_to == "/account"


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(visitor: Visitor, people: People) -> None:
    wrong = visitor.sign_in(people.alice.email, "not her password")
    unknown = visitor.sign_in("nobody@example.org", "not her password")
    impossible = visitor.sign_in("no address at all", "not her password")
    assert wrong.status == unknown.status == impossible.status == 401
    assert wrong.text == unknown.text == impossible.text
    assert "The email or the password is not right." in wrong.text
    assert "Just made an account? Open the link in our mail first." in wrong.text
    assert "Just made an account?" not in visitor.open("/sign-in").text


def test_what_was_filled_in_is_kept_but_no_password(visitor: Visitor, people: People) -> None:
    page = visitor.sign_in(people.alice.email, "not her password")
    form = page.form("/sign-in")
    assert form.fields["email"] == people.alice.email
    assert not form.fields["password"]
    assert "not her password" not in page.response.get_data(as_text=True)


def test_after_too_many_tries_she_is_told_when_to_try_again(visitor: Visitor, people: People) -> None:
    page = visitor.sign_in(people.alice.email, "wrong")
    while page.status == 401:
        page = visitor.sign_in(people.alice.email, "wrong")
    assert page.status == 429
    assert 0 < int(page.response.headers["Retry-After"]) <= 15 * 60
    assert "There were too many tries. You can try again in 15 minutes." in page.text


def test_where_too_many_sign_in_at_once_the_form_waits_with_what_was_filled_in(
    visitor: Visitor, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object, **__: object) -> None:
        raise HashingBusy

    monkeypatch.setattr(signing_in, "verify_password", busy)
    page = visitor.sign_in(people.alice.email, people.alice.password)
    assert (page.status, page.response.headers["Retry-After"]) == (503, "10")
    assert "Many readers are signing in; try again in 10 seconds." in page.text
    assert page.form("/sign-in").fields["email"] == people.alice.email


def test_who_is_signed_in_already_is_asked_nothing(visitor: Visitor, people: People, site: Site) -> None:
    visitor.sign_in(people.alice.email, people.alice.password)
    page = visitor.open(f"/sign-in?return_to={SITE}/story")
    assert page.title == "You are signed in"
    assert f"{SITE}/story" in page.links()
    assert visitor.open("/sign-up").title == "You are signed in"


def test_signing_in_again_keeps_the_device_and_its_place(
    visitor: Visitor, people: People, database: Database, clock: FrozenClock
) -> None:
    form = visitor.open("/sign-in")
    first = visitor.send(form, "/sign-in", email=people.bob.email, password=people.bob.password)
    assert first.leads_to == "/account"
    before = visitor.token
    out = visitor.open("/sign-in").form("/sign-out").fields["csrf_token"]
    fields = {"email": people.bob.email, "password": people.bob.password, "csrf_token": out}
    assert visitor.post("/sign-in", fields).leads_to == "/account"
    assert visitor.token != before
    assert live(database, people.bob.id, clock) == 1


def test_another_reader_who_signs_in_on_the_same_browser_ends_the_first_ones_session(
    visitor: Visitor, people: People, database: Database, clock: FrozenClock
) -> None:
    visitor.sign_in(people.alice.email, people.alice.password)
    token = visitor.open("/sign-in").form("/sign-out").fields["csrf_token"]
    fields = {"email": people.bob.email, "password": people.bob.password, "csrf_token": token}
    assert visitor.post("/sign-in", fields).leads_to == "/account"
    assert live(database, people.alice.id, clock) == 0
    assert people.bob.email in visitor.open("/account").text


def test_signing_out_ends_the_session_and_leads_back(
    visitor: Visitor, people: People, site: Site, database: Database, clock: FrozenClock
) -> None:
    visitor.sign_in(people.alice.email, people.alice.password)
    token = visitor.token
    page = visitor.send(visitor.open(f"/sign-out?return_to={SITE}/"), "/sign-out")
    assert (page.status, page.leads_to) == (303, f"{SITE}/")
    assert visitor.token is None
    assert live(database, people.alice.id, clock) == 0
    visitor.token = token or ""
    assert visitor.open("/account").leads_to == f"/sign-in?return_to={HERE}/account"


def test_signing_out_without_a_place_to_return_to_says_so(visitor: Visitor, people: People) -> None:
    visitor.sign_in(people.alice.email, people.alice.password)
    page = visitor.follow(visitor.send(visitor.open("/sign-out"), "/sign-out"))
    assert page.title == "Sign in"
    assert page.notices == ["You are signed out."]


def test_signing_out_twice_does_no_harm(visitor: Visitor, people: People) -> None:
    visitor.sign_in(people.alice.email, people.alice.password)
    visitor.send(visitor.open("/sign-out"), "/sign-out")
    page = visitor.open("/sign-out")
    assert "You are not signed in on this device." in page.text
    assert visitor.send(page, "/sign-out").leads_to == "/sign-in"


@pytest.mark.parametrize("name", ["remember_token", "gatefold_never", "_remember"])
def test_a_cookie_that_a_neighbour_planted_keeps_nobody_out(visitor: Visitor, people: People, name: str) -> None:
    visitor.sign_in(people.alice.email, people.alice.password)
    visitor.client.set_cookie(name, "planted")
    assert visitor.open("/account").status == 200


def test_a_tab_that_shows_the_session_before_is_told_nothing_and_takes_no_cookie_away(
    visit: Callable[..., Visitor], people: People
) -> None:
    visitor, tab = visit(), visit()
    visitor.sign_in(people.alice.email, people.alice.password)
    before = visitor.token or ""
    token = visitor.open("/sign-in").form("/sign-out").fields["csrf_token"]
    fields = {"email": people.alice.email, "password": people.alice.password, "csrf_token": token}
    visitor.post("/sign-in", fields)
    tab.token = before
    page = tab.follow(tab.open("/account"))
    assert (page.title, page.notices) == ("Sign in", [])
    assert tab.token == before


def test_opening_the_sign_out_page_signs_nobody_out(
    visitor: Visitor, people: People, database: Database, clock: FrozenClock
) -> None:
    visitor.sign_in(people.alice.email, people.alice.password)
    assert visitor.open("/sign-out").title == "Sign out"
    assert visitor.open("/sign-out", "HEAD").status == 200
    assert live(database, people.alice.id, clock) == 1


def test_a_page_for_readers_leads_through_the_sign_in_and_back(visitor: Visitor, people: People) -> None:
    page = visitor.open("/account/devices?x=1")
    assert page.leads_to == f"/sign-in?return_to={HERE}/account/devices?x%3D1"
    form = visitor.open(page.leads_to)
    done = visitor.send(form, "/sign-in", email=people.alice.email, password=people.alice.password)
    assert done.leads_to == "/account/devices?x=1"


def test_a_session_that_ran_out_is_told_and_its_device_known_again(
    visitor: Visitor,
    people: People,
    sign_in: Callable[..., StartedSession],
    database: Database,
    clock: FrozenClock,
) -> None:
    session = sign_in(people.alice)
    visitor.token = session.token
    clock.advance(timedelta(days=61))
    page = visitor.follow(visitor.open("/account"))
    assert page.notices == ["Your session has run out; sign in again."]
    visitor.send(page, "/sign-in", email=people.alice.email, password=people.alice.password)
    with database.reading() as connection:
        devices = list_live_devices(connection, people.alice.id, LIFE, clock.now())
    assert [device.id for device in devices] == [session.device.id]
