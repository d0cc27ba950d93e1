"""Last-seen and last-used times: noted at the first page view of a visit, and then only once they are old."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from service.devices.sessions import StartedSession
from service.devices.store import list_devices
from service.foundation.database import Database
from service.foundation.sightings import BATCH
from service.sites.site import Site
from service.sites.store import list_keys
from service.web.doors import EXTENSION, Doors
from tests.support.clock import FrozenClock
from tests.support.people import People

PRECISION = timedelta(minutes=5)
TICK = timedelta(seconds=1)


@pytest.fixture
def house(app: Flask) -> Doors:
    return app.extensions[EXTENSION]


@pytest.fixture
def asks(app: Flask, front_end_key: str, people: People, sign_in: Callable[..., StartedSession]) -> Callable[[], None]:
    session = sign_in(people.alice).token

    def asks() -> None:
        headers = {"Authorization": f"Bearer {front_end_key}", "Gatefold-Session": session}
        assert app.test_client().get("/v1/session", headers=headers).json["state"] == "live"

    return asks


def test_a_device_seen_lately_is_not_noted_again(
    house: Doors, asks: Callable[[], None], database: Database, people: People, clock: FrozenClock
):
    signed_in_at = clock.now()
    clock.advance(PRECISION - TICK)
    asks()
    assert house.devices_seen.drain(BATCH) == {}
    clock.advance(TICK)
    asks()
    house.writer.flush()
    with database.reading() as connection:
        (device,) = list_devices(connection, people.alice.id)
    assert device.last_seen_at == clock.now() > signed_in_at
    asks()
    assert len(house.devices_seen) == 0


def test_a_key_is_noted_at_its_first_use_and_then_not_for_a_while(
    house: Doors, asks: Callable[[], None], database: Database, site: Site, clock: FrozenClock
):
    asks()
    house.writer.flush()
    with database.reading() as connection:
        (key,) = list_keys(connection, site.id)
    assert key.last_used_at == clock.now()
    clock.advance(PRECISION - TICK)
    asks()
    assert len(house.keys_used) == 0
    clock.advance(TICK)
    asks()
    assert len(house.keys_used) == 1
