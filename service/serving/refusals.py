"""What a reading worker answers by itself where neither the lane nor an account worker can: a problem, or a page."""

from collections.abc import Mapping
from html import escape
from typing import Any

from pydantic_core import to_json

from service.foundation.settings import Settings
from service.web.answers import READERS_OWN, Answered
from service.web.api.contract.answering import PROBLEM_JSON
from service.web.pages.appearance import style_addresses
from service.web.pages.rendering import content_security_policy
from service.web.problems import BUSY, INTERNAL_ERROR, Kind, Problem
from service.web.requests import HEADERS_OF_PAGES, headers_of_all

REQUEST_TIMEOUT = Kind("request_timeout", 408, "The request took too long to come")

TOO_SLOW = Problem(REQUEST_TIMEOUT, "The body did not come in time.")
FAULT = Problem(INTERNAL_ERROR, "The fault is ours, and it was written down.")
LOST = Problem(INTERNAL_ERROR, "It was interrupted here: it may have been done, or not.")
STYLED = {"Content-Security-Policy": content_security_policy(None)}

# Going back would not do: the password is gone from the form then, or the form was an answer, and was not kept.
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} – {publisher}</title>
{styles}
<header class="masthead"><div class="measure"><p class="publisher">{publisher}</p></div></header>
<main class="measure"><div class="sheet">
<h1>{title}</h1>
<p>{detail} To try again, reload this page: what you filled in is then sent once more.</p>
</div></main>
<footer class="measure"><p>Your account with {publisher}</p></footer>
"""


def no_room() -> Problem:
    """A new one each time, to be raised: the same one would hold on to each request that it was raised for."""
    return Problem(BUSY, "Too many are waiting just now; try again in a moment.", {}, {"Retry-After": "2"})


class Refusals:
    def __init__(self, settings: Settings) -> None:
        cache_control, vary = READERS_OWN
        usual = {"Cache-Control": cache_control, "Vary": vary, "Cross-Origin-Resource-Policy": "same-origin"}
        self._headers = {**headers_of_all(settings), **usual}
        self._publisher = escape(settings.publisher_name)
        self._styles = "\n".join(f'<link rel="stylesheet" href="{at}">' for at in style_addresses(settings))

    def of(self, problem: Problem, environ: Mapping[str, Any]) -> Answered:
        """A page for a browser that opens one, and the problem for a program."""
        if "text/html" in environ.get("HTTP_ACCEPT", "") and not environ["PATH_INFO"].startswith("/v1/"):
            body = self._page(escape(problem.kind.title), escape(problem.detail)).encode()
            fitting = {"Content-Type": "text/html; charset=utf-8", **HEADERS_OF_PAGES, **STYLED}
        else:
            body, fitting = to_json(problem.document()), {"Content-Type": PROBLEM_JSON}
        headers = {**self._headers, **fitting, **problem.headers, "Content-Length": str(len(body))}
        return Answered(problem.kind.status, list(headers.items()), body)

    def _page(self, title: str, detail: str) -> str:
        return PAGE.format(title=title, detail=detail, publisher=self._publisher, styles=self._styles)
