"""`make bench`: Gatefold's answers beside a constant's, on each database, with few readers and with many."""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from bench.cases import CASES, Case
from bench.counting import count_statements
from bench.driving import HOW_TO_GET_IT, BadAnswers, is_missing
from bench.figures import RECORD, ROOT, Results, show, write_page, write_results
from bench.loading import load
from bench.machine import describe_machine
from bench.measuring import as_record, measure
from bench.population import Population
from bench.stores import open_store
from tests.support.postgres import find_binaries

STORES = ("sqlite", "postgresql")
LATEST = ROOT / "var" / "bench.json"

console = Console(stderr=True)


def main() -> int:
    arguments = _arguments()
    if missing := _what_is_missing(arguments.stores):
        console.print(missing, style="bold")
        return 1
    try:
        with tempfile.TemporaryDirectory(prefix="gatefold-bench-", dir=arguments.folder) as folder:
            Path(folder).chmod(0o755)  # a PostgreSQL that may not run as root goes through it
            results = _run(arguments, Path(folder))
    except BadAnswers as fault:
        console.print(f"Nothing was measured. {fault}", style="bold red", markup=False)
        return 1
    except KeyboardInterrupt:
        console.print("Stopped. Nothing was kept.")
        return 130
    show(results)
    write_results(results, arguments.out)
    if arguments.record:
        write_page(results)
    return 0


def _what_is_missing(stores: Iterable[str]) -> str | None:
    if is_missing():
        return HOW_TO_GET_IT
    if "postgresql" in stores and find_binaries() is None:
        return "There is no PostgreSQL here: install the development requirements, or leave it out (--stores sqlite)."
    return None


def _run(arguments: argparse.Namespace, folder: Path) -> Results:
    began = time.monotonic()
    rows: list[dict[str, Any]] = []
    databases: list[dict[str, Any]] = []
    for number, (store, readers) in enumerate((s, r) for s in arguments.stores for r in arguments.readers):
        cases = [case for case in arguments.cases if case.everywhere or number == 0]
        for row in _measure_one(arguments, store, Population(readers), cases, folder / f"{store}-{readers}"):
            (databases if "size_mb" in row else rows).append(row)
    return {
        "machine": describe_machine(),
        "rounds": arguments.rounds,
        "seconds": arguments.seconds,
        "took_seconds": round(time.monotonic() - began),
        "rows": rows,
        "databases": databases,
    }


def _measure_one(
    arguments: argparse.Namespace, store_name: str, population: Population, cases: Iterable[Case], folder: Path
) -> Iterator[dict[str, Any]]:
    """The rows of every case on one database, and one about the database itself."""
    heading = f"{store_name}, {population.readers:,} readers"
    with open_store(store_name, folder) as store, console.status(heading) as status:
        console.print(f"{heading}: filling the tables")
        began = time.monotonic()
        size = load(store.url, population, datetime.now(UTC))
        filled = time.monotonic() - began
        counted = count_statements(store.url)

        def say(what: str) -> None:
            status.update(f"{heading}: {what}")

        measured = measure(cases, store, population, folder, arguments.rounds, arguments.seconds, say)
    for row in measured.rows:
        console.print(f"  {row.case}: {row.ratio:.3f} ({row.low:.3f}–{row.high:.3f})", highlight=False)
    yield from as_record(measured.rows)
    yield {
        "store": store_name,
        "readers": population.readers,
        "filled_seconds": round(filled, 1),
        "size_mb": round(size / 1e6, 1),
        "ready_seconds": round(measured.ready_after, 2),
        "statements": counted.statements,
        "rows_written": counted.rows_written,
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make bench",
        description="Measure the access check beside a constant Flask route on the same server, and print the ratio.",
        epilog='A short run: make bench ARGS="--stores sqlite --readers 1000 --rounds 2 --seconds 1"',
    )
    add = parser.add_argument
    add("--stores", type=_stores, default=STORES, metavar="A,B", help="databases (default: sqlite,postgresql)")
    add("--readers", type=_numbers, default=(1_000, 1_000_000), metavar="N,M", help="default: 1000,1000000")
    add("--cases", type=_cases, default=CASES, metavar="A,B", help=f"default: {','.join(c.name for c in CASES)}")
    add("--rounds", type=int, default=7, help="turns of both sides for each case (default: 7)")
    add("--seconds", type=int, default=2, help="how long each side of a turn lasts (default: 2)")
    add("--folder", type=Path, help="where the databases are put meanwhile, up to 2 GB (default: the system's own)")
    add("--out", type=Path, help=f"where the figures are written (default: {LATEST.relative_to(ROOT)})")
    add("--record", action="store_true", help="keep the figures: in bench/results.json and docs/performance.md")
    arguments = parser.parse_args()
    arguments.out = arguments.out or (RECORD if arguments.record else LATEST)
    return arguments


def _stores(text: str) -> tuple[str, ...]:
    return tuple(_known(name, STORES) for name in text.split(","))


def _cases(text: str) -> tuple[Case, ...]:
    names = [_known(name, [case.name for case in CASES]) for name in text.split(",")]
    return tuple(case for case in CASES if case.name in names)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number.replace("_", "")) for number in text.split(","))


def _known(name: str, known: Iterable[str]) -> str:
    if name not in known:
        raise argparse.ArgumentTypeError(f"{name} is none of {', '.join(known)}")
    return name


if __name__ == "__main__":
    sys.exit(main())
