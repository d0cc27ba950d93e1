"""The places of those who wait for a password to be hashed: how many there are, and who goes first where more come."""

import time
from array import array
from collections.abc import Callable, Iterator, MutableSequence
from contextlib import contextmanager
from math import ceil
from multiprocessing.sharedctypes import RawArray
from threading import Lock
from typing import TypeAlias, cast
from zlib import crc32

COME_BACK_AFTER_SECONDS = 10  # as who is turned away is told: the longer, the fewer of a flood do it by chance
REMEMBERED = 2**16  # when networks were turned away; more than one may share an entry, and be taken for one another

TurnedAway: TypeAlias = MutableSequence[float]


class HashingBusy(Exception):
    """There is no place for her now: try again in a moment."""


class Places:
    """Whoever comes from outside takes a place first, before anything else is done for her, and keeps it until she
    has been hashed for. So who is turned away has cost next to nothing, and who has a place is served.

    Networks that were turned away and come again too soon share a quarter of the places, so that who waits as she was
    told goes before who presses on. And of the places open to it a network may hold half, so that a flood from one
    leaves some to the others.
    """

    def __init__(
        self, most: int, turned_away: TurnedAway | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._turned_away = turned_away or array("d", bytes(8 * REMEMBERED))
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
        entry, now = crc32(network.encode()) % REMEMBERED, self._clock()
        presses_on = now < self._turned_away[entry] + COME_BACK_AFTER_SECONDS
        open_to_her = max(1, self._most // 4) if presses_on else self._most
        with self._lock:
            held = self._held_by
            if len(held) >= open_to_her or held.count(network) >= ceil(open_to_her / 2):
                self._turned_away[entry] = now
                raise HashingBusy
            held.append(network)

    def give_back(self, network: str) -> None:
        with self._lock:
            self._held_by.remove(network)


def turned_away_of_all() -> TurnedAway:
    """What several processes' places share: whom one turned away, the others know."""
    return cast(TurnedAway, RawArray("d", REMEMBERED))
