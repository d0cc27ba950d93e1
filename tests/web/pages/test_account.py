"""What a reader changes about her account, and her devices."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from service.accounts.store import find_reader_by_email
from service.devices.sessions import StartedSession, list_live_devices
from service.foundation.database import Database
from tests.support.clock import FrozenClock
from tests.support.people import LIFE, People
from tests.web.pages.visitor import ANDROID, Visitor

COMMON = "This is among the first that a guesser would try; choose something less common."
NEW = "seventy basil river lantern"


@pytest.fixture
def alice(visit: Callable[..., Visitor], people: People, sign_in: Callable[..., StartedSession]) -> Visitor:
    """Alice's browser."""
    visitor = visit()
    visitor.token = sign_in(people.alice).token
    return visitor


def names(database: Database, people: People, clock: FrozenClock) -> list[str]:
    with database.reading() as connection:
        return sorted(d.name for d in list_live_devices(connection, people.alice.id, LIFE, clock.now()))


def test_a_name_is_changed(alice: Visitor) -> None:
    page = alice.follow(alice.send(alice.open("/account/name"), "/account/name", name="  Alice \t Liddell "))
    assert page.notices == ["Your name is changed."]
    assert "Alice Liddell" in page.text


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\x00b", "a\u202eb\x1b", "<b>" * 40])
def test_a_bad_name_is_refused_and_kept_in_the_form(alice: Visitor, name: str) -> None:
    page = alice.send(alice.open("/account/name"), "/account/name", name=name)
    assert page.status == 422
    assert len(page.all(".why")) == 1
    assert "Alice" in alice.open("/account").text


def test_a_name_cannot_carry_markup(alice: Visitor) -> None:
    alice.send(alice.open("/account/name"), "/account/name", name="<script>alert(1)</script>")
    page = alice.open("/account")
    assert "<script>alert(1)</script>" in page.text
    assert page.tree.xpath("//script") == []


def test_a_new_address_is_used_once_it_is_confirmed_even_on_another_device(
    alice: Visitor,
    visitor: Visitor,
    people: People,
    database: Database,
    mailed_link: Callable[[], str],
    newest_mail: Callable[[], str],
) -> None:
    form = alice.open("/account/email")
    page = alice.send(form, "/account/email", email="liddell@example.org", password=people.alice.password)
    assert "We have written to liddell@example.org." in alice.follow(page).text
    link = mailed_link()
    assert visitor.open(link, "HEAD").status == 200
    assert people.alice.email in alice.open("/account").text
    assert visitor.send(visitor.open(link), "/account/email/confirm").leads_to == "/account/devices"
    assert "liddell@example.org" in alice.open("/account").text
    assert f"To: {people.alice.email}" in newest_mail()


def test_a_change_of_address_asks_for_the_password(alice: Visitor, people: People, database: Database) -> None:
    page = alice.send(alice.open("/account/email"), "/account/email", email="liddell@example.org", password="wrong")
    assert page.status == 401
    assert page.all(".why") == ["Mistake: This is not your password."]
    with database.reading() as connection:
        assert find_reader_by_email(connection, people.alice.email)


def test_an_address_that_another_reader_has_is_answered_like_any_other(alice: Visitor, people: People) -> None:
    seen = []
    for email in (people.bob.email, "liddell@example.org"):
        page = alice.send(alice.open("/account/email"), "/account/email", email=email, password=people.alice.password)
        seen.append((page.status, page.leads_to, alice.follow(page).text.replace(email, "…")))
    assert seen[0] == seen[1]


def test_a_new_password_signs_the_other_devices_out_and_gives_this_one_a_new_session(
    alice: Visitor, visit: Callable[..., Visitor], people: People, sign_in: Callable[..., StartedSession]
) -> None:
    other = visit(ANDROID)
    other.token = sign_in(people.alice, "Firefox on Android").token
    before = alice.token
    form = alice.open("/account/password")
    assert form.tree.get_element_by_id("sign_out_others").checked
    page = alice.send(form, "/account/password", password=people.alice.password, new_password=NEW)
    assert alice.follow(page).notices == ["Your password is changed. Your other devices are signed out."]
    assert alice.token != before
    (told,) = other.follow(other.open("/account")).notices
    assert "when your password was changed on Firefox on Linux" in told


def test_the_other_devices_stay_signed_in_where_she_says_so(
    alice: Visitor, visit: Callable[..., Visitor], people: People, sign_in: Callable[..., StartedSession]
) -> None:
    other = visit(ANDROID)
    other.token = sign_in(people.alice, "Firefox on Android").token
    fields = {"password": people.alice.password, "new_password": NEW, "sign_out_others": None}
    page = alice.send(alice.open("/account/password"), "/account/password", **fields)
    assert alice.follow(page).notices == ["Your password is changed."]
    assert other.open("/account").status == 200


@pytest.mark.parametrize(
    ("password", "new", "status", "why"),
    [
        ("wrong", NEW, 401, "This is not your password."),
        ("", NEW, 422, "Enter your password."),
        (None, "short", 422, "Use 15 characters or more; a few words in a row make a good one."),
        (
            None,
            "passwordpassword",
            422,
            COMMON,
        ),
        (None, "x" * 1001, 422, "Use 1000 characters or fewer."),
        (
            None,
            "alice@example.org",
            422,
            COMMON,
        ),
    ],
)
def test_a_password_that_cannot_be_changed_says_why_beside_its_field(
    alice: Visitor, people: People, password: str | None, new: str, status: int, why: str
) -> None:
    given = people.alice.password if password is None else password
    page = alice.send(alice.open("/account/password"), "/account/password", password=given, new_password=new)
    assert page.status == status
    assert page.all(".why") == [f"Mistake: {why}"]


def test_devices_are_listed_with_this_one_first_and_marked(
    alice: Visitor, people: People, sign_in: Callable[..., StartedSession], clock: FrozenClock
) -> None:
    clock.advance(timedelta(minutes=5))
    sign_in(people.alice, "Safari on iPhone")
    page = alice.open("/account/devices")
    assert page.all("h2")[:2] == ["Firefox on Linux This device", "Safari on iPhone"]
    assert "You are signed in on two of the five devices" in page.text
    assert "gfs_" not in page.response.get_data(as_text=True)


def test_a_device_is_renamed(alice: Visitor, people: People, database: Database, clock: FrozenClock) -> None:
    page = alice.open("/account/devices")
    action = page.tree.xpath("//details//form/@action")[0]
    renamed = alice.follow(alice.send(page, action, name=" The one in  the kitchen "))
    assert renamed.notices == ["That device is now called “The one in the kitchen”."]
    assert names(database, people, clock) == ["The one in the kitchen"]


@pytest.mark.parametrize("name", ["", "x" * 61, "a\x00b", "a\x1bb"])
def test_a_bad_name_of_a_device_is_told_in_its_open_form(alice: Visitor, name: str) -> None:
    page = alice.open("/account/devices")
    action = page.tree.xpath("//details//form/@action")[0]
    refused = alice.send(page, action, name=name)
    assert refused.status == 422
    assert len(refused.tree.xpath("//details[@open]//*[@class='why']")) == 1


def test_one_device_is_signed_out_from_another(
    alice: Visitor, visit: Callable[..., Visitor], people: People, sign_in: Callable[..., StartedSession]
) -> None:
    session = sign_in(people.alice, "Safari on iPhone")
    other = visit()
    other.token = session.token
    action = f"/account/devices/{session.device.id}/sign-out"
    page = alice.send(alice.open("/account/devices"), action)
    assert alice.follow(page).notices == ["That device is signed out."]
    assert other.follow(other.open("/account")).notices == [
        "You were signed out here on 2 March 2026, 12:00 UTC, from Firefox on Linux."
    ]


def test_signing_this_device_out_in_the_list_is_signing_out(alice: Visitor) -> None:
    page = alice.open("/account/devices")
    action = next(form.action for form in page.tree.forms if form.action.endswith("/sign-out"))
    assert alice.follow(alice.send(page, action)).notices == ["You are signed out."]
    assert alice.token is None


@pytest.mark.parametrize("device", ["dev_" + "a" * 20, "dev_%00", "x" * 500, "%C3%28"])
@pytest.mark.parametrize("deed", ["name", "sign-out"])
def test_a_device_that_is_not_there_is_said_to_be_gone(alice: Visitor, device: str, deed: str) -> None:
    token = alice.open("/sign-out").form("/sign-out").fields["csrf_token"]
    page = alice.post(f"/account/devices/{device}/{deed}", {"csrf_token": token, "name": "Kitchen"})
    assert alice.follow(page).notices == ["That device was signed out already."]


@pytest.mark.parametrize("deed", ["name", "sign-out"])
def test_the_device_of_another_reader_is_not_there(
    alice: Visitor,
    people: People,
    sign_in: Callable[..., StartedSession],
    database: Database,
    clock: FrozenClock,
    deed: str,
) -> None:
    theirs = sign_in(people.bob).device
    token = alice.open("/sign-out").form("/sign-out").fields["csrf_token"]
    alice.post(f"/account/devices/{theirs.id}/{deed}", {"csrf_token": token, "name": "Mine"})
    with database.reading() as connection:
        assert list_live_devices(connection, people.bob.id, LIFE, clock.now()) == [theirs]


def test_the_others_are_signed_out_at_once(
    alice: Visitor,
    people: People,
    sign_in: Callable[..., StartedSession],
    database: Database,
    clock: FrozenClock,
) -> None:
    sign_in(people.alice, "Safari on iPhone")
    sign_in(people.alice, "Edge on Windows")
    page = alice.send(alice.open("/account/devices"), "/account/devices/sign-out-others")
    assert alice.follow(page).notices == ["Your other devices are signed out."]
    assert names(database, people, clock) == ["Firefox on Linux"]


def test_several_at_once_are_not_spoken_of_where_there_is_one(
    alice: Visitor, people: People, sign_in: Callable[..., StartedSession]
) -> None:
    assert "Several at once" not in alice.open("/account/devices").text
    sign_in(people.alice, "Safari on iPhone")
    assert "Several at once" in alice.open("/account/devices").text


def test_all_are_signed_out_at_once(
    alice: Visitor,
    people: People,
    sign_in: Callable[..., StartedSession],
    database: Database,
    clock: FrozenClock,
) -> None:
    sign_in(people.alice, "Safari on iPhone")
    page = alice.send(alice.open("/account/devices"), "/account/devices/sign-out-everywhere")
    assert alice.follow(page).notices == ["You are signed out on every device."]
    assert names(database, people, clock) == []
