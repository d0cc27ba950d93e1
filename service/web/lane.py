"""The fast lane: a small WSGI application in front of Flask that answers what every page view waits for.

It takes the shortest way through the same rooms: who is asking, one question, the endpoint's own view. Whatever is out
of the ordinary (a mistake, a refusal, a fault) it leaves to Flask, which goes through it again and tells it.
"""

from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from werkzeug import Request

from service.catalogue.articles import is_slug
from service.web.answers import READERS_OWN, Answered
from service.web.api.contract.admission import let_in
from service.web.api.contract.answering import JSON
from service.web.api.contract.cors import asked_by_page, sharing_with
from service.web.api.contract.endpoint import Endpoint
from service.web.api.contract.parsing import read_given
from service.web.doors import Doors
from service.web.gate.gate import PATH as GATE
from service.web.gate.gate import Gate
from service.web.requests import headers_of_all, read_body
from service.web.who import identify, presented

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Given = Mapping[str, Any]


class Lane:
    """``endpoints`` are those that are answered here, each of which Flask can answer as well."""

    def __init__(self, house: Doors, endpoints: Sequence[Endpoint]) -> None:
        self._house = house
        self._gate = Gate(house)
        self._about_one = {e.path.removesuffix("/{slug}"): e for e in endpoints if e.method == "GET"}
        self._about_many = {e.path: e for e in endpoints if e.method == "POST"}
        cache_control, vary = READERS_OWN
        usual = {"Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": cache_control, "Vary": vary}
        self._headers = list({"Content-Type": JSON, **headers_of_all(house.settings), **usual}.items())

    def in_front_of(self, flask: "WSGIApplication") -> "WSGIApplication":
        def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
            answered = self.answer(environ)
            if answered is None:
                return flask(environ, start_response)
            start_response(answered.line, answered.headers)
            return [answered.body]

        return application

    def answer(self, environ: "WSGIEnvironment") -> Answered | None:
        """None where Flask must answer."""
        try:
            if environ["PATH_INFO"] == GATE:
                return self._gate.answer(environ)
            called = self._called(environ)
            return self._answer(environ, *called) if called else None
        except Exception:  # in doubt the long way: it refuses, and says why
            return None

    def _called(self, environ: "WSGIEnvironment") -> tuple[Endpoint, Given] | None:
        """The endpoint, and what it is given."""
        path: str = environ["PATH_INFO"]
        if environ.get("QUERY_STRING") or "HTTP_UPGRADE" in environ or "HTTP_TRANSFER_ENCODING" in environ:
            return None
        if environ["REQUEST_METHOD"] == "GET":
            place, _, slug = path.rpartition("/")
            endpoint = self._about_one.get(place)
            return (endpoint, {"slug": slug}) if endpoint and is_slug(slug) else None
        if environ["REQUEST_METHOD"] == "POST" and path in self._about_many and environ.get("CONTENT_LENGTH"):
            endpoint, asking = self._about_many[path], Request(environ)
            body = read_body(self._house, asking, endpoint.body_limit)
            environ["wsgi.input"] = BytesIO(body)  # for Flask, should it have to read it again
            return endpoint, read_given(endpoint, asking, {}, body)
        return None

    def _answer(self, environ: "WSGIEnvironment", endpoint: Endpoint, given: Given) -> Answered:
        house, now = self._house, self._house.clock.now()
        shown = presented(environ, house.settings.session_cookie)
        answer = identify(house, shown, endpoint.slugs_in(given), now)
        call = let_in(endpoint, house, environ, shown, answer, now)
        body = endpoint.written(endpoint.view(call, **given))
        headers = [("Content-Length", str(len(body))), *self._headers]
        if asked_by_page(environ):  # and let in, so it is one of the site's
            headers += sharing_with(environ["HTTP_ORIGIN"])
        return Answered(200, headers, body)
