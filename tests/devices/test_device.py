"""Devices as values: their life, their names, their kinds."""

from datetime import timedelta

import pytest

from service.devices.device import BadDeviceName, Device, Life, clean_device_name
from service.devices.kinds import UNKNOWN, device_kind
from tests.support.clock import NOON

IDLE, LIFETIME = timedelta(days=60), timedelta(days=365)
TICK, SECOND = timedelta(microseconds=1), timedelta(seconds=1)
NEVER = timedelta(0)


@pytest.mark.parametrize(
    ("signed_in_ago", "seen_ago", "live"),
    [
        (NEVER, NEVER, True),
        (IDLE, IDLE - SECOND, True),
        (IDLE, IDLE - TICK, True),
        (IDLE, IDLE, False),
        (IDLE + TICK, IDLE + TICK, False),
        (LIFETIME - SECOND, NEVER, True),
        (LIFETIME - TICK, NEVER, True),
        (LIFETIME, NEVER, False),
        (LIFETIME + TICK, NEVER, False),
        (LIFETIME - TICK, IDLE, False),
    ],
)
def test_a_session_lives_until_it_is_idle_too_long_or_too_old(signed_in_ago, seen_ago, live):
    signed_in, seen = NOON - signed_in_ago, NOON - seen_ago
    device = Device("dev_1", "rdr_1", 1, "Phone", "Phone", signed_in, signed_in, seen)
    assert device.live(Life(IDLE, LIFETIME), NOON) is live


def test_a_device_holds_no_secret():
    assert not Device.__annotations__.keys() & {"token", "digest", "token_digest", "session"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Kitchen tablet", "Kitchen tablet"),
        ("  Kitchen \t\n tablet ", "Kitchen tablet"),
        ("Größe 📱", "Größe 📱"),
        ("x" * 60, "x" * 60),
    ],
)
def test_a_device_name_is_one_tidy_line(text, name):
    assert clean_device_name(text) == name


@pytest.mark.parametrize("text", ["", "   ", "\n", "x" * 61, "a\0b", "a\x1b[31mb", "a\u202eb", "\ud800", "a\u200bb"])
def test_a_device_name_that_could_deceive_is_refused(text):
    with pytest.raises(BadDeviceName):
        clean_device_name(text)


WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
APPLE_WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
IPHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) {APPLE_WEBKIT}"
IPAD = f"Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) {APPLE_WEBKIT}"
IPOD = f"Mozilla/5.0 (iPod touch; CPU iPhone OS 15_0 like Mac OS X) {APPLE_WEBKIT}"


@pytest.mark.parametrize(
    ("user_agent", "kind"),
    [
        (f"{WINDOWS} {WEBKIT} Chrome/140.0.0.0 Safari/537.36", "Chrome on Windows"),
        (f"{WINDOWS} {WEBKIT} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", "Edge on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Android 15; Mobile; rv:144.0) Gecko/144.0 Firefox/144.0", "Firefox on Android"),
        (
            f"Mozilla/5.0 (Linux; Android 15; Pixel 9) {WEBKIT} Chrome/140.0.0.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        (f"{IPHONE} Version/18.0 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
        (f"{IPHONE} CriOS/140.0.0.0 Mobile/15E148 Safari/604.1", "Chrome on iPhone"),
        (f"{IPHONE} Version/18.0 EdgiOS/140.0.0.0 Mobile/15E148 Safari/605.1.15", "Edge on iPhone"),
        (f"{IPAD} Version/18.0 Mobile/15E148 Safari/604.1", "Safari on iPad"),
        (f"{IPAD} FxiOS/140.0 Mobile/15E148 Safari/604.1", "Firefox on iPad"),
        (f"{IPOD} Version/15.0 Mobile/15E148 Safari/604.1", "Safari on iOS"),
        (  # an iPad's too, unless its reader has asked for mobile pages
            f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {APPLE_WEBKIT} Version/18.0 Safari/605.1.15",
            "Safari on macOS",
        ),
        ("", UNKNOWN),
        ("something nobody has heard of", UNKNOWN),
        ("\0\n\x1b[31m", UNKNOWN),
        ("x" * 100_000, UNKNOWN),
    ],
)
def test_a_user_agent_is_told_in_words(user_agent, kind):
    assert device_kind(user_agent) == kind


@pytest.mark.parametrize("family", ["<script>alert(1)</script>", "é" * 400, "\ud800", "%s %n {0}"])
def test_no_user_agent_makes_a_kind_that_does_not_fit(family):
    kind = device_kind(f"{family}/1.0 (X11; Linux) Firefox/144.0 {family}")
    assert 0 < len(kind) <= 60
    assert "<" not in kind
