"""What a signed-in reader changes about her account, whatever the door."""

from datetime import datetime

from service.accounts.changes import change_password, confirm_email_change, request_email_change
from service.accounts.reader import CredentialsRefused, Reader, clean_email, clean_name, email_key
from service.accounts.store import Credentials, get_reader, set_name
from service.devices.device import Cause
from service.devices.sessions import Newcomer, end_devices
from service.web.counting import MAIL_FROM_NETWORK, MAIL_TO_ADDRESS, TICKETS_OF_NETWORK, count
from service.web.doors import Doors
from service.web.signing_in import DeviceChoice, SignedIn, start, verify_password


def rename(house: Doors, reader: Reader, name: str) -> None:
    """Raises :class:`BadName`."""
    cleaned = clean_name(name)
    with house.database.writing() as connection:
        set_name(connection, reader.id, cleaned)


def set_new_password(
    house: Doors,
    reader: Reader,
    device_id: str,
    password: str,
    new_password: str,
    newcomer: Newcomer,
    network: str,
    now: datetime,
    *,
    sign_out_others: bool,
) -> SignedIn | DeviceChoice:
    """Change the password and give this device a new session; its old token is dead.

    Raises :class:`CredentialsRefused`, :class:`PasswordRefused`, :class:`QuotaExceeded` or :class:`HashingBusy`.
    """
    about = (reader.name, reader.email, reader.email.partition("@")[0], house.settings.publisher_name)
    with house.passwords.places.hold(network):
        house.passwords.check_rules(new_password, house.settings.password_minimum, about)
        verified = _verify_again(house, reader, password, newcomer, network, now)
        password_hash = house.passwords.hash(new_password)
    with house.database.writing() as connection:
        change_password(connection, verified, password_hash, now)
        if sign_out_others:
            end_devices(connection, reader.id, Cause.PASSWORD_CHANGED, newcomer.kind, now, keep=device_id)
        return start(connection, house, get_reader(connection, reader.id), newcomer, now)


def ask_for_new_email(
    house: Doors, reader: Reader, password: str, email: str, newcomer: Newcomer, network: str, now: datetime
) -> None:
    """Send a link to the new address; the change is made when it is confirmed, and the old address is told.

    Raises :class:`BadEmail`, :class:`CredentialsRefused`, :class:`QuotaExceeded` or :class:`HashingBusy`.
    """
    address = clean_email(email)
    with house.passwords.places.hold(network):
        verified = _verify_again(house, reader, password, newcomer, network, now)
    count(house, [(MAIL_FROM_NETWORK, network), (MAIL_TO_ADDRESS, email_key(address))], now)
    with house.database.writing() as connection:
        request_email_change(connection, verified, address, now)


def confirm_new_email(house: Doors, ticket: str, network: str, now: datetime) -> Reader:
    """Raises :class:`TicketRefused` or :class:`QuotaExceeded`."""
    count(house, [(TICKETS_OF_NETWORK, network)], now)
    with house.database.writing() as connection:
        return confirm_email_change(connection, ticket, now)


def _verify_again(
    house: Doors, reader: Reader, password: str, newcomer: Newcomer, network: str, now: datetime
) -> Credentials:
    verified = verify_password(house, reader.email, password, network, now, token=newcomer.token)
    if verified.reader_id != reader.id:  # the address has changed hands since this session was looked up
        raise CredentialsRefused
    return verified
