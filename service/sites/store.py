"""Sites, their addresses and their keys in the database."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, Index, String, Table, delete, insert, select, update
from sqlalchemy.engine import Connection, Row
from sqlalchemy.exc import IntegrityError

from service.foundation.database import metadata
from service.foundation.identifiers import Kind, new_id
from service.foundation.instants import Instant
from service.foundation.secrets import new_secret
from service.foundation.seen import write_seen
from service.sites.site import (
    AddressTaken,
    FrontEndKey,
    Mode,
    Scope,
    Site,
    SiteExists,
    UnknownAddress,
    UnknownKey,
    UnknownSite,
    origin_of,
)

sites = Table(
    "sites",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("handle", String(64), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
    Column("created_at", Instant, nullable=False),
)

site_addresses = Table(
    "site_addresses",
    metadata,
    Column("origin", String(255), primary_key=True),
    Column("site_id", ForeignKey("sites.id", ondelete="CASCADE"), nullable=False),
    Index(None, "site_id"),
)

front_end_keys = Table(
    "front_end_keys",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("site_id", ForeignKey("sites.id", ondelete="CASCADE"), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
    Column("mode", String(8), nullable=False),
    Column("ending", String(4), nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("last_used_at", Instant),
    Column("revoked_at", Instant),
    Index(None, "site_id"),
)


def add_site(connection: Connection, handle: str, name: str, addresses: Iterable[str], now: datetime) -> Site:
    """Add a site. Raises :class:`BadOrigin`, :class:`SiteExists` or :class:`AddressTaken`."""
    site = Site(new_id(Kind.SITE), handle, name, now, tuple(dict.fromkeys(origin_of(a) for a in addresses)))
    try:
        connection.execute(insert(sites).values(id=site.id, handle=handle, name=name, created_at=now))
    except IntegrityError as fault:
        raise SiteExists(handle) from fault
    for origin in site.origins:
        add_address(connection, site.id, origin)
    return site


def add_address(connection: Connection, site_id: str, address: str) -> str:
    """Let a site be reached at an address too, and return its origin. Raises :class:`BadOrigin` or
    :class:`AddressTaken`, which voids the transaction.
    """
    origin = origin_of(address)
    try:
        connection.execute(insert(site_addresses).values(origin=origin, site_id=site_id))
    except IntegrityError as fault:
        raise AddressTaken(origin) from fault
    return origin


def remove_address(connection: Connection, site_id: str, address: str) -> str:
    """Refuse browsers on an address from now on. Raises :class:`BadOrigin` or :class:`UnknownAddress`."""
    origin = origin_of(address)
    gone = connection.execute(
        delete(site_addresses).where(site_addresses.c.origin == origin, site_addresses.c.site_id == site_id)
    )
    if gone.rowcount == 0:
        raise UnknownAddress(origin)
    return origin


def list_sites(connection: Connection) -> list[Site]:
    origins: dict[str, list[str]] = {}
    for row in connection.execute(select(site_addresses).order_by(site_addresses.c.origin)):
        origins.setdefault(row.site_id, []).append(row.origin)
    return [
        Site(row.id, row.handle, row.name, row.created_at, tuple(origins.get(row.id, ())))
        for row in connection.execute(select(sites).order_by(sites.c.created_at))
    ]


def get_site(connection: Connection, handle: str) -> Site:
    """The site of this handle. Raises :class:`UnknownSite`."""
    for site in list_sites(connection):
        if site.handle == handle:
            return site
    raise UnknownSite(handle)


def find_site_at(connection: Connection, origin: str) -> str | None:
    """The id of the site that has this address."""
    return connection.execute(
        select(site_addresses.c.site_id).where(site_addresses.c.origin == origin)
    ).scalar_one_or_none()


def add_key(
    connection: Connection, site_id: str, name: str, mode: Mode, scopes: Iterable[Scope], now: datetime
) -> tuple[FrontEndKey, str]:
    """Make a key and return it with its token, which is shown this once."""
    secret = new_secret(mode.prefix)
    key = FrontEndKey(new_id(Kind.KEY), site_id, name, mode, secret.token[-4:], frozenset(scopes), now, None, None)
    connection.execute(
        insert(front_end_keys).values(
            id=key.id,
            site_id=site_id,
            digest=secret.digest,
            name=name,
            mode=mode,
            ending=key.ending,
            scopes=sorted(key.scopes),
            created_at=now,
        )
    )
    return key, secret.token


def list_keys(connection: Connection, site_id: str) -> list[FrontEndKey]:
    rows = connection.execute(
        select(front_end_keys).where(front_end_keys.c.site_id == site_id).order_by(front_end_keys.c.created_at)
    )
    return [_key(row) for row in rows]


def revoke_key(connection: Connection, key_id: str, now: datetime) -> None:
    """Refuse a key from now on. Raises :class:`UnknownKey`; revoking twice changes nothing."""
    found = connection.execute(select(front_end_keys.c.id).where(front_end_keys.c.id == key_id)).one_or_none()
    if found is None:
        raise UnknownKey(key_id)
    connection.execute(
        update(front_end_keys)
        .where(front_end_keys.c.id == key_id, front_end_keys.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def write_last_used(connection: Connection, sightings: Mapping[str, datetime]) -> None:
    write_seen(connection, front_end_keys.c.last_used_at, sightings)


def _key(row: Row[Any]) -> FrontEndKey:
    return FrontEndKey(
        row.id,
        row.site_id,
        row.name,
        Mode(row.mode),
        row.ending,
        frozenset(Scope(scope) for scope in row.scopes),
        row.created_at,
        row.last_used_at,
        row.revoked_at,
    )
