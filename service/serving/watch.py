"""Which of a process's threads take requests: few, for Python runs no more than one at a time."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition, Lock, Semaphore, Thread, get_ident

ROOM_WITHIN_SECONDS = 0.05  # many times what a turn takes
RELIEVED_AFTER_SECONDS = 0.25  # looking more often costs: Python wakes who waits to run at each request


class TooManyAside(Exception):
    """As many threads as may be aside are, and the last ones must go on taking requests."""


@dataclass(slots=True)
class Shift:
    """What a thread on watch does."""

    taken: int = 0
    busy: bool = False


class Watch:
    """Some threads have the watch, and take whatever comes. The others wait for something, aside, or rest.

    If all took requests, each would wake only to wait for the others to let it run. If those on watch were alone,
    nobody would be answered while they wait. So who is about to wait steps aside, and one that rests has the watch;
    where none does, the server starts another thread, as it does whenever something has come and nobody takes it. Who
    is kept by one request for long, as by a database that hangs, is relieved; and so is who takes none while others do.
    """

    def __init__(self, most_aside: int, most_on_watch: int = 1) -> None:
        """One is enough on watch where answering is all Python's work; more, where each waits for another process."""
        self._most_aside = most_aside
        self._most_on_watch = most_on_watch
        self._aside = 0
        self._on_watch: dict[int, Shift] = {}
        self._strayed = False  # whether anyone else took a request lately
        self._resting: list[tuple[int, Lock]] = []
        self._in_line = 0  # of those aside: for a turn, or in it
        self._turns = Semaphore(most_on_watch)
        self._changing = Lock()
        self._room = Condition(self._changing)
        Thread(target=self._relieve, name="relief", daemon=True).start()

    def take(self) -> None:
        """For the thread that was just given a request: from now on it has the watch, unless enough others have."""
        if (shift := self._on_watch.get(get_ident()) or self._join()) is not None:
            shift.taken += 1
            shift.busy = True
        else:
            self._strayed = True  # perhaps because the server has let go of a thread that has the watch

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Within the block the thread may wait: another takes what comes. Raises :class:`TooManyAside`."""
        with self._changing:
            self._room.wait_for(lambda: self._aside < self._most_aside or not self._in_line, ROOM_WITHIN_SECONDS)
            if self._aside == self._most_aside:
                raise TooManyAside
            self._aside += 1
            if get_ident() in self._on_watch:
                self._hand_over(get_ident())
        try:
            yield
        finally:
            with self._changing:
                self._aside -= 1
                self._room.notify()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """For a thread aside that has what it waited for: within the block, as many run as may be on watch.

        If all ran, they would stop each other at each row that SQLite is asked for. Who has waited long runs anyhow. It
        is for Python's work alone: there is room for the next soon, so whoever finds none waits a moment for it.
        """
        with self._changing:
            self._in_line += 1
        its_own = self._turns.acquire(timeout=RELIEVED_AFTER_SECONDS)
        try:
            yield
        finally:
            if its_own:
                self._turns.release()
            with self._changing:
                self._in_line -= 1
                self._room.notify()

    def rest(self) -> None:
        """For a thread whose request is answered: returns when it shall take another."""
        if (shift := self._on_watch.get(get_ident())) is not None:
            shift.busy = False
            return
        with self._changing:
            if len(self._on_watch) < self._most_on_watch:
                return
            call = Lock()
            call.acquire()
            self._resting.append((get_ident(), call))
        call.acquire()

    def _join(self) -> Shift | None:
        with self._changing:
            if len(self._on_watch) < self._most_on_watch:
                return self._on_watch.setdefault(get_ident(), Shift())
        return None

    def _hand_over(self, thread: int) -> None:
        del self._on_watch[thread]
        if self._resting:
            rested, call = self._resting.pop()
            self._on_watch[rested] = Shift()
            call.release()

    def _relieve(self) -> None:
        taken: dict[int, int] = {}  # by each on watch, when it was looked at last
        strayed_before = False  # which counts still: only at a second look can be told who has taken none since
        while True:
            time.sleep(RELIEVED_AFTER_SECONDS)
            with self._changing:
                strayed, self._strayed = self._strayed, False
                for thread, shift in list(self._on_watch.items()):
                    if shift.taken == taken.get(thread) and (shift.busy or strayed or strayed_before):
                        self._hand_over(thread)
                taken = {thread: shift.taken for thread, shift in self._on_watch.items()}
                strayed_before = strayed
