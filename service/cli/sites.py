"""`gatefold sites`: the publisher's sites and their addresses."""

import click

from service.cli.arguments import Address, Handle, Line
from service.cli.opening import open_house
from service.cli.showing import json_option, show_list
from service.sites.store import add_address, add_site, get_site, list_sites, remove_address


@click.group()
def sites() -> None:
    """Add and list the publisher's sites, and change their addresses.

    A site has articles and front-end keys of its own; readers, devices and entitlements are shared by all
    sites. Its addresses are where browsers may call Gatefold from, and where a sign-in may lead back to.
    """


@sites.command()
@click.argument("handle", type=Handle())
@click.option("--name", required=True, type=Line(120), help="What readers call the site.")
@click.option(
    "--address",
    "addresses",
    required=True,
    multiple=True,
    type=Address(),
    help="An address the site is reached at; repeat it for each. The path, if any, is left away.",
)
def add(handle: str, name: str, addresses: tuple[str, ...]) -> None:
    """Add a site under HANDLE, its short name for machines. It has lower-case letters, digits and hyphens.

    \b
    Examples:
      gatefold sites add daily --name "The Daily" --address https://daily.example.org
      gatefold sites add daily --name "The Daily" --address http://localhost:8401 --address http://127.0.0.1:8401
    """
    with open_house() as house, house.database.writing() as connection:
        site = add_site(connection, handle, name, addresses, house.clock.now())
    click.echo(f"Added site {site.handle} ({site.id}) at {', '.join(site.origins)}.")
    click.echo(f"Next, a key for its front end: gatefold keys create {site.handle} --name front-end", err=True)


@sites.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the sites with their addresses.

    \b
    Examples:
      gatefold sites list
      gatefold sites list --json | jq -r '.[].handle'
    """
    with open_house() as house, house.database.reading() as connection:
        found = list_sites(connection)
    show_list(
        [
            {
                "id": site.id,
                "handle": site.handle,
                "name": site.name,
                "addresses": site.origins,
                "created_at": site.created_at,
            }
            for site in found
        ],
        {"handle": "Handle", "name": "Name", "addresses": "Addresses", "id": "Id", "created_at": "Added"},
        as_json=as_json,
        where_empty="There are no sites yet: `gatefold sites add` adds one.",
    )


@sites.group()
def address() -> None:
    """Add and remove a site's addresses."""


@address.command("add")
@click.argument("handle", type=Handle())
@click.argument("url", type=Address())
def add_one(handle: str, url: str) -> None:
    """Let the site HANDLE be reached at URL too.

    \b
    Example:
      gatefold sites address add daily https://www.daily.example.org
    """
    with open_house() as house, house.database.writing() as connection:
        origin = add_address(connection, get_site(connection, handle).id, url)
    click.echo(f"Site {handle} is now reached at {origin} too.")


@address.command("remove")
@click.argument("handle", type=Handle())
@click.argument("url", type=Address())
def remove_one(handle: str, url: str) -> None:
    """Refuse browsers on URL, and lead no sign-in back to it.

    \b
    Example:
      gatefold sites address remove daily https://old.daily.example.org
    """
    with open_house() as house, house.database.writing() as connection:
        origin = remove_address(connection, get_site(connection, handle).id, url)
    click.echo(f"Site {handle} is no longer reached at {origin}.")
