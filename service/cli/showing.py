"""What commands print: tables on a terminal, tab-separated lines into a pipe, JSON for programs."""

import json
import sys
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TextIO

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

UNSHOWABLE = frozenset({"Cc", "Cs", "Co", "Cn"})
WIDEST = 10_000

Facts = Mapping[str, object]
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def show_list(rows: Sequence[Facts], columns: Mapping[str, str], *, as_json: bool, where_empty: str) -> None:
    """Show rows of facts. ``columns`` names which of them people want to see, and under which heading."""
    if as_json:
        show_json(rows)
    elif not rows:
        click.echo(where_empty, err=True)
    elif on_terminal():
        _print_list(list(columns.values()), [[said(row[name]) for name in columns] for row in rows])
    else:
        for cells in (columns.values(), *([row[name] for name in columns] for row in rows)):
            click.echo("\t".join(said(cell, instant=rfc3339) for cell in cells))


def show_facts(facts: Facts) -> None:
    """Show what is known of one thing, a line for each fact."""
    if on_terminal():
        Console().print(_lines([(name, said(value)) for name, value in facts.items()]))
    else:
        for name, value in facts.items():
            click.echo(f"{name}\t{said(value, instant=rfc3339)}")


def show_json(value: object) -> None:
    click.echo(json.dumps(value, indent=2, default=rfc3339))


def said(value: object, *, instant: Callable[[datetime], str] | None = None) -> str:
    """A value as a person reads it, on one line and without characters that a terminal would obey."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return instant(value) if instant else spoken(value)
        case tuple() | list():
            return ", ".join(said(item) for item in value)
    return "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(c) in UNSHOWABLE else c for c in str(value))


def spoken(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def rfc3339(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def on_terminal(stream: TextIO | None = None) -> bool:
    """Whether a person is looking: at stdout, or at the stream that is named."""
    return (stream or sys.stdout).isatty()


def _print_list(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table where the terminal is wide enough for it; else a block of lines for each row."""
    console = Console()
    table = Table(*headings, box=box.SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        table.add_row(*map(Text, row))
    if console.measure(table, options=console.options.update(max_width=WIDEST)).maximum <= console.width:
        console.print(table)
        return
    for row in rows:
        console.print(_lines([(name, value) for name, value in zip(headings, row, strict=True) if value]))
        console.print()


def _lines(facts: Iterable[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts:
        table.add_row(name, Text(value))
    return table
