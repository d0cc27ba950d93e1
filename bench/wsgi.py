"""Serves a WSGI application as `gatefold serve` does its reading workers: ``python -m bench.wsgi TARGET PORT``."""

import argparse

from granian import Granian
from granian.constants import HTTPModes, Interfaces, RuntimeModes
from granian.http import HTTP1Settings
from granian.log import LogLevels

from service.serving.door import BACKLOG, HEADERS_WITHIN_MS, LARGEST_HEADERS
from service.serving.processes import GRACE_SECONDS


def serve(target: str, port: int, workers: int, threads: int) -> None:
    Granian(
        target,
        factory=True,
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=workers,
        blocking_threads=threads,
        runtime_mode=RuntimeModes.st,
        backlog=BACKLOG,
        http1_settings=HTTP1Settings(header_read_timeout=HEADERS_WITHIN_MS, max_buffer_size=LARGEST_HEADERS),
        websockets=False,
        workers_kill_timeout=GRACE_SECONDS,
        log_level=LogLevels.warning,
    ).serve()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.wsgi", description=__doc__)
    parser.add_argument("target", help="an application's factory, as MODULE:NAME")
    parser.add_argument("port", type=int)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    serve(arguments.target, arguments.port, arguments.workers, arguments.threads)
