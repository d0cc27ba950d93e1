"""Entitlements in the database."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, String, Table, insert, select, update
from sqlalchemy.engine import Connection

from service.access.entitlements import BadPeriod, Entitlement, Grant, Source, UnknownEntitlement
from service.catalogue.articles import PRODUCT_LENGTH
from service.foundation.database import metadata
from service.foundation.identifiers import Kind, new_id
from service.foundation.instants import Instant

entitlements = Table(
    "entitlements",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("reader_id", ForeignKey("readers.id", ondelete="CASCADE"), nullable=False),
    Column("product", String(PRODUCT_LENGTH), nullable=False),
    Column("source", String(16), nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant),
    Column("revoked_at", Instant),
    # When it came, or comes, to an end by whatever means; far in the future where it has none. The access
    # question seeks by it, so that entitlements long over cost nothing.
    Column("over_at", Instant, nullable=False),
    Column("granted_at", Instant, nullable=False),
    Column("granted_by", String(64), nullable=False),
    Column("note", String(500), nullable=False),
    Index(None, "reader_id", "over_at"),
)

ENTITLEMENT_COLUMNS = (
    entitlements.c.id,
    entitlements.c.reader_id,
    entitlements.c.product,
    entitlements.c.source,
    entitlements.c.starts_at,
    entitlements.c.ends_at,
    entitlements.c.revoked_at,
)
GRANT_COLUMNS = (*ENTITLEMENT_COLUMNS, entitlements.c.granted_at, entitlements.c.granted_by, entitlements.c.note)
NEVER_OVER = datetime.fromisoformat("9999-01-01T00:00:00+00:00")


def grant(
    connection: Connection,
    reader_id: str,
    product: str,
    source: Source,
    starts_at: datetime,
    ends_at: datetime | None,
    *,
    granted_by: str,
    note: str,
    now: datetime,
) -> Grant:
    """Give a reader the right to a product for a period. Raises :class:`BadPeriod`."""
    if ends_at is not None and ends_at <= starts_at:
        raise BadPeriod
    entitlement = Entitlement(new_id(Kind.ENTITLEMENT), reader_id, product, source, starts_at, ends_at, None)
    connection.execute(
        insert(entitlements).values(
            id=entitlement.id,
            reader_id=reader_id,
            product=product,
            source=source,
            starts_at=starts_at,
            ends_at=ends_at,
            over_at=ends_at or NEVER_OVER,
            granted_at=now,
            granted_by=granted_by,
            note=note,
        )
    )
    return Grant(entitlement, now, granted_by, note)


def revoke(connection: Connection, entitlement_id: str, now: datetime) -> Grant:
    """End an entitlement now. Raises :class:`UnknownEntitlement`; one that is over stays as it was."""
    connection.execute(
        update(entitlements)
        .where(entitlements.c.id == entitlement_id, entitlements.c.revoked_at.is_(None), entitlements.c.over_at > now)
        .values(revoked_at=now, over_at=now)
    )
    return get_grant(connection, entitlement_id)


def get_grant(connection: Connection, entitlement_id: str) -> Grant:
    """Raises :class:`UnknownEntitlement`."""
    row = connection.execute(select(*GRANT_COLUMNS).where(entitlements.c.id == entitlement_id)).one_or_none()
    if row is None:
        raise UnknownEntitlement(entitlement_id)
    return _grant(row)


def list_grants(connection: Connection, reader_id: str) -> list[Grant]:
    """All that a reader was ever granted, the latest first."""
    rows = connection.execute(
        select(*GRANT_COLUMNS)
        .where(entitlements.c.reader_id == reader_id)
        .order_by(entitlements.c.granted_at.desc(), entitlements.c.id)
    )
    return [_grant(row) for row in rows]


def entitlement_from(values: Any) -> Entitlement:
    """An entitlement from the values of ``ENTITLEMENT_COLUMNS``."""
    return Entitlement(values[0], values[1], values[2], Source(values[3]), *values[4:7])


def _grant(row: Any) -> Grant:
    return Grant(entitlement_from(row), row.granted_at, row.granted_by, row.note)
