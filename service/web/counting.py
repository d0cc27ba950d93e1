"""Counts tries against quotas at the doors, in a transaction of its own, so that a refused try counts too."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from service.accounts.reader import email_key
from service.foundation.quotas import Quota, QuotaExceeded, give_back, spend
from service.web.doors import Doors

Counted = tuple[Quota, str]  # a quota, and whose it is

GUESSING_WINDOW = timedelta(minutes=15)
MAIL_TO_ADDRESS = Quota("mail_to_address", 5, timedelta(hours=1))
# Of its own: what strangers have mailed to her for sign-ups must not use up the mails she recovers her account with.
RECOVERY_TO_ADDRESS = Quota("recovery_to_address", 5, timedelta(hours=1))
MAIL_FROM_NETWORK = Quota("mail_from_network", 50, timedelta(hours=1))

TICKETS_OF_NETWORK = Quota("tickets_of_network", 100, timedelta(minutes=15))


def guesses(house: Doors, email: str, network: str, *, known_device: bool) -> list[Counted]:
    """What a try at a password is counted against.

    A guesser is stopped at each of three gates. None lasts longer than its window, the narrowest is hers alone
    who guesses, and the widest lets a device pass that the reader has signed in on before: so strangers' tries
    never keep the true reader out for good.
    """
    limit, address = house.settings.guess_limit, email_key(email)
    tries = [
        (Quota("guesses_from_here", limit, GUESSING_WINDOW), f"{address}\0{network}"),
        (Quota("guesses_of_network", 20 * limit, GUESSING_WINDOW), network),
    ]
    if not known_device:
        tries.append((Quota("guesses_at_address", 10 * limit, GUESSING_WINDOW), address))
    return tries


def count(house: Doors, tries: Iterable[Counted], now: datetime) -> None:
    """Raises :class:`QuotaExceeded` at the first that is used up.

    Those behind it are not counted: else who is stopped at a gate of her own could close the wider ones to others.
    """
    exceeded: QuotaExceeded | None = None
    with house.database.writing() as connection:
        for quota, subject in tries:
            try:
                spend(connection, quota, subject, now)
            except QuotaExceeded as fault:
                exceeded = fault
                break
    if exceeded:
        raise exceeded


def uncount(house: Doors, tries: Iterable[Counted]) -> None:
    with house.database.writing() as connection:
        for quota, subject in tries:
            give_back(connection, quota, subject)
