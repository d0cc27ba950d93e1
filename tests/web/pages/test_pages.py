"""What holds for every page: its policy, its structure, its words where something went wrong, its look."""

import json
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text

from service.app import create_app
from service.devices.sessions import StartedSession
from service.foundation.database import Database, DatabaseUnavailable
from service.foundation.logs import configure_logs
from service.sites.site import Site
from service.web.callers import ANYONE, DEVELOPMENT, SIGNED_IN_READER, caller_of
from service.web.doors import EXTENSION
from tests.support.clock import FrozenClock
from tests.support.databases import sqlite_only
from tests.support.people import People
from tests.support.settings import make_settings
from tests.web.pages.visitor import Visitor

pytestmark = sqlite_only

OPEN = ["/sign-in", "/sign-up", "/sign-up/sent", "/recover", "/recover/sent", "/sign-out", "/dev/mail", "/nothing"]
FOR_READERS = ["/account", "/account/name", "/account/email", "/account/password", "/account/devices", "/sign-in"]
PRODUCTION = {
    "environment": "production",
    "public_url": "https://accounts.example.org",
    "secret_keys": "k" * 40,
    "smtp_host": "mail.example.org",
    "mail_from": "accounts@example.org",
}


@pytest.fixture
def reader(visitor: Visitor, people: People, sign_in: Callable[..., StartedSession]) -> Visitor:
    visitor.token = sign_in(people.alice).token
    return visitor


def test_every_page_names_who_may_call_it(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] in ("pages", "appearance", "mailbox"):
            assert caller_of(app.view_functions[rule.endpoint]) in (ANYONE, SIGNED_IN_READER, DEVELOPMENT), rule


def test_every_page_of_a_reader_turns_a_stranger_away(app: Flask, visitor: Visitor, people: People) -> None:
    for rule in app.url_map.iter_rules():
        if caller_of(app.view_functions[rule.endpoint]) == SIGNED_IN_READER:
            path = str(rule).replace("<device_id>", "dev_" + "a" * 20)
            if "GET" in (rule.methods or ()):
                assert (visitor.open(path).leads_to or "").startswith("/sign-in?return_to="), rule
            if "POST" in (rule.methods or ()):
                assert (visitor.post(path).leads_to or "").startswith("/sign-in?return_to="), rule


@pytest.mark.parametrize("path", [*OPEN, *FOR_READERS])
def test_every_page_keeps_everything_out_that_is_not_ours(reader: Visitor, path: str) -> None:
    headers = reader.open(path).response.headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "style-src": "'self'",
        "img-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    assert headers["Cache-Control"] == "private, no-store"
    assert "Cookie" in headers["Vary"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Permissions-Policy"].startswith("camera=()")
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_the_policy_lets_a_form_lead_back_to_the_site_that_sent_the_reader(visitor: Visitor, site: Site) -> None:
    policy = visitor.open("/sign-in?return_to=http://localhost:8401/story").response.headers["Content-Security-Policy"]
    assert "form-action 'self' http://localhost:8401;" in policy
    policy = visitor.open("/sign-in?return_to=http://evil.example/").response.headers["Content-Security-Policy"]
    assert "evil" not in policy


@pytest.mark.parametrize("path", [*OPEN, *FOR_READERS])
def test_every_page_can_be_read_without_seeing_it(reader: Visitor, path: str) -> None:
    for visitor in (reader, Visitor(reader.client.application.test_client())):
        page = visitor.follow(visitor.open(path))
        tree = page.tree
        assert tree.get("lang") == "en"
        assert tree.findtext(".//title").strip()
        for landmark in ("header", "main", "footer", "h1"):
            assert len(tree.findall(f".//{landmark}")) == 1, landmark
        assert tree.xpath("//body/a[1]/@href") == ["#main"]
        ids = tree.xpath("//@id")
        assert len(ids) == len(set(ids))
        for name in ("aria-describedby", "aria-labelledby"):
            for value in tree.xpath(f"//@{name}"):
                assert set(value.split()) <= set(ids), value
        for field in tree.xpath("//input[not(@type='hidden') and not(@aria-hidden)]"):
            assert tree.xpath(f"//label[@for='{field.get('id')}']"), field.get("name")
        for button in tree.xpath("//button | //a"):
            assert button.text_content().strip() or button.get("aria-label"), button.attrib
        assert tree.xpath("//script | //style | //@style | //@onclick") == []


def test_nothing_is_loaded_from_elsewhere(visitor: Visitor, database: Database) -> None:
    loaded = visitor.open("/sign-up").tree.xpath("//link/@href | //img/@src")
    assert loaded
    assert all(address.startswith("/static/") for address in loaded)


@pytest.mark.parametrize("path", [*OPEN, *FOR_READERS])
def test_no_page_is_compressed_for_its_length_would_tell_of_its_secrets(reader: Visitor, path: str) -> None:
    for visitor in (reader, Visitor(reader.client.application.test_client())):
        visitor.headers["Accept-Encoding"] = "gzip, deflate, br, zstd"
        response = visitor.follow(visitor.open(path)).response
        assert "Content-Encoding" not in response.headers
        assert b"<!doctype html>" in response.data


def test_the_publisher_is_named_and_shown(database_url: str) -> None:
    settings = make_settings(
        database_url=database_url,
        publisher_name='A & B "Daily"',
        publisher_logo_url="/logo.svg",
        publisher_colour="#ffee00",
    )
    visitor = Visitor(create_app(settings).test_client())
    page = visitor.open("/sign-in")
    logo = page.tree.find(".//img")
    assert (logo.get("src"), logo.get("alt")) == ("/logo.svg", 'A & B "Daily"')
    theme = next(address for address in page.tree.xpath("//link/@href") if address.endswith("theme.css"))
    assert "--publisher:#ffee00" in visitor.open(theme).response.get_data(as_text=True)


def test_every_page_leads_back_to_the_publisher_who_says_where(database_url: str, visitor: Visitor) -> None:
    home = "https://www.example.org/news?a=1&b=2"
    told = Visitor(create_app(make_settings(database_url=database_url, publisher_url=home)).test_client())
    for path in ("/sign-in", "/nothing"):
        assert told.open(path).tree.xpath("//a[@href=$home]", home=home)
        assert visitor.open(path).tree.xpath("//header//a | //footer//a[starts-with(@href, 'http')]") == []


@pytest.mark.parametrize(
    ("method", "path", "status", "title"),
    [
        ("GET", "/nothing", 404, "There is no such page"),
        ("GET", "/sign-in/", 404, "There is no such page"),
        ("DELETE", "/sign-in/choose", 405, "This cannot be done here"),
        ("DELETE", "/account", 405, "This cannot be done here"),
        ("GET", "/dev/mail/nothing.eml", 404, "There is no such page"),
    ],
)
def test_what_is_not_there_is_said_kindly(
    visitor: Visitor, database: Database, method: str, path: str, status: int, title: str
) -> None:
    page = visitor.open(path, method)
    assert (page.status, page.title) == (status, title)
    if status == 405:
        assert page.response.headers["Allow"]


@pytest.mark.parametrize("host", ["a" * 64, "a b", "", "..", "\xff", "localhost:port"])
def test_whatever_is_said_to_be_our_name_changes_nothing(visitor: Visitor, host: str) -> None:
    for path in ("/sign-in", "/nothing", "/healthz", "/v1/session"):
        said = visitor.client.get(path, headers={"Host": host})
        assert said.status_code == visitor.client.get(path).status_code
    assert visitor.client.get("/account", headers={"Host": host}).headers["Location"].startswith("/sign-in?")


def test_a_fault_before_any_view_is_one_line_of_the_log(
    app: Flask, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app.testing = False
    configure_logs()
    app.before_request_funcs[None].append(lambda: 1 / 0)
    assert app.test_client().get('/a%0a{"event": "forged"}').status_code == 500
    entries = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [entry["event"] for entry in entries] == ["fault", "request"]
    assert "ZeroDivisionError" in entries[0]["exception"]


def test_a_database_that_is_away_is_told_with_when_to_try_again(
    app: Flask, visitor: Visitor, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise DatabaseUnavailable("OperationalError")

    monkeypatch.setattr(Database, "ask", lambda *_: away())
    page = visitor.open("/sign-in")
    assert page.status == 503
    assert page.response.headers["Retry-After"] == "5"
    assert page.title == "We cannot answer just now"


def test_a_fault_of_ours_tells_nothing_of_how_we_are_made(
    reader: Visitor, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.web.pages.account.holdings", lambda *_: 1 / 0)
    monkeypatch.setattr("service.web.changing.rename", lambda *_: 1 / 0)
    for page in (reader.open("/account"), reader.send(reader.open("/account/name"), "/account/name", name="Dora")):
        assert (page.status, page.title) == (500, "Something went wrong")
        assert "ZeroDivision" not in page.text


def test_a_table_that_is_missing_is_a_fault_of_ours_too(reader: Visitor, database: Database) -> None:
    with database.writing() as connection:
        connection.execute(text("DROP TABLE entitlements"))
    page = reader.open("/account")
    assert page.status >= 500
    assert "entitlements" not in page.text


def test_in_production_the_mailbox_is_not_there(database_url: str, clock: FrozenClock) -> None:
    app = create_app(make_settings(database_url=database_url, **PRODUCTION), clock=clock)
    assert not [rule for rule in app.url_map.iter_rules() if "mail" in rule.rule.split("/")]
    page = Visitor(app.test_client()).open("/dev/mail")
    assert page.status == 404
    assert "/dev/mail" not in page.links()


@pytest.mark.parametrize("domain", [None, "example.org"])
def test_in_production_cookies_demand_https(people: People, database_url: str, domain: str | None) -> None:
    app = create_app(make_settings(database_url=database_url, cookie_domain=domain, **PRODUCTION))
    app.extensions[EXTENSION] = app.extensions[EXTENSION]
    client = app.test_client()
    home = {"base_url": "https://accounts.example.org", "headers": {"Origin": "https://accounts.example.org"}}
    form = client.get("/sign-in", **home)
    assert "__Host-gatefold_form=" in form.headers["Set-Cookie"]
    assert "Secure" in form.headers["Set-Cookie"]
    page = Visitor(client)
    token = html_token(form.get_data(as_text=True))
    assert page.token is None
    fields = {"email": people.alice.email, "password": people.alice.password, "csrf_token": token}
    done = client.post("/sign-in", data=fields, **home)
    name = "__Secure-gatefold_session" if domain else "__Host-gatefold_session"
    cookie = next(c for c in done.headers.getlist("Set-Cookie") if c.startswith(f"{name}="))
    assert "Secure" in cookie
    assert ("Domain=example.org" in cookie) == bool(domain)


def html_token(page: str) -> str:
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]
