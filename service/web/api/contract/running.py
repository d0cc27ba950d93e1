"""A call's way through: read it, find out who is asking, let the view answer."""

from collections.abc import Mapping
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
    raw = _body_of(endpoint, asking)
    return _run_reading(endpoint, asking, path, raw) if endpoint.reads else _run_writing(endpoint, asking, path, raw)


def _run_reading(endpoint: Endpoint, asking: Request, path: Mapping[str, str], raw: bytes) -> Any:
    """In one transaction, so that who is asking and what is answered belong to the same moment."""
    given: dict[str, Any] = {}
    mistake: Problem | None = None
    try:
        given = read_given(endpoint, asking, path, raw)
    except Problem as problem:
        mistake = problem  # told only to those who may call
    slugs = endpoint.about(given) if endpoint.about and mistake is None else ()
    with doors().database.reading() as connection:
        call = admit(endpoint, connection, slugs)
        if mistake:
            raise mistake
        return endpoint.view(call, connection=connection, **given)


def _run_writing(endpoint: Endpoint, asking: Request, path: Mapping[str, str], raw: bytes) -> Any:
    """The view opens its own transactions, as late as it can."""
    with doors().database.reading() as connection:
        call = admit(endpoint, connection)
    return endpoint.view(call, **read_given(endpoint, asking, path, raw))


def _body_of(endpoint: Endpoint, asking: Request) -> bytes:
    """Read before any transaction is opened: a slow sender must hold none."""
    if endpoint.method in ("GET", "DELETE"):
        return b""
    return read_body(doors(), asking, endpoint.body_limit)
