"""What the least would cost: answers that do less and less of a check, over the constant. ``python -m bench.floor``.

What is left between one of them and the constant is all that a check could take for the rest.
"""

import argparse
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
from bench.least import PARTS
from bench.measuring import median, ratio_of
from bench.serving import Served, serving, serving_constant, serving_gatefold, sized
from bench.stores import Filled, filled_stores

CONSTANT_PORT = 8450
FIRST_PORT = 8451
MARKERS = "<!-- floor: written by `python -m bench.floor --record` -->", "<!-- end of floor -->"
CHECK = CASES[0]
CHECK_OCTETS = 788
THREADS = {"sqlite": 1, "postgresql": 2}  # that take requests, as many as `gatefold serve` has on watch

console = Console(stderr=True)


@dataclass(frozen=True, slots=True)
class Side:
    about: str
    filled: Filled
    served: Served


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.floor", description=__doc__)
    parser.add_argument("--stores", type=lambda names: names.split(","), default=["sqlite", "postgresql"])
    parser.add_argument("--readers", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=1)
    parser.add_argument("--record", action="store_true", help="keep the figures in docs/performance.md")
    arguments = parser.parse_args()
    if is_missing():
        console.print(HOW_TO_GET_IT, style="bold")
        return 1
    with tempfile.TemporaryDirectory(prefix="gatefold-floor-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # a PostgreSQL that may not run as root goes through it
        with ExitStack() as stack:
            databases = stack.enter_context(filled_stores(arguments.stores, [arguments.readers], folder))
            table = _compare(stack, databases, folder, arguments.rounds, arguments.seconds)
    print(table)
    if arguments.record:
        write_between(MARKERS, table)
    return 0


def _compare(stack: ExitStack, databases: Sequence[Filled], folder: Path, rounds: int, seconds: int) -> str:
    """All sides and the constant take turns at the same requests."""
    constant = stack.enter_context(serving_constant({CHECK.name: CHECK_OCTETS}, CONSTANT_PORT, folder / "log"))
    sides = _open(stack, databases, folder)
    turns: list[tuple[Run, list[Run]]] = []
    for number in range(rounds + 1):
        console.print(f"round {number} of {rounds}")
        requests = CHECK.requests(databases[0].population, seconds, seed=number)
        drawn = write_requests(folder / "requests", requests * 2)  # there are sides that answer more than are drawn
        beside = drive(constant, drawn, seconds, path=f"/{CHECK.name}")
        turns.append((beside, [drive(side.served, drawn, seconds) for side in sides]))
    return _table(sides, turns[1:])  # the first round is the warm-up


def _open(stack: ExitStack, databases: Sequence[Filled], folder: Path) -> list[Side]:
    sides: list[Side] = []
    for filled in databases:
        store = filled.store
        for part, told in PARTS.items():
            port = FIRST_PORT + len(sides)
            command = ("-m", "bench.least", part, str(port), str(THREADS[store.name]))
            environment = {"DATABASE_URL": store.url, **sized({part: CHECK_OCTETS})}
            starting = serving(command, port, "/readyz", environment, folder / f"{port}.log")
            sides.append(Side(told.about, filled, stack.enter_context(starting)))
        port = FIRST_PORT + len(sides)
        serving_all = serving_gatefold(store.url, port, folder / f"{port}.log")
        sides.append(Side("**a check**: `gatefold serve`", filled, stack.enter_context(serving_all)))
    return sides


def _table(sides: Sequence[Side], turns: Sequence[tuple[Run, list[Run]]]) -> str:
    lines = [
        "| does | database | ratio | low–high | per second | CPU µs |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for place, side in enumerate(sides):
        runs = [own[place] for _, own in turns]
        ratio = ratio_of([run.per_second / beside.per_second for run, (beside, _) in zip(runs, turns, strict=True)])
        span, rate = f"{ratio['low']:.2f}–{ratio['high']:.2f}", f"{median((run.per_second for run in runs), 0):,}"
        cells = [side.about, side.filled.store.name, f"{ratio['ratio']:.2f}", span, rate]
        lines.append(f"| {' | '.join(cells)} | {median((run.cpu_us for run in runs), 0)} |")
    beside_us = median((beside.cpu_us for beside, _ in turns), 0)
    rate = f"{median((beside.per_second for beside, _ in turns), 0):,}"
    return "\n".join([*lines, f"| for scale: a constant Flask route | – | 1 | – | {rate} | {beside_us} |", ""])


if __name__ == "__main__":
    sys.exit(main())
