"""`gatefold grant` and `gatefold revoke`: what staff give readers, and take back."""

import getpass
from datetime import datetime

import click

from service.access.entitlements import Grant, Source, State
from service.access.store import get_grant, list_grants
from service.access.store import grant as store_grant
from service.access.store import revoke as store_revoke
from service.catalogue.listings import list_products
from service.cli.arguments import Handle, InstantOrDay, Line, OneOf, PeriodOfTime
from service.cli.named_reader import READER, get_reader_named
from service.cli.opening import open_house
from service.cli.periods import Period
from service.cli.showing import spoken

WITH_EFFECT = frozenset({State.ACTIVE, State.NOT_STARTED})


@click.command()
@click.argument("reader", type=READER, metavar="EMAIL|ID")
@click.argument("product", type=Handle())
@click.option("--from", "starts_at", type=InstantOrDay(), help="When it starts. Default: now.")
@click.option("--until", "ends_at", type=InstantOrDay(), help="When it ends, to the second. Default: never.")
@click.option(
    "--for",
    "period",
    type=PeriodOfTime(),
    help="How long it lasts from its start on, in place of --until: hours (12h), days (30d), weeks (2w), "
    "months (6mo) or years (1y).",
)
@click.option(
    "--source",
    type=OneOf(Source),
    default="staff",
    show_default=True,
    metavar="SOURCE",
    help=f"Where it comes from: {', '.join(Source)}.",
)
@click.option("--note", type=Line(500), default=None, help="Why, for whoever looks at it later.")
def grant(
    reader: str,
    product: str,
    starts_at: datetime | None,
    ends_at: datetime | None,
    period: Period | None,
    source: Source,
    note: str | None,
) -> None:
    """Give a reader the right to a product for a period.

    PRODUCT is what articles name among their products, such as `premium`. An instant is written
    2027-01-31T18:00Z, or as a day, which begins at midnight UTC. Granting twice gives two entitlements, side by side.

    \b
    Examples:
      gatefold grant alice@example.org premium
      gatefold grant alice@example.org premium --for 1y --note "Won the crossword"
      gatefold grant rdr_k3v9… premium --from 2027-01-01 --until 2027-04-01T12:00+02:00
    """
    if ends_at and period:
        raise click.UsageError("--until and --for exclude each other.")
    with open_house() as house:
        now = house.clock.now()
        start = starts_at or now
        end = _after(start, period) if period else ends_at
        with house.database.writing() as connection:
            found = get_reader_named(connection, reader)
            granted = store_grant(
                connection, found.id, product, source, start, end, granted_by=_staff(), note=note or "", now=now
            ).entitlement
        with house.database.reading() as connection:  # through all articles, while nobody waits to write
            sold = list_products(connection)
    until = f"until {spoken(end)}" if end else "without an end"
    click.echo(f"Granted {product} to {found.email} from {spoken(start)} {until} ({granted.id}).")
    if product not in sold:
        click.echo(f"No article names {product}; the products that are named: {', '.join(sold) or 'none'}.", err=True)


@click.command()
@click.argument("entitlement_id", type=Line(64), required=False)
@click.option("--reader", type=READER, metavar="EMAIL|ID", help="Revoke all of this reader's rights to --product.")
@click.option("--product", type=Handle(), help="The product; only together with --reader.")
def revoke(entitlement_id: str | None, reader: str | None, product: str | None) -> None:
    """Take back what was granted, at once and on every server.

    One entitlement, or all that a reader has to a product. Those that have not started yet are revoked too;
    those that are over stay as they were.

    \b
    Examples:
      gatefold revoke ent_k3v9…
      gatefold revoke --reader alice@example.org --product premium
    """
    if entitlement_id and not reader and not product:
        _revoke_one(entitlement_id)
    elif reader and product and not entitlement_id:
        _revoke_all(reader, product)
    else:
        raise click.UsageError("Name an entitlement (ent_…), or both --reader and --product.")


def _revoke_one(entitlement_id: str) -> None:
    with open_house() as house, house.database.writing() as connection:
        now = house.clock.now()
        before = get_grant(connection, entitlement_id)
        if before.entitlement.state(now) in WITH_EFFECT:
            store_revoke(connection, entitlement_id, now)
            click.echo(_revoked(before, before.entitlement.reader_id))
        else:
            click.echo(f"{entitlement_id} was over already: nothing changed.")


def _revoke_all(reader: str, product: str) -> None:
    with open_house() as house, house.database.writing() as connection:
        now = house.clock.now()
        found = get_reader_named(connection, reader)
        standing = [
            held
            for held in list_grants(connection, found.id)
            if held.entitlement.product == product and held.entitlement.state(now) in WITH_EFFECT
        ]
        for held in standing:
            store_revoke(connection, held.entitlement.id, now)
    for held in standing:
        click.echo(_revoked(held, found.email))
    if not standing:
        click.echo(f"{found.email} has no right to {product} that could be revoked: nothing changed.")


def _revoked(held: Grant, reader: str) -> str:
    return f"Revoked {held.entitlement.id}: the right of {reader} to {held.entitlement.product}."


def _after(start: datetime, period: Period) -> datetime:
    try:
        return period.after(start)
    except (ValueError, OverflowError) as fault:
        raise click.BadParameter("That is too far in the future.", param_hint="--for") from fault


def _staff() -> str:
    """Who grants, as far as the machine knows."""
    try:
        return f"cli:{getpass.getuser()}"[:64]
    except (OSError, KeyError):
        return "cli"
