"""Starts and ends sessions: the one place where a device gets or loses its slot."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.engine import Connection

from service.devices import store
from service.devices.device import MOST_SLOTS, Cause, Device, EndedSession, Life, UnknownDevice
from service.devices.slots import NoPlace, find_place
from service.foundation.identifiers import Kind, new_id
from service.foundation.secrets import digest_of, new_secret

TOKEN_PREFIX = "gfs"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Rule:
    """The publisher's rule for devices, with the reader's own limit where she has one."""

    limit: int
    replace_oldest: bool
    life: Life

    def for_limit(self, own: int | None) -> "Rule":
        return replace(self, limit=min(own, MOST_SLOTS)) if own is not None else self


@dataclass(frozen=True, slots=True)
class Newcomer:
    """The device that signs in."""

    kind: str
    token: str | None = None  # the session it had before, by which it is known again
    name: str | None = None


@dataclass(frozen=True, slots=True)
class StartedSession:
    token: str  # for its device; nowhere else
    device: Device
    ended: tuple[EndedSession, ...]

    def __repr__(self) -> str:
        return f"StartedSession({self.device.id})"


class DeviceLimitReached(Exception):
    """All places are taken. Nothing was changed."""

    def __init__(self, devices: Collection[Device], limit: int) -> None:
        super().__init__(f"{len(devices)} of {limit}")
        self.devices = tuple(devices)
        self.limit = limit


def start_session(
    connection: Connection, reader_id: str, newcomer: Newcomer, rule: Rule, now: datetime, *, chosen: str | None = None
) -> StartedSession:
    """Give the newcomer a slot and a session, whatever the way in. Raises :class:`DeviceLimitReached`.

    Call it in a writing transaction: it holds the reader's slots, so that of many sign-ins at
    once each sees what the one before it did. ``chosen`` is the device that gives way.
    """
    store.lock_slots(connection, reader_id)
    devices = store.list_devices(connection, reader_id)
    own = _known_again(connection, reader_id, newcomer.token)
    others = [device for device in devices if device.live(rule.life, now) and device != own]
    try:
        place = find_place(
            others, own.slot if own else None, rule.limit, chosen=chosen, replace_oldest=rule.replace_oldest
        )
    except NoPlace as fault:
        raise DeviceLimitReached(others, rule.limit) from fault
    ended = _end(connection, reader_id, place.giving_way, chosen, newcomer.kind, now)
    if own:
        store.remove_devices(connection, reader_id, [own.id], Cause.RENEWED, newcomer.kind, now)
    elif any(device.slot == place.slot for device in devices if device not in place.giving_way):
        store.clear_slot(connection, reader_id, place.slot)
    secret = new_secret(TOKEN_PREFIX)
    device = Device(
        id=own.id if own else new_id(Kind.DEVICE),
        reader_id=reader_id,
        slot=place.slot,
        name=newcomer.name or (own.name if own else newcomer.kind),
        kind=newcomer.kind,
        first_seen_at=own.first_seen_at if own else now,
        signed_in_at=now,
        last_seen_at=now,
    )
    store.put_device(connection, device, secret.digest)
    return StartedSession(secret.token, device, tuple(ended))


def list_devices_beside(
    connection: Connection, reader_id: str, newcomer: Newcomer, life: Life, now: datetime
) -> tuple[Device, ...]:
    """The reader's live devices among which one might have to give way."""
    own = _known_again(connection, reader_id, newcomer.token)
    return tuple(device for device in list_live_devices(connection, reader_id, life, now) if device != own)


def knows_device(connection: Connection, reader_id: str, token: str) -> bool:
    """Whether a session of this reader, live or run out, had this token: the device is known again by it."""
    return _known_again(connection, reader_id, token) is not None


def list_live_devices(connection: Connection, reader_id: str, life: Life, now: datetime) -> list[Device]:
    return [device for device in store.list_devices(connection, reader_id) if device.live(life, now)]


def end_device(
    connection: Connection, reader_id: str, device_id: str, cause: Cause, by_device: str | None, now: datetime
) -> None:
    """Sign one device out. Raises :class:`UnknownDevice`."""
    store.lock_slots(connection, reader_id)
    if not store.remove_devices(connection, reader_id, [device_id], cause, by_device, now):
        raise UnknownDevice(device_id)


def end_devices(
    connection: Connection,
    reader_id: str,
    cause: Cause,
    by_device: str | None,
    now: datetime,
    *,
    keep: str | None = None,
) -> list[EndedSession]:
    """Sign all of a reader's devices out, but the one to keep."""
    store.lock_slots(connection, reader_id)
    ids = [device.id for device in store.list_devices(connection, reader_id) if device.id != keep]
    return store.remove_devices(connection, reader_id, ids, cause, by_device, now)


def _known_again(connection: Connection, reader_id: str, token: str | None) -> Device | None:
    return store.find_device_by_digest(connection, reader_id, digest_of(token)) if token else None


def _end(
    connection: Connection,
    reader_id: str,
    giving_way: Collection[Device],
    chosen: str | None,
    by_device: str,
    now: datetime,
) -> list[EndedSession]:
    swapped = [device.id for device in giving_way if device.id == chosen]
    replaced = [device.id for device in giving_way if device.id != chosen]
    return [
        *store.remove_devices(connection, reader_id, swapped, Cause.SWAPPED, by_device, now),
        *store.remove_devices(connection, reader_id, replaced, Cause.REPLACED, by_device, now),
    ]
