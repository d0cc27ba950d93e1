"""Who may call: refuses whoever the endpoint has not named. It knows the request, and nothing of Flask."""

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, cast

from werkzeug import Request

from service.access.asking import Answer, Caller, Presented, Session, SessionState
from service.accounts.reader import Reader
from service.devices.device import Device
from service.devices.kinds import device_kind
from service.devices.sessions import Newcomer
from service.web import problems
from service.web.api.contract.callers import Callers
from service.web.api.contract.endpoint import Endpoint
from service.web.api.contract.parsing import require_json
from service.web.cross_site import READING, from_elsewhere
from service.web.doors import Doors
from service.web.problems import Problem
from service.web.who import UNKNOWN_NETWORK, network_of

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

READER_ADDRESS = "Gatefold-Reader-Address"
READER_AGENT = "Gatefold-Reader-Agent"
BY_SCRIPT = frozenset({"cors", "same-origin"})  # the only modes in which a page's script reads what we answer


class Call(NamedTuple):
    """A call that was let in, and all that a view needs to know of it."""

    house: Doors
    now: datetime
    caller: Caller
    answer: Answer
    token: str | None  # the session that was shown, live or not
    environ: "WSGIEnvironment"

    @property
    def by_key(self) -> bool:
        return self.caller.key_id is not None

    @property
    def session(self) -> Session:
        return self.answer.session

    @property
    def reader(self) -> Reader:
        """She who is signed in; for endpoints that ask for a live session."""
        return cast(Reader, self.session.reader)

    @property
    def device(self) -> Device:
        return cast(Device, self.session.device)

    @property
    def device_kind(self) -> str:
        """The reader's, in words. Told only where it is asked for: finding out takes longer than an access check."""
        return device_kind(self.agent)

    @property
    def network(self) -> str:
        return reader_network(self.environ, by_key=self.by_key)

    @property
    def agent(self) -> str:
        """The reader's User-Agent."""
        agent: str = self.environ.get("HTTP_USER_AGENT", "")
        return self.environ.get(_in_environ(READER_AGENT), agent) if self.by_key else agent

    def newcomer(self, name: str | None = None) -> Newcomer:
        return Newcomer(self.device_kind, self.token, name)


def tells_reader_network(environ: "WSGIEnvironment") -> bool:
    return _in_environ(READER_ADDRESS) in environ


def reader_network(environ: "WSGIEnvironment", *, by_key: bool) -> str:
    """The reader's, for quotas. A front end calls from its own, and may say which her address is."""
    own: str | None = environ.get("REMOTE_ADDR")
    return network_of(environ.get(_in_environ(READER_ADDRESS), own) if by_key else own)


def let_in(
    endpoint: Endpoint, house: Doors, environ: "WSGIEnvironment", shown: Presented, answer: Answer, now: datetime
) -> Call:
    """Let in whoever the endpoint names, and nobody else. Raises :class:`Problem`."""
    caller = answer.caller
    if shown.key is None:
        _check_browser(Request(environ), known=caller is not None)
    if caller is None:
        call_with = "Call with a front-end key, or from a page at one of a site's addresses."
        unknown = "The key that was sent is not known here, or not any more."
        said = call_with if shown.key is None else unknown
        raise Problem(problems.KEY_REQUIRED, said, headers={"WWW-Authenticate": "Bearer"})
    _check_scope(endpoint.callers, caller)
    if endpoint.callers.reader:
        _check_reader(answer.session)
    told = environ.get(_in_environ(READER_ADDRESS))
    if told is not None and caller.key_id is not None and network_of(told) == UNKNOWN_NETWORK:
        raise Problem(problems.MALFORMED_REQUEST, f"{READER_ADDRESS} is no internet address.")
    return Call(house, now, caller, answer, shown.token, environ)


def _check_browser(asking: Request, *, known: bool) -> None:
    """What a cookie speaks for must come from a script on a page of the site itself."""
    origin = asking.headers.get("Origin")
    mode = asking.headers.get("Sec-Fetch-Mode", "cors")
    named = frozenset({origin} if known and origin else ())
    asked_by_browser = origin is not None or "Sec-Fetch-Site" in asking.headers or "Sec-Fetch-Mode" in asking.headers
    if asked_by_browser and (mode not in BY_SCRIPT or from_elsewhere(asking, named)):
        raise Problem(problems.CROSS_SITE, "Only pages at a site's own addresses may call without a key.")
    if known and asking.method not in READING:
        require_json(asking)  # which no form can send, and no script without asking first


def _check_scope(callers: Callers, caller: Caller) -> None:
    allowed = callers.browsers if caller.key_id is None else callers.scope in caller.scopes
    if not allowed:
        said = f"This asks for a front-end key with the scope {callers.scope}."
        raise Problem(problems.SCOPE_REQUIRED, said, {"scope": callers.scope})


def _check_reader(session: Session) -> None:
    challenge = {"WWW-Authenticate": "Gatefold-Session"}
    match session.state:
        case SessionState.NONE:
            raise Problem(problems.SIGN_IN_REQUIRED, "No reader is signed in.", headers=challenge)
        case SessionState.EXPIRED:
            raise Problem(problems.SESSION_EXPIRED, "The session has run out; sign in again.", headers=challenge)
        case SessionState.ENDED:
            ended = session.ended
            facts = {
                "ended_at": ended.ended_at if ended else None,
                "cause": ended.cause if ended else None,
                "by_device": ended.by_device if ended else None,
            }
            raise Problem(problems.SESSION_ENDED, "This device was signed out.", facts, challenge)


@cache
def _in_environ(header: str) -> str:
    return f"HTTP_{header.upper().replace('-', '_')}"
