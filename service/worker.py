"""What runs in the background: delivers the outbox, and forgets what has run out."""

from datetime import datetime, timedelta
from threading import Event

import structlog

from service.accounts.store import forget_expired_sign_ups
from service.devices.device import Life
from service.devices.store import find_run_out_devices, forget_ended_sessions, forget_run_out_devices
from service.foundation.clock import Clock
from service.foundation.database import Database, DatabaseUnavailable
from service.foundation.logs import configure_logs
from service.foundation.quotas import forget_past_quotas
from service.foundation.settings import Settings
from service.foundation.tickets import forget_expired_tickets
from service.notifications.delivering import deliver_due
from service.notifications.mail import mailer_for
from service.web.api.idempotency import forget_old_idempotency_keys

TIDY_EVERY = timedelta(minutes=10)
ENDED_KEPT = timedelta(days=90)  # how long an ended device can still be told why
IDEMPOTENCY_KEPT = timedelta(hours=24)
AT_ONCE = 500  # devices: on SQLite, whoever signs in meanwhile waits for all of them

log = structlog.get_logger()


def run_worker(settings: Settings, stopping: Event) -> None:
    """Work until told to stop; what has been begun is finished."""
    configure_logs()
    database, clock, mailer = Database(settings.database_url), Clock(), mailer_for(settings)
    tidy_at = clock.now()
    while not stopping.is_set():
        busy = False
        try:
            now = clock.now()
            if now >= tidy_at:
                tidy(database, Life(settings.session_idle, settings.session_lifetime), now)
                tidy_at = now + TIDY_EVERY
            busy = deliver_due(database, settings, mailer, now) > 0
        except DatabaseUnavailable as fault:
            log.warning("worker_waits", why=str(fault))
        except Exception:  # the worker outlives a fault in one round
            log.exception("worker_fault")
        if not busy:
            stopping.wait(settings.mail_interval.total_seconds())
    database.close()


def tidy(database: Database, life: Life, now: datetime) -> None:
    """Delete what has run out. All of it was refused already; this only frees the space."""
    with database.writing() as connection:
        forget_expired_tickets(connection, now)
        forget_expired_sign_ups(connection, now)
        forget_past_quotas(connection, now)
        forget_ended_sessions(connection, now - ENDED_KEPT)
        forget_old_idempotency_keys(connection, now - IDEMPOTENCY_KEPT)
    _forget_devices(database, life, now)


def _forget_devices(database: Database, life: Life, now: datetime) -> None:
    """To find them takes long where there are many readers, and keeps nobody from writing."""
    while True:
        with database.reading() as connection:
            found = find_run_out_devices(connection, life, now, AT_ONCE)
        if found:
            with database.writing() as connection:
                forget_run_out_devices(connection, found, life, now)
        if len(found) < AT_ONCE:
            return
