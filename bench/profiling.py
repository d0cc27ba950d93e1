"""Where the time of one request goes, within the process: ``python -m bench.profiling``.

The requests are handed straight to the application, so there is no server and no network in
the figures. A profiler makes all calls dearer, short ones most: believe the shares, not the sums.
"""

import argparse
import cProfile
import gc
import json
import os
import pstats
import sysconfig
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from bench import constant
from bench.cases import CASES, Case
from bench.figures import write_between
from bench.machine import describe_machine
from bench.serving import ROOT, production
from bench.stores import Filled, filled_stores
from service.app import create_app
from service.web.doors import EXTENSION, Doors

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

WARM_UP = 200
LEAST_SHARE = 0.02  # of a place that is told by itself
CONSTANT_OCTETS = 788
LIBRARIES = Path(sysconfig.get_path("purelib"))
ASKS = frozenset({"questions.py", "sqlite.py", "postgresql.py"})  # of which the drivers' calls are not told apart
QUESTION = "the question: driver, database's answer, `service/foundation`"
REST = "all else"
LATER = "later: writing last-seen times"
DATABASE = "of the question: PostgreSQL's processor time"
MARKERS = "<!-- profile: written by `python -m bench.profiling --record` -->", "<!-- end of profile -->"

Function = tuple[str, int, str]  # file, line, name, as the profiler tells them

console = Console(stderr=True)


@dataclass(frozen=True, slots=True)
class Profile:
    """Microseconds of one request."""

    name: str
    whole: float  # without the profiler
    places: dict[str, float]  # what it consists of
    aside: dict[str, float]  # what is told beside it


def main() -> None:
    arguments = _arguments()
    (case,) = (case for case in CASES if case.name == arguments.case)
    with tempfile.TemporaryDirectory(prefix="gatefold-bench-") as folder:
        Path(folder).chmod(0o755)  # a PostgreSQL that may not run as root goes through it
        with filled_stores(arguments.stores, arguments.readers, Path(folder)) as databases:
            profiles = [_profile(case, filled, arguments) for filled in databases]
    table = _table(case, profiles, _constant(arguments.requests))
    print(table)
    if arguments.record:
        machine = describe_machine()
        write_between(MARKERS, f"Taken on {machine['measured_on']}: {machine['processor']}.\n\n{table}")


def _profile(case: Case, filled: Filled, arguments: argparse.Namespace) -> Profile:
    """So many requests without the profiler, and as many others with it."""
    console.print(filled.name)
    os.environ.update(production(filled.store.url, port=0))
    app = create_app()
    house: Doors = app.extensions[EXTENSION]
    warm_up, plain, profiled = (
        [_environ(request) for request in case.draw_many(filled.population, count, seed)]
        for seed, count in enumerate((WARM_UP, arguments.requests, arguments.requests))
    )
    gc.collect()
    gc.freeze()  # a server has no such heap of requests to look through while it answers
    # The log is part of an answer, and its lines are nobody's concern here.
    with Path(os.devnull).open("w") as nowhere:
        stderr = os.dup(2)
        os.dup2(nowhere.fileno(), 2)
    try:
        _ask(app.wsgi_app, warm_up)
        house.writer.flush()
        database = filled.store.cpu_seconds()
        seconds = _ask(app.wsgi_app, plain)
        database = filled.store.cpu_seconds() - database
        later = _time_of_writing(house)
        profile = cProfile.Profile()
        profile.runcall(_ask, app.wsgi_app, profiled)
    finally:
        os.dup2(stderr, 2)
        house.database.close()
    if arguments.calls:
        pstats.Stats(profile).strip_dirs().sort_stats(arguments.sort).print_stats(arguments.calls)
    stats = pstats.Stats(profile)
    each = seconds / arguments.requests * 1e6
    aside = {LATER: later / arguments.requests * 1e6, DATABASE: database / arguments.requests * 1e6}
    return Profile(filled.name, each, _spent(stats.stats, each), aside)  # type: ignore[attr-defined]


def _time_of_writing(house: Doors) -> float:
    began = time.perf_counter()
    house.writer.flush()
    return time.perf_counter() - began


def _constant(requests: int) -> float:
    """Microseconds of an answer that the yardstick gives, in the same way."""
    os.environ[constant.SIZES] = json.dumps({"check": CONSTANT_OCTETS})
    environ = _environ(b"GET /check HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    application = constant.create_app().wsgi_app
    _ask(application, [dict(environ) for _ in range(WARM_UP)])
    return _ask(application, [dict(environ) for _ in range(requests)]) / requests * 1e6


def _ask(application: "WSGIApplication", environs: list[dict[str, Any]]) -> float:
    """Seconds for all of them."""
    began = time.perf_counter()
    for environ in environs:
        statuses: list[str] = []
        answer = application(environ, lambda status, _headers, _info=None, told=statuses: told.append(status))
        b"".join(answer)
        if statuses != ["200 OK"]:
            raise RuntimeError(f"A request was answered {statuses}.")
    return time.perf_counter() - began


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


def _table(case: Case, profiles: Sequence[Profile], constant_us: float) -> str:
    told = [place for profile in profiles for place, us in profile.places.items() if us >= LEAST_SHARE * profile.whole]
    places = sorted(set(told), key=lambda place: -sum(profile.places.get(place, 0) for profile in profiles))
    rows = [(place, [profile.places.get(place, 0) for profile in profiles]) for place in places]
    rows.append((REST, [profile.whole - sum(us[n] for _, us in rows) for n, profile in enumerate(profiles)]))
    rows.append((f"**a {case.name}**", [profile.whole for profile in profiles]))
    rows += [(name, [profile.aside[name] for profile in profiles]) for name in (LATER, DATABASE)]
    rows.append(("for scale: a constant Flask route", [constant_us] * len(profiles)))
    lines = [[f"µs of a {case.name}", *(profile.name for profile in profiles)], ["---", *["---:"] * len(profiles)]]
    lines += [[name, *(f"{us:.1f}" for us in row)] for name, row in rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _spent(
    stats: dict[Function, tuple[int, int, float, float, dict[Function, Sequence[float]]]], whole: float
) -> dict[str, float]:
    """The whole, shared out to the files that the time was spent in."""
    spent: dict[str, float] = defaultdict(float)
    for function, (_, _, seconds, _, callers) in stats.items():
        if function[0] != "~":
            spent[_place(function[0])] += seconds
        else:  # built in: counted where it was called
            for caller, called in callers.items():
                spent[_place(caller[0])] += called[2]
    all_seconds = sum(spent.values())
    return {place: seconds / all_seconds * whole for place, seconds in spent.items()}


def _place(file: str) -> str:
    path = Path(file)
    if path.name in ASKS:
        return QUESTION
    if path.is_relative_to(ROOT / "bench"):
        return "this measurement"
    if path.is_relative_to(LIBRARIES):
        return f"library {path.relative_to(LIBRARIES).parts[0].removesuffix('.py')}"
    return f"`{path.relative_to(ROOT)}`" if path.is_relative_to(ROOT) else "Python's own library"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.profiling", description=__doc__)
    add = parser.add_argument
    add("--stores", type=lambda names: names.split(","), default=["sqlite", "postgresql"], metavar="A,B")
    add("--readers", type=lambda sizes: [int(size) for size in sizes.split(",")], default=[1_000, 1_000_000])
    add("--case", choices=[case.name for case in CASES], default="check")
    add("--requests", type=int, default=20_000)
    add("--calls", type=int, default=0, metavar="N", help="show the N calls that took most, too")
    add("--sort", choices=("cumulative", "tottime"), default="tottime")
    add("--record", action="store_true", help="keep the table in docs/performance.md")
    return parser.parse_args()


if __name__ == "__main__":
    main()
