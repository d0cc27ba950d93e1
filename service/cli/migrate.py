"""`gatefold migrate`: the database's schema."""

import click

from service.foundation import migrating
from service.foundation.database import Database
from service.foundation.schema import current_revision, expected_revision
from service.foundation.settings import Settings


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; exit 1 where the schema is not up to date.")
def migrate(check: bool) -> None:
    """Bring the database's schema up to date: all of it, or nothing.

    Run it before `gatefold serve`, after each upgrade. It is safe to run twice, and from several machines
    at once.

    \b
    Examples:
      gatefold migrate
      DATABASE_URL=postgresql://gatefold@db/gatefold gatefold migrate
    """
    database = Database(Settings().database_url, existing=check)
    if check:
        with database.reading() as connection:
            revision = current_revision(connection)
        if revision != expected_revision():
            raise click.ClickException(f"The schema is at {revision or 'nothing'}, not {expected_revision()}.")
        click.echo(f"The schema is up to date ({revision}).")
        return
    before, after = migrating.migrate(database)
    done = "was up to date" if before == after else f"was brought from {before or 'nothing'}"
    click.echo(f"The schema {done} ({after}).")
