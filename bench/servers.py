"""Compares WSGI servers under Gatefold's application, each over a constant on the one that it uses.

``python -m bench.servers``. Those that Gatefold does not use are installed for the while, into a folder that is gone
afterwards.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from bench.cases import CASES
from bench.driving import HOW_TO_GET_IT, Run, drive, is_missing, write_requests
from bench.figures import write_between
from bench.measuring import Row, median, ratio_of
from bench.serving import ROOT, Served, production, serving, serving_constant
from bench.spending import busiest, memory_of
from bench.stores import filled_stores

APPLICATION = "service.app:create_app"
OTHERS = ("gunicorn", "pyuwsgi")  # the latter is uWSGI, built beforehand
CONSTANT_PORT = 8450
FIRST_PORT = 8451
MARKERS = "<!-- servers: written by `python -m bench.servers --record` -->", "<!-- end of servers -->"
CHECK = CASES[0]
CHECK_OCTETS = 770

console = Console(stderr=True)


@dataclass(frozen=True, slots=True)
class Server:
    name: str
    workers: int
    threads: int
    command: tuple[str, ...]  # with {port}, {workers} and {threads}

    def arguments(self, port: int) -> list[str]:
        return [word.format(port=port, workers=self.workers, threads=self.threads) for word in self.command]


CORES = os.cpu_count() or 1
GRANIAN = ("-m", "bench.wsgi", APPLICATION, "{port}", "--workers", "{workers}", "--threads", "{threads}")
GUNICORN = ("-m", "gunicorn", f"{APPLICATION}()", "-b", "127.0.0.1:{port}", "-w", "{workers}")
GTHREAD = (*GUNICORN, "-k", "gthread", "--threads", "{threads}", "--keep-alive", "60")
UWSGI = (
    *("-c", "import pyuwsgi; pyuwsgi.run()", "--http11-socket", "127.0.0.1:{port}", "--module", f"{APPLICATION}()"),
    *("--processes", "{workers}", "--threads", "{threads}", "--enable-threads", "--lazy-apps", "--master"),
    *("--need-app", "--die-on-term", "--disable-logging", "--virtualenv", sys.prefix),
)
SERVERS = (
    Server("Granian", 1, 1, GRANIAN),
    Server("Granian", 1, 16, GRANIAN),
    Server("Granian", CORES, 1, GRANIAN),
    Server("gunicorn sync", 1, 1, GUNICORN),
    Server("gunicorn gthread", 1, 16, GTHREAD),
    Server("gunicorn gthread", CORES, 16, GTHREAD),
    Server("uWSGI", 1, 1, UWSGI),
    Server("uWSGI", 1, 16, UWSGI),
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.servers", description=__doc__)
    parser.add_argument("--readers", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=1)
    parser.add_argument("--record", action="store_true", help="keep the figures in docs/performance.md")
    arguments = parser.parse_args()
    if is_missing():
        console.print(HOW_TO_GET_IT, style="bold")
        return 1
    with tempfile.TemporaryDirectory(prefix="gatefold-servers-") as folder:
        table = _table(_compare(Path(folder), arguments.readers, arguments.rounds, arguments.seconds))
    print(table)
    if arguments.record:
        write_between(MARKERS, table)
    return 0


def _compare(folder: Path, readers: int, rounds: int, seconds: int) -> list[tuple[Server, Row]]:
    """Every server and the constant take turns."""
    path = os.pathsep.join([str(ROOT), str(_install(folder / "installed"))])
    with ExitStack() as stack:
        (filled,) = stack.enter_context(filled_stores(["sqlite"], [readers], folder))
        constant = stack.enter_context(serving_constant({CHECK.name: CHECK_OCTETS}, CONSTANT_PORT, folder / "log"))
        served = []
        for port, server in enumerate(SERVERS, start=FIRST_PORT):
            environment = {**production(filled.store.url, port), "PYTHONPATH": path}
            starting = serving(server.arguments(port), port, "/readyz", environment, folder / f"{port}.log")
            served.append(stack.enter_context(starting))
        turns = []
        for number in range(rounds + 1):
            console.print(f"round {number} of {rounds}")
            requests = CHECK.requests(filled.population, seconds, seed=number)
            drawn = write_requests(folder / "requests", requests)
            beside = drive(constant, drawn, seconds, path=f"/{CHECK.name}")
            turns.append([(drive(each, drawn, seconds), beside) for each in served])
        return [
            (server, _row(each, [turn[place] for turn in turns[1:]]))  # the first round is the warm-up
            for place, (server, each) in enumerate(zip(SERVERS, served, strict=True))
        ]


def _install(folder: Path) -> Path:
    """Put the other servers there."""
    installing = (
        ["uv", "pip", "install", "--quiet", "--python", sys.executable]
        if shutil.which("uv")
        else [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    )
    subprocess.run([*installing, "--target", str(folder), *OTHERS], check=True)
    return folder


def _row(served: Served, turns: Sequence[tuple[Run, Run]]) -> Row:
    resident, own = memory_of(busiest(served.pid))
    return {
        **ratio_of([own.per_second / constant.per_second for own, constant in turns]),
        "per_second": median((own.per_second for own, _ in turns), 0),
        "p50_ms": median((own.p50_ms for own, _ in turns), 2),
        "p99_ms": median((own.p99_ms for own, _ in turns), 2),
        "cpu_us": median((own.cpu_us for own, _ in turns), 0),
        "own_mb": round(own / 1e6),
        "resident_mb": round(resident / 1e6),
    }


def _table(compared: list[tuple[Server, Row]]) -> str:
    names = ["server", "workers", "threads", "ratio", "low–high", "per second", "p50 ms", "p99 ms", "CPU µs", "own MB"]
    lines = [f"| {' | '.join(names)} |", f"| --- |{' ---: |' * (len(names) - 1)}"]
    for server, row in sorted(compared, key=lambda both: -both[1]["ratio"]):
        ratio, span = f"{row['ratio']:.2f}", f"{row['low']:.2f}–{row['high']:.2f}"
        cells = [server.name, server.workers, server.threads, ratio, span]
        cells += [f"{row['per_second']:,}", row["p50_ms"], row["p99_ms"], row["cpu_us"], row["own_mb"]]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
