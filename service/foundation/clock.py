"""The time, in UTC, which never goes back within a process."""

from datetime import UTC, datetime
from threading import Lock


class Clock:
    """Tells the time at the doors; everything inside is told ``now``.

    A machine's clock may be set back, and what had ended would live again: so the
    latest instant ever told is the least that is told from then on.
    """

    def __init__(self) -> None:
        self._latest = datetime.min.replace(tzinfo=UTC)
        self._lock = Lock()

    def now(self) -> datetime:
        read = datetime.now(UTC)
        with self._lock:
            self._latest = max(self._latest, read)
            return self._latest
