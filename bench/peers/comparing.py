"""Drives Gatefold and better-auth in turns, and works out what a check costs each of them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.cases import CASES
from bench.driving import Run, drive, write_requests
from bench.loading import load
from bench.measuring import median, ratio_of
from bench.peers.better_auth.installing import install
from bench.peers.better_auth.serving import serving_better_auth
from bench.population import Population
from bench.serving import Served, serving_gatefold
from bench.stores import open_store

GATEFOLD, BETTER_AUTH = "gatefold", "better-auth"
GATEFOLD_PORT, BETTER_AUTH_PORT = 8640, 8641
REQUESTS = 20_000  # drawn anew for each round
WARM_UP_SECONDS = 5  # after which Node.js has compiled what it will

Row = dict[str, Any]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Side:
    asks: str
    served: Served
    draw: Callable[[int, int], list[bytes]]  # so many requests, of this seed


def compare(readers: int, rounds: int, seconds: float, folder: Path, say: Say) -> list[Row]:
    """A row for each side.

    Raises :class:`CannotInstall`, and :class:`BadAnswers` where anything but a success was answered.
    """
    say("installing better-auth")
    program = install()
    say("filling the tables")
    with _sides(Population(readers), program, folder) as sides:
        say("warming up")
        _round(sides, 0, WARM_UP_SECONDS, folder)
        runs = []
        for number in range(1, rounds + 1):
            say(f"round {number} of {rounds}")
            runs.append(_round(sides, number, seconds, folder))
    return [_row(name, side, runs) for name, side in sides.items()]


@contextmanager
def _sides(population: Population, program: Path, folder: Path) -> Iterator[Mapping[str, Side]]:
    """Both servers, each with as many readers and sessions in an SQLite database of its own."""
    check = next(case for case in CASES if case.name == "check")
    with ExitStack() as stack:
        store = stack.enter_context(open_store("sqlite", folder / GATEFOLD))
        load(store.url, population, datetime.now(UTC))
        gatefold = stack.enter_context(serving_gatefold(store.url, GATEFOLD_PORT, folder / "gatefold.log"))
        better_auth = stack.enter_context(serving_better_auth(program, population, BETTER_AUTH_PORT, folder))
        yield {
            GATEFOLD: Side(
                "GET /v1/access/{slug}", gatefold, lambda count, seed: check.draw_many(population, count, seed)
            ),
            BETTER_AUTH: Side("GET /api/auth/get-session", better_auth.served, better_auth.draw),
        }


def _round(sides: Mapping[str, Side], number: int, seconds: float, folder: Path) -> dict[str, Run]:
    """Each side in its turn; who goes first changes with each round, as the machine may warm or tire."""
    runs = {}
    for name in sorted(sides, reverse=number % 2 == 0):
        requests = write_requests(folder / f"{name}.requests", sides[name].draw(REQUESTS, number))
        runs[name] = drive(sides[name].served, requests, seconds)
    return runs


def _row(name: str, side: Side, rounds: list[dict[str, Run]]) -> Row:
    """``ratio`` is this side's processor time a check over better-auth's in the same round."""
    own = [runs[name] for runs in rounds]
    return {
        "peer": name,
        "asks": side.asks,
        **ratio_of([runs[name].cpu_us / runs[BETTER_AUTH].cpu_us for runs in rounds]),
        "rounds": len(rounds),
        "cpu_us": median((run.cpu_us for run in own), 1),
        "per_second": median((run.per_second for run in own), 0),
        "p50_ms": median((run.p50_ms for run in own), 3),
        "p99_ms": median((run.p99_ms for run in own), 3),
    }
