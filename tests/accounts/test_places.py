"""Places: how many there are, how many a network may hold, and who goes first where more come."""

import time
from contextlib import ExitStack, suppress
from random import Random

import pytest

from service.accounts.places import COME_BACK_AFTER_SECONDS, HashingBusy, Places, TurnedAway


class Watch:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def held(places: Places, *networks: str) -> ExitStack:
    """Hold a place for each network, one after the other."""
    stack = ExitStack()
    for network in networks:
        stack.enter_context(places.hold(network))
    return stack


def finds_one(places: Places, network: str) -> bool:
    try:
        with places.hold(network):
            return True
    except HashingBusy:
        return False


def test_who_finds_every_place_taken_is_told_so_at_once_and_finds_one_later():
    places = Places(3)
    began = time.monotonic()
    with held(places, "a", "b", "c"):
        assert not finds_one(places, "d")
    assert time.monotonic() - began < 1
    with held(places, "d", "e", "f"):
        pass


@pytest.mark.parametrize(("most", "of_one"), [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (12, 6)])
def test_one_network_may_hold_half_of_the_places_and_no_more(most, of_one):
    places = Places(most)
    with held(places, *["a"] * of_one):
        assert not finds_one(places, "a")
        with held(places, *[f"other {number}" for number in range(most - of_one)]):
            pass


@pytest.mark.parametrize(("most", "of_all"), [(1, 1), (2, 1), (3, 2), (5, 3), (8, 4)])
def test_those_who_come_again_too_soon_find_a_place_only_while_half_are_free(most, of_all):
    places = Places(most)
    pressing = [f"network {number}" for number in range(most)]
    with held(places, *[f"before {number}" for number in range(most)]):
        assert not any(finds_one(places, network) for network in pressing)
    with held(places, *pressing[:of_all]):
        assert not any(finds_one(places, network) for network in pressing[of_all:])
        with held(places, *[f"patient {number}" for number in range(most - of_all)]):
            pass


def test_who_comes_back_as_she_was_told_is_as_one_who_comes_first():
    watch = Watch()
    places = Places(4, clock=watch)
    with held(places, "a", "b", "c", "d"):
        assert not finds_one(places, "patient")
        watch.now += COME_BACK_AFTER_SECONDS - 0.1
        assert not finds_one(places, "pressing")
    watch.now += 0.1
    with held(places, "a", "b"):
        assert not finds_one(places, "pressing")
        assert finds_one(places, "patient")


def test_who_goes_on_pressing_goes_on_being_one_who_does():
    watch = Watch()
    places = Places(2, clock=watch)
    with held(places, "a"):
        with held(places, "b"):
            assert not finds_one(places, "pressing")
        for _ in range(10):
            watch.now += COME_BACK_AFTER_SECONDS - 0.1
            assert not finds_one(places, "pressing")
        watch.now += COME_BACK_AFTER_SECONDS
        assert finds_one(places, "pressing")


def test_just_after_the_machine_has_started_nobody_is_taken_for_one_who_presses_on():
    watch = Watch()
    watch.now = 3.0
    with held(Places(4, clock=watch), "a", "b", "c", "d"):
        pass


@pytest.mark.parametrize("most", [5, 9])
def test_who_comes_back_as_told_finds_a_place_while_a_thousand_networks_flood(most):
    """Forty times as many come as can be served: of equals hardly any would find a place in three tries."""
    watch, drawing = Watch(), Random(1)
    places, served = Places(most, clock=watch), []
    a_second = 500
    comes = {tick: f"honest {tick}" for tick in range(2 * a_second, 12 * a_second, a_second // 2)}
    honest, found = len(comes), 0
    for tick in range(34 * a_second):
        watch.now += 1 / a_second
        if tick % 40 == 0 and served:
            places.give_back(served.pop(0))
        with suppress(HashingBusy):
            places.take(network := f"network {drawing.randrange(1000)}")
            served.append(network)
        if (network := comes.pop(tick, None)) and finds_one(places, network):
            found += 1
        elif network:
            comes[tick + (COME_BACK_AFTER_SECONDS * a_second) + a_second // 5] = network
    assert found > honest * 2 / 3


def test_whom_one_process_turned_away_the_others_know():
    shared = TurnedAway()
    here, there = Places(2, shared), Places(2, shared)
    with held(here, "a", "b"), held(there, "a"):
        assert not finds_one(here, "pressing")
        assert not finds_one(there, "pressing")
        assert finds_one(there, "patient")


def test_a_place_is_given_back_where_something_goes_wrong_in_it():
    places = Places(1)
    with suppress(ZeroDivisionError), places.hold("a"):
        raise ZeroDivisionError
    assert finds_one(places, "a")


def test_a_flood_from_a_thousand_networks_is_hardly_ever_taken_for_somebody_else():
    turned_away = TurnedAway()
    for number in range(1_000):
        turned_away.note(f"198.51.{number // 256}.{number % 256}", 1.0)
    others = [f"203.0.{number // 256}.{number % 256}" for number in range(10_000)]
    assert sum(turned_away.presses_on(other, 2.0) for other in others) < 40  # ten, give or take a few
