"""The command line, `gatefold`: the commands by name, each imported when it is asked for."""

import sys

import click

from service import __version__
from service.cli.commands import CommandLine, Lazy

COMMANDS = {
    "serve": Lazy("service.cli.serve:serve", "Serve readers and front ends, and deliver mail, until stopped."),
    "migrate": Lazy("service.cli.migrate:migrate", "Bring the database's schema up to date: all of it, or nothing."),
    "sites": Lazy("service.cli.sites:sites", "Add and list the publisher's sites, and change their addresses."),
    "keys": Lazy("service.cli.keys:keys", "Create, list and revoke the keys that front ends call with."),
    "readers": Lazy("service.cli.readers:readers", "Add, list and show readers, and sign their devices out."),
    "grant": Lazy("service.cli.entitlements:grant", "Give a reader the right to a product for a period."),
    "revoke": Lazy("service.cli.entitlements:revoke", "Take back what was granted, at once and on every server."),
    "explain": Lazy("service.cli.explaining:explain", "Say what a receipt says: what was decided, when and why."),
    "import": Lazy("service.cli.importing:import_articles", "Import articles from a file into a site."),
}


@click.group(
    "gatefold",
    cls=CommandLine,
    lazy=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("--traceback", is_flag=True, help="Show where in the code an unexpected fault arose.")
@click.version_option(__version__, prog_name="gatefold", message="%(prog)s %(version)s")
def gatefold(traceback: bool) -> None:
    """Gatefold: the paywall and reader-account service for news sites.

    Settings come from the environment and from a file `.env` in the current folder; DATABASE_URL says
    which database to work on. `gatefold COMMAND --help` explains a command with examples.

    \b
    From nothing to a first reader:
      gatefold migrate
      gatefold sites add daily --name "The Daily" --address http://localhost:8401
      gatefold keys create daily --name newsroom
      gatefold readers add --email alice@example.org --name Alice --generate
      gatefold grant alice@example.org premium --for 1y
      gatefold serve
    """


def main() -> None:
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="replace")  # a terminal that lacks a letter is no reason to fail
    gatefold()
