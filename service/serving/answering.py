"""What a reading worker does with a request: the lane answers it there and then, or an account worker does."""

from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Protocol

import structlog

from service.foundation.settings import Settings
from service.serving.bodies import Bodies
from service.serving.door import Reply, Scope, answer, cut_off
from service.serving.errands import Errands
from service.serving.hatch import Full, Hatch
from service.serving.refusals import FAULT, LOST, NO_ROOM, TOO_SLOW, Refusals
from service.serving.watch import TooManyAside, Watch
from service.serving.wsgi import BASICS
from service.web.answers import Answered
from service.web.gate.gate import PATH as GATE
from service.web.problems import Problem

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

MOST_WAITING = 256  # for an account worker

log = structlog.get_logger()


class Lane(Protocol):
    def answer(self, environ: "WSGIEnvironment") -> Answered | None: ...


def open_reading(create_lane: Callable[[], Lane], hatch: Hatch, most_aside: int) -> "Reading":
    """Called in each reading worker."""
    hatch.leave_taking_to_others()
    return Reading(create_lane(), Errands(hatch, MOST_WAITING), Watch(most_aside), Bodies(), Refusals(Settings()))


class Reading:
    def __init__(self, lane: Lane, errands: Errands, watch: Watch, bodies: Bodies, refusals: Refusals) -> None:
        self._lane = lane
        self._errands = errands
        self._watch = watch
        self._bodies = bodies
        self._refusals = refusals

    def __call__(self, reply: Reply, scope: Scope) -> None:
        self._watch.take()
        if self._answer(reply, scope):
            scope.clear()  # a body may be large, and a rest long
            self._watch.rest()

    def _answer(self, reply: Reply, scope: Scope) -> bool:
        """Answer it. Returns whether it came whole: of one that did not, Granian keeps the rest until we return."""
        try:
            if answered := self._answered(scope, reply):
                answer(reply, answered)
        except Problem as problem:
            log.info("refused", method=scope["REQUEST_METHOD"], path=scope["PATH_INFO"], why=problem.kind.code)
            answer(reply, self._refusals.of(problem))
            return False
        except Exception:
            log.exception("fault")
            answer(reply, self._refusals.of(FAULT))
            return False
        return True

    def _answered(self, environ: "WSGIEnvironment", reply: Reply) -> Answered | None:
        """None where an account worker will answer. Raises :class:`Problem`."""
        without = environ.get("CONTENT_LENGTH", "0") == "0" and "HTTP_TRANSFER_ENCODING" not in environ
        if without or environ["PATH_INFO"] == GATE:  # where proxies announce the reader's body, and keep it
            return self._answered_whole(environ, b"", reply)
        try:
            with self._watch.aside():
                body = self._bodies.read(environ, partial(cut_off, reply, self._refusals.of(TOO_SLOW)))
                whole = {**BASICS, **environ, "wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
                whole.pop("HTTP_TRANSFER_ENCODING", None)
                return self._answered_whole(whole, body, reply)
        except TooManyAside:
            raise NO_ROOM from None

    def _answered_whole(self, environ: "WSGIEnvironment", body: bytes, reply: Reply) -> Answered | None:
        """The same, of a request whose body is here."""
        if answered := self._lane.answer(environ):
            return answered
        request = {name: text for name, text in environ.items() if isinstance(text, str)}, body
        try:
            self._errands.send(request, partial(self._tell, reply))
        except Full:
            raise NO_ROOM from None
        return None

    def _tell(self, reply: Reply, answered: Answered | None) -> None:
        answer(reply, answered or self._refusals.of(LOST))
