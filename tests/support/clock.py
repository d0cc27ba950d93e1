"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

from service.foundation.clock import Clock

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class FrozenClock(Clock):
    def __init__(self, instant: datetime = NOON) -> None:
        super().__init__()
        self._instant = instant

    def now(self) -> datetime:
        return self._instant

    def advance(self, by: timedelta) -> datetime:
        self._instant += by
        return self._instant

    def set(self, instant: datetime) -> datetime:
        self._instant = instant
        return instant
