"""Takes in requests' bodies: how large one may be, and how long it may take to come."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, Thread
from typing import TYPE_CHECKING

from service.web.api.articles import LARGEST_ARTICLE
from service.web.problems import MALFORMED_REQUEST, TOO_LARGE, Problem

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

LARGEST = LARGEST_ARTICLE  # that any address takes; most take far less, and say so later
WITHIN_SECONDS = 20.0
LOOK_EVERY_SECONDS = 0.5


class Bodies:
    def __init__(self, within: float = WITHIN_SECONDS) -> None:
        self._within = within
        self._under_way: dict[Callable[[], None], float] = {}
        self._changing = Lock()
        Thread(target=self._cut_off_the_slow, name="slow-bodies", daemon=True).start()

    def read(self, environ: "WSGIEnvironment", cut_off: Callable[[], None]) -> bytes:
        """All of a request's body, once it has come. Raises :class:`Problem` where it does not come whole.

        ``cut_off`` is called, by another thread, where it takes too long: it must end the reading.
        """
        announced = int(environ.get("CONTENT_LENGTH") or 0)
        if announced > LARGEST:
            raise _too_large()
        with self._timed(cut_off):
            body: bytes = environ["wsgi.input"].read(LARGEST + 1)
        if len(body) > LARGEST:
            raise _too_large()
        if len(body) < announced:
            raise Problem(MALFORMED_REQUEST, "The body was cut short.")
        return body

    @contextmanager
    def _timed(self, cut_off: Callable[[], None]) -> Iterator[None]:
        with self._changing:
            self._under_way[cut_off] = time.monotonic() + self._within
        try:
            yield
        finally:
            with self._changing:
                del self._under_way[cut_off]

    def _cut_off_the_slow(self) -> None:
        while True:
            time.sleep(LOOK_EVERY_SECONDS)
            now = time.monotonic()
            with self._changing:
                slow = [cut_off for cut_off, until in self._under_way.items() if until < now]
            for cut_off in slow:
                cut_off()


def _too_large() -> Problem:
    return Problem(TOO_LARGE, "The body is larger than any address takes.")
