"""Measures several servers beside the constant, turn by turn at the same checks: what the smaller benches share."""

import argparse
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from rich.console import Console

from bench.cases import CASES
from bench.driving import Run, drive, write_requests
from bench.measuring import Row, median, ratio_of
from bench.population import Population
from bench.serving import Served, serving_constant

CONSTANT_PORT = 8450
FIRST_PORT = 8451  # of the servers beside it
CHECK = CASES[0]
CHECK_OCTETS = 788

Turn = tuple[Run, list[Run]]  # the constant's and each server's, at the same requests

console = Console(stderr=True)


def parser(program: str, description: str | None, *, readers: int) -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog=program, description=description)
    made.add_argument("--readers", type=int, default=readers)
    made.add_argument("--rounds", type=int, default=7)
    made.add_argument("--seconds", type=int, default=1)
    made.add_argument("--record", action="store_true", help="keep the figures in docs/performance.md")
    return made


def serving_yardstick(folder: Path) -> AbstractContextManager[Served]:
    return serving_constant({CHECK.name: CHECK_OCTETS}, CONSTANT_PORT, folder / "constant.log")


def take_turns(
    constant: Served, servers: Sequence[Served], population: Population, rounds: int, seconds: int, folder: Path
) -> list[Turn]:
    turns: list[Turn] = []
    for number in range(rounds + 1):
        console.print(f"round {number} of {rounds}")
        drawn = write_requests(folder / "requests", CHECK.requests(population, seconds, seed=number))
        beside = drive(constant, drawn, seconds, path=f"/{CHECK.name}")
        turns.append((beside, [drive(each, drawn, seconds) for each in servers]))
    return turns[1:]  # the first round is the warm-up


def row_of(place: int, turns: Sequence[Turn]) -> Row:
    """What the server in this place did, over the constant."""
    runs = [own[place] for _, own in turns]
    return {
        **ratio_of([run.per_second / beside.per_second for run, (beside, _) in zip(runs, turns, strict=True)]),
        **spent(runs),
    }


def spent(runs: Sequence[Run]) -> Row:
    return {
        "per_second": median((run.per_second for run in runs), 0),
        "p50_ms": median((run.p50_ms for run in runs), 2),
        "p99_ms": median((run.p99_ms for run in runs), 2),
        "cpu_us": median((run.cpu_us for run in runs), 0),
    }


def shown_ratio(row: Row) -> list[str]:
    """As the tables have it: the median, the span, and requests a second."""
    return [f"{row['ratio']:.2f}", f"{row['low']:.2f}–{row['high']:.2f}", f"{row['per_second']:,}"]
