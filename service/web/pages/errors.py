"""What went wrong, as a kind page: its status kept, its words for a reader, and nothing of how we are made."""

import structlog
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from service.web.pages.blueprint import pages
from service.web.pages.mailbox import mailbox
from service.web.pages.phrases import in_a_while
from service.web.pages.rendering import render_page
from service.web.problems import CROSS_SITE, INTERNAL_ERROR, Problem, problem_from
from service.web.who import request_time

log = structlog.get_logger()

SORRY = "Something went wrong on our side. It has been noted; please try again in a while."
WORDS = {
    400: ("This request cannot be read", "Something was missing or garbled on its way to us. Please try again."),
    403: ("This is not open to you", "You cannot do this here."),
    404: ("There is no such page", "The address may be mistyped, or the page is gone."),
    405: ("This cannot be done here", "This address only takes what a form sends. Please start from your account."),
    410: ("This is no longer good", "It was used already, has run out, or was withdrawn."),
    413: ("That is too much", "What you sent is larger than any form here needs."),
    429: ("Too many tries", "Please wait a little."),
    500: ("Something went wrong", SORRY),
    503: ("We cannot answer just now", "Too much is going on. Please try again in a moment."),
}


def register_error_pages(app: Flask) -> None:
    """Answer for addresses that are nobody's too; for theirs, the blueprints do."""
    for status in (400, 404, 405, 413, 500):
        app.register_error_handler(status, show_fault)


@pages.errorhandler(Exception)
@mailbox.errorhandler(Exception)
def show_fault(fault: Exception) -> Response:
    if isinstance(fault, HTTPException):
        status = fault.code or 500
        response = _page(status, *WORDS.get(status, WORDS[400]))
        if isinstance(fault, MethodNotAllowed) and fault.valid_methods:
            response.allow.update(fault.valid_methods)
        return response
    problem = problem_from(fault, request_time())
    if problem is None:
        log.exception("fault", method=request.method, path=request.path)
        problem = Problem(INTERNAL_ERROR, SORRY)
    return show_problem(problem)


def show_problem(problem: Problem) -> Response:
    status = problem.kind.status
    title, sentence = WORDS.get(status, (problem.kind.title, problem.detail))
    if problem.kind is CROSS_SITE:
        title, sentence = "That came from another address", problem.detail
    if wait := problem.headers.get("Retry-After"):
        sentence = f"Please try again {in_a_while(int(wait))}."
    response = _page(status, title, sentence)
    response.headers.update(problem.headers)
    return response


def _page(status: int, title: str, sentence: str) -> Response:
    return render_page("pages/error.html", status=status, title=title, sentence=sentence)
