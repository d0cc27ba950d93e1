"""Counts tries against quotas at the doors, in a transaction of its own, so that a refused try counts too."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from service.foundation.quotas import Quota, QuotaExceeded, give_back, spend
from service.web.doors import Doors

Counted = tuple[Quota, str]  # a quota, and whose it is

# A guesser is stopped at each of three gates. None lasts longer than its window, the narrowest is
# hers alone who guesses, and the middle one lets a device pass that the reader has signed in on.
GUESSES_FROM_HERE = Quota("guesses_from_here", 10, timedelta(minutes=15))  # for one address, from one network
GUESSES_AT_ADDRESS = Quota("guesses_at_address", 100, timedelta(minutes=15))  # for one address, from anywhere
GUESSES_OF_NETWORK = Quota("guesses_of_network", 200, timedelta(minutes=15))  # for all addresses, from one network

MAIL_TO_ADDRESS = Quota("mail_to_address", 5, timedelta(hours=1))
MAIL_FROM_NETWORK = Quota("mail_from_network", 50, timedelta(hours=1))

TICKETS_OF_NETWORK = Quota("tickets_of_network", 100, timedelta(minutes=15))


def count(house: Doors, tries: Iterable[Counted], now: datetime) -> None:
    """Raises :class:`QuotaExceeded` once all are counted."""
    exceeded: QuotaExceeded | None = None
    with house.database.writing() as connection:
        for quota, subject in tries:
            try:
                spend(connection, quota, subject, now)
            except QuotaExceeded as fault:
                exceeded = fault
    if exceeded:
        raise exceeded


def uncount(house: Doors, tries: Iterable[Counted]) -> None:
    with house.database.writing() as connection:
        for quota, subject in tries:
            give_back(connection, quota, subject)
