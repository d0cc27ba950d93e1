"""Which of the processor's cores a thread may run on. Linux alone lets it say so."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_sched_getcpu = getattr(ctypes.CDLL(None), "sched_getcpu", None)


@contextmanager
def staying_on_this_core() -> Iterator[None]:
    """Within the block the calling thread stays on the core that it is on, though others were free.

    For long work that should give way: each time that it is moved to another core, it is in somebody's way again.
    """
    free = _stay_here()
    try:
        yield
    finally:
        if free:
            with suppress(OSError):
                os.sched_setaffinity(0, free)


def _stay_here() -> set[int]:
    """Returns where the thread was free to run before; nothing where it goes on as it was, as in some containers."""
    if _sched_getcpu is None:
        return set()
    try:
        free = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {_sched_getcpu()})
    except (OSError, ValueError):
        return set()
    return free
