"""Instants, spans and small numbers, in the words of the pages. Times are UTC, and say so."""

from datetime import datetime, timedelta

NUMBERS = ("no", "one", "two", "three", "four", "five")
LONG_AGO = timedelta(days=60)


def on_day(instant: datetime) -> str:
    """Such as "3 March 2027"."""
    return f"{instant.day} {instant:%B %Y}"


def at_time(instant: datetime) -> str:
    """Such as "3 March 2027, 14:05 UTC"."""
    return f"{on_day(instant)}, {instant:%H:%M} UTC"


def ago(instant: datetime, now: datetime) -> str:
    """Such as "2 hours ago"; a day where it is long past."""
    past = now - instant
    if past < timedelta(minutes=1):
        return "just now"
    if past < timedelta(hours=1):
        return f"{counted(past // timedelta(minutes=1), 'minute')} ago"
    if past < timedelta(days=1):
        return f"{counted(past // timedelta(hours=1), 'hour')} ago"
    if past < timedelta(days=2):
        return "yesterday"
    if past < LONG_AGO:
        return f"{past.days} days ago"
    return f"on {on_day(instant)}"


def in_a_while(seconds: int) -> str:
    """Such as "in 12 minutes", never sooner than is true."""
    if seconds < 60:
        return f"in {counted(seconds, 'second')}"
    return f"in {counted(-(-seconds // 60), 'minute')}"


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def in_words(number: int) -> str:
    return NUMBERS[number] if number < len(NUMBERS) else str(number)
