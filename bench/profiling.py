"""Where the time of one access check goes, within the process: ``python -m bench.profiling``.

The requests are handed straight to the application, so there is no server and no network in
the figures. A profiler makes all calls dearer, short ones most: believe the shares, not the sums.
"""

import argparse
import cProfile
import os
import pstats
import sysconfig
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.cases import CASES, Case
from bench.serving import ROOT, production
from bench.stores import Filled, filled_stores
from service.app import create_app

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

WARM_UP = 200
MOST_PLACES = 20
LIBRARIES = Path(sysconfig.get_path("purelib"))
QUESTION = "the question: driver, database and service/foundation/questions.py"

Function = tuple[str, int, str]  # file, line, name, as the profiler tells them


def main() -> None:
    arguments = _arguments()
    (case,) = (case for case in CASES if case.name == arguments.case)
    with tempfile.TemporaryDirectory(prefix="gatefold-bench-") as folder:
        Path(folder).chmod(0o755)  # a PostgreSQL that may not run as root goes through it
        with filled_stores([arguments.store], [arguments.readers], Path(folder)) as (filled,):
            plain, stats = _profile(case, filled, arguments.requests)
    _show_places(stats, plain / arguments.requests * 1e6)
    if arguments.calls:
        stats.strip_dirs().sort_stats(arguments.sort).print_stats(arguments.calls)


def _profile(case: Case, filled: Filled, requests: int) -> tuple[float, pstats.Stats]:
    """Seconds for so many without the profiler, and what it tells of as many others."""
    os.environ.update(production(filled.store.url, port=0))
    application = create_app().wsgi_app
    warm_up, plain, profiled = (
        [_environ(request) for request in case.draw_many(filled.population, count, seed)]
        for seed, count in enumerate((WARM_UP, requests, requests))
    )
    # The log is part of an answer, and its lines are nobody's concern here.
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    _ask(application, warm_up)
    seconds = _ask(application, plain)
    profile = cProfile.Profile()
    profile.runcall(_ask, application, profiled)
    return seconds, pstats.Stats(profile)


def _ask(application: "WSGIApplication", environs: list[dict[str, Any]]) -> float:
    """Seconds of processor time for all of them."""
    began = time.process_time()
    for environ in environs:
        statuses: list[str] = []
        answer = application(environ, lambda status, _headers, _info=None, told=statuses: told.append(status))
        b"".join(answer)
        if statuses != ["200 OK"]:
            raise RuntimeError(f"A request was answered {statuses}.")
    return time.process_time() - began


def _environ(request: bytes) -> dict[str, Any]:
    """A request as a server would hand it over."""
    head, _, body = request.partition(b"\r\n\r\n")
    (method, path, version), *headers = (line.split(" ", 2) for line in head.decode().split("\r\n"))
    named = {name[:-1].upper().replace("-", "_"): " ".join(value) for name, *value in headers}
    plain = {name: value for name, value in named.items() if name.startswith("CONTENT_")}
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8400",
        "SERVER_PROTOCOL": version,
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(body),
        **plain,
        **{f"HTTP_{name}": value for name, value in named.items() if name not in plain},
    }


def _show_places(stats: pstats.Stats, each: float) -> None:
    """The shares of the files that the time was spent in."""
    spent = _spent(stats.stats)  # type: ignore[attr-defined]
    whole = sum(spent.values())
    print(f"{each:.1f} µs each, without the profiler\n\n| where | share | µs |\n| --- | ---: | ---: |")
    for place, seconds in sorted(spent.items(), key=lambda both: -both[1])[:MOST_PLACES]:
        print(f"| {place} | {seconds / whole:.1%} | {seconds / whole * each:.1f} |")
    print()


def _spent(stats: dict[Function, tuple[int, int, float, float, dict[Function, Sequence[float]]]]) -> dict[str, float]:
    spent: dict[str, float] = defaultdict(float)
    for function, (_, _, seconds, _, callers) in stats.items():
        if function[0] != "~":
            spent[_place(function[0])] += seconds
        else:  # built in: counted where it was called
            for caller, called in callers.items():
                spent[_place(caller[0])] += called[2]
    return spent


def _place(file: str) -> str:
    path = Path(file)
    if path.name == "questions.py":  # psycopg's calls are not told of apart
        return QUESTION
    if path.is_relative_to(ROOT / "bench"):
        return "this measurement"
    if path.is_relative_to(LIBRARIES):
        return f"library {path.relative_to(LIBRARIES).parts[0].removesuffix('.py')}"
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else "Python's own library"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.profiling", description=__doc__)
    add = parser.add_argument
    add("--store", choices=("sqlite", "postgresql"), default="sqlite")
    add("--case", choices=[case.name for case in CASES], default="check")
    add("--readers", type=int, default=1_000)
    add("--requests", type=int, default=5_000)
    add("--calls", type=int, default=0, metavar="N", help="show the N calls that took most, too")
    add("--sort", choices=("cumulative", "tottime"), default="tottime")
    return parser.parse_args()


if __name__ == "__main__":
    main()
