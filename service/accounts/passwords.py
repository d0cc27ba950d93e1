"""Passwords: the rules they keep, and the hashing (argon2id).

The rules are those of NIST SP 800-63B-4 for a password that is the only factor: a
length, no composition rules, and nothing that guessers try early.
"""

from collections.abc import Sequence
from threading import Semaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from service.accounts.places import Places
from service.accounts.reader import PasswordRefused
from service.foundation.cores import staying_on_this_core

LONGEST = 1000
EARLY_GUESSES = 10**9
# How much of a password is estimated: that takes longer than linear time, and multiplies with each character that
# may stand for a letter ("p4$$word"). Guessers stop far sooner.
ESTIMATED = 48  # characters
MOST_STAND_INS = 6  # different ones, once a password is as long as one must be anyway
STAND_INS = frozenset("4@8({[<369!1|0$5+7%2")


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
    if _guesses(_beginning(password, minimum), about) < EARLY_GUESSES:
        raise PasswordRefused("This is among the first that a guesser would try; choose something less common.")


def _guesses(password: str, about: Sequence[str]) -> float:
    from zxcvbn import zxcvbn  # its lists take long to load, and a start of the service needs none of them

    return float(zxcvbn(password, user_inputs=[hint for hint in about if hint])["guesses"])


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

    Whoever comes from outside holds one of its places first.
    """

    def __init__(self, *, threads: int, queue: int, memory_kib: int = 19 * 1024, time_cost: int = 2) -> None:
        self._hasher = PasswordHasher(
            time_cost=time_cost, memory_cost=memory_kib, parallelism=1, hash_len=32, salt_len=16, type=Type.ID
        )
        self._turns = Semaphore(threads)
        self.places = Places(threads + queue)
        self._nobody = self._hasher.hash("nobody")

    def check_rules(self, password: str, minimum: int, about: Sequence[str] = ()) -> None:
        """:func:`check_password_rules`, which can take as long as hashing, in turn."""
        with self._turns:
            check_password_rules(password, minimum, about)

    def hash(self, password: str) -> str:
        """The hash to store."""
        with self._turns, staying_on_this_core():
            return str(self._hasher.hash(password))

    def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password is the one hashed. ``None`` (no such reader) takes as long and is never right."""
        with self._turns, staying_on_this_core():
            try:
                self._hasher.verify(stored or self._nobody, password)
            except (VerificationError, InvalidHashError, UnicodeEncodeError):
                return False
            return stored is not None

    def outdated(self, stored: str) -> bool:
        """Whether the hash was made with weaker parameters than today's."""
        return bool(self._hasher.check_needs_rehash(stored))
