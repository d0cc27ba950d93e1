"""Where the time of one access check goes, within the process: ``python -m bench.profiling``.

The requests are handed straight to the application, so there is no server and no network in
the figures. A profiler makes all calls dearer, short ones most: believe the shares, not the sums.
"""

import argparse
import cProfile
import os
import pstats
import tempfile
import time
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

from flask import Flask

from bench.loading import load
from bench.population import KEY, Population, session_token, slug_of
from bench.stores import open_store
from service.app import create_app
from service.foundation.settings import Settings

WARM_UP = 200


def main() -> None:
    arguments = _arguments()
    population = Population(arguments.readers)
    with tempfile.TemporaryDirectory(prefix="gatefold-bench-") as folder:
        Path(folder).chmod(0o755)
        with open_store(arguments.store, Path(folder) / "store") as store:
            load(store.url, population, datetime.now(UTC))
            app = create_app(Settings(database_url=store.url))
            environs = [_environ(population, Random(number)) for number in range(WARM_UP + arguments.checks)]
            # The log is part of a check, and its lines are nobody's concern here.
            with Path(os.devnull).open("w") as nowhere:
                os.dup2(nowhere.fileno(), 2)
            _ask(app, environs[:WARM_UP])
            plain = _ask(app, [dict(environ) for environ in environs[WARM_UP:]])
            profile = cProfile.Profile()
            profile.runcall(_ask, app, environs[WARM_UP:])
    print(f"{plain / arguments.checks * 1e6:.0f} µs a check, without the profiler\n")
    pstats.Stats(profile).strip_dirs().sort_stats(arguments.sort).print_stats(arguments.lines)


def _ask(app: Flask, environs: list[dict[str, Any]]) -> float:
    """Seconds of processor time for all of them."""
    began = time.process_time()
    for environ in environs:
        statuses: list[str] = []
        answer = app.wsgi_app(environ, lambda status, _headers, _info=None, told=statuses: told.append(status))
        b"".join(answer)
        if statuses != ["200 OK"]:
            raise RuntimeError(f"A check was answered {statuses}.")
    return time.process_time() - began


def _environ(population: Population, random: Random) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": f"/v1/access/{slug_of(random.randrange(population.articles))}",
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8400",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_AUTHORIZATION": f"Bearer {KEY}",
        "HTTP_GATEFOLD_SESSION": session_token(random.randrange(population.sessions)),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.profiling", description=__doc__)
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--readers", type=int, default=1_000)
    parser.add_argument("--checks", type=int, default=5_000)
    parser.add_argument("--sort", choices=("cumulative", "tottime"), default="cumulative")
    parser.add_argument("--lines", type=int, default=60)
    return parser.parse_args()


if __name__ == "__main__":
    main()
