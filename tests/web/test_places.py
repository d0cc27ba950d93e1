"""Places to be hashed for: who finds none has cost nothing, and one network cannot take them all."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from threading import Event, Thread

import pytest
from flask import Flask
from sqlalchemy import func, select

from service.accounts.places import HashingBusy
from service.accounts.reader import CredentialsRefused
from service.devices.sessions import Newcomer, StartedSession
from service.foundation.database import Database
from service.foundation.quotas import QuotaExceeded, quotas
from service.web import changing, recovering, signing_in, signing_up
from service.web.doors import EXTENSION, Doors
from service.web.signing_in import SignedIn
from service.web.signing_up import SignUp
from tests.support.at_once import at_once
from tests.support.clock import FrozenClock
from tests.support.people import People, quick_passwords
from tests.support.statements import statements
from tests.web.pages.visitor import Visitor

PLACES = 4
HOME, ELSEWHERE = "192.0.2.1", "198.51.100.7"
PHONE = Newcomer("Firefox on Android")
NEW_PASSWORD = "quartz-marmot-violin-dusk"


@pytest.fixture
def house(app: Flask) -> Doors:
    """Four places: two for those who are hashed for, and two to wait."""
    house: Doors = replace(app.extensions[EXTENSION], passwords=quick_passwords(threads=2, queue=PLACES - 2))
    app.extensions[EXTENSION] = house
    return house


@pytest.fixture
def no_place(house: Doors) -> Iterator[None]:
    with ExitStack() as held:
        for number in range(PLACES):
            held.enter_context(house.passwords.places.hold(f"network {number}"))
        yield


def count_tries(database: Database) -> int:
    with database.reading() as connection:
        return connection.execute(select(func.coalesce(func.sum(quotas.c.used), 0))).scalar_one()


HASHING = {
    "signing in": lambda house, alice, now: signing_in.sign_in(house, alice.email, alice.password, PHONE, HOME, now),
    "signing up": lambda house, alice, now: signing_up.sign_up(
        house, SignUp("dana@example.org", "Dana", NEW_PASSWORD), HOME, now
    ),
    "a reset": lambda house, alice, now: recovering.reset(house, "gft_any", NEW_PASSWORD, PHONE, HOME, now),
    "a new password": lambda house, alice, now: changing.set_new_password(
        house, alice.reader, "dev_any", alice.password, NEW_PASSWORD, PHONE, HOME, now, sign_out_others=False
    ),
    "a new address": lambda house, alice, now: changing.ask_for_new_email(
        house, alice.reader, alice.password, "new@example.org", PHONE, HOME, now
    ),
}


@pytest.mark.parametrize("way", HASHING)
def test_who_finds_no_place_is_turned_away_before_the_database_is_asked(
    way: str, house: Doors, people: People, clock: FrozenClock, no_place: None
) -> None:
    with statements(house.database) as said, pytest.raises(HashingBusy):
        HASHING[way](house, people.alice, clock.now())
    assert said == []


@pytest.mark.parametrize("way", HASHING)
def test_a_place_is_given_back_however_it_ends(way: str, house: Doors, people: People, clock: FrozenClock) -> None:
    for _ in range(PLACES + 1):
        with suppress(Exception):
            HASHING[way](house, people.alice, clock.now())
    with house.passwords.places.hold(HOME), house.passwords.places.hold(HOME), house.passwords.places.hold(ELSEWHERE):
        pass


def test_the_api_says_when_to_try_again_and_counts_no_guess(
    app: Flask, people: People, database: Database, front_end_key: str, no_place: None
) -> None:
    wanted = {"email": people.alice.email, "password": people.alice.password}
    key = {"Authorization": f"Bearer {front_end_key}"}
    answer = app.test_client().post("/v1/sign-in", json=wanted, headers=key)
    assert (answer.status_code, answer.json["code"]) == (503, "busy")
    assert int(answer.headers["Retry-After"]) > 0
    assert count_tries(database) == 0


def test_the_page_says_it_and_counts_no_guess(app: Flask, people: People, database: Database, no_place: None) -> None:
    page = Visitor(app.test_client()).sign_in(people.alice.email, people.alice.password)
    assert page.status == 503
    assert int(page.response.headers["Retry-After"]) > 0
    assert count_tries(database) == 0


class Slow:
    """A hasher that finishes nothing until it is told to."""

    def __init__(self, hasher: object) -> None:
        self._hasher = hasher
        self.go = Event()

    def verify(self, stored: str, password: str) -> bool:
        assert self.go.wait(10)
        return self._hasher.verify(stored, password)


def test_of_many_sign_ins_at_once_as_many_as_there_are_places_are_tried_and_counted(
    house: Doors, people: People, database: Database, clock: FrozenClock
) -> None:
    slow = house.passwords._hasher = Slow(house.passwords._hasher)
    turned_away = []

    def sign_in(number: int) -> object:
        try:
            return signing_in.sign_in(house, f"{number}@example.org", "wrong", PHONE, f"network {number}", clock.now())
        except HashingBusy:
            turned_away.append(number)
            if len(turned_away) == 20 - PLACES:
                slow.go.set()
            raise

    outcomes = Counter(type(outcome) for outcome in at_once(20, sign_in))
    assert outcomes == {CredentialsRefused: PLACES, HashingBusy: 20 - PLACES}
    assert count_tries(database) == 3 * PLACES  # each at her address, from her network, and of both together


def test_an_honest_reader_gets_in_while_another_network_floods(
    house: Doors, people: People, clock: FrozenClock
) -> None:
    over = Event()
    seen: Counter[type] = Counter()

    def flood(number: int) -> None:
        while not over.is_set():
            try:
                signing_in.sign_in(house, f"{number}@example.org", "wrong", PHONE, ELSEWHERE, clock.now())
            except (HashingBusy, CredentialsRefused, QuotaExceeded) as fault:
                seen[type(fault)] += 1
                time.sleep(0.001)

    threads = [Thread(target=flood, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(5):
            arrived = signing_in.sign_in(house, people.alice.email, people.alice.password, PHONE, HOME, clock.now())
            assert isinstance(arrived, SignedIn)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert seen[HashingBusy]


def test_readers_behind_one_address_get_in_one_after_another(house: Doors, people: People, clock: FrozenClock) -> None:
    """More of them at once than their network has places: those turned away try again."""

    def sign_in(number: int) -> SignedIn:
        person = (people.alice, people.bob, people.charlie)[number % 3]
        while True:
            with suppress(HashingBusy):
                return signing_in.sign_in(house, person.email, person.password, PHONE, HOME, clock.now())
            time.sleep(0.01)

    assert Counter(type(outcome) for outcome in at_once(12, sign_in)) == {SignedIn: 12}


def test_a_token_of_the_past_is_looked_for_whether_or_not_the_address_is_known(
    house: Doors, people: People, clock: FrozenClock, sign_in: Callable[..., StartedSession]
) -> None:
    newcomer = Newcomer("Firefox on Linux", sign_in(people.bob).token)
    counts = []
    for address in (people.alice.email, "nobody@example.org"):
        with statements(house.database) as said, pytest.raises(CredentialsRefused):
            signing_in.sign_in(house, address, "wrong", newcomer, HOME, clock.now())
        counts.append(len(said))
    assert counts[0] == counts[1] > 0
