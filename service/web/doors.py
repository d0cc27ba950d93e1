"""What every door has at hand: the settings, the database, the clock, and what was made from them once."""

from dataclasses import dataclass
from threading import Semaphore
from typing import cast

from flask import current_app

from service.access.memory import Memory
from service.access.receipts import Receipts
from service.accounts.passwords import Passwords
from service.devices.device import Life
from service.devices.sessions import Rule
from service.devices.store import write_last_seen
from service.foundation.clock import Clock
from service.foundation.database import Database
from service.foundation.settings import DevicePolicy, Settings
from service.foundation.sightings import Sightings, SightingsWriter
from service.sites.site import Mode
from service.sites.store import write_last_used

EXTENSION = "gatefold"


@dataclass(frozen=True, slots=True)
class Doors:
    settings: Settings
    database: Database
    clock: Clock
    passwords: Passwords
    memory: Memory
    receipts: Receipts
    rule: Rule
    senders: Semaphore  # turns to read a request's body
    modes: frozenset[Mode]  # the kinds of front-end key that are believed
    writer: SightingsWriter
    devices_seen: Sightings
    keys_used: Sightings

    @property
    def life(self) -> Life:
        return self.rule.life


def open_doors(settings: Settings, database: Database, clock: Clock) -> Doors:
    writer = SightingsWriter(database, settings.last_seen_interval)
    return Doors(
        settings=settings,
        database=database,
        clock=clock,
        passwords=Passwords(threads=settings.hashing_threads, queue=settings.hashing_queue),
        memory=Memory(database.mark if settings.remember else lambda: None),
        receipts=Receipts(settings.signing_keys),
        rule=Rule(
            limit=settings.device_limit,
            replace_oldest=settings.device_policy is DevicePolicy.REPLACE_OLDEST,
            life=Life(settings.session_idle, settings.session_lifetime),
        ),
        senders=Semaphore(settings.threads // 2),
        modes=frozenset({Mode.LIVE}) if settings.production else frozenset(Mode),
        writer=writer,
        devices_seen=writer.gather(write_last_seen),
        keys_used=writer.gather(write_last_used),
    )


def doors() -> Doors:
    """Those of the application that is answering."""
    return cast(Doors, current_app.extensions[EXTENSION])
