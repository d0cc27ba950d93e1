"""A process that its parent leaves behind, even one that was killed, ends by itself."""

import multiprocessing
import os
import time
from collections.abc import Callable
from threading import Thread

LOOK_EVERY_SECONDS = 0.5


def end_with_parent(end: Callable[[], object]) -> None:
    """Call ``end`` from a thread of its own once the parent is gone. Does nothing in a process that has none."""
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid is not None:
        Thread(target=_watch, args=(parent.pid, end), name="end-with-parent", daemon=True).start()


def _watch(parent: int, end: Callable[[], object]) -> None:
    # By its id: siblings inherit each other's pipes, so the end of a pipe would tell too late.
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY_SECONDS)
    end()
