"""kill -9 in the middle of everything: what was acknowledged is there, nothing is there by half, nobody rises."""

import itertools
import os
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Event, Thread

import pytest
from sqlalchemy import func, select

from service.catalogue.store import article_bodies, articles
from tests.process.calling import NO_REPLY, Reply
from tests.process.town import Town, open_town
from tests.support.people import Person

READERS = 6
CRASHES = int(os.environ.get("GATEFOLD_TEST_RACES", "1"))
SIGN_OUTS = 6  # after which, in the middle of whatever else goes on, the server is killed
PATIENCE = 20.0

pytestmark = pytest.mark.process


@dataclass
class Acknowledged:
    """What the server said it had done before it was killed."""

    signed_in: dict[str, Person] = field(default_factory=dict)  # by token
    signing_out: set[str] = field(default_factory=set)  # it was asked for; it may have happened
    signed_out: set[str] = field(default_factory=set)
    granted: dict[str, str] = field(default_factory=dict)  # the reader of each entitlement
    articles: dict[str, str] = field(default_factory=dict)  # slug, and the last body that was acknowledged
    faults: list[Reply] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{len(self.signed_in)} sign-ins, {len(self.signed_out)} sign-outs, {len(self.granted)} grants, "
            f"{len(self.articles)} articles"
        )


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_after_kill_9_all_that_was_acknowledged_is_there_and_nothing_by_half(kind, tmp_path, figure):
    with open_town(kind, tmp_path, {"GATEFOLD_WORKERS": "2"}, servers=1) as town:
        acknowledged = Acknowledged()
        for _ in range(CRASHES):
            readers = [town.add_reader() for _ in range(READERS)]
            enough, deadline = len(acknowledged.signed_out) + SIGN_OUTS, time.monotonic() + PATIENCE
            with storming(town, readers, acknowledged):
                while len(acknowledged.signed_out) < enough and time.monotonic() < deadline:
                    time.sleep(0.01)
                town.servers[0].kill()
            town.servers[0].start()
            _check(town, acknowledged)
        assert [reply.text for reply in acknowledged.faults] == []
        assert min(map(len, (acknowledged.signed_out, acknowledged.granted, acknowledged.articles))) > 0
        figure(f"{CRASHES} crashes: {acknowledged}, all there")


class storming:  # noqa: N801  it reads as the block it is
    """While the block runs, readers sign in and out, staff grant, and the newsroom puts, until no more answers come."""

    def __init__(self, town: Town, readers: list[Person], acknowledged: Acknowledged) -> None:
        acts: list[Iterator[None]] = [_sign_in_and_out(town, reader, acknowledged) for reader in readers]
        acts += [_grant(town, readers, acknowledged), _grant(town, readers, acknowledged)]
        acts += [_put(town, acknowledged), _put(town, acknowledged)]
        self._over = Event()
        self._threads = [Thread(target=self._keep_on, args=(act,)) for act in acts]

    def __enter__(self) -> None:
        for thread in self._threads:
            thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _keep_on(self, act: Iterator[None]) -> None:
        while not self._over.is_set():
            try:
                next(act)
            except NO_REPLY:
                return


def _sign_in_and_out(town: Town, reader: Person, acknowledged: Acknowledged) -> Iterator[None]:
    """Stays signed in on up to three devices, and signs out on every other."""
    live: list[str] = []
    for number in itertools.count():
        reply = town.front_end().sign_in(reader.email, reader.password)
        token = reply.session_token
        if reply.status != 200 or token is None:
            acknowledged.faults.append(reply)
            return
        acknowledged.signed_in[token] = reader
        live.append(token)
        yield
        if number % 2 or len(live) > 3:
            leaving = live.pop(0)
            acknowledged.signing_out.add(leaving)
            reply = town.front_end().call("POST", "/v1/sign-out", session=leaving)
            if reply.status == 204:
                acknowledged.signed_out.add(leaving)
            else:
                acknowledged.faults.append(reply)
            yield


def _grant(town: Town, readers: list[Person], acknowledged: Acknowledged) -> Iterator[None]:
    for reader in itertools.cycle(readers):
        reply = town.desk().call("POST", f"/v1/readers/{reader.id}/entitlements", json={"product": "premium"})
        if reply.status == 201:
            acknowledged.granted[reply.json()["id"]] = reader.id
        else:
            acknowledged.faults.append(reply)
        yield


def _put(town: Town, acknowledged: Acknowledged) -> Iterator[None]:
    """New articles, and new bodies for old ones."""
    slug = ""
    for number in itertools.count():
        slug = slug if number % 3 == 2 else f"story-{secrets.token_hex(6)}"
        word = secrets.token_hex(8)
        reply = town.put(slug, f"<p>{word}</p>" + "<p>All the rest of it.</p>" * 200)
        if reply.status in (200, 201):
            acknowledged.articles[slug] = word
        else:
            acknowledged.faults.append(reply)
        yield


def _check(town: Town, acknowledged: Acknowledged) -> None:
    front_end = town.front_end()
    for token in acknowledged.signed_in:
        state = front_end.session(token)["state"]
        if token in acknowledged.signed_out:
            assert state == "ended", "a session rose from the dead"
        elif token not in acknowledged.signing_out:
            assert state == "live", "a session that was acknowledged is lost"
    there = {
        entitlement["id"]
        for reader in set(acknowledged.granted.values())
        for entitlement in town.desk().call("GET", f"/v1/readers/{reader}/entitlements").json()["items"]
    }
    assert acknowledged.granted.keys() <= there
    with town.database.reading() as connection:
        bodies = dict(
            connection.execute(
                select(articles.c.slug, article_bodies.c.body_html).outerjoin_from(articles, article_bodies)
            ).all()
        )
        orphans = connection.execute(
            select(func.count()).select_from(article_bodies.outerjoin(articles)).where(articles.c.id.is_(None))
        ).scalar_one()
    assert orphans == 0
    assert all(body for body in bodies.values()), "an article without its body"
    assert acknowledged.articles.keys() <= bodies.keys()
