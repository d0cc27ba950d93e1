"""Whether a revocation holds at once: bodies that came to requests sent after it was answered, on all workers."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path
from random import Random

from bench.cases import premium_article, request
from bench.hammering import Hammers, Right, connect_evenly
from bench.measuring import Row, Say
from bench.names import entitled, slug_of
from bench.population import Population
from bench.revoking import Way, ways_to_revoke
from bench.serving import serving_gatefold
from bench.stores import Filled

TRIES = 100_000  # on each database
REVOCATIONS = 300
AT_ONCE = 16
BODIES_BEFORE = 2 * AT_ONCE
SIGN_OF_BODY = b"~~~~"  # stands in no teaser
WORKERS = 2
ON_ALL_CORES = {"GATEFOLD_WORKERS": str(WORKERS), "GATEFOLD_ACCOUNT_WORKERS": "1"}


def measure_revocation(filled: Filled, port: int, folder: Path, tries: int, say: Say) -> Row:
    subscribers = _subscribers(filled.population)
    rights: list[Right] = []
    with ExitStack() as stack:
        served = stack.enter_context(serving_gatefold(filled.store.url, port, folder / "revocation.log", ON_ALL_CORES))
        ways = cycle(stack.enter_context(ways_to_revoke(filled.store.url, served)))
        revoking = stack.enter_context(ThreadPoolExecutor(1))
        hammers = Hammers(connect_evenly(stack, served, WORKERS, AT_ONCE), SIGN_OF_BODY)
        began = time.monotonic()
        for reader, way in zip(subscribers, ways, strict=False):
            say(f"revocation: {len(rights)} of {len(subscribers)}")
            right = _right(filled.population, reader)
            hammers.hammer(right, until_bodies=BODIES_BEFORE)
            revoked = revoking.submit(_revoke, way, reader, right)
            hammers.hammer(right, until_late=-(-tries // len(subscribers)))
            revoked.result()
            rights.append(right)
        seconds = time.monotonic() - began
    return {
        "case": "revocation",
        "store": filled.store.name,
        "readers": filled.population.readers,
        "workers": WORKERS,
        "revocations": len(rights),
        "tries": sum(right.late for right in rights),
        "late_bodies": sum(right.late_bodies for right in rights),
        "bodies_before": sum(right.bodies for right in rights),
        "seconds": round(seconds, 1),
    }


def _subscribers(population: Population) -> list[int]:
    """Those at the end of the population: others have signed in meanwhile, and have other devices now."""
    beginning = population.readers - 2 * min(REVOCATIONS, population.readers // 5)
    return [reader for reader in range(beginning, population.readers) if entitled(reader)]


def _right(population: Population, reader: int) -> Right:
    """A subscriber's, from her first device, to a premium article."""
    article = premium_article(population, Random(reader))
    return Right(request("GET", f"/v1/articles/{slug_of(article)}", session=reader))


def _revoke(way: Way, reader: int, right: Right) -> None:
    right.ending = True
    try:
        way(reader)
    finally:
        right.revoked = True
