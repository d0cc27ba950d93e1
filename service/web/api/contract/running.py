"""A call's way through: read it, find out who is asking, let the view answer."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Request, Response, request

from service.web.api.contract.admission import admit
from service.web.api.contract.answering import problem_of, respond, respond_with_problem
from service.web.api.contract.endpoint import Endpoint
from service.web.api.contract.parsing import read_given
from service.web.doors import doors
from service.web.problems import Problem
from service.web.requests import read_body


def view_of(endpoint: Endpoint) -> Any:
    """The view that Flask calls. It raises nothing."""

    def view(**path: str) -> Response:
        try:
            return respond(endpoint, request, _run(endpoint, request, path))
        except Exception as fault:
            return respond_with_problem(problem_of(fault))

    view.callers = endpoint.callers  # type: ignore[attr-defined]
    return view


def _run(endpoint: Endpoint, asking: Request, path: Mapping[str, str]) -> Any:
    given = Given(endpoint, asking, path, _body_of(endpoint, asking))
    if endpoint.reads:  # in one transaction, so that who is asking and what is answered belong to the same moment
        with doors().database.reading() as connection:
            call = admit(endpoint, connection, given.slugs())
            return endpoint.view(call, connection=connection, **given.arguments())
    with doors().database.asking() as connection:
        call = admit(endpoint, connection, given.slugs())
    return endpoint.view(call, **given.arguments())


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
            return self._endpoint.about(self.arguments())
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
