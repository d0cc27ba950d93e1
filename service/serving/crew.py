"""The processes beside the reading workers: started together, kept alive, replaced, and stopped."""

import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import Pipe, Process, resource_tracker
from multiprocessing.connection import Connection
from threading import Event, Lock, Thread
from typing import Any

import structlog

from service.foundation.parent import end_with_parent
from service.serving.processes import (
    GRACE_SECONDS,
    RESTART_AFTER_SECONDS,
    NotReplaced,
    ctrl_c_left_to_parent,
    settle,
)

READY_WITHIN_SECONDS = 30.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Post:
    """What a process is for: ``work(stopping, ready, *about)`` calls ``ready`` once, and ends once ``stopping``."""

    name: str
    work: Callable[..., None]
    about: tuple[Any, ...] = ()


class Crew:
    def __init__(self, posts: Sequence[Post]) -> None:
        self._posts = posts
        self._members: list[Member] = []
        self._changing = Lock()
        self._stopping = Event()
        self._keeper = Thread(target=self._keep, name="crew-keeper")

    def start(self) -> None:
        self._members = [Member(post) for post in self._posts]
        self._keeper.start()

    def replace(self) -> None:
        """Let new ones take over once they are ready. Raises :class:`NotReplaced` where one does not become so."""
        with self._changing:
            new = [Member(post) for post in self._posts]
            if not all(member.becomes_ready() for member in new):
                _dismiss(new)
                raise NotReplaced
            old, self._members = self._members, new
            _dismiss(old)

    def stop(self) -> None:
        self._stopping.set()
        self._keeper.join()
        _dismiss(self._members)

    def _keep(self) -> None:
        while not self._stopping.wait(RESTART_AFTER_SECONDS):
            resource_tracker.ensure_running()  # it would unblock Ctrl-C where it starts: so before a process does
            with self._changing:
                for place, member in enumerate(self._members):
                    if not member.process.is_alive():
                        log.error("started_anew", process=member.post.name)
                        self._members[place] = Member(member.post)


class Member:
    """A process at its post."""

    def __init__(self, post: Post) -> None:
        self.post = post
        self._heard, told = Pipe(duplex=False)
        self.process = Process(target=_work, args=(post, told), name=post.name, daemon=True)
        with ctrl_c_left_to_parent():
            self.process.start()
        told.close()

    def becomes_ready(self) -> bool:
        """Wait until it is. False where it ends before, or takes too long."""
        try:
            return self._heard.poll(READY_WITHIN_SECONDS) and bool(self._heard.recv())
        except EOFError:
            return False


def _dismiss(members: Sequence[Member]) -> None:
    """Tell them to stop, and wait until they have."""
    for member in members:
        member.process.terminate()
    for member in members:
        member.process.join(GRACE_SECONDS)
        member.process.kill()


def _work(post: Post, told: Connection) -> None:
    """In the new process: it ends when told to, and with its parent, even one that was killed."""
    settle(post.name)
    stopping = Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stopping.set())
    end_with_parent(stopping.set)
    post.work(stopping, lambda: told.send(True), *post.about)
