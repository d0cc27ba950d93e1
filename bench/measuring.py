"""Measures each case on every database side by side with a constant of the same size, turn by turn, in one run."""

import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.cases import CASES, Case
from bench.driving import Run, drive, write_requests
from bench.population import Population
from bench.serving import Served
from bench.sign_ins import MOST_READERS, SignIns, signing_in
from bench.spending import busiest, memory_of
from bench.stores import Filled

SIGN_INS_SECONDS = 1
WARM_UP_SECONDS = 1
ALONE_SECONDS = 1

Row = dict[str, Any]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Side:
    """Gatefold, serving one of the databases."""

    filled: Filled
    gatefold: Served

    @property
    def readers(self) -> int:
        return self.filled.population.readers


@dataclass(frozen=True, slots=True)
class Turn:
    """What one side and the constant did at the same requests, shortly after each other."""

    own: Run
    constant: Run
    database_cpu_us: float  # for each request

    @property
    def ratio(self) -> float:
        return self.own.per_second / self.constant.per_second


@dataclass(frozen=True, slots=True)
class Contest:
    """All sides and the constant, which take turns."""

    sides: Sequence[Side]
    constant: Served
    folder: Path
    rounds: int
    seconds: int
    say: Say

    def measure(self, case: Case, octets: int) -> Iterator[Row]:
        """A row for each database, then what becomes of a ratio where there are more readers."""
        self._round(case, 0, WARM_UP_SECONDS)
        rounds = [self._round(case, number, self.seconds) for number in range(1, self.rounds + 1)]
        alone = self._round(case, self.rounds + 1, ALONE_SECONDS, connections=1)
        turns = [[turns[place] for turns in rounds] for place in range(len(self.sides))]
        for place, side in enumerate(self.sides):
            yield _row(case, side, turns[place], alone[place], octets)
        for (few, with_few), (many, with_many) in pairwise(zip(self.sides, turns, strict=True)):
            if few.filled.store.name == many.filled.store.name:
                yield _growth(case, few, many, with_few, with_many)

    def measure_sign_ins(self, side: Side) -> Row:
        """Sign-ins without hashing, in turns with the constant."""
        readers, database_us = min(MOST_READERS, side.readers // 2), []  # the others keep their devices
        drawn = self._draw(CASES[0], side.filled.population, self.seconds, seed=0)
        rounds: list[tuple[SignIns, Run]] = []
        with signing_in(side.filled.store.url, readers) as measure:
            measure(SIGN_INS_SECONDS)
            for number in range(1, self.rounds + 1):
                self.say(f"sign-in on {side.filled.name}: round {number} of {self.rounds}")
                before = side.filled.store.cpu_seconds()
                own = measure(SIGN_INS_SECONDS)
                database_us.append((side.filled.store.cpu_seconds() - before) / own.count * 1e6)
                rounds.append((own, drive(self.constant, drawn, self.seconds, path=f"/{CASES[0].name}")))
        return {
            "case": "sign-in",
            "store": side.filled.store.name,
            "readers": side.readers,
            **ratio_of([own.per_second / constant.per_second for own, constant in rounds]),
            "rounds": len(rounds),
            "per_second": median((own.per_second for own, _ in rounds), 0),
            "constant_per_second": median((constant.per_second for _, constant in rounds), 0),
            "p50_ms": median((own.p50_ms for own, _ in rounds), 2),
            "p99_ms": median((own.p99_ms for own, _ in rounds), 2),
            "cpu_us": median((own.cpu_us for own, _ in rounds), 1),
            "constant_cpu_us": median((constant.cpu_us for _, constant in rounds), 1),
            "database_cpu_us": median(database_us, 1),
            "most_devices": max(own.most_devices for own, _ in rounds),
        }

    def _round(self, case: Case, number: int, seconds: int, **how: Any) -> list[Turn]:
        """The same requests to all, in turns: who goes first changes each time, as the machine may warm or tire."""
        self.say(f"{case.name}: round {number} of {self.rounds}" if 0 < number <= self.rounds else case.name)
        populations = {side.readers: side.filled.population for side in self.sides}
        drawn = {
            readers: self._draw(case, population, seconds, seed=number) for readers, population in populations.items()
        }
        own: dict[int, tuple[Run, float]] = {}
        constant: Run | None = None
        places = [*range(len(self.sides)), None]
        first = number % len(places)
        for place in places[first:] + places[:first]:
            if place is None:
                constant = drive(self.constant, drawn[min(drawn)], seconds, path=f"/{case.name}", **how)
            else:
                own[place] = self._drive(self.sides[place], drawn[self.sides[place].readers], seconds, **how)
        assert constant is not None
        return [Turn(own[place][0], constant, own[place][1]) for place in range(len(self.sides))]

    def _draw(self, case: Case, population: Population, seconds: int, seed: int) -> Path:
        path = self.folder / f"{case.name}-{population.readers}.requests"
        return write_requests(path, case.requests(population, seconds, seed))

    def _drive(self, side: Side, requests: Path, seconds: int, **how: Any) -> tuple[Run, float]:
        before = side.filled.store.cpu_seconds()
        run = drive(side.gatefold, requests, seconds, **how)
        return run, (side.filled.store.cpu_seconds() - before) / run.requests * 1e6


def _row(case: Case, side: Side, turns: Sequence[Turn], alone: Turn, octets: int) -> Row:
    resident, own = memory_of(busiest(side.gatefold.pid))
    return {
        "case": case.name,
        "store": side.filled.store.name,
        "readers": side.readers,
        **ratio_of([turn.ratio for turn in turns]),
        "rounds": len(turns),
        "per_second": median((turn.own.per_second for turn in turns), 0),
        "constant_per_second": median((turn.constant.per_second for turn in turns), 0),
        "p50_ms": median((turn.own.p50_ms for turn in turns), 3),
        "p99_ms": median((turn.own.p99_ms for turn in turns), 3),
        "alone_ms": round(alone.own.p50_ms, 3),
        "constant_alone_ms": round(alone.constant.p50_ms, 3),
        "cpu_us": median((turn.own.cpu_us for turn in turns), 1),
        "constant_cpu_us": median((turn.constant.cpu_us for turn in turns), 1),
        "database_cpu_us": median((turn.database_cpu_us for turn in turns), 1),
        "answer_octets": octets,
        "own_mb": round(own / 1e6, 1),
        "resident_mb": round(resident / 1e6, 1),
    }


def _growth(case: Case, few: Side, many: Side, with_few: Sequence[Turn], with_many: Sequence[Turn]) -> Row:
    return {
        "case": "growth",
        "of": case.name,
        "store": many.filled.store.name,
        "readers": many.readers,
        "against_readers": few.readers,
        **ratio_of([more.ratio / less.ratio for less, more in zip(with_few, with_many, strict=True)]),
    }


def ratio_of(ratios: Sequence[float]) -> Row:
    return {
        "ratio": round(statistics.median(ratios), 4),
        "low": round(min(ratios), 4),
        "high": round(max(ratios), 4),
    }


def median(values: Iterable[float], digits: int) -> float:
    return round(statistics.median(values), digits or None)
