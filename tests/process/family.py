"""The processes of a running server."""

from contextlib import suppress

import psutil

from tests.support.servers import Server

NAMES = ("reading-worker", "account-worker", "background")


def family(server: Server) -> list[psutil.Process]:
    """The living processes of a server that do its work, in the order of their names above."""
    return [process for name in NAMES for process in members(server, name)]


def members(server: Server, name: str) -> list[psutil.Process]:
    """Those of one name, the older first."""
    found = []
    for child in psutil.Process(server.pid).children():
        with suppress(psutil.NoSuchProcess):
            if child.name() == name and not gone(child):
                found.append(child)
    return sorted(found, key=lambda process: process.pid)


def gone(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:  # between the two questions
        return True
