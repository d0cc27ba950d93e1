"""Which of a process's threads takes requests: always one, for Python runs no more than one at a time."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Thread, get_ident

RELIEVED_AFTER_SECONDS = 0.25  # looking more often costs: Python wakes who waits to run at each request


class TooManyAside(Exception):
    """As many threads as may be aside are, and the last one must go on taking requests."""


class Watch:
    """One thread has the watch, and takes whatever comes. The others wait for something, aside, or rest.

    If several took requests, each would wake only to wait for the others to let it run. If there were one alone, nobody
    would be answered while it waits. So who is about to wait steps aside, and one that rests has the watch; where none
    does, the server starts another thread, as it does whenever something has come and nobody takes it. Who is kept by
    one request for long, as by a database that hangs, is relieved; and so is who takes none while others do.
    """

    def __init__(self, most_aside: int) -> None:
        self._most_aside = most_aside
        self._aside = 0
        self._on_watch: int | None = None
        self._taken = 0
        self._strayed = False
        self._busy = False
        self._resting: list[tuple[int, Lock]] = []
        self._changing = Lock()
        Thread(target=self._relieve, name="relief", daemon=True).start()

    def take(self) -> None:
        """For the thread that was just given a request: from now on it has the watch, unless another has."""
        if self._is_needed():
            self._on_watch = get_ident()
            self._taken += 1
            self._busy, self._strayed = True, False
        else:
            self._strayed = True  # perhaps because the server has let go of the thread that has the watch

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Within the block the thread may wait: another takes what comes. Raises :class:`TooManyAside`."""
        with self._changing:
            if self._aside == self._most_aside:
                raise TooManyAside
            self._aside += 1
            if self._on_watch == get_ident():
                self._hand_over()
        try:
            yield
        finally:
            with self._changing:
                self._aside -= 1

    def rest(self) -> None:
        """For a thread whose request is answered: returns when it shall take another."""
        if self._is_needed():
            self._busy = False
            return
        with self._changing:
            if self._is_needed():
                return
            call = Lock()
            call.acquire()
            self._resting.append((get_ident(), call))
        call.acquire()

    def _is_needed(self) -> bool:
        return self._on_watch in (None, get_ident())

    def _hand_over(self) -> None:
        self._on_watch, self._busy, self._strayed = None, False, False
        if self._resting:
            self._on_watch, call = self._resting.pop()
            call.release()

    def _relieve(self) -> None:
        taken = 0
        while True:
            time.sleep(RELIEVED_AFTER_SECONDS)
            with self._changing:
                if self._taken == taken and (self._busy or self._strayed):
                    self._hand_over()
                taken = self._taken
