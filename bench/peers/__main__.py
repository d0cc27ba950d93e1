"""``python -m bench.peers``: what a check costs Gatefold, and what it costs better-auth, in one run."""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.driving import HOW_TO_GET_IT, BadAnswers, is_missing
from bench.figures import ROOT, Results, write_results
from bench.machine import describe_machine
from bench.peers.better_auth.installing import CannotInstall, versions, what_is_missing
from bench.peers.comparing import Row, compare

RECORD = Path(__file__).with_name("results.json")
LATEST = ROOT / "var" / "peers.json"
WIDTH = 120  # of all columns

COLUMNS: tuple[tuple[str, Callable[[Row], str]], ...] = (
    ("peer", lambda row: row["peer"]),
    ("asks", lambda row: row["asks"]),
    ("CPU µs", lambda row: f"{row['cpu_us']:,.1f}"),
    ("ratio", lambda row: f"{row['ratio']:.3f}"),
    ("low–high", lambda row: f"{row['low']:.3f}–{row['high']:.3f}"),
    ("per second", lambda row: f"{row['per_second']:,}"),
    ("p50 ms", lambda row: f"{row['p50_ms']:.2f}"),
    ("p99 ms", lambda row: f"{row['p99_ms']:.2f}"),
)

console = Console(stderr=True)


def main() -> int:
    arguments = _arguments()
    if missing := (HOW_TO_GET_IT if is_missing() else what_is_missing()):
        console.print(missing, style="bold")
        return 1
    try:
        with tempfile.TemporaryDirectory(prefix="gatefold-peers-") as folder, console.status("") as status:
            rows = compare(arguments.readers, arguments.rounds, arguments.seconds, Path(folder), status.update)
    except (BadAnswers, CannotInstall) as fault:
        console.print(f"Nothing was measured. {fault}", style="bold red", markup=False)
        return 1
    except KeyboardInterrupt:
        console.print("Stopped. Nothing was kept.")
        return 130
    _show(rows)
    write_results(_results(arguments, rows), arguments.out)
    return 0


def _show(rows: list[Row]) -> None:
    table = Table(title="Processor time of a check, and its ratio to better-auth's", title_justify="left")
    for place, (name, _) in enumerate(COLUMNS):
        table.add_column(name, justify="left" if place < 2 else "right", no_wrap=True)
    for row in rows:
        table.add_row(*(shown(row) for _, shown in COLUMNS))
    Console(width=WIDTH).print(table)


def _results(arguments: argparse.Namespace, rows: list[Row]) -> Results:
    return {
        "machine": describe_machine() | versions(),
        "store": "sqlite",
        "readers": arguments.readers,
        "rounds": arguments.rounds,
        "seconds": arguments.seconds,
        "rows": rows,
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__)
    add = parser.add_argument
    add("--readers", type=int, default=1_000, help="on each side, with 1.2 sessions each (default: 1000)")
    add("--rounds", type=int, default=7, help="turns of both sides (default: 7)")
    add("--seconds", type=float, default=2, help="how long each side of a turn lasts (default: 2)")
    add("--out", type=Path, help=f"where the figures are written (default: {LATEST.relative_to(ROOT)})")
    add("--record", action="store_true", help=f"keep the figures: in {RECORD.relative_to(ROOT)}")
    arguments = parser.parse_args()
    arguments.out = arguments.out or (RECORD if arguments.record else LATEST)
    return arguments


if __name__ == "__main__":
    sys.exit(main())
