"""Who is asking: what a request shows, and what Flask-Login is told of it."""

from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network

from flask import Request, g, request
from flask_login import UserMixin
from sqlalchemy.engine import Connection

from service.access.asking import Answer, Presented, Session, SessionState, ask
from service.accounts.reader import Reader
from service.devices.device import Device
from service.devices.kinds import device_kind
from service.web.doors import Doors, doors

SESSION_HEADER = "Gatefold-Session"
LONGEST_TOKEN = 200
UNKNOWN_NETWORK = "unknown"


def presented(asking: Request) -> Presented:
    """A front end shows its key and speaks for its reader in a header; a browser shows its cookie and origin.

    The two never mix: a key's call ignores cookies, and a browser's ignores the header.
    """
    scheme, _, key = asking.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":  # another scheme is a proxy's in front of us, and no concern of ours
        return Presented(key=key.strip()[:LONGEST_TOKEN], token=_shortened(asking.headers.get(SESSION_HEADER)))
    cookie = asking.cookies.get(doors().settings.session_cookie)
    return Presented(origin=asking.headers.get("Origin"), token=_shortened(cookie))


def identify(connection: Connection, slugs: tuple[str, ...] = ()) -> Answer:
    """Put the one question for this request, and note whose device and key were seen."""
    house = doors()
    now = request_time()
    answer = ask(connection, presented(request), slugs, now, life=house.life, modes=house.modes)
    note_sightings(house, answer, now)
    return answer


def note_sightings(house: Doors, answer: Answer, now: datetime) -> None:
    if answer.session.device:
        house.devices_seen.note(answer.session.device.id, now)
    if answer.caller and answer.caller.key_id:
        house.keys_used.note(answer.caller.key_id, now)


def request_time() -> datetime:
    """The instant at which this request is judged: the same for all of it."""
    if "now" not in g:
        g.now = doors().clock.now()
    return g.now  # type: ignore[no-any-return]


def current_session() -> Session:
    """The session of a hosted page's reader, asked for once a request."""
    if "session" not in g:
        with doors().database.asking() as connection:
            g.session = identify(connection).session
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
        parsed = ip_address(address or "")
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
