"""Signing in, whatever the door: quotas, password, and a place among the reader's devices."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Connection

from service.access.asking import Session
from service.accounts.changes import confirm_credentials
from service.accounts.reader import BadEmail, CredentialsRefused, Reader, clean_email
from service.accounts.store import (
    Credentials,
    find_credentials,
    renew_password_hash,
)
from service.accounts.tickets import get_reader_of_ticket, lock_reader_of_ticket
from service.devices.device import Cause, Device, UnknownDevice
from service.devices.sessions import (
    DeviceLimitReached,
    Newcomer,
    StartedSession,
    end_device,
    knows_device,
    list_devices_beside,
    start_session,
)
from service.devices.swaps import (
    CHOOSE_WITHIN,
    PendingSwap,
    SwapTicket,
    get_swap,
    issue_swap_ticket,
    redeem_swap,
)
from service.foundation.tickets import Purpose
from service.web.counting import count, guesses, uncount
from service.web.doors import Doors

NOBODY = ""  # the id of no reader


@dataclass(frozen=True, slots=True)
class SignedIn:
    reader: Reader
    session: StartedSession


@dataclass(frozen=True, slots=True)
class DeviceChoice:
    """Every place is taken: the reader chooses which device gives way, and shows the ticket."""

    reader: Reader
    devices: tuple[Device, ...]
    limit: int
    ticket: SwapTicket


def sign_in(
    house: Doors, email: str, password: str, newcomer: Newcomer, network: str, now: datetime
) -> SignedIn | DeviceChoice:
    """Raises :class:`CredentialsRefused`, alike for an unknown address and a wrong password,
    :class:`QuotaExceeded` or :class:`HashingBusy`.
    """
    with house.passwords.places.hold(network):
        verified = verify_password(house, _address(email), password, network, now, token=newcomer.token)
        renewed = _renewed_hash(house, verified, password)
    with house.database.writing() as connection:
        reader = confirm_credentials(connection, verified)
        if renewed is not None:
            renew_password_hash(connection, verified, renewed)
        return start(connection, house, reader, newcomer, now)


def get_choice(house: Doors, ticket: str, newcomer: Newcomer, now: datetime) -> DeviceChoice:
    """The choice that a ticket is for, among the devices that the reader has by now. Raises :class:`TicketRefused`."""
    with house.database.reading() as connection:
        reader = get_reader_of_ticket(connection, Purpose.SWAP_DEVICE, ticket, now)
        pending = get_swap(connection, ticket, now)
        rule = house.rule.for_limit(reader.device_limit)
        devices = list_devices_beside(connection, reader.id, newcomer, rule.life, now)
    return DeviceChoice(reader, devices, rule.limit, SwapTicket(ticket, pending.expires_at))


def swap(house: Doors, ticket: str, device_id: str, newcomer: Newcomer, now: datetime) -> SignedIn | DeviceChoice:
    """End the chosen device and start the newcomer in one transaction. Raises :class:`TicketRefused`.

    Where the chosen one is gone and there is still no place, the reader is asked again, for as long as she was before.
    """
    with house.database.writing() as connection:
        reader = lock_reader_of_ticket(connection, Purpose.SWAP_DEVICE, ticket, now)
        pending = redeem_swap(connection, ticket, now)
        named = Newcomer(newcomer.kind, newcomer.token, newcomer.name or pending.device_name)
        return start(connection, house, reader, named, now, chosen=device_id, until=pending.expires_at)


def start(
    connection: Connection,
    house: Doors,
    reader: Reader,
    newcomer: Newcomer,
    now: datetime,
    *,
    chosen: str | None = None,
    until: datetime | None = None,
) -> SignedIn | DeviceChoice:
    """Give a reader who has proved who she is a session, or the choice, which waits ``until`` then."""
    rule = house.rule.for_limit(reader.device_limit)
    try:
        return SignedIn(reader, start_session(connection, reader.id, newcomer, rule, now, chosen=chosen))
    except DeviceLimitReached as reached:
        pending = PendingSwap(reader.id, reader.credentials_version, newcomer.name, until or now + CHOOSE_WITHIN)
        return DeviceChoice(reader, reached.devices, reached.limit, issue_swap_ticket(connection, pending))


def end_session_of_another(house: Doors, before: Session, arrived: SignedIn, by_device: str, now: datetime) -> None:
    """A device holds one session: the one that another reader had on it ends, and frees her place.

    In a transaction of its own, as one that held two readers could wait for itself.
    """
    if before.reader is None or before.device is None or before.reader.id == arrived.reader.id:
        return
    with house.database.writing() as connection, suppress(UnknownDevice):
        end_device(connection, before.reader.id, before.device.id, Cause.SIGNED_OUT, by_device, now)


def verify_password(
    house: Doors, email: str, password: str, network: str, now: datetime, *, token: str | None = None
) -> Credentials:
    """The credentials a password proved. Counted before it is tried, and given back when it was right.

    Call it in a place to be hashed for: who finds none has tried nothing, and is not counted. ``token`` is the
    session the device has, or had: one of the reader's own devices is not kept out by what strangers try from
    elsewhere.
    """
    with house.database.reading() as connection:
        credentials = find_credentials(connection, email)
        reader_id = credentials.reader_id if credentials else NOBODY
        known = token is not None and knows_device(connection, reader_id, token)
    tries = guesses(house, email, network, known_device=known)
    count(house, tries, now)
    if not house.passwords.verify(credentials.password_hash if credentials else None, password) or not credentials:
        raise CredentialsRefused
    uncount(house, tries)
    return credentials


def _address(email: str) -> str:
    """What no address could be is looked up all the same, and not found."""
    try:
        return clean_email(email)
    except BadEmail:
        return email.strip()[:254]


def _renewed_hash(house: Doors, verified: Credentials, password: str) -> str | None:
    return house.passwords.hash(password) if house.passwords.outdated(verified.password_hash) else None
