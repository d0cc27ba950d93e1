"""Answers: models and problems as JSON, and what caches may do with them."""

import hashlib
from typing import Any

import structlog
from flask import Request, Response
from pydantic_core import to_json
from werkzeug.exceptions import HTTPException

from service.web import problems
from service.web.answers import READERS_OWN
from service.web.api.contract.endpoint import Answered, Endpoint
from service.web.problems import Problem, problem_from
from service.web.who import request_time

JSON = "application/json"
PROBLEM_JSON = "application/problem+json"
FOR_ALL_READERS = ("private, max-age=0, must-revalidate", "Authorization, Origin")

FROM_WERKZEUG = {
    400: (problems.MALFORMED_REQUEST, "The request cannot be read."),
    404: (problems.NOT_FOUND, "There is nothing at this address."),
    405: (problems.METHOD_NOT_ALLOWED, "This address does not know that method."),
    413: (problems.TOO_LARGE, "The body is larger than this address takes."),
    415: (problems.UNSUPPORTED_MEDIA_TYPE, "Send the body as application/json."),
}

log = structlog.get_logger()


def respond(endpoint: Endpoint, asking: Request, result: Any) -> Response:
    """The response to a call that went well."""
    answered = result if isinstance(result, Answered) else Answered(result, endpoint.status)
    model = answered.result
    body = endpoint.written(model) if model is not None else b""
    response = Response(body, answered.status, answered.headers, mimetype=JSON if model is not None else None)
    if model is None:
        response.headers.pop("Content-Type", None)
    if endpoint.etag:
        _keep(response, FOR_ALL_READERS)
        response.set_etag(hashlib.sha256(body).hexdigest()[:32])
        response.make_conditional(asking)  # in place
        return response
    return _keep(response, READERS_OWN)


def respond_with_problem(problem: Problem) -> Response:
    response = Response(to_json(problem.document()), problem.kind.status, mimetype=PROBLEM_JSON)
    response.headers.update(problem.headers)
    if problem.kind.status == 401:
        response.headers.setdefault("WWW-Authenticate", "Gatefold-Session")
    return _keep(response, READERS_OWN)


def problem_of(fault: Exception) -> Problem:
    """What a fault amounts to. One of ours is logged, and nothing of it is told."""
    if isinstance(fault, HTTPException):
        return _problem_of_werkzeug(fault)
    if problem := problem_from(fault, request_time()):
        return problem
    log.exception("fault", kind=type(fault).__name__)
    return Problem(problems.INTERNAL_ERROR, "The fault is ours, and it was written down.")


def _problem_of_werkzeug(fault: HTTPException) -> Problem:
    kind, detail = FROM_WERKZEUG.get(fault.code or 400, FROM_WERKZEUG[400])
    allowed = getattr(fault, "valid_methods", None)
    headers = {"Allow": ", ".join(sorted({*allowed, "OPTIONS"}))} if allowed else {}
    return Problem(kind, detail, {}, headers)


def _keep(response: Response, rules: tuple[str, str]) -> Response:
    response.headers["Cache-Control"], response.headers["Vary"] = rules
    return response
