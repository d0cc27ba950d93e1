"""`/gate`: whether a proxy that asks before it serves (auth_request, forward_auth, ext_authz) may let a reader through.

The proxy shows a front-end key, passes the reader's cookie on, and names the address that she asked for. Proxies know
no more than three answers, so there are no others: 200, 401 where signing in may help, and 403. Every header is always
there, so that nobody can send one in our name that we left out.
"""

import re
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog
from werkzeug.sansio.http import parse_cookie

from service.access.asking import Answer, Presented
from service.access.check import Checked, check
from service.access.decision import Action
from service.catalogue.articles import SLUG_PATTERN, is_slug
from service.foundation.database import DatabaseUnavailable
from service.sites.site import Scope
from service.web.answers import READERS_OWN, Answered
from service.web.doors import Doors
from service.web.requests import headers_of_all
from service.web.who import LONGEST_TOKEN, identify, presented

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

PATH = "/gate"
ASKED_FOR = ("HTTP_X_ORIGINAL_URI", "HTTP_X_FORWARDED_URI")  # as nginx's users name it; as Caddy and Traefik do
# An address written in another way (`//`, `%2f`, `..`, a dot, capitals) could mean another page to the site behind. And
# one header sent twice arrives as one, with a comma between: the second must not pass for the first one's query.
PLAIN_ADDRESS = re.compile(rf"/(?:[a-z0-9-]+/)*(?P<slug>{SLUG_PATTERN.pattern})/?(?:\?(?:(?!,\s*/).)*)?")
SIGNING_IN = frozenset({Action.SIGN_IN, Action.SIGN_UP})
NOBODY, NO_RECEIPT = "anonymous", "none"

log = structlog.get_logger()


class Closed(StrEnum):
    """Why nobody passes, whoever she is. All other reasons are the decision's."""

    KEY_REQUIRED = "key_required"
    UNKNOWN_ARTICLE = "unknown_article"
    UNAVAILABLE = "unavailable"


class Gate:
    def __init__(self, house: Doors) -> None:
        self._house = house
        cache_control, _ = READERS_OWN
        depends_on = "Authorization, Cookie, X-Original-URI, X-Forwarded-Uri"
        usual = {"Cache-Control": cache_control, "Vary": depends_on, "Content-Length": "0"}
        self._headers = list({**headers_of_all(house.settings), **usual}.items())

    def answer(self, environ: "WSGIEnvironment") -> Answered:
        """May she pass? Raises nothing, so that whatever is wrong here has one of the three statuses too."""
        try:
            return self._decided(environ)
        except DatabaseUnavailable:
            return self._closed(Closed.UNAVAILABLE)
        except Exception as fault:
            log.exception("fault", kind=type(fault).__name__)
            return self._closed(Closed.UNAVAILABLE)

    def _decided(self, environ: "WSGIEnvironment") -> Answered:
        slug = slug_asked_for(environ)
        now = self._house.clock.now()
        answer = identify(self._house, self._presented(environ), (slug,) if slug else (), now)
        if answer.caller is None or Scope.ARTICLES_READ not in answer.caller.scopes:
            return self._closed(Closed.KEY_REQUIRED)
        checked = check(answer, slug, now, self._house.receipts) if slug else None
        return self._told(answer, checked) if checked else self._closed(Closed.UNKNOWN_ARTICLE, answer)

    def _presented(self, environ: "WSGIEnvironment") -> Presented:
        """The proxy's key, and the cookie of the reader behind it."""
        name = self._house.settings.session_cookie
        key = presented(environ, name).key or ""
        cookie = parse_cookie(environ.get("HTTP_COOKIE")).get(name, "")  # beside others' of whatever bytes
        return Presented(key=key, token=cookie[:LONGEST_TOKEN])

    def _told(self, answer: Answer, checked: Checked) -> Answered:
        decision = checked.decision
        if decision.granted:
            return self._answered(HTTPStatus.OK, decision.reason, answer, checked.receipt)
        may_sign_in = any(unlock.action in SIGNING_IN for unlock in decision.unlocked_by)
        status = HTTPStatus.UNAUTHORIZED if may_sign_in else HTTPStatus.FORBIDDEN
        return self._answered(status, decision.reason, answer, checked.receipt)

    def _closed(self, reason: Closed, answer: Answer | None = None) -> Answered:
        return self._answered(HTTPStatus.FORBIDDEN, reason, answer, NO_RECEIPT)

    def _answered(self, status: HTTPStatus, reason: str, answer: Answer | None, receipt: str) -> Answered:
        reader = answer.session.reader if answer else None
        told = [
            ("Gatefold-Decision", "allow" if status is HTTPStatus.OK else "deny"),
            ("Gatefold-Reason", reason),
            ("Gatefold-Reader", reader.id if reader else NOBODY),
            ("Gatefold-Receipt", receipt),
        ]
        if status is HTTPStatus.UNAUTHORIZED:
            told.append(("WWW-Authenticate", "Gatefold-Session"))
        return Answered(status, self._headers + told, b"")


def slug_asked_for(environ: "WSGIEnvironment") -> str | None:
    """The last part of the address that the reader asked the proxy for; None where there is doubt about it.

    A proxy sets one of the headers, and a reader can send the other: so both must agree.
    """
    told = {environ[name] for name in ASKED_FOR if name in environ}
    found = PLAIN_ADDRESS.fullmatch(told.pop()) if len(told) == 1 else None
    return found["slug"] if found and is_slug(found["slug"]) else None
