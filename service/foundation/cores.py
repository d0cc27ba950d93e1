"""Which of the processor's cores a thread may run on. Linux alone lets it say so."""

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def staying_on_this_core() -> Iterator[None]:
    """Within the block the calling thread stays on the core that it is on, though others were free.

    For long work that should give way: each time that it is moved to another core, it is in somebody's way again.
    """
    if sys.platform != "linux":
        yield
        return
    others = os.sched_getaffinity(0)
    with suppress(OSError, ValueError, AttributeError):  # a container may not, and some C libraries cannot tell
        os.sched_setaffinity(0, {ctypes.CDLL(None).sched_getcpu()})
    try:
        yield
    finally:
        with suppress(OSError):
            os.sched_setaffinity(0, others)
