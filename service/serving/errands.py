"""Requests that were handed through the hatch, and one thread that waits for the answers to all of them."""

import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from selectors import EVENT_READ, DefaultSelector
from threading import Thread
from typing import NamedTuple, cast

import structlog

from service.serving.hatch import Full, Hatch, Passed
from service.web.answers import Answered

WITHIN_SECONDS = 60.0
LOOK_EVERY_SECONDS = 1.0

log = structlog.get_logger()

Told = Callable[[Answered | None], None]


class Errand(NamedTuple):
    told: Told
    sender: str
    until: float


class Errands:
    """As many as there may be; and of one sender half as many, so that she leaves room to others."""

    def __init__(self, hatch: Hatch, most: int) -> None:
        self._hatch = hatch
        self._most = most
        self._under_way: dict[Connection, Errand] = {}
        self._selector = DefaultSelector()
        Thread(target=self._wait, name="errands", daemon=True).start()

    def send(self, request: Passed, sender: str, told: Told) -> None:
        """Hand a request through. Raises :class:`Full` where as many are under way as may be.

        ``told`` is called once, mostly by another thread: with the answer, or with None where it was lost, and nobody
        knows whether the request was carried out.
        """
        if not self._has_room_for(sender):
            raise Full
        connection = self._hatch.give(request)
        self._under_way[connection] = Errand(told, sender, time.monotonic() + WITHIN_SECONDS)
        try:
            self._selector.register(connection, EVENT_READ)
        except OSError:  # the system has no room to wait for one more
            del self._under_way[connection]
            connection.close()
            told(None)

    def _has_room_for(self, sender: str) -> bool:
        half = self._most // 2
        if (under_way := len(self._under_way)) < half:  # as usual: nobody has more than all of these
            return True
        hers = sum(errand.sender == sender for errand in list(self._under_way.values()))
        return under_way < self._most and hers < half

    def _wait(self) -> None:
        looked = time.monotonic()
        while True:
            for key, _ in self._selector.select(LOOK_EVERY_SECONDS):
                connection = cast(Connection, key.fileobj)
                answered = None
                with suppress(EOFError, OSError):  # the account worker ended before it answered
                    answered = Answered(*connection.recv())
                self._end(connection, answered)
            if (now := time.monotonic()) > looked + LOOK_EVERY_SECONDS:
                looked = now
                for connection, errand in list(self._under_way.items()):
                    if errand.until < now:
                        self._end(connection, None)

    def _end(self, connection: Connection, answered: Answered | None) -> None:
        told = self._under_way.pop(connection).told
        self._selector.unregister(connection)
        connection.close()
        try:
            told(answered)
        except Exception:  # the thread outlives a fault in one errand
            log.exception("fault")
