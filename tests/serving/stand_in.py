"""A door, a hatch and account workers with something small behind them: ``python -m tests.serving.stand_in PORT``.

The lane answers `/lane`, and everything that is posted to it; the application behind the hatch all else.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Iterable
from functools import partial
from http import HTTPStatus
from typing import Any

from service.accounts.places import Places
from service.foundation.settings import Settings
from service.serving.account_worker import run_account_worker
from service.serving.answering import Reading
from service.serving.bodies import Bodies
from service.serving.crew import Crew, Post
from service.serving.door import Door
from service.serving.errands import Errands
from service.serving.hatch import Hatch
from service.serving.processes import heed_the_parent
from service.serving.refusals import Refusals
from service.serving.watch import Watch
from service.web.answers import Answered

MOST_BODIES = 4
MOST_WAITING = 6
BODY_WITHIN_SECONDS = 1.0
TAKEN_WITHIN_SECONDS = 1.0


class Lane:
    def answer(self, environ: dict[str, Any]) -> Answered | None:
        if environ["PATH_INFO"] == "/lane/fault":
            raise ValueError
        if environ["PATH_INFO"] != "/lane":
            return None
        return Answered(200, [("Content-Type", "text/plain")], b"lane " + environ["wsgi.input"].read(100))


class Turnstile:
    """Lets one in at a time to what is hashed."""

    def __init__(self) -> None:
        self.places = Places(1)

    def sender_of(self, environ: dict[str, Any]) -> str:
        return str(environ["REMOTE_ADDR"])

    def network_of(self, environ: dict[str, Any]) -> str | None:
        return str(environ["REMOTE_ADDR"]) if environ["PATH_INFO"] == "/hashed" else None

    def sharing(self, _environ: dict[str, Any]) -> list[tuple[str, str]]:
        return []


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    body = environ["wsgi.input"].read()
    match environ["PATH_INFO"]:
        case "/environ":
            told = json.dumps({name: value for name, value in environ.items() if isinstance(value, str)}).encode()
        case "/slow" | "/hashed":
            time.sleep(float(environ["QUERY_STRING"]))
            told = b"slow"
        case "/die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "/fault":
            raise ValueError
        case _:
            told = body
    start_response(f"200 {HTTPStatus.OK.phrase}", [("Content-Type", "text/plain"), ("X-Process", str(os.getpid()))])
    return [told[:3], told[3:]]


def create_application() -> Any:
    return application


def open_reading(hatch: Hatch) -> Reading:
    hatch.leave_taking_to_others()
    bodies = Bodies(within=BODY_WITHIN_SECONDS)
    return Reading(Lane(), Turnstile(), Errands(hatch, MOST_WAITING), Watch(MOST_BODIES), bodies, Refusals(Settings()))


def main(port: int) -> None:
    hatch = Hatch()
    crew = Crew([Post("account-worker", run_account_worker, (create_application, hatch))])
    door = Door(
        "127.0.0.1",
        port,
        workers=1,
        threads=MOST_BODIES + 1,
        before_replacing=crew.replace,
        taken_within=TAKEN_WITHIN_SECONDS,
    )
    os.register_at_fork(after_in_child=heed_the_parent)
    crew.start()
    try:
        door.open(partial(open_reading, hatch))
    finally:
        crew.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]))
