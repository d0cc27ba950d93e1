"""`gatefold keys`: the keys that front ends call with."""

import click

from service.cli.arguments import Handle, Line, OneOf
from service.cli.opening import open_house
from service.cli.showing import json_option, show_list
from service.sites.site import FRONT_END_SCOPES, STAFF_SCOPES, Mode, Scope
from service.sites.store import add_key, get_site, list_keys, revoke_key


@click.group()
def keys() -> None:
    """Create, list and revoke the keys that front ends call with.

    A key belongs to one site and may do what its scopes say. Gatefold keeps only a hash of it: a key that was
    lost cannot be shown again, only revoked and replaced.
    """


@keys.command()
@click.argument("site", type=Handle())
@click.option("--name", required=True, type=Line(120), help="What the key is for, such as `newsroom`.")
@click.option("--staff", is_flag=True, help="Give it all scopes, those over readers and entitlements too.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=OneOf(Scope),
    metavar="SCOPE",
    help=f"Give it this scope; repeat it for each. One of {', '.join(Scope)}. "
    f"Default: {' and '.join(sorted(FRONT_END_SCOPES))}, which show articles and sign readers in.",
)
@click.option("--test", is_flag=True, help="Make it a test key (gf_test_…), which production refuses.")
@click.option("-q", "--quiet", is_flag=True, help="Print the key alone, for scripts.")
def create(site: str, name: str, staff: bool, scopes: tuple[Scope, ...], test: bool, quiet: bool) -> None:
    """Create a key for SITE, a site's handle, and print it this once.

    \b
    Examples:
      gatefold keys create daily --name newsroom
      gatefold keys create daily --name "subscriptions desk" --staff
      gatefold keys create daily --name importer --scope articles:write --quiet > importer.key
    """
    if staff and scopes:
        raise click.UsageError("--staff gives all scopes already: leave --scope away.")
    wanted = STAFF_SCOPES if staff else frozenset(scopes) or FRONT_END_SCOPES
    mode = Mode.TEST if test else Mode.LIVE
    with open_house() as house, house.database.writing() as connection:
        key, token = add_key(connection, get_site(connection, site).id, name, mode, wanted, house.clock.now())
    if quiet:
        click.echo(token)
        return
    click.echo(f"Created key {key.id} ({name}) for site {site}, which may: {', '.join(sorted(key.scopes))}.")
    click.echo(f"\n  {token}\n")
    click.echo("Keep it safe: it is not stored, and cannot be shown again.")
    if test and house.settings.production:
        click.echo("This is a test key, and this installation is in production: it will be refused here.", err=True)


@keys.command("list")
@click.argument("site", type=Handle())
@json_option
def list_(site: str, as_json: bool) -> None:
    """List the keys of SITE, those revoked too. Of each key itself, only the ending is known.

    \b
    Example:
      gatefold keys list daily
    """
    with open_house() as house, house.database.reading() as connection:
        found = list_keys(connection, get_site(connection, site).id)
    show_list(
        [
            {
                "id": key.id,
                "name": key.name,
                "mode": key.mode,
                "ending": f"…{key.ending}",
                "scopes": tuple(sorted(key.scopes)),
                "created_at": key.created_at,
                "last_used_at": key.last_used_at,
                "revoked_at": key.revoked_at,
            }
            for key in found
        ],
        {
            "id": "Id",
            "name": "Name",
            "mode": "Mode",
            "ending": "Ends in",
            "scopes": "Scopes",
            "created_at": "Created",
            "last_used_at": "Last used",
            "revoked_at": "Revoked",
        },
        as_json=as_json,
        where_empty=f"Site {site} has no keys yet: `gatefold keys create {site} --name …` creates one.",
    )


@keys.command()
@click.argument("key_id", type=Line(64))
def revoke(key_id: str) -> None:
    """Refuse the key KEY_ID (key_…) from now on, on every server. Revoking it twice changes nothing.

    \b
    Example:
      gatefold keys revoke key_k3v9…
    """
    with open_house() as house, house.database.writing() as connection:
        revoke_key(connection, key_id, house.clock.now())
    click.echo(f"Revoked {key_id}.")
