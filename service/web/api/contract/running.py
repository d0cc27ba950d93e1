"""A call's way through: read it, find out who is asking, let the view answer."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from flask import Request, Response, g, request

from service.catalogue.reading import TermsChanged
from service.web.api.contract.admission import Call, let_in
from service.web.api.contract.answering import problem_of, respond, respond_with_problem
from service.web.api.contract.endpoint import Endpoint
from service.web.api.contract.parsing import read_given
from service.web.doors import doors
from service.web.problems import Problem
from service.web.requests import read_body
from service.web.who import identify, request_time, shown_now

TRIES = 3


def view_of(endpoint: Endpoint) -> Any:
    """The view that Flask calls. It raises nothing."""

    def view(**path: str) -> Response:
        try:
            return respond(endpoint, request, _run_on_terms(endpoint, request, path))
        except Exception as fault:
            return respond_with_problem(problem_of(fault))

    view.callers = endpoint.callers  # type: ignore[attr-defined]
    return view


def _run_on_terms(endpoint: Endpoint, asking: Request, path: Mapping[str, str]) -> Any:
    """Once more where a newsroom changed an article's terms between the decision and the body."""
    for _ in range(TRIES - 1):
        with suppress(TermsChanged):
            return _run(endpoint, asking, path)
    return _run(endpoint, asking, path)


def _run(endpoint: Endpoint, asking: Request, path: Mapping[str, str]) -> Any:
    given = Given(endpoint, asking, path, _body_of(endpoint, asking))
    call = admit(endpoint, asking, given.slugs())
    if not endpoint.reads:
        return endpoint.view(call, **given.arguments())
    with call.house.database.reading() as connection:
        return endpoint.view(call, connection=connection, **given.arguments())


def admit(endpoint: Endpoint, asking: Request, slugs: Sequence[str]) -> Call:
    """Ask who is asking, and about these slugs, once; then let in whoever the endpoint names."""
    house, shown, now = doors(), shown_now(), request_time()
    answer = identify(house, shown, slugs, now)
    if shown.key is None:
        g.origin_known = answer.caller is not None
    return let_in(endpoint, house, asking.environ, shown, answer, now)


class Given:
    """What a call gives, read when it is needed. A mistake in it is told only to those who may call."""

    def __init__(self, endpoint: Endpoint, asking: Request, path: Mapping[str, str], raw: bytes) -> None:
        self._endpoint = endpoint
        self._from = asking, path, raw
        self._read: dict[str, Any] | None = None

    def slugs(self) -> Sequence[str]:
        """Those that the one question is about."""
        if self._endpoint.about is None:
            return ()
        try:
            return self._endpoint.slugs_in(self.arguments())
        except Problem:
            return ()

    def arguments(self) -> dict[str, Any]:
        """The view's. Raises :class:`Problem`."""
        if self._read is None:
            self._read = read_given(self._endpoint, *self._from)
        return self._read


def _body_of(endpoint: Endpoint, asking: Request) -> bytes:
    """Read before any transaction is opened: a slow sender must hold none."""
    if endpoint.method in ("GET", "DELETE"):
        return b""
    return read_body(doors(), asking, endpoint.body_limit)
