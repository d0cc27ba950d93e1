"""The databases that are measured: each in a folder of its own, gone when the block ends."""

import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from multiprocessing import get_context
from pathlib import Path

from bench.loading import load
from bench.population import Population
from bench.spending import cpu_seconds
from tests.support.postgres import PostgresServer

SHARED_BUFFERS = "1GB"
POSTGRESQL_PORT = 8469  # of the last one; others take those before it
FILLED_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Store:
    name: str
    url: str
    cpu_seconds: Callable[[], float]  # of the database's own processes, where it has some


@dataclass(frozen=True, slots=True)
class Filled:
    """A database with everyone in it."""

    store: Store
    population: Population
    octets: int
    filled_seconds: float

    @property
    def name(self) -> str:
        return f"{self.store.name}, {self.population.readers:,} readers"


@contextmanager
def filled_stores(names: Iterable[str], sizes: Iterable[int], folder: Path) -> Iterator[list[Filled]]:
    """A database of each kind and size. All are filled before anything is measured, and two at a time."""
    wanted = list(product(names, sorted(sizes)))
    with ExitStack() as stack:
        stores = [
            stack.enter_context(open_store(name, folder / f"{name}-{size}", POSTGRESQL_PORT - number))
            for number, (name, size) in enumerate(wanted)
        ]
        pool = stack.enter_context(ProcessPoolExecutor(FILLED_AT_ONCE, get_context("spawn")))
        now = datetime.now(UTC)
        largest_first = sorted(range(len(wanted)), key=lambda number: -wanted[number][1])
        filling = {
            number: pool.submit(_fill, stores[number].url, Population(wanted[number][1]), now)
            for number in largest_first
        }
        yield [
            Filled(store, Population(size), *filling[number].result())
            for number, (store, (_, size)) in enumerate(zip(stores, wanted, strict=True))
        ]


def _fill(url: str, population: Population, now: datetime) -> tuple[int, float]:
    began = time.monotonic()
    return load(url, population, now), time.monotonic() - began


@contextmanager
def open_store(name: str, folder: Path, port: int = POSTGRESQL_PORT) -> Iterator[Store]:
    """An empty database of this kind."""
    folder.mkdir(parents=True, exist_ok=True)
    opened = _sqlite(folder) if name == "sqlite" else _postgresql(folder, port)
    try:
        with opened as store:
            yield store
    finally:
        shutil.rmtree(folder)


@contextmanager
def _sqlite(folder: Path) -> Iterator[Store]:
    yield Store("sqlite", f"sqlite:///{folder / 'gatefold.db'}", lambda: 0.0)


@contextmanager
def _postgresql(folder: Path, port: int) -> Iterator[Store]:
    server = _MeasuredServer(folder / "postgresql", fsync=True, port=port).start()
    postmaster = int((folder / "postgresql" / "data" / "postmaster.pid").read_text().splitlines()[0])
    try:
        yield Store("postgresql", server.socket_url(), lambda: cpu_seconds(postmaster))
    finally:
        server.stop()


class _MeasuredServer(PostgresServer):
    """The tests' server, with the memory of one that serves a publisher, and nothing of its own accord meanwhile.

    It is reached as one on the same machine would be, through a socket of the file system.
    """

    def socket_url(self) -> str:
        return f"postgresql://postgres@/postgres?host={self.folder}&port={self.port}"

    def _options(self) -> str:
        own = {
            "unix_socket_directories": self.folder,
            "shared_buffers": SHARED_BUFFERS,
            "autovacuum": "off",
            "max_wal_size": "8GB",
            "checkpoint_timeout": "1h",
        }
        return " ".join([super()._options(), *(f"-c {name}={value}" for name, value in own.items())])
