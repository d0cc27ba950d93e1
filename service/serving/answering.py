"""What a reading worker does with a request: the lane answers it there and then, or an account worker does."""

from collections.abc import Callable, Mapping
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Protocol

import structlog

from service.accounts.places import HashingBusy, Places
from service.foundation.settings import Settings
from service.serving.bodies import Bodies
from service.serving.door import Reply, Scope, answer, answer_and_hang_up, cut_off
from service.serving.errands import Errands
from service.serving.hatch import Full, Hatch
from service.serving.refusals import FAULT, LOST, TOO_SLOW, Refusals, no_room
from service.serving.watch import TooManyAside, Watch
from service.serving.wsgi import BASICS
from service.web.answers import Answered
from service.web.gate.gate import PATH as GATE
from service.web.problems import NO_PLACE, Problem

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

MOST_WAITING = 256  # for an account worker, and half as many from one network
SENT_AT_ONCE = 8 * 1024  # octets of a body. One that is longer is read first: who still sends may not see an answer

log = structlog.get_logger()


class Lane(Protocol):
    def answer(self, environ: "WSGIEnvironment") -> Answered | None: ...


class Turnstile(Protocol):
    """Lets in as many as can be hashed for."""

    places: Places

    def sender_of(self, environ: "WSGIEnvironment") -> str: ...

    def network_of(self, environ: "WSGIEnvironment") -> str | None: ...

    def sharing(self, environ: "WSGIEnvironment") -> list[tuple[str, str]]: ...


def open_reading(
    create_lane: Callable[[], tuple[Lane, Turnstile]], hatch: Hatch, most_aside: int, most_on_watch: int = 1
) -> "Reading":
    """Called in each reading worker, perhaps by the parent of an earlier version, which knows fewer arguments."""
    hatch.leave_taking_to_others()
    errands, watch, refusals = Errands(hatch, MOST_WAITING), Watch(most_aside, most_on_watch), Refusals(Settings())
    return Reading(*create_lane(), errands, watch, Bodies(), refusals)


class Reading:
    def __init__(
        self,
        lane: Lane,
        turnstile: Turnstile,
        errands: Errands,
        watch: Watch,
        bodies: Bodies,
        refusals: Refusals,
    ) -> None:
        self._lane = lane
        self._turnstile = turnstile
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
            answer_and_hang_up(reply, self._refusals.of(problem, scope))
            return False
        except HashingBusy:  # without a word in the log: of a flood each would be told
            status, headers, body = self._refusals.of(NO_PLACE, scope)
            answer_and_hang_up(reply, Answered(status, headers + self._turnstile.sharing(scope), body))
            return False
        except Exception:
            log.exception("fault")
            answer_and_hang_up(reply, self._refusals.of(FAULT, scope))
            return False
        return True

    def _answered(self, environ: "WSGIEnvironment", reply: Reply) -> Answered | None:
        """None where an account worker will answer. Raises :class:`Problem` or :class:`HashingBusy`."""
        without = environ.get("CONTENT_LENGTH", "0") == "0" and "HTTP_TRANSFER_ENCODING" not in environ
        if without or environ["PATH_INFO"] == GATE:  # where proxies announce the reader's body, and keep it
            if (answered := self._lane.answer(environ)) is None:
                self._pass_on(environ, b"", reply)
            return answered
        network = self._turnstile.network_of(environ)
        if network and int(environ.get("CONTENT_LENGTH") or SENT_AT_ONCE) < SENT_AT_ONCE:
            with self._turnstile.places.hold(network):
                pass  # there is one, as far as can be told before the body has come
        try:
            with self._watch.aside():
                body = self._bodies.read(environ, partial(cut_off, reply, self._refusals.of(TOO_SLOW, environ)))
                whole = {**BASICS, **environ, "wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
                whole.pop("HTTP_TRANSFER_ENCODING", None)
                with self._watch.turn():
                    answered = self._lane.answer(whole)
                if answered is None:
                    self._pass_on(whole, body, reply, network)
                return answered
        except TooManyAside:
            raise no_room() from None

    def _pass_on(self, environ: "WSGIEnvironment", body: bytes, reply: Reply, network: str | None = None) -> None:
        """To an account worker. It takes a place where there is a network to take it for."""
        asked = {name: text for name, text in environ.items() if isinstance(text, str)}
        sender = self._turnstile.sender_of(environ)
        if network:
            self._turnstile.places.take(network)
        try:
            self._errands.send((asked, body), sender, partial(self._tell, reply, asked, network))
        except Full:
            self._leave(network)
            raise no_room() from None

    def _tell(self, reply: Reply, asked: Mapping[str, str], network: str | None, answered: Answered | None) -> None:
        self._leave(network)
        answer(reply, answered or self._refusals.of(LOST, asked))

    def _leave(self, network: str | None) -> None:
        if network:
            self._turnstile.places.give_back(network)
