"""The password rules as a table, the places of those who wait, and the hashing."""

import contextlib
import os
import sys
import time
from threading import Event, Thread

import pytest

from service.accounts.passwords import LONGEST, Passwords, check_password_rules
from service.accounts.reader import PasswordRefused
from tests.support.people import quick_passwords

ABOUT = ("Alice Harbour", "alice.harbour@example.org", "alice.harbour", "The Courier")


@pytest.mark.parametrize(
    "password",
    [
        "plum-ladder-orbit-seven",
        "correct zebra staple nimbus",
        "kZ8#qLw2!vRt5^mN",
        "grüner Elefant über Dächern",
        "鍵は海の底に沈んでいる朝の九時です",
        "🔑🐟🌙🪑🎻🧲🪁🥁🛶🧵🪞🌶🦚🧊🪤",
        "   spaces at both ends kept   ",
        "plum-ladder-orbit-seven" * 40,
    ],
)
def test_a_long_uncommon_password_is_welcome(password):
    check_password_rules(password, 15, ABOUT)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "15 characters or more"),
        ("short", "15 characters or more"),
        ("kZ8#qLw2!vRt5^", "15 characters or more"),
        ("x" * (LONGEST + 1), "1000 characters or fewer"),
        ("plum-ladder-orbit-\ud800", "cannot be typed"),
        ("aaaaaaaaaaaaaaaaaaaa", "first that a guesser"),
        ("passwordpassword", "first that a guesser"),
        ("123456789012345678", "first that a guesser"),
        ("qwertyuiopasdfgh", "first that a guesser"),
        ("alice.harbour@example.org", "first that a guesser"),
        ("Alice Harbour The Courier", "first that a guesser"),
        ("abcabcabcabcabcabc", "first that a guesser"),
    ],
)
def test_a_password_that_is_guessed_early_is_refused_with_a_sentence(password, why):
    with pytest.raises(PasswordRefused, match=why) as refused:
        check_password_rules(password, 15, ABOUT)
    assert refused.value.why.endswith(".")
    assert not password or password not in refused.value.why


@pytest.mark.parametrize(("length", "welcome"), [(9, False), (10, True)])
def test_the_shortest_password_is_the_publishers_to_set(length, welcome):
    password = "kZ8#qLw2!vRt"[:length]
    if welcome:
        check_password_rules(password, 10)
    else:
        with pytest.raises(PasswordRefused, match="10 characters or more"):
            check_password_rules(password, 10)


def test_what_is_not_known_of_a_reader_is_no_hint():
    check_password_rules("plum-ladder-orbit-seven", 15, ("", "Alice"))


def test_the_longest_password_is_judged_quickly():
    began = time.monotonic()
    check_password_rules("kZ8#qLw2!vRt5^mN" * 62, 15, ABOUT)
    assert time.monotonic() - began < 1


def test_a_password_of_nothing_but_stand_ins_for_letters_is_judged_quickly():
    began = time.monotonic()
    with contextlib.suppress(PasswordRefused):
        check_password_rules("4@8({[</369&#!1|0$5+7%2" * 4, 15, ABOUT)
    assert time.monotonic() - began < 1


# Hashing


def test_a_password_is_right_or_wrong_to_its_last_octet():
    passwords = quick_passwords()
    long = "plum-ladder-orbit-seven" * 40
    stored = passwords.hash(long)
    assert stored.startswith("$argon2id$")
    assert passwords.verify(stored, long)
    assert not passwords.verify(stored, long + "x")
    assert not passwords.verify(stored, long[:-1])
    assert not passwords.verify(stored, long.upper())
    assert passwords.hash(long) != stored


def test_by_default_it_is_argon2id_at_nineteen_mebibytes():
    assert "$argon2id$v=19$m=19456,t=2,p=1$" in Passwords(threads=1, queue=0).hash("plum-ladder-orbit-seven")


@pytest.mark.parametrize("stored", ["", "nonsense", "$argon2id$broken", "$2b$12$abcdefghijklmnopqrstuv"])
def test_a_stored_hash_that_cannot_be_read_is_never_right(stored):
    assert not quick_passwords().verify(stored, "plum-ladder-orbit-seven")


def test_a_password_that_cannot_be_encoded_is_never_right():
    passwords = quick_passwords()
    assert not passwords.verify(passwords.hash("plum-ladder-orbit-seven"), "\ud800" * 15)


@pytest.mark.parametrize("password", ["nobody", "plum-ladder-orbit-seven"])
def test_nobody_has_no_right_password(password):
    assert not quick_passwords().verify(None, password)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone lets a thread say where it runs")
def test_a_hash_ends_on_the_core_that_it_began_on(monkeypatch):
    passwords = quick_passwords()
    hasher, free = passwords._hasher, os.sched_getaffinity(0)
    seen = []

    class Watched:
        def hash(self, password):
            seen.append(os.sched_getaffinity(0))
            return hasher.hash(password)

        def verify(self, stored, password):
            seen.append(os.sched_getaffinity(0))
            return hasher.verify(stored, password)

    monkeypatch.setattr(passwords, "_hasher", Watched())
    passwords.verify(passwords.hash("plum-ladder-orbit-seven"), "plum-ladder-orbit-seven")
    assert [len(cores) for cores in seen] == [1, 1]
    assert os.sched_getaffinity(0) == free


def test_an_unknown_reader_is_hashed_for_as_a_known_one_is(monkeypatch):
    passwords = quick_passwords()
    hasher = passwords._hasher
    seen = []

    class Watched:
        def verify(self, stored, password):
            seen.append(stored.rpartition("$")[0].rpartition("$")[0])  # the parameters, without salt and hash
            return hasher.verify(stored, password)

    stored = passwords.hash("plum-ladder-orbit-seven")
    monkeypatch.setattr(passwords, "_hasher", Watched())
    passwords.verify(stored, "wrong")
    passwords.verify(None, "wrong")
    assert len(seen) == 2
    assert seen[0] == seen[1]


def test_a_hash_of_weaker_parameters_is_outdated():
    weak, strong = quick_passwords(), Passwords(threads=1, queue=0, memory_kib=16, time_cost=2)
    stored = weak.hash("plum-ladder-orbit-seven")
    assert not weak.outdated(stored)
    assert strong.outdated(stored)
    assert strong.verify(stored, "plum-ladder-orbit-seven")
    assert not strong.outdated(strong.hash("plum-ladder-orbit-seven"))


# Turns


class Held:
    """Passwords of one thread, which is busy until it is let go."""

    def __init__(self) -> None:
        self.passwords = quick_passwords(threads=1)
        self._hasher, self._begun, self._go = self.passwords._hasher, Event(), Event()
        self.passwords._hasher = self
        self._thread = Thread(target=self.passwords.hash, args=("held",))
        self._thread.start()
        assert self._begun.wait(5)

    def hash(self, password: str) -> str:
        if password == "held":
            self._begun.set()
            assert self._go.wait(5)
        return self._hasher.hash(password)

    def release(self) -> None:
        self._go.set()
        self._thread.join()


@pytest.mark.parametrize(
    "act",
    [
        lambda passwords: passwords.hash("plum-ladder-orbit-seven"),
        lambda passwords: passwords.check_rules("plum-ladder-orbit-seven", 15),
    ],
)
def test_hashing_and_judging_wait_for_their_turn(act):
    thread_at_work = Held()
    served = Event()
    waiting = Thread(target=lambda: (act(thread_at_work.passwords), served.set()))
    waiting.start()
    assert not served.wait(0.1)
    thread_at_work.release()
    assert served.wait(5)
    waiting.join()


def test_no_more_are_hashed_at_once_than_there_are_threads():
    passwords = quick_passwords(threads=2, queue=30)
    hasher, at_work, most = passwords._hasher, [], []

    class Counting:
        def hash(self, password):
            at_work.append(1)
            most.append(len(at_work))
            time.sleep(0.005)
            at_work.pop()
            return hasher.hash(password)

    passwords._hasher = Counting()
    threads = [Thread(target=passwords.hash, args=("x",)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 20
    assert max(most) == 2
