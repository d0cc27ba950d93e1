"""Who is asking: what a request shows, and what Flask-Login is told of it."""

from collections.abc import Sequence
from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING

from flask import Request, g, request
from flask_login import UserMixin
from werkzeug.sansio.http import parse_cookie

from service.access.asking import Answer, Presented, Session, SessionState, ask
from service.accounts.reader import Reader
from service.devices.device import Device
from service.devices.kinds import device_kind
from service.web.doors import Doors, doors

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

SESSION_HEADER = "Gatefold-Session"
LONGEST_TOKEN = 200
UNKNOWN_NETWORK = "unknown"


def presented(environ: "WSGIEnvironment", session_cookie: str) -> Presented:
    """A front end shows its key and speaks for its reader in a header; a browser shows its cookie and origin.

    The two never mix: a key's call ignores cookies, and a browser's ignores the header.
    """
    scheme, _, key = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() == "bearer":  # another scheme is a proxy's in front of us, and no concern of ours
        return Presented(key=key.strip()[:LONGEST_TOKEN], token=_shortened(environ.get("HTTP_GATEFOLD_SESSION")))
    cookie = parse_cookie(environ.get("HTTP_COOKIE")).get(session_cookie)  # beside others' of whatever bytes
    return Presented(origin=environ.get("HTTP_ORIGIN"), token=_shortened(cookie))


def identify(house: Doors, shown: Presented, slugs: Sequence[str], now: datetime) -> Answer:
    """Put the one question for a request, and note whose device and key were seen."""
    answer = ask(house.database, shown, slugs, now, life=house.life, modes=house.modes, memory=house.memory)
    note_sightings(house, answer, now)
    return answer


def note_sightings(house: Doors, answer: Answer, now: datetime) -> None:
    """Whoever was seen a moment ago need not be noted again: most page views are not the first of a visit."""
    device, caller, lately = answer.session.device, answer.caller, now - house.settings.seen_anew_after
    if device and device.last_seen_at <= lately:
        house.devices_seen.note(device.id, now)
    if caller and caller.key_id and (caller.key_used_at is None or caller.key_used_at <= lately):
        house.keys_used.note(caller.key_id, now)


def shown_now() -> Presented:
    """What the request that Flask is answering shows."""
    return presented(request.environ, doors().settings.session_cookie)


def request_time() -> datetime:
    """The instant at which this request is judged: the same for all of it."""
    if "now" not in g:
        g.now = doors().clock.now()
    return g.now  # type: ignore[no-any-return]


def current_session() -> Session:
    """The session of a hosted page's reader, asked for once a request."""
    if "session" not in g:
        g.session = identify(doors(), shown_now(), (), request_time()).session
    return g.session  # type: ignore[no-any-return]


class SignedInReader(UserMixin):  # type: ignore[misc]
    """Flask-Login's view of a reader with a live session."""

    def __init__(self, reader: Reader, device: Device) -> None:
        self.reader = reader
        self.device = device

    def get_id(self) -> str:
        return self.reader.id


def load_signed_in_reader(_request: Request) -> SignedInReader | None:
    """Flask-Login's request loader, over our own device sessions."""
    session = current_session()
    if session.state is SessionState.LIVE and session.reader and session.device:
        return SignedInReader(session.reader, session.device)
    return None


def network() -> str:
    """The network this request comes from."""
    return network_of(request.remote_addr)


def network_of(address: str | None) -> str:
    """A network as quotas count it: an IPv4 address, or the /64 that an IPv6 household has."""
    try:
        parsed = ip_address((address or "").partition("%")[0])  # a zone would make one network many
    except ValueError:
        return UNKNOWN_NETWORK
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or ip_network((parsed, 64), strict=False))
    return str(parsed)


def asking_device() -> str:
    """The kind of device that asks, in words."""
    return device_kind(request.headers.get("User-Agent", ""))


def _shortened(token: str | None) -> str | None:
    return token[:LONGEST_TOKEN] if token else None
