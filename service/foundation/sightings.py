"""Last-seen and last-used times, gathered in memory and written in batches, off the reader's path."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from math import ceil
from threading import Event, Lock, Thread

import structlog

from service.foundation.database import Database, DatabaseUnavailable

BATCH = 1_000  # written at once: on SQLite whoever signs in meanwhile waits for all of them

log = structlog.get_logger()


class Sightings:
    """The latest instant at which each of many things was seen, since the last time it was drained."""

    def __init__(self) -> None:
        self._latest: dict[str, datetime] = {}  # taken apart one by one, each of which is atomic: so without a lock

    def note(self, subject: str, at: datetime) -> None:
        self._latest[subject] = at

    def __len__(self) -> int:
        return len(self._latest)

    def drain(self, most: int) -> dict[str, datetime]:
        return dict(self._latest.popitem() for _ in range(min(len(self._latest), most)))

    def restore(self, drained: Mapping[str, datetime]) -> None:
        """Take back what could not be written, behind what has been seen since."""
        for subject, at in drained.items():
            self._latest.setdefault(subject, at)


class SightingsWriter:
    """A thread that writes each kind of sightings every ``interval``, and once more at a clean stop."""

    def __init__(self, database: Database, interval: timedelta) -> None:
        self._database = database
        self._interval = interval.total_seconds()
        self._kinds: list[tuple[Sightings, Callable[..., None]]] = []
        self._stopping = Event()
        self._thread: Thread | None = None
        self._starting = Lock()

    def gather(self, write: Callable[..., None]) -> Sightings:
        """Sightings that ``write(connection, {subject: instant})`` will store."""
        sightings = Sightings()
        self._kinds.append((sightings, write))
        return sightings

    def start(self) -> None:
        """Begin writing; called in each process that serves, after it has been forked."""
        with self._starting:
            if self._thread is None:
                self._thread = Thread(target=self._run, name="sightings", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        self.flush()

    def flush(self) -> None:
        for sightings, write in self._kinds:
            for _ in range(ceil(len(sightings) / BATCH)):  # as many as there are now: meanwhile more are seen
                if not self._write(sightings, write):
                    break

    def _write(self, sightings: Sightings, write: Callable[..., None]) -> bool:
        """Write a batch of them. Returns whether that could be done."""
        if not (drained := sightings.drain(BATCH)):
            return True
        try:
            with self._database.writing() as connection:
                write(connection, drained)
        except DatabaseUnavailable:
            sightings.restore(drained)
            log.warning("sightings_not_written", count=len(sightings))
            return False
        return True

    def _run(self) -> None:
        while not self._stopping.wait(self._interval):
            self.flush()
