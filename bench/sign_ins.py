"""Sign-ins without hashing, a great many at once: how many a second, and that no reader has a sixth device after them.

Alone: ``python -m bench.sign_ins --store sqlite --seconds 2``.
"""

import argparse
import multiprocessing
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import repeat
from multiprocessing.synchronize import Barrier
from pathlib import Path

from sqlalchemy import func, select

from bench.loading import load
from bench.names import id_of
from bench.population import KINDS, Population
from bench.stores import open_store
from service.devices.device import MOST_SLOTS, Life
from service.devices.sessions import Newcomer, Rule, start_session
from service.devices.store import devices
from service.foundation.database import Database
from service.foundation.identifiers import Kind

THREADS = 64  # over all processes
WARM_UP_SECONDS = 0.2
READY_WITHIN = 60.0  # of each other: a process that failed must not keep the others waiting
MOST_READERS = 20_000  # who sign in, drawn at random
HOT_READERS = 50  # fewer than threads: each meets others at her slots all the time
RULE = Rule(
    limit=MOST_SLOTS, replace_oldest=True, life=Life(idle=timedelta(days=60), lifetime=timedelta(days=365))
)  # so that each sign-in gets in, however full the slots are


class SixthDevice(Exception):
    """The promise was broken: nothing else about it is worth telling."""


@dataclass(frozen=True, slots=True)
class SignIns:
    """What sign-ins cost, from the beginning of a transaction to its commit."""

    count: int
    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_us: float  # of the processes that sign in, for each; the database's own come on top
    most_devices: int  # that any reader has after them


Measure = Callable[[float], SignIns]


@contextmanager
def signing_in(url: str, readers: int, *, threads: int = THREADS, processes: int | None = None) -> Iterator[Measure]:
    """For so many seconds, sign the first ``readers`` of a population in, at random, as fast as the database lets them.

    Raises :class:`SixthDevice` where anybody has a sixth device after it. The constraint is never the one to prevent
    that: a sign-in that it refused would raise its fault here.
    """
    processes = processes or os.cpu_count() or 1
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        processes, mp_context=spawning, initializer=_stand_ready, initargs=(spawning.Barrier(processes),)
    ) as pool:

        def measure(seconds: float) -> SignIns:
            work = [pool.submit(_sign_in, url, readers, seconds, threads // processes) for _ in range(processes)]
            return _told([share.result() for share in work], _most_devices(url))

        yield measure


@dataclass(frozen=True, slots=True)
class _Share:
    """What one process did of it."""

    took: list[float]
    seconds: float
    cpu_seconds: float


def _told(shares: Sequence[_Share], most_devices: int) -> SignIns:
    if most_devices > MOST_SLOTS:
        raise SixthDevice(f"A reader has {most_devices} devices.")
    took = sorted(one for share in shares for one in share.took)
    return SignIns(
        count=len(took),
        per_second=round(sum(len(share.took) / share.seconds for share in shares)),
        p50_ms=round(took[len(took) // 2] * 1e3, 2),
        p99_ms=round(took[len(took) * 99 // 100] * 1e3, 2),
        cpu_us=round(sum(share.cpu_seconds for share in shares) / len(took) * 1e6),
        most_devices=most_devices,
    )


_ready: Barrier  # in each process, where they all begin


def _stand_ready(ready: Barrier) -> None:
    global _ready
    _ready = ready


def _sign_in(url: str, readers: int, seconds: float, threads: int) -> _Share:
    database = Database(url, pool_size=threads)
    try:
        with ThreadPoolExecutor(threads) as pool:
            everybody = [(database, readers)] * threads
            list(pool.map(_repeat, everybody, repeat(WARM_UP_SECONDS)))
            _ready.wait(READY_WITHIN)
            began, spent = time.perf_counter(), time.process_time()
            took = [one for part in pool.map(_repeat, everybody, repeat(seconds)) for one in part]
            return _Share(took, time.perf_counter() - began, time.process_time() - spent)
    finally:
        database.close()


def _repeat(signing_in: tuple[Database, int], seconds: float) -> list[float]:
    """Sign readers in, one after the other. Returns how long each took."""
    (database, readers), drawing, took = signing_in, random.Random(), []
    until = time.perf_counter() + seconds
    while (began := time.perf_counter()) < until:
        reader, newcomer = id_of(Kind.READER, drawing.randrange(readers)), Newcomer(drawing.choice(KINDS))
        with database.writing() as connection:
            start_session(connection, reader, newcomer, RULE, datetime.now(UTC))
        took.append(time.perf_counter() - began)
    return took


def _most_devices(url: str) -> int:
    database = Database(url)
    counts = select(func.count().label("held")).select_from(devices).group_by(devices.c.reader_id).subquery()
    try:
        with database.reading() as connection:
            return int(connection.execute(select(func.max(counts.c.held))).scalar_one())
    finally:
        database.close()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.sign_ins", description=__doc__)
    add = parser.add_argument
    add("--store", choices=("sqlite", "postgresql"), default="sqlite")
    add("--seconds", type=float, default=2)
    add("--readers", type=int, default=MOST_READERS)
    add("--processes", type=int, help="that the threads are spread over (default: as many as there are processors)")
    add("--threads", type=int, default=THREADS, help=f"over all processes (default: {THREADS})")
    wanted = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="gatefold-sign-ins-") as folder:
        Path(folder).chmod(0o755)  # a PostgreSQL that may not run as root goes through it
        with open_store(wanted.store, Path(folder) / "store") as store:
            load(store.url, Population(wanted.readers), datetime.now(UTC))
            for readers in (wanted.readers, HOT_READERS):
                with signing_in(store.url, readers, threads=wanted.threads, processes=wanted.processes) as measure:
                    spent = store.cpu_seconds()
                    told = measure(wanted.seconds)
                database_us = (store.cpu_seconds() - spent) / told.count * 1e6
                print(
                    f"{wanted.store}, {readers:,} readers: {told.per_second:,.0f} a second, p50 {told.p50_ms} ms, "
                    f"p99 {told.p99_ms} ms, CPU {told.cpu_us:.0f} µs and the database's {database_us:.0f} µs; "
                    f"nobody has more than {told.most_devices} devices."
                )
    return 0


if __name__ == "__main__":
    sys.exit(main())
