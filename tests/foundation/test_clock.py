"""The clock never goes back, whatever the machine's does."""

from datetime import UTC, datetime, timedelta

import time_machine

from service.foundation.clock import Clock

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def test_it_tells_the_time_in_utc():
    with time_machine.travel(NOON, tick=False):
        assert Clock().now() == NOON
    assert Clock().now().tzinfo is UTC


def test_it_stands_still_while_the_machine_is_set_back():
    clock = Clock()
    told = []
    for offset in (0, 60, -3600, 59, 61):
        with time_machine.travel(NOON + timedelta(seconds=offset), tick=False):
            told.append((clock.now() - NOON).total_seconds())
    assert told == [0, 60, 60, 60, 61]
