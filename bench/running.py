"""Runs what was asked for: fills the databases, starts the servers, and gathers the rows of every case."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.cases import CASES, GATE, Case
from bench.counting import count_statements
from bench.flood import measure_flood
from bench.measuring import Contest, Row, Say, Side
from bench.revocation import measure_revocation
from bench.serving import serving_constant, serving_gatefold
from bench.stores import Filled
from bench.trying import usual_octets

CONSTANT_PORT = 8450
GATEFOLD_PORT = 8451  # of the first side; the others take those after it
SIGN_IN, FLOOD, REVOCATION = "sign-in", "flood", "revocation"
ALL = (*(case.name for case in CASES), SIGN_IN, FLOOD, REVOCATION)
USUAL = tuple(name for name in ALL if name != GATE.name)  # which costs what a check does


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is measured."""

    rounds: int
    seconds: int
    tries: int


def run(databases: Sequence[Filled], wanted: Collection[str], extent: Extent, folder: Path, say: Say) -> Iterator[Row]:
    yield from _contest(databases, wanted, extent, folder, say)
    for filled in _largest(databases):
        if FLOOD in wanted:
            yield measure_flood(filled, GATEFOLD_PORT, folder, extent.rounds, _named(filled, say))
        if REVOCATION in wanted:
            yield measure_revocation(filled, GATEFOLD_PORT, folder, extent.tries, _named(filled, say))


def _contest(
    databases: Sequence[Filled], wanted: Collection[str], extent: Extent, folder: Path, say: Say
) -> Iterator[Row]:
    """What is measured beside the constant."""
    log = folder / "servers.log"
    with ExitStack() as stack:
        sides = []
        for number, filled in enumerate(databases):
            say(f"starting on {filled.name}")
            served = stack.enter_context(serving_gatefold(filled.store.url, GATEFOLD_PORT + number, log))
            sides.append(Side(filled, served))
            yield _about(sides[-1])
        octets = {case.name: max(_octets(case, side) for side in sides) for case in CASES}
        constant = stack.enter_context(serving_constant(octets, CONSTANT_PORT, log))
        contest = Contest(sides, constant, folder, extent.rounds, extent.seconds, say)
        for case in CASES:
            if case.name in wanted:
                yield from contest.measure(case, octets[case.name])
        if SIGN_IN in wanted:
            yield from (contest.measure_sign_ins(side) for side in sides)


def _octets(case: Case, side: Side) -> int:
    return usual_octets(case, side.filled.population, side.gatefold)


def _about(side: Side) -> Row:
    filled = side.filled
    counted = count_statements(filled.store.url)
    return {
        "case": "database",
        "store": filled.store.name,
        "readers": side.readers,
        "filled_seconds": round(filled.filled_seconds, 1),
        "size_mb": round(filled.octets / 1e6, 1),
        "ready_seconds": round(side.gatefold.ready_after, 2),
        "statements": counted.statements,
        "rows_written": counted.rows_written,
    }


def _largest(databases: Sequence[Filled]) -> list[Filled]:
    """Of each kind the one with most readers."""
    return list({filled.store.name: filled for filled in databases}.values())


def _named(filled: Filled, say: Say) -> Say:
    return lambda what: say(f"{filled.name}: {what}")
