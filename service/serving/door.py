"""The public address, and all that is private to Granian, the server behind it: a newer one may need changes here."""

import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from threading import Event, Timer
from typing import Any, Protocol

import structlog
from granian import _signals
from granian._granian import WorkerSignal
from granian.constants import HTTPModes, Interfaces, RuntimeModes
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.net import SocketSpec  # type: ignore[attr-defined]
from granian.server import MPServer, mp

from service.serving.processes import (
    GRACE_SECONDS,
    RESTART_AFTER_SECONDS,
    NotReplaced,
    ctrl_c_left_to_parent,
    settle,
)
from service.web.answers import Answered

HEADERS_WITHIN_MS = 10_000  # and so long a connection may be idle
LARGEST_HEADERS = 64 * 1024
TAKEN_WITHIN_SECONDS = 20.0  # more of an answer, or the connection ends: who takes nothing would hold it for ever
BACKLOG = 2048  # and so many connections at once, over all reading workers
OVERLAP_SECONDS = 4.0  # of an old reading worker with the one that replaces it, which has to start meanwhile
LEAVES_AFTER_SECONDS = 1.0  # in which whoever keeps a connection is told, with an answer, to come back on another
FLUSHED_WITHIN_SECONDS = 0.2
HANGING_UP = ("Connection", "close")

log = structlog.get_logger()

Scope = dict[str, Any]  # the environment of a request as WSGI knows it, but for what is the same for all


class Reply(Protocol):
    """What Granian gives to answer a request with, from any thread and once: a second answer goes nowhere."""

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None: ...

    def response_iter(self, status: int, headers: list[tuple[str, str]], body: Iterator[bytes]) -> None: ...


Answering = Callable[[Reply, Scope], None]


leaving = Event()  # this process is about to stop


def answer(reply: Reply, answered: Answered) -> None:
    """Answer; and hang up then, if this process will soon be gone, for what is sent to it later would be lost."""
    if leaving.is_set():
        answer_and_hang_up(reply, answered)
    else:
        reply.response_bytes(*answered)


def answer_and_hang_up(reply: Reply, answered: Answered) -> None:
    """For a request that did not come whole: Granian may close the connection, and whoever uses it should know."""
    status, headers, body = answered
    reply.response_bytes(status, [*headers, HANGING_UP], body)


def cut_off(reply: Reply, answered: Answered) -> None:
    """Answer and hang up, though a body is still being read, which ends there."""

    def all_but_the_last() -> Iterator[bytes]:
        yield answered.body
        time.sleep(FLUSHED_WITHIN_SECONDS)

    # An octet that is promised and never comes is what makes Granian close a connection on which a body is under way.
    headers = {**dict(answered.headers), **dict([HANGING_UP]), "Content-Length": str(len(answered.body) + 1)}
    reply.response_iter(answered.status, list(headers.items()), all_but_the_last())


class Door(MPServer):
    """Granian, with one listening socket for all reading workers, and our own way to answer.

    By default each has a socket of its own on Linux, and whoever waits in a process's queue is turned away when that
    process is replaced.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        workers: int,
        threads: int,
        before_replacing: Callable[[], None],
        taken_within: float = TAKEN_WITHIN_SECONDS,
    ) -> None:
        super().__init__(
            "reading workers",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            http=HTTPModes.http1,  # a proxy in front speaks the newer ones
            workers=workers,
            blocking_threads=threads,
            runtime_mode=RuntimeModes.st,  # one thread has all connections: it costs less than two that share them
            blocking_threads_idle_timeout=600,
            backlog=BACKLOG,
            http1_settings=HTTP1Settings(header_read_timeout=HEADERS_WITHIN_MS, max_buffer_size=LARGEST_HEADERS),
            websockets=False,
            workers_kill_timeout=GRACE_SECONDS,
            respawn_failed_workers=True,
            respawn_interval=OVERLAP_SECONDS,
            log_level=LogLevels.error,
        )
        self.on_reload(before_replacing)
        self._taken_within = taken_within

    def open(self, answering: Callable[[], Answering]) -> None:
        """Take requests until told to stop, with what ``answering`` makes in each reading worker."""
        self.serve(spawn_target=_read, target_loader=answering, wrap_loader=False)

    def _init_shared_socket(self) -> None:
        door = SocketSpec(self.bind_addr, self.bind_port, self.backlog).build()
        self._ssp, self._shd = None, door  # type: ignore[assignment]
        self._sso = socket.socket(fileno=door.get_fd())
        self._sso.set_inheritable(True)
        if sys.platform == "linux":  # where connections have it from the socket that they come by
            self._sso.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(self._taken_within * 1000))

    def _spawn_workers(self, *args: Any) -> None:
        super()._spawn_workers(*args)  # type: ignore[no-untyped-call]
        # The first processes share what the parent has loaded, and so start at once. Those that come later start from
        # nothing: with the code and the settings of that day, and without a copy of this process's threads.
        multiprocessing.set_start_method("spawn", force=True)

    def _reload(self, *args: Any) -> None:
        try:
            super()._reload(*args)  # type: ignore[no-untyped-call]
        except NotReplaced:  # by what is to be replaced first
            log.error("not_replaced", why="the new processes did not become ready: the old ones go on")

    def _respawn_workers(self, workers: list[int], target: Any, loader: Any, delay: float = 0) -> None:
        if not delay:  # they are not to be replaced: they died
            log.error("started_anew", process="reading-worker", workers=len(workers))
            time.sleep(RESTART_AFTER_SECONDS)
        with ctrl_c_left_to_parent():
            super()._respawn_workers(workers, target, loader, delay)
        self.respawned_wrks.clear()  # or Granian would give up, and end us all, when one of the new ones dies soon


def _read(*args: Any) -> None:
    """A reading worker's process."""
    settle("reading-worker")
    mp._wsgi_call_wrap = lambda answering, *_: answering  # type: ignore[attr-defined]  # it is no WSGI application
    ((_, door), _) = args[3]
    _signals.set_sync_signals = lambda: _stop_once_all_are_told(door.get_fd())
    MPServer._spawn_wsgi_worker(*args)


def _stop_once_all_are_told(door: int) -> WorkerSignal:
    """At SIGTERM, accept no more; and stop a moment later, for a stop drops whoever has a connection and is silent."""
    stop = WorkerSignal()
    deserted = socket.create_server(("127.0.0.1", 0))
    deserted.setblocking(False)

    def leave_the_door(*_: object) -> None:
        os.dup2(deserted.fileno(), door)
        leaving.set()
        Timer(LEAVES_AFTER_SECONDS, stop.set).start()

    signal.signal(signal.SIGTERM, leave_the_door)
    return stop
