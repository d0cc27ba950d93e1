"""Waiting for what other processes do in their own time."""

import time
from collections.abc import Callable

SOON = 10.0  # seconds


def wait_until(condition: Callable[[], object], within: float = SOON) -> bool:
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
