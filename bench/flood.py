"""What a flood of sign-ins does to the access check: its p99 under the flood, against that of an idle moment before."""

import os
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from itertools import count, islice
from math import ceil
from pathlib import Path
from random import Random
from threading import Thread

from bench.cases import CASES, request
from bench.driving import Run, drive, write_requests
from bench.measuring import Row, Say, median, ratio_of
from bench.names import PASSWORD, email_of
from bench.pacing import Flood
from bench.population import Population
from bench.serving import ONE_OF_EACH, Served, serving_gatefold
from bench.stores import Filled
from service.accounts.passwords import Passwords

BEHIND_A_PROXY = {**ONE_OF_EACH, "GATEFOLD_TRUSTED_PROXIES": "1"}
EACH_SECOND = {"GATEFOLD_LAST_SEEN_INTERVAL": "PT1S"}  # so that each measurement has its share of what is written later
TIMES_WHAT_IS_HASHED = 10
CONNECTIONS = 4  # of the check: enough to keep a worker busy, so few that its p99 is no queue of the driver's making
IDLE_SECONDS = 1
FLOODED_SECONDS = 2
RISING_SECONDS = 0.5  # before the check is measured
POURED_SECONDS = 12  # longer than most floods last; then the same sign-ins come again
ROUNDS_OF_HASHING = 10
HASHED = frozenset({200, 401, 409})  # let in, refused for the password, asked which device gives way
REFUSED = 503
HONEST_READERS = 5
PATIENCE_SECONDS = 30


def measure_flood(filled: Filled, port: int, folder: Path, rounds: int, say: Say) -> Row:
    population, check = filled.population, CASES[0]
    per_second = TIMES_WHAT_IS_HASHED * hashes_per_second()
    sign_ins = _sign_ins(population)
    poured_out = ceil(per_second * POURED_SECONDS)
    idle: list[Run] = []
    flooded: list[Run] = []
    floods: list[Flood] = []
    honest: list[HonestReader] = []
    with serving_gatefold(filled.store.url, port, folder / "flood.log", BEHIND_A_PROXY | EACH_SECOND) as gatefold:
        for number in range(rounds + 1):
            say(f"flood: round {number} of {rounds}")
            checks = write_requests(
                folder / "flood.requests", check.requests(population, FLOODED_SECONDS, seed=1_000 + number)
            )
            idle.append(drive(gatefold, checks, IDLE_SECONDS, connections=CONNECTIONS))
            poured = write_requests(folder / "poured.requests", list(islice(sign_ins, poured_out)))
            with Flood(gatefold, poured, per_second) as flood:
                floods.append(flood)
                time.sleep(RISING_SECONDS)
                flooded.append(drive(gatefold, checks, FLOODED_SECONDS, connections=CONNECTIONS))
                if number == rounds:
                    honest = _let_honest_readers_try(gatefold, checks)
    # The first round is the warm-up.
    return _row(filled, per_second, idle[1:], flooded[1:], floods[1:], honest)


def _let_honest_readers_try(gatefold: Served, checks: Path) -> list["HonestReader"]:
    """One a second begins, while flood and checks go on."""
    honest = [HonestReader(gatefold, number, after_seconds=number) for number in range(HONEST_READERS)]
    while any(reader.tries() for reader in honest):
        drive(gatefold, checks, FLOODED_SECONDS, connections=CONNECTIONS)
    return honest


def hashes_per_second() -> float:
    """How many passwords the whole machine can hash, at the service's own cost."""
    passwords = Passwords(threads=1, queue=0)
    began = time.perf_counter()
    for _ in range(ROUNDS_OF_HASHING):
        passwords.hash(PASSWORD)
    return (os.cpu_count() or 1) * ROUNDS_OF_HASHING / (time.perf_counter() - began)


class HonestReader:
    """Signs in while the flood goes on, from a network of her own, and heeds what she is told of when to come again."""

    def __init__(self, gatefold: Served, number: int, *, after_seconds: float) -> None:
        self.seconds: float | None = None  # until she was in
        self._port = gatefold.port
        self._request = _sign_in(email_of(number), PASSWORD, f"203.0.113.{number}")
        self._thread = Thread(target=self._sign_in, args=(after_seconds,), name="honest reader")
        self._thread.start()

    def tries(self) -> bool:
        return self._thread.is_alive()

    def _sign_in(self, after_seconds: float) -> None:
        time.sleep(after_seconds)
        began = time.monotonic()
        while time.monotonic() - began < PATIENCE_SECONDS:
            connection = HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_SECONDS)
            connection.connect()
            connection.sock.sendall(self._request)
            response = connection.response_class(connection.sock)
            response.begin()
            connection.close()
            if response.status in (200, 409):
                self.seconds = time.monotonic() - began
                return
            if response.status != REFUSED:
                return
            time.sleep(float(response.headers["Retry-After"]))


def _sign_ins(population: Population) -> Iterator[bytes]:
    """Without end, from a thousand networks: each reader's password, right and wrong by turns."""
    random = Random("flood")
    for number in count():
        password = PASSWORD if number % 2 else "quartz-marmot-violin-dusk"
        network = f"198.18.{random.randrange(4)}.{random.randrange(256)}"
        yield _sign_in(email_of(random.randrange(population.readers)), password, network)


def _sign_in(email: str, password: str, network: str) -> bytes:
    return request(
        "POST", "/v1/sign-in", body={"email": email, "password": password}, more=(f"X-Forwarded-For: {network}",)
    )


def _row(
    filled: Filled,
    per_second: float,
    idle: list[Run],
    flooded: list[Run],
    floods: list[Flood],
    honest: list[HonestReader],
) -> Row:
    statuses = sum((flood.statuses for flood in floods[1:]), floods[0].statuses)
    seconds = sum(flood.seconds for flood in floods)
    let_in = sorted(reader.seconds for reader in honest if reader.seconds is not None)
    hashed = sum(times for status, times in statuses.items() if status in HASHED)
    return {
        "case": "flood",
        "store": filled.store.name,
        "readers": filled.population.readers,
        **ratio_of([under.p99_ms / before.p99_ms for before, under in zip(idle, flooded, strict=True)]),
        "rounds": len(idle),
        "p50_ms": median((run.p50_ms for run in flooded), 3),
        "p99_ms": median((run.p99_ms for run in flooded), 3),
        "idle_p50_ms": median((run.p50_ms for run in idle), 3),
        "idle_p99_ms": median((run.p99_ms for run in idle), 3),
        "per_second": median((run.per_second for run in flooded), 0),
        "idle_per_second": median((run.per_second for run in idle), 0),
        "due_per_second": round(per_second),
        "answered_per_second": round(statuses.total() / seconds),
        "hashed_per_second": round(hashed / seconds, 1),
        "refused_per_second": round(statuses[REFUSED] / seconds, 1),
        "statuses": {str(status): times for status, times in sorted(statuses.items())},
        "honest_let_in": len(let_in),
        "honest_tried": len(honest),
        "honest_median_s": round(let_in[len(let_in) // 2], 2) if let_in else None,
        "honest_longest_s": round(let_in[-1], 2) if let_in else None,
    }
