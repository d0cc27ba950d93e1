"""`gatefold readers`: readers' accounts and their devices."""

import click

from service.access.store import list_grants
from service.accounts.passwords import Passwords, check_password_rules
from service.accounts.store import (
    add_reader,
    forget_pending_sign_ups,
    list_readers,
    set_device_limit,
)
from service.cli.arguments import Email, Line, PersonName
from service.cli.keyboard import ask_for_password, read_password
from service.cli.named_reader import READER, get_reader_named
from service.cli.opening import open_house
from service.cli.passphrases import new_passphrase
from service.cli.reader_facts import (
    DEVICE_COLUMNS,
    ENTITLEMENT_COLUMNS,
    READER_COLUMNS,
    account_facts,
    device_facts,
    entitlement_facts,
)
from service.cli.showing import json_option, show_facts, show_json, show_list
from service.devices.device import MOST_SLOTS, Cause, Life
from service.devices.sessions import end_device, end_devices, list_live_devices


@click.group()
def readers() -> None:
    """Add, list and show readers, and sign their devices out.

    A reader is named by her email address or by her id (rdr_…).
    """


@readers.command()
@click.option("--email", required=True, type=Email(), help="Her email address. It is taken as confirmed.")
@click.option("--name", required=True, type=PersonName(), help="Her name.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of stdin.")
@click.option("--generate", is_flag=True, help="Make a random password and print it this once.")
def add(email: str, name: str, password_stdin: bool, generate: bool) -> None:
    """Add a reader, her email address taken as confirmed. No mail is sent.

    Without --password-stdin or --generate the password is asked for. It has to keep the same rules as one
    that a reader chooses herself.

    \b
    Examples:
      gatefold readers add --email alice@example.org --name Alice
      gatefold readers add --email alice@example.org --name Alice --generate
      pass show alice | gatefold readers add --email alice@example.org --name Alice --password-stdin
    """
    if password_stdin and generate:
        raise click.UsageError("--password-stdin and --generate exclude each other.")
    with open_house() as house:
        settings = house.settings
        if generate:
            password = new_passphrase(settings.password_minimum)
        else:
            password = read_password() if password_stdin else ask_for_password()
        about = (name, email, email.partition("@")[0], settings.publisher_name)
        check_password_rules(password, settings.password_minimum, about)
        hashed = Passwords(threads=1, queue=0).hash(password)
        with house.database.writing() as connection:
            reader = add_reader(connection, email, name, hashed, house.clock.now())
            forget_pending_sign_ups(connection, email)
    click.echo(f"Added reader {reader.email} ({reader.id}).")
    if generate:
        click.echo(f"Her password, shown this once: {password}")


@readers.command("list")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 100_000), help="How many readers.")
@json_option
def list_(limit: int, as_json: bool) -> None:
    """List readers, the latest to join first.

    \b
    Examples:
      gatefold readers list --limit 10
      gatefold readers list --json | jq -r '.[].email'
    """
    with open_house() as house, house.database.reading() as connection:
        found = list_readers(connection, limit=limit)
    show_list(
        [account_facts(reader) for reader in found],
        READER_COLUMNS,
        as_json=as_json,
        where_empty="There are no readers yet.",
    )


@readers.command()
@click.argument("reader", type=READER, metavar="EMAIL|ID")
@json_option
def show(reader: str, as_json: bool) -> None:
    """Show a reader's account, her devices and all her entitlements. What has ended is among them.

    \b
    Example:
      gatefold readers show alice@example.org
    """
    with open_house() as house, house.database.reading() as connection:
        now = house.clock.now()
        life = Life(house.settings.session_idle, house.settings.session_lifetime)
        found = get_reader_named(connection, reader)
        devices = [device_facts(device) for device in list_live_devices(connection, found.id, life, now)]
        entitlements = [entitlement_facts(granted, now) for granted in list_grants(connection, found.id)]
    if as_json:
        show_json({**account_facts(found), "devices": devices, "entitlements": entitlements})
        return
    limit = found.device_limit or f"{house.settings.device_limit} (everyone's)"
    show_facts(
        {
            "Id": found.id,
            "Email": found.email,
            "Name": found.name,
            "Joined": found.created_at,
            "Device limit": limit,
        }
    )
    click.echo("\nDevices")
    show_list(
        devices,
        DEVICE_COLUMNS,
        as_json=False,
        where_empty="She is signed in nowhere.",
    )
    click.echo("\nEntitlements")
    show_list(
        entitlements,
        ENTITLEMENT_COLUMNS,
        as_json=False,
        where_empty="She was never granted anything.",
    )


@readers.command()
@click.argument("reader", type=READER, metavar="EMAIL|ID")
@click.argument("limit", type=click.Choice([*map(str, range(1, MOST_SLOTS + 1)), "none"]), metavar="N|none")
def limit(reader: str, limit: str) -> None:
    """Let a reader be signed in on N devices at once, 1 to 5. `none` gives her everyone's limit again.

    A lower limit takes effect at her next sign-in: no device is signed out now.

    \b
    Example:
      gatefold readers limit alice@example.org 2
    """
    own = None if limit == "none" else int(limit)
    with open_house() as house, house.database.writing() as connection:
        found = get_reader_named(connection, reader)
        set_device_limit(connection, found.id, own)
    if own is None:
        click.echo(f"{found.email} has everyone's device limit again, {house.settings.device_limit}.")
    else:
        click.echo(f"{found.email} may be signed in on {own} device{'s'[: own > 1]} at once, from her next sign-in on.")


@readers.command("sign-out")
@click.argument("reader", type=READER, metavar="EMAIL|ID")
@click.option("--device", type=Line(64), metavar="ID", help="Only this device (dev_…); else all of them.")
def sign_out(reader: str, device: str | None) -> None:
    """Sign a reader's devices out, at once and on every server. Each is told so at its next request.

    \b
    Examples:
      gatefold readers sign-out alice@example.org
      gatefold readers sign-out alice@example.org --device dev_k3v9…
    """
    with open_house() as house, house.database.writing() as connection:
        now = house.clock.now()
        found = get_reader_named(connection, reader)
        if device:
            end_device(connection, found.id, device, Cause.ENDED_BY_STAFF, None, now)
            ended = 1
        else:
            ended = len(end_devices(connection, found.id, Cause.ENDED_BY_STAFF, None, now))
    click.echo(f"Signed {found.email} out on {ended} device{'s'[: ended != 1]}.")
