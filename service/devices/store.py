"""Devices and ended sessions in the database, where a sixth device is impossible by constraint."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    bindparam,
    column,
    delete,
    insert,
    or_,
    select,
    table,
    update,
)
from sqlalchemy.engine import Connection

from service.devices.device import Cause, Device, EndedSession, Life, UnknownDevice
from service.foundation.database import metadata
from service.foundation.instants import Instant
from service.foundation.seen import write_seen

devices = Table(
    "devices",
    metadata,
    Column("reader_id", ForeignKey("readers.id", ondelete="CASCADE"), nullable=False),
    Column("slot", Integer, nullable=False, autoincrement=False),
    Column("id", String(32), nullable=False, unique=True),
    Column("token_digest", String(64), nullable=False, unique=True),
    Column("name", String(60), nullable=False),
    Column("kind", String(60), nullable=False),
    Column("first_seen_at", Instant, nullable=False),
    Column("signed_in_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    PrimaryKeyConstraint("reader_id", "slot"),
    CheckConstraint("slot BETWEEN 1 AND 5", name="slot"),
)

ended_sessions = Table(
    "ended_sessions",
    metadata,
    Column("token_digest", String(64), primary_key=True),
    Column("reader_id", ForeignKey("readers.id", ondelete="CASCADE"), nullable=False),
    Column("device_id", String(32), nullable=False),
    Column("ended_at", Instant, nullable=False),
    Column("cause", String(32), nullable=False),
    Column("by_device", String(60)),
    Index(None, "reader_id"),
    Index(None, "ended_at"),
)

DEVICE_COLUMNS = (
    devices.c.id,
    devices.c.reader_id,
    devices.c.slot,
    devices.c.name,
    devices.c.kind,
    devices.c.first_seen_at,
    devices.c.signed_in_at,
    devices.c.last_seen_at,
)

# The readers' room owns this table; here its row serves as the lock on a reader's slots.
_readers = table("readers", column("id"))

# Made once: to build a statement takes SQLAlchemy longer than to put it.
_HERS = devices.c.reader_id == bindparam("reader_id")
_HOLD = select(_readers.c.id).where(_readers.c.id == bindparam("reader_id")).with_for_update(key_share=True)
_LIST = select(*DEVICE_COLUMNS).where(_HERS).order_by(devices.c.signed_in_at.desc(), devices.c.slot)
_FIND = select(*DEVICE_COLUMNS).where(devices.c.token_digest == bindparam("digest"), _HERS)
_PUT = insert(devices)
_REMOVE = delete(devices).where(_HERS, devices.c.id == bindparam("device_id")).returning(devices.c.token_digest)
_REMEMBER = insert(ended_sessions)
_CLEAR = delete(devices).where(_HERS, devices.c.slot == bindparam("taken"))


def lock_slots(connection: Connection, reader_id: str) -> None:
    """Hold the reader's slots until the transaction ends; on SQLite the transaction itself does."""
    if connection.dialect.name != "sqlite":
        connection.execute(_HOLD, {"reader_id": reader_id})


def list_devices(connection: Connection, reader_id: str) -> list[Device]:
    """The reader's devices, the last signed in first, those run out too."""
    return [Device(*row) for row in connection.execute(_LIST, {"reader_id": reader_id})]


def find_device_by_digest(connection: Connection, reader_id: str, digest: str) -> Device | None:
    row = connection.execute(_FIND, {"digest": digest, "reader_id": reader_id}).one_or_none()
    return Device(*row) if row else None


def put_device(connection: Connection, device: Device, digest: str) -> None:
    """Into an empty slot: the database refuses any other."""
    connection.execute(_PUT, {**device._asdict(), "token_digest": digest})


def rename_device(connection: Connection, reader_id: str, device_id: str, name: str) -> Device:
    """Raises :class:`UnknownDevice`."""
    row = connection.execute(
        update(devices)
        .where(devices.c.reader_id == reader_id, devices.c.id == device_id)
        .values(name=name)
        .returning(*DEVICE_COLUMNS)
    ).one_or_none()
    if row is None:
        raise UnknownDevice(device_id)
    return Device(*row)


def remove_devices(
    connection: Connection, reader_id: str, ids: Collection[str], cause: Cause, by_device: str | None, now: datetime
) -> list[EndedSession]:
    """End these devices' sessions at once, and remember for each why."""
    ended = []
    for device_id in ids:  # five at the most: SQLAlchemy takes longer over a list of them than the database over each
        digest = connection.execute(_REMOVE, {"reader_id": reader_id, "device_id": device_id}).scalar_one_or_none()
        if digest is not None:
            ended.append(EndedSession(reader_id, device_id, now, cause, by_device))
            _remember(connection, digest, ended[-1])
    return ended


def clear_slot(connection: Connection, reader_id: str, slot: int) -> None:
    """Make room where a device has run out."""
    connection.execute(_CLEAR, {"reader_id": reader_id, "taken": slot})


def write_last_seen(connection: Connection, sightings: Mapping[str, datetime]) -> None:
    """Store later last-seen times, by device id."""
    write_seen(connection, devices.c.last_seen_at, sightings)


def find_run_out_devices(connection: Connection, life: Life, now: datetime, most: int) -> list[str]:
    """The ids of devices whose sessions have run out. It looks through all: in a transaction that only reads."""
    return list(connection.execute(select(devices.c.id).where(_run_out(life, now)).limit(most)).scalars())


def forget_run_out_devices(connection: Connection, ids: Collection[str], life: Life, now: datetime) -> int:
    """Delete those of them that have not signed in anew meanwhile; they were refused already."""
    return connection.execute(delete(devices).where(devices.c.id.in_(ids), _run_out(life, now))).rowcount


def forget_ended_sessions(connection: Connection, before: datetime) -> int:
    return connection.execute(delete(ended_sessions).where(ended_sessions.c.ended_at < before)).rowcount


def _run_out(life: Life, now: datetime) -> ColumnElement[bool]:
    return or_(devices.c.last_seen_at <= now - life.idle, devices.c.signed_in_at <= now - life.lifetime)


def _remember(connection: Connection, digest: str, session: EndedSession) -> None:
    connection.execute(
        _REMEMBER,
        {
            "token_digest": digest,
            "reader_id": session.reader_id,
            "device_id": session.device_id,
            "ended_at": session.ended_at,
            "cause": session.cause,
            "by_device": session.by_device,
        },
    )
