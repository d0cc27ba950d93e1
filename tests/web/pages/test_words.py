"""The small pure parts: words for times, colours that can be read, mails as they are shown, farewells."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.access.entitlements import Entitlement, Grant, Source
from service.devices.device import Cause, EndedSession
from service.web.pages.colours import DARK_GROUND, LIGHT_GROUND, READABLE, accent_on, contrast, text_on
from service.web.pages.farewells import farewell
from service.web.pages.mailbox import _with_links
from service.web.pages.phrases import ago, at_time, in_a_while, in_words
from service.web.pages.subscriptions import holdings

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("past", "words"),
    [
        (timedelta(0), "just now"),
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(seconds=60), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(minutes=60), "1 hour ago"),
        (timedelta(hours=23), "23 hours ago"),
        (timedelta(hours=24), "yesterday"),
        (timedelta(hours=48), "2 days ago"),
        (timedelta(days=59), "59 days ago"),
        (timedelta(days=60), "on 1 January 2026"),
    ],
)
def test_the_past_is_told_in_words(past: timedelta, words: str) -> None:
    assert ago(NOW - past, NOW) == words


def test_an_instant_names_its_zone() -> None:
    assert at_time(NOW) == "2 March 2026, 12:00 UTC"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "in 1 second"), (59, "in 59 seconds"), (60, "in 1 minute"), (61, "in 2 minutes"), (900, "in 15 minutes")],
)
def test_a_wait_is_never_told_too_short(seconds: int, words: str) -> None:
    assert in_a_while(seconds) == words


def test_small_numbers_are_words() -> None:
    assert [in_words(number) for number in (1, 5, 6)] == ["one", "five", "6"]


@given(st.integers(0, 0xFFFFFF), st.sampled_from([LIGHT_GROUND, DARK_GROUND]))
def test_any_colour_becomes_one_that_can_be_read(number: int, ground: str) -> None:
    accent = accent_on(ground, f"#{number:06x}")
    assert contrast(accent.colour, ground) >= READABLE
    assert contrast(accent.text, accent.colour) >= READABLE


def test_a_colour_that_can_be_read_is_left_as_it_is() -> None:
    assert accent_on(LIGHT_GROUND, "#7a1f2b").colour == "#7a1f2b"


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert text_on("#ffee00") == "#000000"


def test_links_in_a_mail_can_be_followed_and_markup_in_it_is_shown_as_it_is() -> None:
    shown = _with_links('Go to http://localhost:8400/a?ticket=gft_x-_. <img src=x onerror="a"> (https://b.example/)')
    assert shown == (
        'Go to <a href="http://localhost:8400/a?ticket=gft_x-_">http://localhost:8400/a?ticket=gft_x-_</a>. '
        "&lt;img src=x onerror=&#34;a&#34;&gt; "
        '(<a href="https://b.example/">https://b.example/</a>)'
    )


@pytest.mark.parametrize("cause", list(Cause))
@pytest.mark.parametrize("by", [None, "Firefox on Android", "An unknown device"])
def test_every_end_of_a_session_has_its_sentence(cause: Cause, by: str | None) -> None:
    sentence = farewell(EndedSession("rdr_a", "dev_a", NOW, cause, by), "The Courier")
    assert "2 March 2026, 12:00 UTC" in sentence
    assert "None" not in sentence
    assert "An unknown" not in sentence


def test_what_a_reader_holds_comes_in_the_order_of_what_it_is_worth_to_her() -> None:
    day = timedelta(days=1)
    periods = [
        ("puzzles", NOW - 9 * day, NOW - day, None),
        ("crossword-club", NOW - 9 * day, None, NOW - 2 * day),
        ("weekend", NOW + day, NOW + 9 * day, None),
        ("archive", NOW + day, None, None),
        ("premium", NOW - day, NOW + day, None),
        ("letters", NOW - day, None, None),
    ]
    grants = [
        Grant(Entitlement(f"ent_{product}", "rdr_a", product, Source.STAFF, starts, ends, revoked), NOW, "staff", "")
        for product, starts, ends, revoked in periods
    ]
    assert [(held.product, held.standing, held.active) for held in holdings(grants, NOW)] == [
        ("Premium", "Active until 3 March 2026.", True),
        ("Letters", "Active, with no end date.", True),
        ("Weekend", "Starts on 3 March 2026 and lasts until 11 March 2026.", False),
        ("Archive", "Starts on 3 March 2026.", False),
        ("Puzzles", "Ended on 1 March 2026.", False),
        ("Crossword club", "Withdrawn on 28 February 2026.", False),
    ]
