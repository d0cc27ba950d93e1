"""What a reading worker answers by itself where neither the lane nor an account worker can: a problem."""

from pydantic_core import to_json

from service.foundation.settings import Settings
from service.web.answers import READERS_OWN, Answered
from service.web.api.contract.answering import PROBLEM_JSON
from service.web.problems import BUSY, INTERNAL_ERROR, Kind, Problem
from service.web.requests import headers_of_all

REQUEST_TIMEOUT = Kind("request_timeout", 408, "The request took too long to come")

NO_ROOM = Problem(BUSY, "Too many are waiting just now; try again in a moment.", {}, {"Retry-After": "2"})
TOO_SLOW = Problem(REQUEST_TIMEOUT, "The body did not come in time.")
FAULT = Problem(INTERNAL_ERROR, "The fault is ours, and it was written down.")
LOST = Problem(INTERNAL_ERROR, "It was interrupted here: it may have been done, or not.")


class Refusals:
    def __init__(self, settings: Settings) -> None:
        cache_control, vary = READERS_OWN
        usual = {"Cache-Control": cache_control, "Vary": vary, "Cross-Origin-Resource-Policy": "same-origin"}
        self._headers = {**headers_of_all(settings), **usual, "Content-Type": PROBLEM_JSON}

    def of(self, problem: Problem) -> Answered:
        body = to_json(problem.document())
        headers = {**self._headers, **problem.headers, "Content-Length": str(len(body))}
        return Answered(problem.kind.status, list(headers.items()), body)
