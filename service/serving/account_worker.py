"""The account worker: a process that runs the whole application, for all that the lane leaves to it."""

from collections.abc import Callable
from multiprocessing.connection import Connection
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

import structlog

from service.foundation.settings import Settings
from service.serving.hatch import Hatch, Passed
from service.serving.processes import give_way, give_way_to_other_sessions
from service.serving.wsgi import answer_with

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

LOOK_UP_EVERY_SECONDS = 0.25  # from the hatch, to see whether it is time to stop

log = structlog.get_logger()


def run_account_worker(
    stopping: Event, ready: Callable[[], None], create_application: "Callable[[], WSGIApplication]", hatch: Hatch
) -> None:
    """Take requests until told to stop; what was taken is answered.

    Those who wait for a check go first, and hashing takes the processor time that they leave.
    """
    give_way()
    worker = AccountWorker(create_application(), hatch, stopping)
    threads = [Thread(target=worker.work, name=f"account-{n}") for n in range(Settings().threads)]
    for thread in threads:
        thread.start()
    ready()
    give_way_to_other_sessions()
    for thread in threads:
        thread.join()


class AccountWorker:
    def __init__(self, application: "WSGIApplication", hatch: Hatch, stopping: Event) -> None:
        self._application = application
        self._hatch = hatch
        self._stopping = stopping
        self._at_the_hatch = Lock()

    def work(self) -> None:
        """What each thread does. One at a time waits at the hatch: more would all wake for each request."""
        while True:
            with self._at_the_hatch:
                if self._stopping.is_set():
                    return
                asked = self._hatch.take(within=LOOK_UP_EVERY_SECONDS)
            if asked is not None:
                self._answer(asked)

    def _answer(self, asked: Connection) -> None:
        """Where it fails, the connection is closed without an answer, and the reading worker says so."""
        try:
            with asked:
                if request := _received(asked):
                    asked.send(answer_with(self._application, *request))
        except ConnectionError:
            log.warning("nobody_waits")
        except Exception:
            log.exception("fault")


def _received(asked: Connection) -> Passed | None:
    """The request; None where whoever handed it through has given it up."""
    try:
        request: Passed = asked.recv()
        return request
    except (EOFError, OSError):
        log.warning("nobody_waits")
        return None
