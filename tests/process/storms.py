"""Storms of calls on one reader, what the database looks like meanwhile, and what became of every session."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread

from sqlalchemy import func, select

from service.devices.store import devices
from service.foundation.database import Database
from tests.process.calling import Browser, FrontEnd, Reply
from tests.process.town import Town
from tests.support.at_once import at_once
from tests.support.people import Person

LOOK_EVERY = 0.002  # seconds
CHOICE = "/sign-in/choose"


def storm(calls: Sequence[Callable[[], Reply]]) -> list[Reply]:
    """The replies to all these calls, made at the same moment. None may be a fault of the server's."""
    replies: list[Reply] = []
    for outcome in at_once(len(calls), lambda number: calls[number]()):
        if isinstance(outcome, Exception):
            raise outcome
        replies.append(outcome)
    statuses = Counter(reply.status for reply in replies)
    assert all(status < 500 for status in statuses), f"{statuses}"
    return replies


@contextmanager
def watched(database: Database, reader: Person) -> Iterator[list[int]]:
    """How many devices the reader had each time the database was looked at while the block ran, and after it."""
    seen: list[int] = []
    over = Event()

    def look() -> None:
        while not over.is_set():
            seen.append(count_devices(database, reader))
            time.sleep(LOOK_EVERY)

    watcher = Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()
        seen.append(count_devices(database, reader))


def count_devices(database: Database, reader: Person) -> int:
    with database.reading() as connection:
        counted = select(func.count()).select_from(devices).where(devices.c.reader_id == reader.id)
        return int(connection.execute(counted).scalar_one())


def states(front_end: FrontEnd, tokens: Sequence[str]) -> Counter[str]:
    """What became of these sessions: ``live``, or the cause of each one's end."""
    sessions = [front_end.session(token) for token in tokens]
    return Counter(session["cause"] or session["state"] for session in sessions)


def tokens_of(replies: Sequence[Reply]) -> list[str]:
    """Those of the sessions that the replies acknowledge."""
    return [token for reply in replies if (token := reply.session_token)]


def sign_in_calls(town: Town, reader: Person, number: int) -> list[Callable[[], Reply]]:
    """So many sign-ins of a reader, by every server, half of them by the API and half on the page."""
    return [_by_api(town, reader, n) if n % 4 < 2 else _on_page(town, reader, n) for n in range(number)]


def _by_api(town: Town, reader: Person, number: int) -> Callable[[], Reply]:
    front_end = town.front_end(number)
    return lambda: front_end.sign_in(reader.email, reader.password)


def _on_page(town: Town, reader: Person, number: int) -> Callable[[], Reply]:
    browser = town.browser(number)
    browser.open("/sign-in")
    return lambda: browser.send("/sign-in", email=reader.email, password=reader.password)


def swap_call(town: Town, asked: Reply, chosen: str, number: int) -> Callable[[], Reply]:
    """Use the ticket in an answer that asked for a choice, through the way in that asked."""
    if asked.status == 409 and asked.body.startswith(b"{"):
        ticket, front_end = asked.json()["swap_ticket"], town.front_end(number)
        return lambda: front_end.swap(ticket, chosen)
    browser = Browser(town.servers[number % len(town.servers)], asked.cookies)
    browser.open(CHOICE)
    return lambda: browser.send(CHOICE, device_id=chosen)


def asks_for_choice(reply: Reply) -> bool:
    told = b"device_limit_reached" in reply.body or reply.header("Location") == CHOICE
    return reply.session_token is None and told
