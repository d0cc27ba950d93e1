"""Starts what is measured, each as a process of its own: Gatefold as its operator would, and the constant."""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from bench.constant import SIZES
from bench.spending import family

ROOT = Path(__file__).parents[1]
READY_WITHIN = 60.0
STOPPED_WITHIN = 30.0

GATEFOLD = ("-c", "from service.cli import main; main()", "serve")  # `gatefold serve`
SWITCHES = ("GATEFOLD_FAST_LANE", "GATEFOLD_REMEMBER")  # which alone may be set for a measurement, from without
ONE_OF_EACH = {"GATEFOLD_WORKERS": "1", "GATEFOLD_ACCOUNT_WORKERS": "1"}


@dataclass(frozen=True, slots=True)
class Served:
    """A server that answers."""

    address: str
    port: int
    pid: int
    ready_after: float  # seconds

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send one whole request; returns the status and the body."""
        return _ask(self.port, request)


def serving_gatefold(
    database_url: str, port: int, log: Path, settings: Mapping[str, str] = ONE_OF_EACH
) -> AbstractContextManager[Served]:
    """`gatefold serve`, as in production; mail is never sent, for nobody signs up."""
    return serving(GATEFOLD, port, "/readyz", {**production(database_url, port), **settings}, log)


def production(database_url: str, port: int) -> dict[str, str]:
    """The settings of one that is in production."""
    return {
        "DATABASE_URL": database_url,
        "GATEFOLD_PORT": str(port),
        "GATEFOLD_ENVIRONMENT": "production",
        "GATEFOLD_PUBLIC_URL": "https://accounts.bench.example",
        "GATEFOLD_SECRET_KEYS": secrets.token_urlsafe(32),
        "GATEFOLD_SMTP_HOST": "localhost",
        "GATEFOLD_MAIL_FROM": "accounts@bench.example",
        "GATEFOLD_LAST_SEEN_PRECISION": "PT12H",  # who was on a visit as the databases were filled is so to the end
    }


def serving_constant(octets: Mapping[str, int], port: int, log: Path) -> AbstractContextManager[Served]:
    """The yardstick, with a route of each name that answers with so many octets."""
    command = ("-m", "bench.wsgi", "bench.constant:create_app", str(port))
    return serving(command, port, f"/{next(iter(octets))}", sized(octets), log)


def sized(octets: Mapping[str, int]) -> dict[str, str]:
    """The environment's word for how large the answers shall be that were made beforehand."""
    return {SIZES: json.dumps(octets)}


def switched() -> dict[str, str]:
    """What was switched on or off for this measurement."""
    return {name: os.environ[name] for name in SWITCHES if name in os.environ}


@contextmanager
def serving(
    command: Sequence[str], port: int, ready_path: str, environment: Mapping[str, str], log: Path
) -> Iterator[Served]:
    """Run this Python with these arguments, as a server, until the block ends."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("GATEFOLD_", "DATABASE_URL"))}
    own |= switched()
    _require_free(port)
    started = time.perf_counter()
    with log.open("ab") as complaints:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=log.parent,  # no .env and no var/ of the checkout
            env={**own, "PYTHONPATH": str(ROOT), **environment},
            stdin=subprocess.DEVNULL,
            stdout=complaints,
            stderr=complaints,
        )
    try:
        _wait_until_ready(process, port, ready_path, log)
        yield Served(f"http://127.0.0.1:{port}", port, process.pid, time.perf_counter() - started)
    finally:
        process.terminate()
        try:
            process.wait(STOPPED_WITHIN)
        except subprocess.TimeoutExpired:
            for part in family(process.pid):
                part.kill()
            process.wait()


def _require_free(port: int) -> None:
    """Another server there would be measured in place of ours."""
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise RuntimeError(f"Something listens on port {port} already.")


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, path: str, log: Path) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    deadline = time.monotonic() + READY_WITHIN
    while True:
        try:
            if _ask(port, request)[0] == 200:
                return
        except OSError:
            pass
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"The server did not become ready:\n{log.read_text()[-4000:]}")
        time.sleep(0.01)


def _ask(port: int, request: bytes) -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.connect()
        connection.sock.sendall(request)
        response = connection.response_class(connection.sock)
        response.begin()
        return response.status, response.read()
    finally:
        connection.close()
