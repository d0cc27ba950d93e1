"""Readers and pending sign-ups in the database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    Integer,
    String,
    Table,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from service.accounts.reader import EmailTaken, Reader, UnknownReader, email_key
from service.foundation.database import metadata
from service.foundation.identifiers import Kind, new_id
from service.foundation.instants import Instant

readers = Table(
    "readers",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("email", String(254), nullable=False),
    Column("email_key", String(254), nullable=False, unique=True),
    Column("name", String(80), nullable=False),
    Column("password_hash", String(256), nullable=False),
    Column("credentials_version", Integer, nullable=False),
    Column("device_limit", Integer),
    Column("created_at", Instant, nullable=False),
    CheckConstraint("device_limit BETWEEN 1 AND 5", name="device_limit"),
)

pending_sign_ups = Table(
    "pending_sign_ups",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("email", String(254), nullable=False),
    Column("email_key", String(254), nullable=False),
    Column("name", String(80), nullable=False),
    Column("password_hash", String(256), nullable=False),
    Column("return_to", String(2000)),
    Column("expires_at", Instant, nullable=False),
    Index(None, "email_key"),
    Index(None, "expires_at"),
)

READER_COLUMNS = (
    readers.c.id,
    readers.c.email,
    readers.c.name,
    readers.c.device_limit,
    readers.c.credentials_version,
    readers.c.created_at,
)

# What each sign-in puts is made once: to build a statement takes SQLAlchemy longer than to put it.
_HOLD = select(*READER_COLUMNS).where(readers.c.id == bindparam("reader_id")).with_for_update(key_share=True)
_CREDENTIALS = select(readers.c.id, readers.c.password_hash, readers.c.credentials_version)
_CREDENTIALS_BY_EMAIL = _CREDENTIALS.where(readers.c.email_key == bindparam("key"))


@dataclass(frozen=True, slots=True)
class Credentials:
    reader_id: str
    password_hash: str
    version: int


@dataclass(frozen=True, slots=True)
class PendingSignUp:
    id: str
    email: str
    name: str
    password_hash: str
    return_to: str | None
    expires_at: datetime


def find_reader(connection: Connection, reader_id: str) -> Reader | None:
    row = connection.execute(select(*READER_COLUMNS).where(readers.c.id == reader_id)).one_or_none()
    return Reader(*row) if row else None


def get_reader(connection: Connection, reader_id: str) -> Reader:
    """Raises :class:`UnknownReader`."""
    if reader := find_reader(connection, reader_id):
        return reader
    raise UnknownReader(reader_id)


def lock_reader(connection: Connection, reader_id: str) -> Reader:
    """The reader, whose row no other transaction changes until this one ends. Raises :class:`UnknownReader`."""
    row = connection.execute(_HOLD, {"reader_id": reader_id}).one_or_none()
    if row is None:
        raise UnknownReader(reader_id)
    return Reader(*row)


def find_reader_by_email(connection: Connection, email: str) -> Reader | None:
    row = connection.execute(select(*READER_COLUMNS).where(readers.c.email_key == email_key(email))).one_or_none()
    return Reader(*row) if row else None


def list_readers(connection: Connection, *, limit: int) -> list[Reader]:
    """The latest to join first."""
    latest = select(*READER_COLUMNS).order_by(readers.c.created_at.desc(), readers.c.id).limit(limit)
    return [Reader(*row) for row in connection.execute(latest)]


def find_credentials(connection: Connection, email: str) -> Credentials | None:
    row = connection.execute(_CREDENTIALS_BY_EMAIL, {"key": email_key(email)}).one_or_none()
    return Credentials(*row) if row else None


def find_credentials_of(connection: Connection, reader_id: str) -> Credentials | None:
    row = connection.execute(_CREDENTIALS.where(readers.c.id == reader_id)).one_or_none()
    return Credentials(*row) if row else None


def add_reader(connection: Connection, email: str, name: str, password_hash: str, now: datetime) -> Reader:
    """Raises :class:`EmailTaken`."""
    reader = Reader(new_id(Kind.READER), email, name, None, 1, now)
    try:
        with connection.begin_nested():
            connection.execute(
                insert(readers).values(
                    id=reader.id,
                    email=email,
                    email_key=email_key(email),
                    name=name,
                    password_hash=password_hash,
                    credentials_version=1,
                    created_at=now,
                )
            )
    except IntegrityError as fault:
        raise EmailTaken from fault
    return reader


def set_name(connection: Connection, reader_id: str, name: str) -> None:
    _change(connection, reader_id, name=name)


def set_device_limit(connection: Connection, reader_id: str, limit: int | None) -> None:
    """Raises :class:`UnknownReader`."""
    _change(connection, reader_id, device_limit=limit)


def set_password_hash(connection: Connection, reader_id: str, password_hash: str) -> None:
    """A new password: whatever was begun with the old one is void."""
    _change(connection, reader_id, password_hash=password_hash, credentials_version=readers.c.credentials_version + 1)


def renew_password_hash(connection: Connection, credentials: Credentials, password_hash: str) -> None:
    """The same password under stronger parameters, unless it was changed meanwhile."""
    connection.execute(
        update(readers)
        .where(readers.c.id == credentials.reader_id, readers.c.credentials_version == credentials.version)
        .values(password_hash=password_hash)
    )


def set_email(connection: Connection, reader_id: str, email: str) -> None:
    """Raises :class:`EmailTaken`."""
    try:
        with connection.begin_nested():
            _change(
                connection,
                reader_id,
                email=email,
                email_key=email_key(email),
                credentials_version=readers.c.credentials_version + 1,
            )
    except IntegrityError as fault:
        raise EmailTaken from fault


def add_pending_sign_up(connection: Connection, pending: PendingSignUp) -> None:
    connection.execute(
        insert(pending_sign_ups).values(
            id=pending.id,
            email=pending.email,
            email_key=email_key(pending.email),
            name=pending.name,
            password_hash=pending.password_hash,
            return_to=pending.return_to,
            expires_at=pending.expires_at,
        )
    )


def find_pending_sign_up(connection: Connection, pending_id: str, now: datetime) -> PendingSignUp | None:
    table = pending_sign_ups.c
    row = connection.execute(
        select(table.id, table.email, table.name, table.password_hash, table.return_to, table.expires_at).where(
            table.id == pending_id, table.expires_at > now
        )
    ).one_or_none()
    return PendingSignUp(*row) if row else None


def forget_pending_sign_ups(connection: Connection, email: str) -> None:
    connection.execute(delete(pending_sign_ups).where(pending_sign_ups.c.email_key == email_key(email)))


def forget_expired_sign_ups(connection: Connection, now: datetime) -> int:
    return connection.execute(delete(pending_sign_ups).where(pending_sign_ups.c.expires_at <= now)).rowcount


def _change(connection: Connection, reader_id: str, **values: Any) -> None:
    if connection.execute(update(readers).where(readers.c.id == reader_id).values(**values)).rowcount == 0:
        raise UnknownReader(reader_id)
