"""Starts a server process as `gatefold serve` does, with one worker.

As a program it is that server: ``python -m bench.serving TARGET PORT THREADS``.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from bench.spending import family

ROOT = Path(__file__).parents[1]
READY_WITHIN = 60.0
STOPPED_WITHIN = 30.0


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


@contextmanager
def serving(target: str, port: int, ready_path: str, environment: dict[str, str], log: Path) -> Iterator[Served]:
    """Serve an application factory until the block ends."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("GATEFOLD_", "DATABASE_URL"))}
    _require_free(port)
    started = time.perf_counter()
    with log.open("ab") as complaints:
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.serving", target, str(port)],
            cwd=log.parent,  # no .env and no var/ of the checkout
            env={**own, **environment, "PYTHONPATH": str(ROOT)},
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


def _serve(target: str, port: int) -> None:
    """What `gatefold serve` does, but for the number of workers and the mail's worker beside them."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    from service.cli.serve import GRACE_SECONDS, HEADERS_WITHIN_MS, LARGEST_HEADERS
    from service.foundation.settings import Settings

    Granian(
        target,
        factory=True,
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=Settings().threads,
        backlog=2048,
        http1_settings=HTTP1Settings(header_read_timeout=HEADERS_WITHIN_MS, max_buffer_size=LARGEST_HEADERS),
        websockets=False,
        workers_kill_timeout=GRACE_SECONDS,
        log_level=LogLevels.warning,
    ).serve()


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]))
