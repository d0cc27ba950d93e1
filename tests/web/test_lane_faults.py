"""The fast lane and Flask where something happens in between: a newsroom is quicker, or the database is gone."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from service.catalogue.articles import Status
from service.catalogue.store import delete_article
from service.devices.sessions import StartedSession
from service.foundation.database import Database, DatabaseUnavailable
from service.foundation.questions import Question, Row, Values
from service.foundation.settings import Settings
from service.sites.site import Site
from service.web.doors import EXTENSION
from tests.support.clock import FrozenClock
from tests.support.lanes import Asked, Lanes, Told, put
from tests.support.people import People
from tests.support.stories import ArticleFactory, Story, write_story

SignIn = Callable[..., StartedSession]
SLUG = "a-story"
WAYS = ["fast", "long"]


@pytest.fixture
def lanes(settings: Settings, clock: FrozenClock) -> Iterator[Lanes]:
    lanes = Lanes(settings, clock)
    yield lanes
    lanes.close()


@pytest.fixture
def read(
    lanes: Lanes, database: Database, people: People, sign_in: SignIn, front_end_key: str, article: ArticleFactory
) -> Callable[..., Told]:
    """Read the article as Alice, who is entitled to `premium`, on one of the ways."""
    shown = {"Authorization": f"Bearer {front_end_key}", "Gatefold-Session": sign_in(people.alice).token}
    return lambda way: put(getattr(lanes, way), Asked("GET", f"/v1/articles/{SLUG}", shown))


@pytest.fixture
def newsroom(
    lanes: Lanes, database: Database, site: Site, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., None]:
    """``newsroom(change, times)``: between the decision and the article the newsroom is quicker, so many times."""

    def newsroom(change: Callable[[], Any], times: int = 1) -> None:
        changes = iter([change] * times)
        for app in (lanes.fast, lanes.long):
            asked: Database = app.extensions[EXTENSION].database
            monkeypatch.setattr(asked, "ask", partial(interrupted, asked.ask, changes))

    def interrupted(
        ask: Callable[..., list[Row]], changes: Iterator[Callable[[], Any]], question: Question, values: Values
    ) -> list[Row]:
        if "id" in values and (change := next(changes, None)):  # it is asked for by its id once it was decided about
            change()
        return ask(question, values)

    return newsroom


@pytest.fixture
def write(database: Database, site: Site, clock: FrozenClock) -> Callable[..., Story]:
    return lambda level, **fields: write_story(database, site.id, clock.now(), level, slug=SLUG, **fields)


def code_of(told: Told) -> str:
    assert told.status[0] != "2"
    return str(json.loads(told.body)["code"])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("before", "after", "granted"),
    [
        (("free", {}), ("premium", {"products": ("archive",)}), False),
        (("premium", {}), ("premium", {"products": ("archive",)}), False),
        (("premium", {"products": ("archive",)}), ("premium", {}), True),
        (("premium", {"products": ("archive",)}), ("free", {}), True),
        (("free", {}), ("premium", {}), True),
    ],
)
def test_an_article_is_read_on_the_terms_that_it_has_by_then(
    read: Callable[..., Told],
    newsroom: Callable[..., None],
    write: Callable[..., Story],
    way: str,
    before: tuple[str, dict[str, Any]],
    after: tuple[str, dict[str, Any]],
    granted: bool,
) -> None:
    was, (level, fields) = write(before[0], **before[1]), after
    newsroom(lambda: written.append(write(level, **fields)))
    written: list[Story] = []
    told = read(way)
    body = told.body.decode()
    assert told.status == "200 OK"
    assert json.loads(body)["decision"]["granted"] is granted
    (now,) = written
    assert was.leaks_into(body) == []
    assert now.leaks_into(body) == (list(now.protected) if granted else [])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("change", ["deleted", "a draft", "another of this name"])
def test_an_article_that_is_gone_by_then_is_not_read(
    read: Callable[..., Told],
    newsroom: Callable[..., None],
    write: Callable[..., Story],
    database: Database,
    site: Site,
    way: str,
    change: str,
) -> None:
    was = write("free")

    def delete() -> None:
        with database.writing() as connection:
            delete_article(connection, site.id, SLUG)

    def put_another() -> None:
        delete()
        write("premium", products=("archive",))

    draft = partial(write, "free", status=Status.DRAFT)
    newsroom({"deleted": delete, "a draft": draft, "another of this name": put_another}[change])
    told = read(way)
    assert was.leaks_into(told.body.decode()) == []
    if change == "another of this name":
        assert json.loads(told.body)["decision"]["reason"] == "subscription_required"
    else:
        assert code_of(told) == "not_found"


@pytest.mark.parametrize("way", WAYS)
def test_a_newsroom_that_never_rests_has_its_readers_try_again(
    read: Callable[..., Told], newsroom: Callable[..., None], write: Callable[..., Story], way: str
) -> None:
    levels = iter(["free", "premium"] * 50)
    written = [write(next(levels))]
    newsroom(lambda: written.append(write(next(levels))), times=50)
    told = read(way)
    assert code_of(told) == "busy"
    assert "Retry-After" in dict(told.headers)
    assert [leak for story in written for leak in story.leaks_into(told.body.decode())] == []


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (DatabaseUnavailable(), "database_unavailable"),
        (RuntimeError("a word"), "internal_error"),
        (MemoryError(), "internal_error"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_fault_is_told_alike(
    lanes: Lanes, front_end_key: str, monkeypatch: pytest.MonkeyPatch, fault: Exception, code: str, method: str
) -> None:
    def broken(*_given: object) -> None:
        raise fault

    for app in (lanes.fast, lanes.long):
        monkeypatch.setattr(app.extensions[EXTENSION].database, "ask", broken)
    body = b'{"slugs": ["a"]}' if method == "POST" else b""
    said = {"Authorization": f"Bearer {front_end_key}", "Content-Type": "application/json"}
    target = "/v1/access" if method == "POST" else f"/v1/access/{SLUG}"
    fast, long, in_lane = lanes.tell(Asked(method, target, {**said, "Content-Length": str(len(body))}, body))
    assert fast == long
    assert code_of(long) == code
    assert not in_lane
    assert b"a word" not in long.body
