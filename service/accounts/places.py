"""The places of those who wait for a password to be hashed: how many there are, and who goes first where more come."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from math import ceil
from multiprocessing.sharedctypes import RawArray
from secrets import token_bytes
from threading import Lock

COME_BACK_AFTER_SECONDS = 10  # as who is turned away is told: the longer, the fewer of a flood do it by chance
ENTRIES = 2**20  # so that of others one in a thousand is taken for one of a thousand networks that press on


class HashingBusy(Exception):
    """There is no place for her now: try again in a moment."""


class TurnedAway:
    """When networks were turned away: known to all processes that share it.

    Two networks may share an entry, and be taken for one another. Which ones, nobody outside can tell.
    """

    def __init__(self) -> None:
        self._at = RawArray("d", ENTRIES)
        self._key = token_bytes(16)

    def note(self, network: str, now: float) -> None:
        self._at[self._entry(network)] = now

    def presses_on(self, network: str, now: float) -> bool:
        """Whether it was turned away, and has not waited as long as it was told."""
        at: float = self._at[self._entry(network)]
        return 0 < at <= now < at + COME_BACK_AFTER_SECONDS

    def _entry(self, network: str) -> int:
        return int.from_bytes(blake2b(network.encode(), digest_size=8, key=self._key).digest()) % ENTRIES


class Places:
    """Whoever comes from outside takes a place first, before anything else is done for her, and keeps it until she
    has been hashed for. So who is turned away has cost next to nothing, and who has a place is served.

    A network may hold half of the places, so that a flood from one leaves some to the others. And one that was turned
    away and comes again too soon finds a place only while half of them are free, so that who waits as she was told goes
    before who presses on.
    """

    def __init__(
        self, most: int, turned_away: TurnedAway | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._half = ceil(most / 2)
        self._turned_away = turned_away or TurnedAway()
        self._clock = clock
        self._held_by: list[str] = []  # the network of each place's holder
        self._lock = Lock()

    @contextmanager
    def hold(self, network: str) -> Iterator[None]:
        """Hold a place. Raises :class:`HashingBusy`, at once, where there is none."""
        self.take(network)
        try:
            yield
        finally:
            self.give_back(network)

    def take(self, network: str) -> None:
        """Raises :class:`HashingBusy`, at once, where there is no place."""
        now = self._clock()
        open_to_her = self._half if self._turned_away.presses_on(network, now) else self._most
        with self._lock:
            if len(self._held_by) >= open_to_her or self._held_by.count(network) >= self._half:
                self._turned_away.note(network, now)
                raise HashingBusy
            self._held_by.append(network)

    def give_back(self, network: str) -> None:
        with self._lock:
            self._held_by.remove(network)
