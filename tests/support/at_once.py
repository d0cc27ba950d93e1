"""Many threads that do one thing at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

Outcome = TypeVar("Outcome")


def at_once(times: int, act: Callable[[int], Outcome]) -> list[Outcome | Exception]:
    """What ``act(0)`` … ``act(times - 1)`` returned or raised, all begun together."""
    ready = Barrier(times)

    def run(number: int) -> Outcome | Exception:
        ready.wait()
        try:
            return act(number)
        except Exception as fault:
            return fault

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(run, range(times)))
