"""Recovering an account, whatever the door. A reset signs every device out, and this one in."""

from datetime import datetime

from service.accounts.reader import clean_email, email_key
from service.accounts.recovery import find_recovery, request_recovery, reset_password
from service.accounts.store import get_reader
from service.devices.device import Cause
from service.devices.sessions import Newcomer, end_devices
from service.foundation.tickets import TicketRefused
from service.web.counting import MAIL_FROM_NETWORK, RECOVERY_TO_ADDRESS, TICKETS_OF_NETWORK, count
from service.web.doors import Doors
from service.web.returning import safe_return_to
from service.web.signing_in import DeviceChoice, SignedIn, start


def recover(house: Doors, email: str, return_to: str | None, network: str, now: datetime) -> None:
    """Ask for a recovery mail; known and unknown addresses are answered alike.

    Raises :class:`BadEmail` or :class:`QuotaExceeded`.
    """
    address = clean_email(email)
    count(house, [(MAIL_FROM_NETWORK, network), (RECOVERY_TO_ADDRESS, email_key(address))], now)
    with house.database.writing() as connection:
        request_recovery(connection, address, now, return_to=safe_return_to(connection, house, return_to))


def reset(
    house: Doors, ticket: str, password: str, newcomer: Newcomer, network: str, now: datetime
) -> SignedIn | DeviceChoice:
    """Set the new password and sign in with it.

    Raises :class:`TicketRefused`, :class:`PasswordRefused` (the ticket stays good), :class:`QuotaExceeded` or
    :class:`HashingBusy`.
    """
    with house.passwords.places.hold(network):
        count(house, [(TICKETS_OF_NETWORK, network)], now)
        with house.database.reading() as connection:
            recovery = find_recovery(connection, ticket, now)
        if recovery is None:
            raise TicketRefused
        reader = recovery.reader
        about = (reader.name, reader.email, reader.email.partition("@")[0], house.settings.publisher_name)
        house.passwords.check_rules(password, house.settings.password_minimum, about)
        password_hash = house.passwords.hash(password)
    with house.database.writing() as connection:
        reader = reset_password(connection, ticket, password_hash, now)
        end_devices(connection, reader.id, Cause.PASSWORD_CHANGED, newcomer.kind, now)
        return start(connection, house, get_reader(connection, reader.id), newcomer, now)
