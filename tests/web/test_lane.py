"""The fast lane and Flask answer alike, byte for byte: every kind of reader, of caller and of article."""

import json
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import product

import pytest

from service.access.asking import SessionState
from service.access.decision import Reason
from service.devices.device import Cause
from tests.support.databases import fresh_postgresql, fresh_sqlite
from tests.support.lanes import Asked, Lanes
from tests.support.readership import Headers, Readership, asked_both_ways

PRODUCTION = {
    "environment": "production",
    "public_url": "https://accounts.example.org",
    "secret_keys": "n" * 40,
    "smtp_host": "mail.example.org",
    "mail_from": "accounts@example.org",
}
ONE_ARTICLE = ("/v1/access/{}", "/v1/articles/{}")
MOST_CALLERS = ("key", "key that sees drafts", "our page")

Both = tuple[Lanes, Readership]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("lane")
    database = fresh_postgresql() if request.param == "postgresql" else fresh_sqlite(folder)
    with database as url, asked_both_ways(url, folder, last_seen_precision=timedelta(0)) as both:
        yield both


@pytest.fixture(scope="module")
def in_production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("lane")
    with fresh_sqlite(folder) as url, asked_both_ways(url, folder, **PRODUCTION) as both:
        yield both


def test_every_reader_is_told_the_same_of_every_article(both: Both) -> None:
    lanes, readership = both
    seen = told_alike(lanes, questions(readership, MOST_CALLERS, readership.sessions, readership.slugs))
    assert {reason for reason in Reason if f'"reason":"{reason}"' not in seen} == set()
    assert {state for state in SessionState if f'"state":"{state}"' not in seen} == set()
    assert {cause for cause in Cause if f'"cause":"{cause}"' not in seen} == set()


def test_every_caller_is_told_the_same(both: Both) -> None:
    lanes, readership = both
    seen = told_alike(
        lanes, questions(readership, readership.callers, ("entitled", "none"), ("premium", "draft", "missing"))
    )
    codes = {"key_required", "scope_required", "cross_site_request", "malformed_request", "not_found"}
    assert {code for code in codes if f'"code":"{code}"' not in seen} == set()


def test_every_caller_is_told_the_same_in_production(in_production: Both) -> None:
    lanes, readership = in_production
    seen = told_alike(lanes, questions(readership, readership.callers, ("entitled", "none"), ("premium", "free")))
    assert "gatefold_session" not in seen


def test_both_ways_see_the_same_devices_and_keys(both: Both) -> None:
    lanes, readership = both
    lanes.sightings()
    for asked in questions(readership, MOST_CALLERS, readership.sessions, ("premium", "missing")):
        lanes.tell(asked)
        fast, long = lanes.sightings()
        assert fast == long
    lanes.tell(Asked("GET", "/v1/access/x", readership.callers["key"](readership.sessions["entitled"])))
    assert [[len(seen) for seen in way] for way in lanes.sightings()] == [[1, 1], [1, 1]]


def told_alike(lanes: Lanes, asked: Iterable[Asked]) -> str:
    """Ask both, and return all that was answered. What went well was answered in the lane, and nothing else."""
    seen = set()
    wrong = []
    for question in asked:
        fast, long, in_lane = lanes.tell(question)
        at_fault = long.status.startswith("5")
        if fast != long or at_fault or in_lane is not long.status.startswith("200 "):
            wrong.append((question, fast, long, in_lane))
        seen.add(long.body.decode())
    assert wrong == []
    return "\n".join(seen)


def questions(
    readership: Readership, callers: Iterable[str], sessions: Iterable[str], articles: Iterable[str]
) -> Iterator[Asked]:
    """Each caller for each reader about each article, alone and together."""
    slugs = [readership.slugs[article] for article in articles]
    for caller, session in product(callers, sessions):
        shown = readership.callers[caller](readership.sessions[session])
        for path, slug in product(ONE_ARTICLE, slugs):
            yield Asked("GET", path.format(slug), shown)
        yield many(slugs, shown)
        yield many(slugs[:1], shown)


def many(slugs: list[str], shown: Headers) -> Asked:
    body = json.dumps({"slugs": slugs}).encode()
    said = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    return Asked("POST", "/v1/access", {**shown, **said}, body)
