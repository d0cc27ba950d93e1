"""The sixth device's choice, and what the device that gave way is told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from service.accounts.store import set_device_limit, set_password_hash
from service.devices.device import Cause
from service.devices.sessions import StartedSession, end_device, list_live_devices
from service.foundation.database import Database
from service.sites.site import Site
from tests.support.clock import FrozenClock
from tests.support.people import LIFE, People
from tests.web.pages.visitor import ANDROID, Page, Visitor

KINDS = ["Firefox on Linux", "Safari on iPhone", "Chrome on Windows", "Edge on Windows", "Safari on macOS"]


@pytest.fixture
def five(people: People, sign_in: Callable[..., StartedSession], clock: FrozenClock) -> list[StartedSession]:
    sessions = []
    for kind in KINDS:
        sessions.append(sign_in(people.alice, kind))
        clock.advance(timedelta(hours=1))
    return sessions


def live(database: Database, people: People, clock: FrozenClock) -> list[str]:
    with database.reading() as connection:
        return [d.id for d in list_live_devices(connection, people.alice.id, LIFE, clock.now())]


def asked(visitor: Visitor, people: People, **kwargs: str) -> Page:
    """The page that asks her, after her sign-in."""
    return visitor.follow(visitor.sign_in(people.alice.email, people.alice.password, **kwargs))


def choose(visitor: Visitor, page: Page, session: StartedSession) -> Page:
    return visitor.send(page, "/sign-in/choose", device_id=session.device.id)


def test_the_sixth_sign_in_asks_which_device_gives_way(
    visit: Callable[..., Visitor], people: People, five: list[StartedSession]
) -> None:
    visitor = visit(ANDROID)
    page = asked(visitor, people)
    assert page.status == 200
    assert page.title == "You are signed in on five devices"
    assert sorted(page.all("h2")) == sorted(KINDS)
    assert "Last used 5 hours ago (2 March 2026, 12:00 UTC)" in page.text
    assert visitor.token is None
    buttons = page.tree.xpath("//button[@name='device_id']/@value")
    assert sorted(buttons) == sorted(session.device.id for session in five)


def test_nothing_of_a_session_is_on_the_page(visitor: Visitor, people: People, five: list[StartedSession]) -> None:
    page = asked(visitor, people)
    assert "gfs_" not in page.response.get_data(as_text=True)


def test_the_chosen_device_ends_and_this_one_is_signed_in(
    visit: Callable[..., Visitor],
    people: People,
    site: Site,
    five: list[StartedSession],
    database: Database,
    clock: FrozenClock,
) -> None:
    visitor = visit(ANDROID)
    story = "http://localhost:8401/story"
    page = choose(visitor, asked(visitor, people, return_to=story), five[1])
    assert (page.status, page.leads_to) == (303, story)
    remaining = live(database, people, clock)
    assert len(remaining) == 5
    assert five[1].device.id not in remaining
    assert visitor.open("/account").status == 200


def test_the_device_that_gave_way_is_told_when_and_for_what_once(
    visit: Callable[..., Visitor], people: People, five: list[StartedSession]
) -> None:
    visitor, other = visit(ANDROID), visit()
    other.token = five[1].token
    choose(visitor, asked(visitor, people), five[1])
    page = other.follow(other.open("/account"))
    assert page.title == "Sign in"
    assert page.notices == [
        "You were signed out on 2 March 2026, 17:00 UTC because a sign-in on Firefox on Android "
        "took this device’s place."
    ]
    assert other.token is None
    assert other.open("/sign-in").notices == []


def test_a_choice_can_be_made_once(
    visitor: Visitor, people: People, five: list[StartedSession], database: Database, clock: FrozenClock
) -> None:
    page = asked(visitor, people)
    waiting = visitor.client.get_cookie("gatefold_form")
    assert waiting is not None
    choose(visitor, page, five[0])
    visitor.client.set_cookie("gatefold_form", waiting.value)
    assert choose(visitor, page, five[2]).leads_to == "/sign-in"
    assert five[2].device.id in live(database, people, clock)


def test_she_is_told_what_became_of_it_and_coming_back_to_it_then_asks_nothing(
    visitor: Visitor, people: People, five: list[StartedSession]
) -> None:
    account = visitor.follow(choose(visitor, asked(visitor, people), five[0]))
    assert account.notices == ["You are signed in on this device, and signed out where you chose to be."]
    back = visitor.follow(visitor.open("/sign-in/choose"))
    assert (back.title, back.notices) == ("You are signed in", [])


def test_a_choice_waits_ten_minutes(
    visitor: Visitor, people: People, five: list[StartedSession], clock: FrozenClock
) -> None:
    page = asked(visitor, people)
    clock.advance(timedelta(minutes=10))
    late = visitor.follow(choose(visitor, page, five[0]))
    assert late.notices == ["No sign-in is waiting for a choice here. Please sign in again."]


def test_where_the_chosen_device_is_gone_and_there_is_no_place_she_is_asked_again(
    visitor: Visitor,
    people: People,
    five: list[StartedSession],
    sign_in: Callable[..., StartedSession],
    database: Database,
    clock: FrozenClock,
) -> None:
    page = asked(visitor, people)
    with database.writing() as connection:
        end_device(connection, people.alice.id, five[0].device.id, Cause.SIGNED_OUT, None, clock.now())
    sign_in(people.alice, "Chrome on Android")
    again = visitor.follow(choose(visitor, page, five[0]))
    assert again.title == "You are signed in on five devices"
    assert choose(visitor, again, five[1]).leads_to == "/account"


def test_a_lowered_limit_names_how_many_more_will_go(
    visitor: Visitor, people: People, five: list[StartedSession], database: Database, clock: FrozenClock
) -> None:
    with database.writing() as connection:
        set_device_limit(connection, people.alice.id, 2)
    page = asked(visitor, people)
    assert "room for two devices. With the one that you choose, three more, not used for longest" in page.text
    choose(visitor, page, five[4])
    remaining = live(database, people, clock)
    assert len(remaining) == 2
    assert five[3].device.id in remaining


def test_where_one_device_is_all_there_is_nothing_to_choose(
    visitor: Visitor, people: People, sign_in: Callable[..., StartedSession], database: Database
) -> None:
    with database.writing() as connection:
        set_device_limit(connection, people.alice.id, 1)
    only = sign_in(people.alice, "Firefox on Linux")
    page = asked(visitor, people)
    assert page.title == "You are signed in on one device"
    assert "as many as your account may have at once. Sign it out, and this one" in page.text
    assert choose(visitor, page, only).leads_to == "/account"
    devices = visitor.open("/account/devices").text
    assert "You are signed in on this device, the only one that your account may have at once." in devices


def test_who_has_more_devices_than_she_may_is_told_what_becomes_of_them(
    visitor: Visitor, people: People, five: list[StartedSession], database: Database
) -> None:
    visitor.token = five[0].token
    with database.writing() as connection:
        set_device_limit(connection, people.alice.id, 1)
    devices = visitor.open("/account/devices").text
    assert "signed in on five devices. From your next sign-in on, your account has room for one." in devices


def test_the_choice_can_be_left_and_come_back_to(
    visitor: Visitor, people: People, site: Site, five: list[StartedSession], clock: FrozenClock
) -> None:
    story = "http://localhost:8401/story"
    led_to = visitor.sign_in(people.alice.email, people.alice.password, return_to=story).leads_to
    assert led_to is not None
    for _ in range(2):
        page = visitor.open(led_to)
        assert page.title == "You are signed in on five devices"
        visitor.open("/sign-up")
        clock.advance(timedelta(minutes=1))
    assert choose(visitor, page, five[0]).leads_to == story


def test_a_form_that_was_open_for_too_long_changes_nothing_and_is_shown_again(
    visitor: Visitor, people: People, five: list[StartedSession], database: Database, clock: FrozenClock
) -> None:
    page = asked(visitor, people)
    again = visitor.send(page, "/sign-in/choose", device_id=five[0].device.id, csrf_token="of-another-day")
    assert (again.status, again.leads_to) == (303, "/sign-in/choose")
    again = visitor.follow(again)
    assert again.notices == ["This page had been open for too long, and nothing was changed."]
    assert len(live(database, people, clock)) == 5
    assert choose(visitor, again, five[0]).leads_to == "/account"


def test_to_be_asked_again_gives_no_longer_to_choose(
    visitor: Visitor, people: People, five: list[StartedSession], clock: FrozenClock
) -> None:
    page = asked(visitor, people)
    made_up = replace(five[0], device=five[0].device._replace(id="dev_made_up"))
    clock.advance(timedelta(minutes=9))
    again = visitor.follow(choose(visitor, page, made_up))
    assert again.notices == ["That place was taken meanwhile, and nothing was changed. Please choose again."]
    clock.advance(timedelta(minutes=1))
    assert choose(visitor, again, five[0]).leads_to == "/sign-in"


def test_the_page_says_whose_devices_they_are(
    visitor: Visitor, people: People, sign_in: Callable[..., StartedSession], five: list[StartedSession]
) -> None:
    bobs = [sign_in(people.bob, kind) for kind in KINDS]
    first = asked(visitor, people)
    assert first.all(".address") == [people.alice.email]
    visitor.follow(visitor.sign_in(people.bob.email, people.bob.password))
    assert visitor.open("/sign-in/choose").all(".address") == [people.bob.email]
    mixed_up = visitor.follow(choose(visitor, first, five[0]))  # of the page that is open in another tab
    assert mixed_up.all(".address") == [people.bob.email]
    assert choose(visitor, mixed_up, bobs[0]).leads_to == "/account"


def test_who_goes_back_to_sign_in_has_not_chosen_and_leaves_no_choice_to_the_next(
    visitor: Visitor, people: People, five: list[StartedSession]
) -> None:
    page = asked(visitor, people)
    visitor.open("/sign-in", "HEAD")
    assert visitor.open("/sign-in/choose").status == 200
    visitor.open("/sign-in")
    assert visitor.open("/sign-in/choose").leads_to == "/sign-in"
    visitor.open("/sign-in")
    over = visitor.follow(choose(visitor, page, five[0]))
    assert (over.title, over.notices) == (
        "Sign in",
        ["No sign-in is waiting for a choice here. Please sign in again."],
    )


def test_nobody_is_asked_who_has_not_signed_in(
    visit: Callable[..., Visitor], people: People, five: list[StartedSession]
) -> None:
    asked(visit(), people)
    assert visit().open("/sign-in/choose").leads_to == "/sign-in"


def test_the_choice_is_over_once_her_password_is_another(
    visitor: Visitor, people: People, five: list[StartedSession], database: Database
) -> None:
    asked(visitor, people)
    with database.writing() as connection:
        set_password_hash(connection, people.alice.id, "another")
    assert visitor.open("/sign-in/choose").leads_to == "/sign-in"


def test_where_a_place_came_free_meanwhile_none_has_to_give_way(
    visitor: Visitor, people: People, five: list[StartedSession], database: Database, clock: FrozenClock
) -> None:
    asked(visitor, people)
    with database.writing() as connection:
        end_device(connection, people.alice.id, five[0].device.id, Cause.SIGNED_OUT, None, clock.now())
    page = visitor.open("/sign-in/choose")
    assert page.title == "There is room for this device"
    account = visitor.follow(visitor.send(page, "/sign-in/choose"))
    assert account.notices == [
        "You are signed in on this device. There was room for it, so you were signed out nowhere."
    ]
    remaining = live(database, people, clock)
    assert len(remaining) == 5
    assert {session.device.id for session in five[1:]} < set(remaining)


def test_a_device_that_is_made_up_ends_none(
    visitor: Visitor, people: People, five: list[StartedSession], database: Database, clock: FrozenClock
) -> None:
    page = asked(visitor, people)
    made_up = replace(five[0], device=five[0].device._replace(id="dev_\x00"))
    assert visitor.follow(choose(visitor, page, made_up)).title == "You are signed in on five devices"
    assert sorted(live(database, people, clock)) == sorted(session.device.id for session in five)


def test_to_cancel_leads_back_to_the_sign_in(visitor: Visitor, people: People, five: list[StartedSession]) -> None:
    page = asked(visitor, people)
    assert "/sign-in" in page.links()
