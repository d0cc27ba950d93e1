"""The processes of a running server, and waiting for what becomes of them."""

import time
from collections.abc import Callable
from contextlib import suppress

import psutil

from tests.support.servers import Server

SOON = 10.0  # seconds


def family(server: Server) -> list[psutil.Process]:
    """The living processes of a server that do its work: those that answer, then the worker beside them."""
    answering, beside = [], []
    for child in psutil.Process(server.pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # a zombie is none either
            words = " ".join(child.cmdline())
            if "resource_tracker" not in words:
                (beside if "spawn_main" in words else answering).append(child)
    return answering + beside


def gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def wait_until(condition: Callable[[], bool], within: float = SOON) -> bool:
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
