"""Signing up and recovering through the pages: two mails, two buttons."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete

from service.accounts.store import find_reader_by_email
from service.devices.sessions import StartedSession
from service.foundation.database import Database
from service.sites.site import Site
from service.sites.store import site_addresses
from tests.support.clock import FrozenClock
from tests.support.people import People
from tests.web.pages.visitor import HERE, Visitor

DORA = {"email": "dora@example.org", "name": "Dora", "password": "lantern river basil seventy"}
NEW = "seventy basil river lantern"


def test_a_reader_signs_up_confirms_and_signs_in(
    visitor: Visitor, site: Site, database: Database, mailed_link: Callable[[], str]
) -> None:
    story = "http://localhost:8401/story"
    sent = visitor.send(visitor.open(f"/sign-up?return_to={story}"), "/sign-up", **DORA)
    assert sent.leads_to == f"/sign-up/sent?return_to={story.replace('=', '%3D')}"
    assert "We are writing to dora@example.org" in visitor.follow(sent).text
    link = mailed_link()
    confirmed = visitor.send(visitor.open(link), "/sign-up/confirm")
    page = visitor.follow(confirmed)
    assert page.notices == ["Your account is ready. Sign in to begin."]
    done = visitor.send(page, "/sign-in", email=DORA["email"], password=DORA["password"])
    assert done.leads_to == story


def test_the_mailbox_lists_mails_and_shows_one_with_its_link(visitor: Visitor, mailed_link: Callable[[], str]) -> None:
    assert "No mail yet." in visitor.open("/dev/mail").text
    visitor.send(visitor.open("/sign-up"), "/sign-up", **DORA)
    link = mailed_link()
    (mail,) = [address for address in visitor.open("/dev/mail").links() if address.endswith(".eml")]
    page = visitor.open(mail)
    assert "dora@example.org" in page.text
    assert page.tree.xpath("//*[@class='letter']//a/@href") == [f"{HERE}{link}"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_opening_the_link_as_a_scanner_does_confirms_nothing(
    visitor: Visitor, database: Database, mailed_link: Callable[[], str], method: str
) -> None:
    visitor.send(visitor.open("/sign-up"), "/sign-up", **DORA)
    link = mailed_link()
    for _ in range(3):
        assert visitor.open(link, method).status == 200
    with database.reading() as connection:
        assert find_reader_by_email(connection, DORA["email"]) is None
    assert visitor.send(visitor.open(link), "/sign-up/confirm").leads_to == "/sign-in"


def test_a_link_is_good_once(visitor: Visitor, database: Database, mailed_link: Callable[[], str]) -> None:
    visitor.send(visitor.open("/sign-up"), "/sign-up", **DORA)
    page = visitor.open(mailed_link())
    visitor.send(page, "/sign-up/confirm")
    again = visitor.send(page, "/sign-up/confirm")
    assert again.status == 410
    assert again.title == "This link is no longer good"


def test_a_known_and_an_unknown_address_see_the_same(visit: Callable[..., Visitor], people: People) -> None:
    seen = []
    for email in ("nobody@example.org", people.alice.email):
        for path in ("/sign-up", "/recover"):
            visitor = visit()
            given = {**DORA, "email": email} if path == "/sign-up" else {"email": email}
            page = visitor.send(visitor.open(path), path, **given)
            seen.append((page.status, page.leads_to, visitor.follow(page).text.replace(email, "…")))
    assert seen[:2] == seen[2:]


def test_all_mistakes_are_told_at_once_beside_their_fields(visitor: Visitor, database: Database) -> None:
    page = visitor.send(visitor.open("/sign-up"), "/sign-up", email="nowhere", name=" ", password="short")
    assert page.status == 422
    assert page.all(".why") == [
        "Mistake: This is not an email address that mail could reach.",
        "Mistake: Enter your name.",
        "Mistake: Use 15 characters or more; a few words in a row make a good one.",
    ]
    targets = page.tree.xpath("//*[@class='mistakes']//a/@href")
    assert targets == ["#email", "#name", "#password"]
    for target in targets:
        field = page.tree.get_element_by_id(target[1:])
        assert field.get("aria-invalid") == "true"
        for described in field.get("aria-describedby").split():
            assert page.tree.get_element_by_id(described).text_content().strip()
    assert page.form("/sign-up").fields["email"] == "nowhere"


def test_a_password_that_is_easily_guessed_is_refused_beside_its_field(visitor: Visitor, database: Database) -> None:
    page = visitor.send(visitor.open("/sign-up"), "/sign-up", **{**DORA, "password": "passwordpassword"})
    assert page.status == 422
    assert page.all(".why") == [
        "Mistake: This is among the first that a guesser would try; choose something less common."
    ]


def test_a_lost_password_is_replaced_and_every_other_device_signed_out(
    visit: Callable[..., Visitor],
    people: People,
    sign_in: Callable[..., StartedSession],
    mailed_link: Callable[[], str],
) -> None:
    other, visitor = visit(), visit()
    other.token = sign_in(people.alice).token
    visitor.send(visitor.open("/recover"), "/recover", email=people.alice.email)
    form = visitor.open(mailed_link())
    assert form.title == "Choose a new password"
    refused = visitor.send(form, "/recover/reset", password="too short")
    assert refused.status == 422
    done = visitor.send(refused, "/recover/reset", password=NEW)
    assert done.leads_to == "/account/devices"
    assert visitor.follow(done).notices == [
        "Your new password is set. You are signed in here, and signed out everywhere else."
    ]
    (told,) = other.follow(other.open("/account")).notices
    assert told.startswith("You were signed out on 2 March 2026, 12:00 UTC, when your password was changed")
    fresh = visit()
    assert fresh.sign_in(people.alice.email, people.alice.password).status == 401
    assert fresh.sign_in(people.alice.email, NEW).leads_to == "/account"


def test_a_recovery_leads_back_to_the_story_she_came_from(
    visitor: Visitor, people: People, site: Site, mailed_link: Callable[[], str]
) -> None:
    story = "http://localhost:8401/story?page=2"
    asked = visitor.open(f"/recover?return_to={story}")
    visitor.send(asked, "/recover", email=people.alice.email)
    refused = visitor.send(visitor.open(mailed_link()), "/recover/reset", password="too short")
    assert refused.status == 422
    assert visitor.send(refused, "/recover/reset", password=NEW).leads_to == story
    assert visitor.open("/account").notices == []


def test_a_recovery_that_leads_to_a_page_of_ours_is_told_there(
    visitor: Visitor, people: People, mailed_link: Callable[[], str]
) -> None:
    sign_in = visitor.follow(visitor.open("/account"))
    (recover,) = [address for address in sign_in.links() if address.startswith("/recover")]
    visitor.send(visitor.open(recover), "/recover", email=people.alice.email)
    done = visitor.send(visitor.open(mailed_link()), "/recover/reset", password=NEW)
    assert done.leads_to == "/account"
    assert visitor.follow(done).notices == [
        "Your new password is set. You are signed in here, and signed out everywhere else."
    ]


def test_a_recovery_leads_to_no_address_that_is_not_a_sites_any_more(
    visitor: Visitor, people: People, site: Site, database: Database, mailed_link: Callable[[], str]
) -> None:
    story = "http://localhost:8401/story"
    visitor.send(visitor.open(f"/recover?return_to={story}"), "/recover", email=people.alice.email)
    with database.writing() as connection:
        connection.execute(delete(site_addresses))
    page = visitor.open(mailed_link())
    assert story not in page.text
    assert visitor.send(page, "/recover/reset", password=NEW).leads_to == "/account/devices"


@pytest.mark.parametrize("address", ["https://elsewhere.example/", "javascript:alert(1)", "//elsewhere.example"])
def test_a_recovery_leads_to_no_address_that_is_not_ours(
    visitor: Visitor, people: People, site: Site, mailed_link: Callable[[], str], address: str
) -> None:
    visitor.send(visitor.open("/recover"), "/recover", email=people.alice.email, return_to=address)
    assert visitor.send(visitor.open(mailed_link()), "/recover/reset", password=NEW).leads_to == "/account/devices"


def test_opening_a_recovery_link_uses_nothing_up(
    visitor: Visitor, people: People, mailed_link: Callable[[], str]
) -> None:
    visitor.send(visitor.open("/recover"), "/recover", email=people.alice.email)
    link = mailed_link()
    assert visitor.open(link).status == visitor.open(link, "HEAD").status == 200
    assert visitor.send(visitor.open(link), "/recover/reset", password=NEW).status == 303
    assert visitor.open(link).status == 410


def test_a_recovery_link_runs_out_after_half_an_hour(
    visitor: Visitor, people: People, mailed_link: Callable[[], str], clock: FrozenClock
) -> None:
    visitor.send(visitor.open("/recover"), "/recover", email=people.alice.email)
    link = mailed_link()
    clock.advance(timedelta(minutes=30))
    page = visitor.open(link)
    assert page.status == 410
    assert "/recover" in page.links()


@pytest.mark.parametrize("path", ["/sign-up/confirm", "/recover/reset", "/account/email/confirm"])
@pytest.mark.parametrize("ticket", ["", "?ticket=", "?ticket=gft_made-up", "?ticket=%00", "?ticket=" + "x" * 4000])
def test_a_made_up_ticket_is_no_longer_good(visitor: Visitor, database: Database, path: str, ticket: str) -> None:
    assert visitor.open(path + ticket).status == 410


def test_too_many_mails_to_one_address_are_refused(visitor: Visitor, database: Database) -> None:
    page = visitor.send(visitor.open("/recover"), "/recover", email="nobody@example.org")
    while page.status == 303:
        page = visitor.send(visitor.open("/recover"), "/recover", email="nobody@example.org")
    assert page.status == 429
    assert "You can try again in 60 minutes." in page.text
