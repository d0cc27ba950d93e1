"""Which forms are believed: those of our own pages, sent from our own address, while they are fresh."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from service.devices.sessions import StartedSession
from service.foundation.database import Database, metadata
from tests.support.databases import sqlite_only
from tests.support.people import People
from tests.web.pages.visitor import HERE, Visitor

DEVICE = "dev_" + "a" * 20
PLAUSIBLE = {
    "email": "dora@example.org",
    "name": "Dora",
    "password": "plum-ladder-orbit-seven",
    "new_password": "lantern river basil seventy",
    "ticket": "gft_x",
    "device_id": DEVICE,
}


def posts(app: Flask, device_id: str = DEVICE) -> list[str]:
    """Every address of a page that takes a form."""
    return sorted(
        str(rule).replace("<device_id>", device_id)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("pages.") and "POST" in (rule.methods or ())
    )


def stored(database: Database) -> dict[str, Any]:
    """Every row of every table."""
    with database.reading() as connection:
        return {
            table.name: sorted(connection.execute(select(table)).all(), key=repr) for table in metadata.sorted_tables
        }


@sqlite_only
@pytest.mark.parametrize(
    ("token", "why"),
    [
        (None, "none at all"),
        ("", "an empty one"),
        ("IjBiMGM2OWUzYTFkOTIwMmUzNTgzYzQxMTU3YjJkZThlNjU4NGY4NGYi.awL3Zw.6NE6kohypXCwDlKJLDOwouqiWjg", "a forged one"),
        ("another visitor's", "one from another browser"),
        ("x" * 10_000, "a long one"),
        ("\x00", "garbage"),
    ],
)
def test_no_form_without_its_token_changes_anything(
    app: Flask,
    visit: Callable[..., Visitor],
    people: People,
    sign_in: Callable[..., StartedSession],
    database: Database,
    token: str | None,
    why: str,
) -> None:
    if token == "another visitor's":
        token = visit().open("/sign-in").form("/sign-in").fields["csrf_token"]
    visitor = visit()
    visitor.token = sign_in(people.alice).token
    visitor.open("/account")
    device = sign_in(people.alice, "Safari on iPhone").device
    before = stored(database)
    assert len(posts(app)) >= 13
    for path in posts(app, device.id):
        fields = {**PLAUSIBLE, **({} if token is None else {"csrf_token": token})}
        page = visitor.post(path, fields)
        assert page.status in (303, 400, 410), (path, why)
        assert page.leads_to in (None, "/sign-in", "/account/devices"), path
        assert "gatefold_session=" not in str(page.response.headers), path
    assert stored(database) == before


@sqlite_only
@pytest.mark.parametrize(
    ("origin", "fetch_site"),
    [
        ("http://evil.example", None),
        ("http://localhost:8401", None),
        ("http://localhost:8400.evil.example", None),
        ("https://localhost:8400", None),
        ("null", None),
        (None, None),
        (None, "cross-site"),
        (None, "same-site"),
        (None, "none"),
        (HERE, "cross-site"),
    ],
)
def test_no_form_from_another_address_is_believed_even_with_a_good_token(
    app: Flask,
    visitor: Visitor,
    people: People,
    sign_in: Callable[..., StartedSession],
    database: Database,
    origin: str | None,
    fetch_site: str | None,
) -> None:
    visitor.token = sign_in(people.alice).token
    token = visitor.open("/sign-out").form("/sign-out").fields["csrf_token"]
    device = sign_in(people.alice, "Safari on iPhone").device
    before = stored(database)
    headers = {"Sec-Fetch-Site": fetch_site} if fetch_site else {}
    for path in posts(app, device.id):
        page = visitor.post(path, {**PLAUSIBLE, "csrf_token": token}, origin, **headers)
        assert page.status == 403, path
        assert HERE in page.text
    assert stored(database) == before


@sqlite_only
@pytest.mark.parametrize(("origin", "fetch_site"), [(HERE, None), (HERE, "same-origin"), (None, "same-origin")])
def test_a_form_of_our_own_is_believed(
    visitor: Visitor, people: People, origin: str | None, fetch_site: str | None
) -> None:
    token = visitor.open("/sign-in").form("/sign-in").fields["csrf_token"]
    fields = {"email": people.alice.email, "password": people.alice.password, "csrf_token": token}
    headers = {"Sec-Fetch-Site": fetch_site} if fetch_site else {}
    assert visitor.post("/sign-in", fields, origin, **headers).status == 303


@sqlite_only
def test_a_stale_form_is_shown_again_with_what_was_filled_in(visitor: Visitor, people: People) -> None:
    visitor.open("/sign-up")
    page = visitor.post("/sign-up", {"email": "dora@example.org", "name": "Dora", "password": "a long enough secret"})
    assert page.status == 400
    assert "Nothing was changed: please send it again." in page.text
    form = page.form("/sign-up")
    assert (form.fields["email"], form.fields["name"]) == ("dora@example.org", "Dora")
    assert "a long enough secret" not in page.response.get_data(as_text=True)
    assert visitor.send(page, "/sign-up", password="a long enough secret").status == 303


@sqlite_only
def test_no_get_changes_anything(
    app: Flask,
    visitor: Visitor,
    people: People,
    sign_in: Callable[..., StartedSession],
    database: Database,
) -> None:
    visitor.token = sign_in(people.alice).token
    before = stored(database)
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("pages.") and "GET" in (rule.methods or ()):
            for method in ("GET", "HEAD", "OPTIONS"):
                query = "?ticket=gft_x&email=dora@example.org&password=plum-ladder-orbit-seven&csrf_token=x"
                assert visitor.open(f"{rule}{query}", method).status < 500
    assert stored(database) == before


GARBAGE: list[Any] = [
    "\x00",
    "a\x00b@example.org",
    b"\xff\xfe\xed\xa0\x80",
    "\u202e\U0010ffff",
    "'; DROP TABLE readers; --",
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}",
    "%00%0d%0aSet-Cookie: a=b",
    "x" * 20_000,
]


@pytest.mark.parametrize("garbage", GARBAGE, ids=repr)
def test_garbage_in_any_field_ends_in_a_page_that_says_so(
    app: Flask, visitor: Visitor, people: People, sign_in: Callable[..., StartedSession], garbage: Any
) -> None:
    visitor.token = sign_in(people.alice).token
    fields: dict[str, Any] = dict.fromkeys(PLAUSIBLE, garbage[:200] if len(garbage) > 9_000 else garbage)
    for path in posts(app):
        if path == "/sign-out" or "/sign-out" in path:
            continue
        for field in (None, *PLAUSIBLE):
            given = {**PLAUSIBLE, field: garbage} if field else dict(fields)
            given["csrf_token"] = visitor.open("/sign-out").form("/sign-out").fields["csrf_token"]
            page = visitor.post(path, given)
            assert page.status in (200, 303, 401, 410, 422, 429), (path, field)
            if page.status != 303:
                assert page.tree.xpath("//script") == []
                assert "Traceback" not in page.text


@sqlite_only
def test_a_form_beyond_any_size_is_refused(visitor: Visitor, people: People) -> None:
    token = visitor.open("/sign-in").form("/sign-in").fields["csrf_token"]
    page = visitor.post("/sign-in", {"email": "x" * 70_000, "csrf_token": token})
    assert (page.status, page.title) == (413, "That is too much")


@sqlite_only
def test_a_field_that_is_sent_twice_counts_once(visitor: Visitor, people: People) -> None:
    token = visitor.open("/sign-in").form("/sign-in").fields["csrf_token"]
    email = [people.alice.email, people.bob.email]
    page = visitor.post("/sign-in", {"email": email, "password": people.alice.password, "csrf_token": token})
    assert people.alice.email in visitor.follow(page).text


@sqlite_only
def test_forms_opened_before_a_sign_in_are_not_believed_after_it(visitor: Visitor, people: People) -> None:
    old = visitor.open("/sign-in")
    assert visitor.send(old, "/sign-in", email=people.bob.email, password=people.bob.password).status == 303
    page = visitor.send(old, "/sign-in", email=people.alice.email, password=people.alice.password)
    assert page.status == 400
