"""The turnstile in front of all that has a password hashed: it knows such requests by what they show alone.

So a server turns away who finds no place before she has cost anything: without her body, and without the application.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from werkzeug.middleware.proxy_fix import ProxyFix

from service.accounts.places import Places
from service.web.api.contract.admission import reader_network
from service.web.doors import Doors
from service.web.who import identify, presented

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

OF_API = frozenset({"/v1/sign-in", "/v1/sign-up", "/v1/recovery/confirm"})
OF_PAGES = frozenset({"/sign-in", "/sign-up", "/recover/reset", "/account/password", "/account/email"})


class Turnstile:
    def __init__(self, house: Doors, places: Places) -> None:
        self._house = house
        self._places = places
        self._see_past_proxies = ProxyFix(_nothing, x_for=house.settings.trusted_proxies, x_proto=0)

    def look_through(self, environ: "WSGIEnvironment") -> None:
        """Raises :class:`HashingBusy` where there is no place for this request, should it need one."""
        self.enter(environ)()

    def enter(self, environ: "WSGIEnvironment") -> Callable[[], None]:
        """Take a place for this request, if it needs one, until what is returned is called. Raises likewise."""
        network = self._network(environ)
        if network is None:
            return _nothing
        self._places.take(network)
        return partial(self._places.give_back, network)

    def _network(self, environ: "WSGIEnvironment") -> str | None:
        """Of her for whom a password would be hashed; None where none would."""
        path = environ["PATH_INFO"]
        if environ["REQUEST_METHOD"] != "POST" or not (path in OF_API or path in OF_PAGES):
            return None
        seen = dict(environ)
        self._see_past_proxies(seen, _nothing)
        return reader_network(seen, by_key=path in OF_API and self._is_shown_a_key(environ))

    def _is_shown_a_key(self, environ: "WSGIEnvironment") -> bool:
        shown = presented(environ, self._house.settings.session_cookie)
        answer = identify(self._house, shown, (), self._house.clock.now())
        return answer.caller is not None and answer.caller.key_id is not None


def _nothing(*_: object) -> Any:
    return None
