"""Compares WSGI servers under Gatefold's application, each over a constant on the one that it uses.

``python -m bench.servers``. Those that Gatefold does not use are installed for the while, into a folder that is gone
afterwards.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.beside import FIRST_PORT, console, parser, row_of, serving_yardstick, shown_ratio, take_turns
from bench.driving import HOW_TO_GET_IT, is_missing
from bench.figures import write_between
from bench.measuring import Row
from bench.serving import ROOT, Served, production, serving
from bench.spending import busiest, memory_of
from bench.stores import filled_stores

APPLICATION = "service.app:create_app"
OTHERS = ("gunicorn", "pyuwsgi")  # the latter is uWSGI, built beforehand
MARKERS = "<!-- servers: written by `python -m bench.servers --record` -->", "<!-- end of servers -->"


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
    arguments = parser("python -m bench.servers", __doc__, readers=10_000).parse_args()
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
    path = os.pathsep.join([str(ROOT), str(_install(folder / "installed"))])
    with ExitStack() as stack:
        (filled,) = stack.enter_context(filled_stores(["sqlite"], [readers], folder))
        constant = stack.enter_context(serving_yardstick(folder))
        served = []
        for port, server in enumerate(SERVERS, start=FIRST_PORT):
            environment = {**production(filled.store.url, port), "PYTHONPATH": path}
            starting = serving(server.arguments(port), port, "/readyz", environment, folder / f"{port}.log")
            served.append(stack.enter_context(starting))
        turns = take_turns(constant, served, filled.population, rounds, seconds, folder)
        return [
            (server, {**row_of(place, turns), **_memory(each)})
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


def _memory(served: Served) -> Row:
    resident, own = memory_of(busiest(served.pid))
    return {"own_mb": round(own / 1e6), "resident_mb": round(resident / 1e6)}


def _table(compared: list[tuple[Server, Row]]) -> str:
    names = ["server", "workers", "threads", "ratio", "low–high", "per second", "p50 ms", "p99 ms", "CPU µs", "own MB"]
    lines = [f"| {' | '.join(names)} |", f"| --- |{' ---: |' * (len(names) - 1)}"]
    for server, row in sorted(compared, key=lambda both: -both[1]["ratio"]):
        cells = [server.name, server.workers, server.threads, *shown_ratio(row)]
        cells += [row["p50_ms"], row["p99_ms"], row["cpu_us"], row["own_mb"]]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
