"""Every kind of reader, of caller and of article that an access check can meet."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from service.access.entitlements import Source
from service.access.store import grant, revoke
from service.accounts.store import add_reader
from service.catalogue.articles import Status
from service.devices.device import Cause
from service.devices.sessions import Newcomer, end_device, start_session
from service.foundation.database import Database
from service.foundation.secrets import new_secret
from service.sites.site import FRONT_END_SCOPES, Mode, Scope
from service.sites.store import add_key, add_site, revoke_key
from service.web.doors import EXTENSION
from tests.conftest import OUR_ADDRESS, THEIR_ADDRESS
from tests.support.clock import FrozenClock
from tests.support.lanes import Lanes
from tests.support.people import RULE
from tests.support.settings import make_settings
from tests.support.stories import write_story

Headers = dict[str, str]
DAY = timedelta(days=1)
CORS = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-site"}


@dataclass(frozen=True)
class Readership:
    sessions: dict[str, str | None]  # tokens, by what is to be said of them
    callers: dict[str, Callable[[str | None], Headers]]  # what each sends, given the reader's token
    slugs: dict[str, str]


def settle_readership(database: Database, now: datetime, session_cookie: str) -> Readership:
    with database.writing() as connection:
        ours = add_site(connection, "courier", "The Courier", [OUR_ADDRESS], now).id
        theirs = add_site(connection, "gazette", "The Gazette", [THEIR_ADDRESS], now).id
    keys = _cut_keys(database, ours, theirs, now)
    sessions = _sign_readers_in(database, now)
    sessions["a key"] = keys["key"]
    return Readership(sessions, _callers(keys, session_cookie), _publish(database, ours, theirs, now))


def _sign_readers_in(database: Database, now: datetime) -> dict[str, str | None]:
    """A reader for each state of an entitlement and for each state of a session."""
    periods: dict[str, list[tuple[str, timedelta, timedelta | None]]] = {
        "entitled": [("premium", -DAY, None)],
        "entitled to another product": [("archive", -DAY, DAY)],
        "entitled twice, once no longer": [("premium", -DAY, timedelta(0)), ("archive", -DAY, DAY)],
        "entitled to its last moment": [("premium", -DAY, timedelta(microseconds=1))],
        "not entitled": [],
        "no longer entitled": [("premium", -2 * DAY, -DAY)],
        "long no longer entitled": [("premium", -90 * DAY, -60 * DAY)],
        "not yet entitled": [("premium", DAY, None)],
        "revoked": [("premium", -2 * DAY, None)],
        "expired": [("premium", -90 * DAY, None)],
        **{cause: [("premium", -DAY, None)] for cause in Cause},
    }
    tokens: dict[str, str | None] = {"none": None, "empty": "", "unknown": new_secret("gfs").token, "odd": "é;\t=,"}
    with database.writing() as connection:
        for number, (name, held) in enumerate(periods.items()):
            reader = add_reader(connection, f"reader{number}@example.org", f"Zoë {number} \"<&>'", "hash", now)
            for product, start, end in held:
                given = grant(
                    connection,
                    reader.id,
                    product,
                    Source.STAFF,
                    now + start,
                    now + end if end is not None else None,
                    granted_by="tests",
                    note="",
                    now=now,
                )
                if name == "revoked":
                    revoke(connection, given.entitlement.id, now)
            began = now - 61 * DAY if name == "expired" else now
            started = start_session(connection, reader.id, Newcomer("Firefox on Linux"), RULE, began)
            tokens[name] = started.token
            if name in set(Cause):
                end_device(connection, reader.id, started.device.id, Cause(name), "Safari on iPhone", now)
    return tokens


def _cut_keys(database: Database, ours: str, theirs: str, now: datetime) -> Headers:
    with database.writing() as connection:

        def cut(site_id: str, mode: Mode, *scopes: Scope) -> tuple[Any, str]:
            return add_key(connection, site_id, "Key", mode, scopes, now)

        revoked, revoked_token = cut(ours, Mode.LIVE, *FRONT_END_SCOPES)
        revoke_key(connection, revoked.id, now)
        return {
            "key": cut(ours, Mode.LIVE, *FRONT_END_SCOPES)[1],
            "key that sees drafts": cut(ours, Mode.LIVE, Scope.ARTICLES_READ, Scope.ARTICLES_DRAFTS)[1],
            "key without the scope": cut(ours, Mode.LIVE, Scope.SESSIONS)[1],
            "key of the other site": cut(theirs, Mode.LIVE, *FRONT_END_SCOPES)[1],
            "test key": cut(ours, Mode.TEST, *FRONT_END_SCOPES)[1],
            "revoked key": revoked_token,
            "unknown key": new_secret("gf_live").token,
            "empty key": "",
        }


def _callers(keys: Headers, session_cookie: str) -> dict[str, Callable[[str | None], Headers]]:
    def with_key(key: str, also: Headers) -> Callable[[str | None], Headers]:
        shown = {"Authorization": f"Bearer {key}", **also}
        return lambda token: {**shown, **({"Gatefold-Session": token} if token is not None else {})}

    def with_cookie(also: Headers) -> Callable[[str | None], Headers]:
        return lambda token: {**also, **({"Cookie": f"a=b; {session_cookie}={token}"} if token is not None else {})}

    beside_a_key = {
        "its reader's address": {"Gatefold-Reader-Address": "203.0.113.9"},
        "her address in IPv6": {"Gatefold-Reader-Address": "2001:db8::1"},
        "no address": {"Gatefold-Reader-Address": "nowhere"},
        "an empty address": {"Gatefold-Reader-Address": ""},
        "an origin": {"Origin": OUR_ADDRESS, **CORS},
        "another's cookie": {"Cookie": f"{session_cookie}={keys['key']}"},
        "fetch metadata": {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "cross-site"},
    }
    browsers = {
        "nobody": {},
        "our page": {"Origin": OUR_ADDRESS, **CORS},
        "our page, same origin": {"Origin": OUR_ADDRESS, "Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin"},
        "our page in an old browser": {"Origin": OUR_ADDRESS},
        "our page, its address in capitals": {"Origin": OUR_ADDRESS.upper()},
        "our page, said to be elsewhere": {"Origin": OUR_ADDRESS, "Sec-Fetch-Site": "cross-site"},
        "our page, by a script element": {"Origin": OUR_ADDRESS, "Sec-Fetch-Mode": "no-cors"},
        "our page, by a navigation": {"Origin": OUR_ADDRESS, "Sec-Fetch-Mode": "navigate"},
        "our page, with a password for a proxy": {"Origin": OUR_ADDRESS, "Authorization": "Basic eDp5"},
        "our page, as a front end": {"Origin": OUR_ADDRESS, "Gatefold-Session": "gfs_x"},
        "their page": {"Origin": THEIR_ADDRESS, **CORS},
        "a page elsewhere": {"Origin": "https://elsewhere.example", **CORS},
        "no page": {"Origin": "null"},
        "a page of no origin": {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin"},
        "a navigation": {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "none"},
    }
    return {
        **{name: with_key(key, {}) for name, key in keys.items()},
        **{f"key, with {name}": with_key(keys["key"], also) for name, also in beside_a_key.items()},
        **{name: with_cookie(also) for name, also in browsers.items()},
    }


def _publish(database: Database, ours: str, theirs: str, now: datetime) -> dict[str, str]:
    out = {"published_at": now}
    kinds: dict[str, tuple[str, str, dict[str, Any]]] = {
        "free": (ours, "free", out),
        "registered": (ours, "registered", out),
        "premium": (ours, "premium", out),
        "premium, two products": (ours, "premium", {"products": ("archive", "premium"), **out}),
        "premium, out last": (ours, "premium", {"published_at": now - DAY, "tags": ("coast", "Œuvre")}),
        "draft": (ours, "free", {"status": Status.DRAFT, "published_at": None}),
        "scheduled": (ours, "free", {"published_at": now + timedelta(microseconds=1)}),
        "theirs": (theirs, "free", out),
    }
    slugs = {
        name: write_story(database, site_id, now, level, **fields).slug
        for name, (site_id, level, fields) in kinds.items()
    }
    return {**slugs, "missing": "no-such-story"}


@contextmanager
def asked_both_ways(database_url: str, folder: Path, **given: Any) -> Iterator[tuple[Lanes, Readership]]:
    """Both ways, before a whole readership. ``given`` are settings."""
    clock = FrozenClock()
    settings = make_settings(database_url=database_url, variable_folder=folder, **given)
    lanes = Lanes(settings, clock)
    yield lanes, settle_readership(lanes.long.extensions[EXTENSION].database, clock.now(), settings.session_cookie)
    lanes.close()
