"""Measures each case side by side with a constant of the same size, turn by turn, in one run."""

import json
import secrets
import statistics
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.cases import Case, to_constant
from bench.constant import SIZES
from bench.driving import BadAnswers, Run, drive, write_requests
from bench.population import Population
from bench.serving import Served, serving
from bench.spending import worker_octets
from bench.stores import Store

GATEFOLD_PORT = 8450
CONSTANT_PORT = 8451
REQUESTS = 10_000  # drawn anew for each round, so that the readers are not always the same
TRIED = 50  # answers looked at before a case is measured
WARM_UP_SECONDS = 1
ALONE_SECONDS = 1

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Row:
    """What one case cost on one database. Ratios are Gatefold's requests a second over the constant's."""

    case: str
    store: str
    readers: int
    ratio: float
    low: float
    high: float
    rounds: int
    per_second: float
    constant_per_second: float
    p50_ms: float
    p99_ms: float
    alone_ms: float  # the median with one connection, so that nobody waits for anybody
    constant_alone_ms: float
    cpu_us: float
    constant_cpu_us: float
    database_cpu_us: float
    answer_octets: int
    rss_mb: float
    own_mb: float


@dataclass(frozen=True, slots=True)
class Measured:
    rows: list[Row]
    ready_after: float


def measure(
    cases: Iterable[Case], store: Store, population: Population, folder: Path, rounds: int, seconds: int, say: Say
) -> Measured:
    cases = list(cases)
    log = folder / "servers.log"
    with ExitStack() as stack:
        gatefold = stack.enter_context(
            serving("bench.application:create_app", GATEFOLD_PORT, "/readyz", _settings(store), log)
        )
        octets = {case.name: _try(case, population, gatefold) for case in cases}
        constant = stack.enter_context(
            serving("bench.constant:create_app", CONSTANT_PORT, f"/{cases[0].name}", {SIZES: json.dumps(octets)}, log)
        )
        bench = _Bench(gatefold, constant, store, population, folder, rounds, seconds, say)
        return Measured([bench.measure(case, octets[case.name]) for case in cases], gatefold.ready_after)


@dataclass(frozen=True, slots=True)
class _Bench:
    gatefold: Served
    constant: Served
    store: Store
    population: Population
    folder: Path
    rounds: int
    seconds: int
    say: Say

    def measure(self, case: Case, octets: int) -> Row:
        self._pair(case, 0, WARM_UP_SECONDS)
        database_before = self.store.cpu_seconds()
        pairs = [self._pair(case, turn, self.seconds) for turn in range(1, self.rounds + 1)]
        database_spent = self.store.cpu_seconds() - database_before
        own, constants = [own for own, _ in pairs], [constant for _, constant in pairs]
        alone, constant_alone = self._pair(case, self.rounds + 1, ALONE_SECONDS, connections=1)
        resident, own_memory = worker_octets(self.gatefold.pid)
        ratios = [own.per_second / constant.per_second for own, constant in pairs]
        return Row(
            case=case.name,
            store=self.store.name,
            readers=self.population.readers,
            ratio=_rounded(statistics.median(ratios), 4),
            low=_rounded(min(ratios), 4),
            high=_rounded(max(ratios), 4),
            rounds=self.rounds,
            per_second=_median((run.per_second for run in own), 0),
            constant_per_second=_median((run.per_second for run in constants), 0),
            p50_ms=_median((run.p50_ms for run in own), 2),
            p99_ms=_median((run.p99_ms for run in own), 2),
            alone_ms=_rounded(alone.p50_ms, 3),
            constant_alone_ms=_rounded(constant_alone.p50_ms, 3),
            cpu_us=_median((run.cpu_us for run in own), 0),
            constant_cpu_us=_median((run.cpu_us for run in constants), 0),
            database_cpu_us=_rounded(database_spent / sum(run.requests for run in own) * 1e6, 0),
            answer_octets=octets,
            rss_mb=_rounded(resident / 1e6, 1),
            own_mb=_rounded(own_memory / 1e6, 1),
        )

    def _pair(self, case: Case, turn: int, seconds: int, **how: Any) -> tuple[Run, Run]:
        """The same requests to both, in turns: who goes first changes each time, as the machine may warm or tire."""
        self.say(f"{case.name}: round {turn} of {self.rounds}" if 0 < turn <= self.rounds else case.name)
        requests = case.requests(self.population, REQUESTS, seed=turn)
        constants = [to_constant(request, case.name) for request in requests]
        servers = [
            (self.gatefold, write_requests(self.folder / f"{case.name}.requests", requests)),
            (self.constant, write_requests(self.folder / f"{case.name}.constant.requests", constants)),
        ]
        if turn % 2:
            return drive(*servers[0], seconds, **how), drive(*servers[1], seconds, **how)
        constant = drive(*servers[1], seconds, **how)
        return drive(*servers[0], seconds, **how), constant


def _try(case: Case, population: Population, gatefold: Served) -> int:
    """See that the answers are what is to be measured; returns their usual size in octets."""
    sizes = []
    granted = set()
    for request in case.requests(population, TRIED, seed=-1):
        status, answer = gatefold.ask(request)
        if status != 200:
            raise BadAnswers(f"{case.name}: an answer with status {status}: {answer[:500]!r}")
        sizes.append(len(answer))
        told = json.loads(answer)
        if "session" in told:
            _require(told["session"]["state"] == "live", case, answer)
            granted |= {item["decision"]["granted"] for item in told.get("items", [told])}
        if "article" in told:
            _require(told["decision"]["granted"] and len(told["article"]["body_html"]) >= 6_000, case, answer)
    _require(granted in ({True, False}, {True} if case.name == "body" else set()), case, b"always the same decision")
    return int(statistics.median(sizes))


def _require(right: bool, case: Case, answer: bytes) -> None:
    if not right:
        raise BadAnswers(f"{case.name}: not the answer to be measured: {answer[:500]!r}")


def _settings(store: Store) -> dict[str, str]:
    """As in production; mail is never sent, for nobody signs up."""
    return {
        "DATABASE_URL": store.url,
        "GATEFOLD_ENVIRONMENT": "production",
        "GATEFOLD_PUBLIC_URL": "https://accounts.bench.example",
        "GATEFOLD_SECRET_KEYS": secrets.token_urlsafe(32),
        "GATEFOLD_SMTP_HOST": "localhost",
    }


def _median(values: Iterable[float], digits: int) -> float:
    return _rounded(statistics.median(values), digits)


def _rounded(value: float, digits: int) -> float:
    return round(value, digits or None)


def as_record(rows: Iterable[Row]) -> list[dict[str, Any]]:
    return [asdict(row) for row in rows]
