"""Passwords: the rules they keep, the places of those who wait to be hashed for, and the hashing (argon2id).

The rules are those of NIST SP 800-63B-4 for a password that is the only factor: a
length, no composition rules, and nothing that guessers try early.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import ceil
from threading import Lock, Semaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type
from zxcvbn import zxcvbn

from service.accounts.reader import PasswordRefused

LONGEST = 1000
EARLY_GUESSES = 10**9
# How much of a password is estimated: that takes longer than linear time, and multiplies with each character that
# may stand for a letter ("p4$$word"). Guessers stop far sooner.
ESTIMATED = 48  # characters
MOST_STAND_INS = 6  # different ones, once a password is as long as one must be anyway
STAND_INS = frozenset("4@8({[<369!1|0$5+7%2")


class HashingBusy(Exception):
    """As many wait to be hashed for as may, of all or of this network: try again in a moment."""


def check_password_rules(password: str, minimum: int, about: Sequence[str] = ()) -> None:
    """Raise :class:`PasswordRefused` with a kind sentence where a rule is broken.

    ``about``: what is known of the reader and the site (name, email, publisher), which a guesser knows too.
    """
    if len(password) < minimum:
        raise PasswordRefused(f"Use {minimum} characters or more; a few words in a row make a good one.")
    if len(password) > LONGEST:
        raise PasswordRefused(f"Use {LONGEST} characters or fewer.")
    try:
        password.encode()
    except UnicodeEncodeError as fault:
        raise PasswordRefused("This has a character that cannot be typed.") from fault
    hints = [hint for hint in about if hint]
    if zxcvbn(_beginning(password, minimum), user_inputs=hints)["guesses"] < EARLY_GUESSES:
        raise PasswordRefused("This is among the first that a guesser would try; choose something less common.")


def _beginning(password: str, minimum: int) -> str:
    """As much of a password as is estimated."""
    found: set[str] = set()
    for place, character in enumerate(password[:ESTIMATED]):
        found |= STAND_INS & {character}
        if len(found) > MOST_STAND_INS and place >= minimum:
            return password[:place]
    return password[:ESTIMATED]


class Passwords:
    """Judges, hashes and verifies, a bounded number at a time, so that a flood of sign-ins leaves room for reading.

    Whoever comes from outside takes a place first, before anything else is done for her, and keeps it until she
    has been hashed for. So who is turned away has cost next to nothing, and who has a place is served.
    """

    def __init__(self, *, threads: int, queue: int, memory_kib: int = 19 * 1024, time_cost: int = 2) -> None:
        self._hasher = PasswordHasher(
            time_cost=time_cost, memory_cost=memory_kib, parallelism=1, hash_len=32, salt_len=16, type=Type.ID
        )
        self._turns = Semaphore(threads)
        self._places = threads + queue
        self._places_of_network = ceil(self._places / 2)
        self._held_by: list[str] = []  # the network of each place's holder
        self._lock = Lock()
        self._nobody = self._hasher.hash("nobody")

    @contextmanager
    def place(self, network: str) -> Iterator[None]:
        """Hold a place. Raises :class:`HashingBusy`, at once, where there is none.

        A network may hold half of them and no more, so that a flood from one leaves places to the others.
        """
        with self._lock:
            held = self._held_by
            if len(held) >= self._places or held.count(network) >= self._places_of_network:
                raise HashingBusy
            held.append(network)
        try:
            yield
        finally:
            with self._lock:
                held.remove(network)

    def check_rules(self, password: str, minimum: int, about: Sequence[str] = ()) -> None:
        """:func:`check_password_rules`, which can take as long as hashing, in turn."""
        with self._turns:
            check_password_rules(password, minimum, about)

    def hash(self, password: str) -> str:
        """The hash to store."""
        with self._turns:
            return str(self._hasher.hash(password))

    def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password is the one hashed. ``None`` (no such reader) takes as long and is never right."""
        with self._turns:
            try:
                self._hasher.verify(stored or self._nobody, password)
            except (VerificationError, InvalidHashError, UnicodeEncodeError):
                return False
            return stored is not None

    def outdated(self, stored: str) -> bool:
        """Whether the hash was made with weaker parameters than today's."""
        return bool(self._hasher.check_needs_rehash(stored))
