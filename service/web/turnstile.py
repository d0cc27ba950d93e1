"""The turnstile in front of all that has a password hashed: it knows such requests by their heads alone.

So a server turns away who finds no place before she has cost anything: without her body, and without the application.
"""

from typing import TYPE_CHECKING, Any

from werkzeug.middleware.proxy_fix import ProxyFix

from service.access.asking import Caller, Presented
from service.accounts.places import Places
from service.foundation.database import DatabaseUnavailable
from service.web.api.contract.admission import reader_network, tells_reader_network
from service.web.api.contract.cors import asked_by_page, sharing_with
from service.web.doors import Doors
from service.web.who import identify, presented

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

OF_API = frozenset({"/v1/sign-in", "/v1/sign-up", "/v1/recovery/confirm"})
OF_PAGES = frozenset({"/sign-in", "/sign-up", "/recover/reset", "/account/password", "/account/email"})


class Turnstile:
    def __init__(self, house: Doors, places: Places) -> None:
        self.places = places
        self._house = house
        self._see_past_proxies = ProxyFix(_nothing, x_for=house.settings.trusted_proxies, x_proto=0)

    def sender_of(self, environ: "WSGIEnvironment") -> str:
        """The network that a request comes from: a reader's, or that of a front end's server."""
        return reader_network(self._seen(environ), by_key=False)

    def network_of(self, environ: "WSGIEnvironment") -> str | None:
        """The network of her for whom a password would be hashed; None where none would."""
        if environ["REQUEST_METHOD"].upper() != "POST":  # Flask takes `post` for it too
            return None
        path = "/" + environ["PATH_INFO"].lstrip("/")  # Flask takes the pages' with more slashes for the same
        if path not in OF_API and path not in OF_PAGES:
            return None
        # Who calls is asked only where it matters: on PostgreSQL it is a question for each request of a flood.
        shown = self._shown(environ) if path in OF_API and tells_reader_network(environ) else None
        caller = self._caller(shown) if shown and shown.key else None
        return reader_network(self._seen(environ), by_key=caller is not None and caller.key_id is not None)

    def sharing(self, environ: "WSGIEnvironment") -> list[tuple[str, str]]:
        """The headers that let a page read that she was turned away, if it is one of a site's."""
        known = environ["PATH_INFO"] in OF_API and asked_by_page(environ) and self._caller(self._shown(environ))
        return sharing_with(environ["HTTP_ORIGIN"]) if known else []

    def _seen(self, environ: "WSGIEnvironment") -> "WSGIEnvironment":
        """As it was before the proxies that are ours."""
        seen = dict(environ)
        self._see_past_proxies(seen, _nothing)
        return seen

    def _shown(self, environ: "WSGIEnvironment") -> Presented:
        return presented(environ, self._house.settings.session_cookie)

    def _caller(self, shown: Presented) -> Caller | None:
        try:
            return identify(self._house, shown, (), self._house.clock.now()).caller
        except DatabaseUnavailable:  # which the application will tell
            return None


def _nothing(*_: object) -> Any:
    return None
