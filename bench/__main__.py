"""`make bench`: Gatefold's answers beside a constant's, on each database, with few readers and with many."""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console

from bench.columns import in_a_line
from bench.driving import HOW_TO_GET_IT, BadAnswers, is_missing
from bench.figures import RECORD, ROOT, Results, show, write_page, write_results
from bench.machine import describe_machine
from bench.revocation import TRIES
from bench.running import ALL, USUAL, Extent, run
from bench.serving import switched
from bench.stores import filled_stores
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
    write_results(results, arguments.out if results["whole"] else LATEST)
    if not results["whole"]:
        return 1
    if arguments.record:
        write_page(results)
    if any(row.get("late_bodies") for row in results["rows"]):
        console.print("A body was sent after its right had been revoked.", style="bold red")
        return 1
    return 0


def _tell(fault: BadAnswers, folder: Path) -> None:
    """What went wrong, and what the servers said last: what was measured before it is kept."""
    console.print(f"Not all was measured. {type(fault).__name__}: {fault}", style="bold red", markup=False)
    for log in sorted(folder.glob("*.log")):
        console.print(f"{log.name}: …{log.read_text()[-2000:]}", markup=False, highlight=False)


def _what_is_missing(stores: Iterable[str]) -> str | None:
    if is_missing():
        return HOW_TO_GET_IT
    if "postgresql" in stores and find_binaries() is None:
        return "There is no PostgreSQL here: install the development requirements, or leave it out (--stores sqlite)."
    return None


def _run(arguments: argparse.Namespace, folder: Path) -> Results:
    began = time.monotonic()
    rows, whole = [], True
    extent = Extent(arguments.rounds, arguments.seconds, arguments.tries)
    with (
        console.status("filling the databases") as status,
        filled_stores(arguments.stores, arguments.readers, folder) as databases,
    ):
        try:
            for row in run(databases, arguments.cases, extent, folder, status.update):
                console.print(f"  {time.monotonic() - began:3.0f} s  {in_a_line(row)}", highlight=False, soft_wrap=True)
                rows.append(row)
        except BadAnswers as fault:
            whole = False
            _tell(fault, folder)
            if not rows:
                raise
    return {
        "machine": describe_machine(),
        "rounds": arguments.rounds,
        "seconds": arguments.seconds,
        "switched": switched(),
        "took_seconds": round(time.monotonic() - began),
        "whole": whole,
        "rows": rows,
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make bench",
        description="Measure the access check beside a constant Flask route on the same server, and print the ratio.",
        epilog='A short run: make bench ARGS="--stores sqlite --readers 1000 --rounds 2 --cases check"',
    )
    add = parser.add_argument
    add("--stores", type=_stores, default=STORES, metavar="A,B", help="databases (default: sqlite,postgresql)")
    add("--readers", type=_numbers, default=(1_000, 1_000_000), metavar="N,M", help="default: 1000,1000000")
    add("--cases", type=_cases, default=USUAL, metavar="A,B", help=f"of {', '.join(ALL)} (default: all but gate)")
    add("--rounds", type=int, default=7, help="turns of all sides for each case (default: 7)")
    add("--seconds", type=int, default=1, help="how long each side of a turn lasts (default: 1)")
    add("--tries", type=int, default=TRIES, help=f"requests after a revocation, of each database (default: {TRIES})")
    add("--folder", type=Path, help="where the databases are put meanwhile, up to 5 GB (default: the system's own)")
    add("--out", type=Path, help=f"where the figures are written (default: {LATEST.relative_to(ROOT)})")
    add("--record", action="store_true", help="keep the figures: in bench/results.json and docs/performance.md")
    arguments = parser.parse_args()
    arguments.out = arguments.out or (RECORD if arguments.record else LATEST)
    return arguments


def _stores(text: str) -> tuple[str, ...]:
    return tuple(_known(name, STORES) for name in text.split(","))


def _cases(text: str) -> tuple[str, ...]:
    return tuple(_known(name, ALL) for name in text.split(","))


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number.replace("_", "")) for number in text.split(","))


def _known(name: str, known: Iterable[str]) -> str:
    if name not in known:
        raise argparse.ArgumentTypeError(f"{name} is none of {', '.join(known)}")
    return name


if __name__ == "__main__":
    sys.exit(main())
