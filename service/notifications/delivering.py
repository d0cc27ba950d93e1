"""Delivers the outbox: each event once, again after a while where it failed, and never for ever."""

from datetime import datetime, timedelta

import structlog

from service.foundation.database import Database, DatabaseUnavailable
from service.foundation.outbox import Event, claim_events, finish_event, postpone_event
from service.foundation.settings import Settings
from service.notifications.letters import write_letter
from service.notifications.mail import Mailer

LEASE = timedelta(minutes=2)  # another worker takes over an event whose worker has died
AT_ONCE = 20
DELAYS = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))

log = structlog.get_logger()


def deliver_due(database: Database, settings: Settings, mailer: Mailer, now: datetime) -> int:
    """Deliver what is due now, and return how many events were dealt with."""
    with database.writing() as connection:
        events = claim_events(connection, now, lease=LEASE, most=AT_ONCE)
    for event in events:
        _deliver(database, settings, mailer, event, now)
    return len(events)


def _deliver(database: Database, settings: Settings, mailer: Mailer, event: Event, now: datetime) -> None:
    """The ticket in a letter is committed before the letter leaves, so that its link works when it arrives."""
    try:
        with database.writing() as connection:
            letter = write_letter(connection, settings, event, now)
        if letter is not None:
            mailer.send(letter, now)
    except DatabaseUnavailable:
        raise
    except Exception as fault:  # whatever ails one letter, the others still go out
        _postpone(database, event, f"{type(fault).__name__}: {fault}", now)
        return
    with database.writing() as connection:
        finish_event(connection, event)
    log.info("delivered", what=event.event, sent=letter is not None)


def _postpone(database: Database, event: Event, why: str, now: datetime) -> None:
    with database.writing() as connection:
        if event.attempts <= len(DELAYS):
            postpone_event(connection, event, now + DELAYS[event.attempts - 1])
            log.warning("delivery_postponed", what=event.event, attempts=event.attempts, why=why)
        else:
            finish_event(connection, event)
            log.error("delivery_given_up", what=event.event, attempts=event.attempts, why=why)
