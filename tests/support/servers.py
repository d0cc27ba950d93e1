"""Real server processes, as ``gatefold serve`` starts them, on free ports."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from pathlib import Path

import psutil

READY_WITHIN = 30.0
STOP_WITHIN = 10.0


class Server:
    """One ``gatefold serve`` with all its workers."""

    def __init__(self, folder: Path, database_url: str, environment: Mapping[str, str] | None = None) -> None:
        self.port = _free_port()
        self.url = f"http://localhost:{self.port}"
        self.log = folder / f"server-{self.port}.log"
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("GATEFOLD_")},
            "DATABASE_URL": database_url,
            "GATEFOLD_VARIABLE_FOLDER": str(folder / "var"),
            "GATEFOLD_PUBLIC_URL": self.url,
            "GATEFOLD_HOST": "127.0.0.1",
            "GATEFOLD_PORT": str(self.port),
            "GATEFOLD_WORKERS": "1",
            **(environment or {}),
        }
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Server":
        """Start, and return once it answers that it is ready."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", "from service.cli import main; main()", "serve"],
                cwd=self._folder,  # no .env and no var/ of the checkout
                env={**self._environment, "PYTHONPATH": str(Path(__file__).parents[2])},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + READY_WITHIN
        while not self.ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"The server did not become ready:\n{self.log.read_text()}")
            time.sleep(0.05)
        return self

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError("The server was not started.")
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> int:
        """Stop as an operator would. Returns the exit code."""
        if self._process is None:
            return 0
        processes = self._processes()
        self._process.terminate()
        try:
            code = self._process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            code = self.kill()
        _kill(processes)  # whatever it left behind
        return code

    def kill(self) -> int:
        """kill -9 of every process of the server at once."""
        _kill(self._processes())
        return self._process.wait() if self._process else 0

    def _processes(self) -> list[psutil.Process]:
        """Each has a session of its own."""
        try:
            parent = psutil.Process(self.pid)
            return [parent, *parent.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []


def _kill(processes: Iterable[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
