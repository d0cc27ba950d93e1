"""The databases that are measured: each in a folder of its own, gone when the block ends."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.spending import cpu_seconds
from tests.support.postgres import PostgresServer

SHARED_BUFFERS = "1GB"
POSTGRESQL_PORT = 8459


@dataclass(frozen=True, slots=True)
class Store:
    name: str
    url: str
    cpu_seconds: Callable[[], float]  # of the database's own processes, where it has some


@contextmanager
def open_store(name: str, folder: Path) -> Iterator[Store]:
    """An empty database of this kind."""
    folder.mkdir(parents=True, exist_ok=True)
    opened = _sqlite(folder) if name == "sqlite" else _postgresql(folder)
    try:
        with opened as store:
            yield store
    finally:
        shutil.rmtree(folder)


@contextmanager
def _sqlite(folder: Path) -> Iterator[Store]:
    yield Store("sqlite", f"sqlite:///{folder / 'gatefold.db'}", lambda: 0.0)


@contextmanager
def _postgresql(folder: Path) -> Iterator[Store]:
    server = _MeasuredServer(folder / "postgresql", port=POSTGRESQL_PORT).start()
    postmaster = int((folder / "postgresql" / "data" / "postmaster.pid").read_text().splitlines()[0])
    try:
        yield Store("postgresql", server.url(), lambda: cpu_seconds(postmaster))
    finally:
        server.stop()


class _MeasuredServer(PostgresServer):
    """The tests' server, with the memory of one that serves a publisher, and nothing of its own accord meanwhile."""

    def _options(self) -> str:
        return f"{super()._options()} -c shared_buffers={SHARED_BUFFERS} -c autovacuum=off"
