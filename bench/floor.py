"""What the least would cost: answers that do less and less of a check, over the constant. ``python -m bench.floor``.

What is left between one of them and the constant is all that a check could take for the rest.
"""

import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.beside import (
    CHECK_OCTETS,
    FIRST_PORT,
    Turn,
    console,
    parser,
    row_of,
    serving_yardstick,
    shown_ratio,
    spent,
    take_turns,
)
from bench.driving import HOW_TO_GET_IT, is_missing
from bench.figures import write_between
from bench.least import PARTS
from bench.serving import Served, serving, serving_gatefold, sized
from bench.stores import Filled, filled_stores

MARKERS = "<!-- floor: written by `python -m bench.floor --record` -->", "<!-- end of floor -->"
THREADS = {"sqlite": 1, "postgresql": 2}  # that take requests, as many as `gatefold serve` has on watch


@dataclass(frozen=True, slots=True)
class Side:
    about: str
    store: str
    served: Served


def main() -> int:
    arguing = parser("python -m bench.floor", __doc__, readers=1_000_000)
    arguing.add_argument("--stores", type=lambda names: names.split(","), default=["sqlite", "postgresql"])
    arguments = arguing.parse_args()
    if is_missing():
        console.print(HOW_TO_GET_IT, style="bold")
        return 1
    with tempfile.TemporaryDirectory(prefix="gatefold-floor-") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)  # a PostgreSQL that may not run as root goes through it
        databases = stack.enter_context(filled_stores(arguments.stores, [arguments.readers], folder))
        constant = stack.enter_context(serving_yardstick(folder))
        sides = _open(stack, databases, folder)
        servers, population = [side.served for side in sides], databases[0].population
        table = _table(sides, take_turns(constant, servers, population, arguments.rounds, arguments.seconds, folder))
    print(table)
    if arguments.record:
        write_between(MARKERS, table)
    return 0


def _open(stack: ExitStack, databases: Sequence[Filled], folder: Path) -> list[Side]:
    sides: list[Side] = []
    for store in (filled.store for filled in databases):
        for part, told in PARTS.items():
            port = FIRST_PORT + len(sides)
            command = ("-m", "bench.least", part, str(port), str(THREADS[store.name]))
            environment = {"DATABASE_URL": store.url, **sized({part: CHECK_OCTETS})}
            served = stack.enter_context(serving(command, port, "/readyz", environment, folder / f"{port}.log"))
            sides.append(Side(told.about, store.name, served))
        port = FIRST_PORT + len(sides)
        served = stack.enter_context(serving_gatefold(store.url, port, folder / f"{port}.log"))
        sides.append(Side("**a check**: `gatefold serve`", store.name, served))
    return sides


def _table(sides: Sequence[Side], turns: Sequence[Turn]) -> str:
    lines = [["does", "database", "ratio", "low–high", "per second", "CPU µs"], ["---", "---", *["---:"] * 4]]
    for place, side in enumerate(sides):
        row = row_of(place, turns)
        lines.append([side.about, side.store, *shown_ratio(row), str(row["cpu_us"])])
    constant = spent([beside for beside, _ in turns])
    lines.append(
        ["for scale: a constant Flask route", "–", "1", "–", f"{constant['per_second']:,}", str(constant["cpu_us"])]
    )
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
