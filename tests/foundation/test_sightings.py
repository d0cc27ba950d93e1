"""Sightings: gathered in memory, written in batches, lost only by a killed process."""

from datetime import timedelta
from time import monotonic, sleep

import pytest

from service.foundation.database import DatabaseUnavailable
from service.foundation.sightings import BATCH, Sightings, SightingsWriter
from tests.support.at_once import at_once
from tests.support.clock import NOON
from tests.support.databases import sqlite_only

SECOND = timedelta(seconds=1)
LONG = timedelta(hours=1)


def test_the_latest_sighting_of_each_is_drained_once():
    sightings = Sightings()
    sightings.note("a", NOON)
    sightings.note("b", NOON)
    sightings.note("a", NOON + SECOND)
    assert sightings.drain(BATCH) == {"a": NOON + SECOND, "b": NOON}
    assert sightings.drain(BATCH) == {}


def test_what_is_taken_back_stays_behind_what_was_seen_since():
    sightings = Sightings()
    sightings.note("a", NOON)
    sightings.note("b", NOON)
    drained = sightings.drain(BATCH)
    sightings.note("a", NOON + SECOND)
    sightings.restore(drained)
    assert sightings.drain(BATCH) == {"a": NOON + SECOND, "b": NOON}


class Written:
    """A store that remembers what it was given, and can be unavailable."""

    def __init__(self) -> None:
        self.batches = []
        self.available = True

    def __call__(self, _connection, batch) -> None:
        if not self.available:
            raise DatabaseUnavailable
        self.batches.append(batch)


@pytest.fixture
def written():
    return Written()


@sqlite_only
def test_nothing_seen_is_nothing_written(database, written):
    writer = SightingsWriter(database, LONG)
    writer.gather(written)
    writer.flush()
    assert written.batches == []


@sqlite_only
def test_what_was_seen_is_written_in_one_batch_per_kind(database, written):
    writer, others = SightingsWriter(database, LONG), Written()
    devices, keys = writer.gather(written), writer.gather(others)
    devices.note("dev_1", NOON)
    devices.note("dev_2", NOON)
    keys.note("key_1", NOON)
    writer.flush()
    assert written.batches == [{"dev_1": NOON, "dev_2": NOON}]
    assert others.batches == [{"key_1": NOON}]


@sqlite_only
def test_of_many_no_more_are_written_at_once_than_others_can_wait_for(database, written):
    writer = SightingsWriter(database, LONG)
    sightings = writer.gather(written)
    for number in range(2 * BATCH + 1):
        sightings.note(f"dev_{number}", NOON)
    writer.flush()
    assert [len(batch) for batch in written.batches] == [BATCH, BATCH, 1]
    assert len({device for batch in written.batches for device in batch}) == 2 * BATCH + 1


@sqlite_only
def test_what_could_not_be_written_is_kept_for_the_next_time(database, written):
    writer = SightingsWriter(database, LONG)
    sightings = writer.gather(written)
    sightings.note("dev_1", NOON)
    written.available = False
    writer.flush()
    sightings.note("dev_2", NOON)
    written.available = True
    writer.flush()
    assert written.batches == [{"dev_1": NOON, "dev_2": NOON}]


@sqlite_only
def test_the_thread_writes_now_and_then_and_once_more_at_a_clean_stop(database, written):
    writer = SightingsWriter(database, timedelta(milliseconds=10))
    sightings = writer.gather(written)
    writer.start()
    writer.start()  # once is enough
    sightings.note("dev_1", NOON)
    deadline = monotonic() + 5
    while not written.batches and monotonic() < deadline:
        sleep(0.01)
    assert written.batches == [{"dev_1": NOON}]
    writer.stop()
    sightings.note("dev_2", NOON)
    writer.stop()
    assert written.batches[1:] == [{"dev_2": NOON}]


@sqlite_only
def test_a_writer_that_never_started_writes_at_its_stop(database, written):
    writer = SightingsWriter(database, LONG)
    writer.gather(written).note("dev_1", NOON)
    writer.stop()
    assert written.batches == [{"dev_1": NOON}]


@sqlite_only
def test_no_sighting_of_many_threads_is_lost(database, written):
    writer = SightingsWriter(database, LONG)
    sightings = writer.gather(written)

    def act(number):
        for n in range(50):
            sightings.note(f"dev_{number}_{n}", NOON)
            if n % 10 == 0:
                writer.flush()

    at_once(8, act)
    writer.flush()
    assert len({device for batch in written.batches for device in batch}) == 400
