"""Revocation is immediate on every server: once it is answered, not one body more leaves any of them."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Barrier, Event, Lock, Thread

import pytest

from tests.process.calling import NO_REPLY, Reply, kept_alive
from tests.process.town import Town, open_town

KINDS = ["sqlite", "postgresql"]
HAMMERS = 8
TRIES_AFTER = 900  # of each way to revoke, on each database

pytestmark = pytest.mark.process


@pytest.fixture(scope="module", params=KINDS)
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with open_town(request.param, tmp_path_factory.mktemp("revocation")) as town:
        yield town


@dataclass
class Hammered:
    """What came of the gated reads that went on all the time."""

    bodies: int = 0
    late_bodies: int = 0  # of reads that were begun after the revocation was answered
    late_denials: int = 0
    faults: list[str] = field(default_factory=list)


WAYS: dict[str, Callable[[Town, str, str], Reply]] = {
    "her own sign-out": lambda town, _reader, token: town.front_end(1).call("POST", "/v1/sign-out", session=token),
    "an end by staff": lambda town, reader, _token: town.desk(1).call("DELETE", f"/v1/readers/{reader}/devices"),
    "a revoked entitlement": lambda town, reader, _token: revoke_all(town, reader),
}


@pytest.mark.parametrize("way", WAYS)
def test_once_a_revocation_is_answered_not_one_body_more_is_sent(town: Town, way, figure):
    reader, story = town.add_reader(subscribes=True), town.write_story()
    token = town.front_end().sign_in(reader.email, reader.password).session_token
    assert token is not None
    answered = Event()
    with hammered(town, story.slug, token, story.canaries[-1].encode(), answered) as result:
        time.sleep(0.3)
        reply = WAYS[way](town, reader.id, token)
        answered.set()
        while result.late_denials + result.late_bodies < TRIES_AFTER and not result.faults:
            time.sleep(0.01)
    assert reply.status in (200, 204)
    assert result.faults == []
    assert result.bodies > HAMMERS
    assert result.late_bodies == 0
    figure(f"{result.bodies} bodies before it, {result.late_bodies} in {result.late_denials} tries after it")


@contextmanager
def hammered(town: Town, slug: str, token: str, canary: bytes, answered: Event) -> Iterator[Hammered]:
    """While the block runs, eight clients read the article over and over on both servers."""
    result, lock, over, begun = Hammered(), Lock(), Event(), Barrier(HAMMERS + 1)
    headers = [("Authorization", f"Bearer {town.key}"), ("Gatefold-Session", token)]

    def hammer(number: int) -> None:
        with kept_alive(town.servers[number % len(town.servers)]) as ask:
            begun.wait()
            while not over.is_set():
                late = answered.is_set()
                try:
                    reply = ask("GET", f"/v1/articles/{slug}", headers)
                except NO_REPLY as fault:
                    result.faults.append(repr(fault))
                    return
                with lock:
                    if reply.status != 200:
                        result.faults.append(reply.text)
                    elif late:
                        result.late_bodies += canary in reply.body
                        result.late_denials += canary not in reply.body
                    else:
                        result.bodies += canary in reply.body

    hammers = [Thread(target=hammer, args=(number,)) for number in range(HAMMERS)]
    for thread in hammers:
        thread.start()
    begun.wait()
    try:
        yield result
    finally:
        over.set()
        for thread in hammers:
            thread.join()


def revoke_all(town: Town, reader_id: str) -> Reply:
    granted = town.desk().call("GET", f"/v1/readers/{reader_id}/entitlements").json()["items"]
    assert len(granted) == 1
    return town.desk(1).call("POST", f"/v1/entitlements/{granted[0]['id']}/revoke")
