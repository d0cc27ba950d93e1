"""Signing up, whatever the door: the answer is the same for an address that has an account already."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Connection

from service.accounts.reader import clean_email, clean_name, email_key
from service.accounts.sign_up import ConfirmedSignUp, confirm_sign_up, request_sign_up
from service.web.counting import MAIL_FROM_NETWORK, MAIL_TO_ADDRESS, TICKETS_OF_NETWORK, count
from service.web.doors import Doors
from service.web.returning import safe_return_to


@dataclass(frozen=True, slots=True)
class SignUp:
    email: str
    name: str
    password: str
    return_to: str | None = None


@dataclass(frozen=True, slots=True)
class PreparedSignUp:
    """A sign-up that was checked and counted, its password hashed: what is slow, done before a transaction begins."""

    email: str
    name: str
    password_hash: str
    return_to: str | None


def sign_up(house: Doors, wanted: SignUp, network: str, now: datetime) -> None:
    """Take a sign-up, to be confirmed by mail. Raises what :func:`prepare` raises."""
    prepared = prepare(house, wanted, network, now)
    with house.database.writing() as connection:
        store(connection, house, prepared, now)


def prepare(house: Doors, wanted: SignUp, network: str, now: datetime) -> PreparedSignUp:
    """Raises :class:`BadEmail`, :class:`BadName`, :class:`PasswordRefused`, :class:`QuotaExceeded` or
    :class:`HashingBusy`; none of them tells whether the address is known.
    """
    email, name = clean_email(wanted.email), clean_name(wanted.name)
    about = (name, email, email.partition("@")[0], house.settings.publisher_name)
    with house.passwords.places.hold(network):
        house.passwords.check_rules(wanted.password, house.settings.password_minimum, about)
        count(house, [(MAIL_FROM_NETWORK, network), (MAIL_TO_ADDRESS, email_key(email))], now)
        return PreparedSignUp(email, name, house.passwords.hash(wanted.password), wanted.return_to)


def store(connection: Connection, house: Doors, prepared: PreparedSignUp, now: datetime) -> None:
    """Record the sign-up in the caller's transaction, and with it that a mail is to be sent."""
    return_to = safe_return_to(connection, house, prepared.return_to)
    request_sign_up(connection, prepared.email, prepared.name, prepared.password_hash, return_to, now)


def confirm(house: Doors, ticket: str, network: str, now: datetime) -> ConfirmedSignUp:
    """Make the account that a mailed ticket confirms. Raises :class:`TicketRefused` or :class:`QuotaExceeded`."""
    count(house, [(TICKETS_OF_NETWORK, network)], now)
    with house.database.writing() as connection:
        return confirm_sign_up(connection, ticket, now)
