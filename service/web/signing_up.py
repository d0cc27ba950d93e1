"""Signing up, whatever the door: the answer is the same for an address that has an account already."""

from dataclasses import dataclass
from datetime import datetime

from service.accounts.passwords import check_password_rules
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


def sign_up(house: Doors, wanted: SignUp, network: str, now: datetime) -> None:
    """Take a sign-up, to be confirmed by mail.

    Raises :class:`BadEmail`, :class:`BadName`, :class:`PasswordRefused`, :class:`QuotaExceeded` or
    :class:`HashingBusy`; none of them tells whether the address is known.
    """
    email, name = clean_email(wanted.email), clean_name(wanted.name)
    about = (name, email, email.partition("@")[0], house.settings.publisher_name)
    check_password_rules(wanted.password, house.settings.password_minimum, about)
    count(house, [(MAIL_TO_ADDRESS, email_key(email)), (MAIL_FROM_NETWORK, network)], now)
    password_hash = house.passwords.hash(wanted.password)
    with house.database.writing() as connection:
        return_to = safe_return_to(connection, house, wanted.return_to)
        request_sign_up(connection, email, name, password_hash, return_to, now)


def confirm(house: Doors, ticket: str, network: str, now: datetime) -> ConfirmedSignUp:
    """Make the account that a mailed ticket confirms. Raises :class:`TicketRefused` or :class:`QuotaExceeded`."""
    count(house, [(TICKETS_OF_NETWORK, network)], now)
    with house.database.writing() as connection:
        return confirm_sign_up(connection, ticket, now)
