"""`gatefold import`: articles from a file, batch by batch."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.exc import DataError, IntegrityError

from service.catalogue.articles import AccessLevel, ArticleDraft, Saved
from service.catalogue.importer import import_items
from service.catalogue.imports.item import Defaults, ImportBroken
from service.catalogue.imports.source import Format, OnRead, open_source
from service.catalogue.store import prepare_article, save_article
from service.cli.arguments import Handle, OneOf
from service.cli.faults import sentence_of
from service.cli.import_report import ImportReport
from service.cli.opening import House, open_house
from service.cli.showing import on_terminal
from service.sites.store import get_site

INTERRUPTED = 130
REFUSALS = (DataError, IntegrityError, UnicodeError)  # an article's fault, not the database's
EXISTING_FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.command("import")
@click.argument("file", type=EXISTING_FILE)
@click.option("--site", "handle", required=True, type=Handle(), help="The handle of the site that gets the articles.")
@click.option(
    "--access-level",
    type=OneOf(AccessLevel),
    default="premium",
    show_default=True,
    metavar="LEVEL",
    help=f"Who may read articles of which the file does not say it: {', '.join(AccessLevel)}.",
)
@click.option(
    "--product",
    "products",
    multiple=True,
    type=Handle(),
    help="The product that such articles belong to; repeat it for each. Default: premium.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["auto", *map(str, Format)]),
    default="auto",
    show_default=True,
    help="What the file holds: a WordPress export (wxr) or JSON Lines (jsonl). Either may be gzipped.",
)
@click.option("--dry-run", is_flag=True, help="Go through all of it and tell what would happen, but store nothing.")
@click.option(
    "--report", "report_path", type=NEW_FILE, help="Write what became of each item to this file (JSON Lines)."
)
def import_articles(
    file: Path,
    handle: str,
    access_level: AccessLevel,
    products: tuple[str, ...],
    format_: str,
    dry_run: bool,
    report_path: Path | None,
) -> None:
    """Import articles from a file into a site.

    FILE is read as a stream, so that a file of any size will do, and stored a hundred articles at a time. Whatever
    stops it (Ctrl-C, a full disk, a file that breaks off), what it told is stored and nothing is half done: run it
    again and it goes on. An article that is there already, by its slug, is updated where it differs, never doubled.

    \b
    Examples:
      gatefold import export.xml --site daily --dry-run
      gatefold import export.xml.gz --site daily --access-level registered
      gatefold import stories.jsonl --site daily --product archive --report report.jsonl
    """
    if report_path and report_path.exists() and report_path.samefile(file):
        raise click.BadParameter("That is the file to import from.", param_hint="--report")
    with open_house() as house:
        with house.database.reading() as connection:
            site_id = get_site(connection, handle).id
        try:
            source = open_source(file, None if format_ == "auto" else Format(format_))
        except ImportBroken as broken:
            raise click.ClickException(str(broken)) from broken
        defaults = Defaults(access_level, products or ("premium",))
        writing = report_path.open("w", buffering=1, encoding="utf-8") if report_path else nullcontext()
        with writing as lines:
            report = ImportReport(lines, dry_run=dry_run)
            saver = Saver(house, site_id, dry_run=dry_run)
            try:
                with _progress(source.total) as on_read:
                    summary = import_items(source.items(defaults, on_read), saver.save, report.tell, REFUSALS)
            except KeyboardInterrupt:
                report.sum_up()
                click.echo(f"Interrupted. {report.what_stands()}", err=True)
                raise SystemExit(INTERRUPTED) from None
            except Exception as fault:
                report.sum_up()
                raise click.ClickException(f"{sentence_of(fault)} {report.what_stands()}") from fault
    report.sum_up()
    if summary.broken:
        raise click.ClickException(f"{file.name} broke off: {summary.broken} {report.what_stands()}")


class Saver:
    """Stores a batch in one transaction of its own; in a dry run, takes it back."""

    def __init__(self, house: House, site_id: str, *, dry_run: bool) -> None:
        self._house = house
        self._site_id = site_id
        self._dry_run = dry_run

    def save(self, drafts: Sequence[ArticleDraft]) -> list[Saved]:
        prepared = [prepare_article(draft) for draft in drafts]  # the slow part, while others may write
        with self._house.database.writing() as connection:
            now = self._house.clock.now()
            saved = [save_article(connection, self._site_id, article, now)[1] for article in prepared]
            if self._dry_run:
                connection.rollback()
        return saved


@contextmanager
def _progress(total: int) -> Iterator[OnRead | None]:
    """A bar on stderr, where that is a terminal; what is printed meanwhile moves up above it."""
    if not on_terminal(sys.stderr):
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(file=sys.stderr), redirect_stdout=on_terminal(), redirect_stderr=False)
    with bar:
        task = bar.add_task("Importing", total=total)
        yield lambda count: bar.advance(task, count)
