"""Shows the figures: as tables on the terminal, as JSON, and in docs/performance.md between two markers."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.columns import TABLES, Row, Shown

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "performance.md"
RECORD = ROOT / "bench" / "results.json"
FIGURES = "<!-- figures: written by `make bench ARGS=--record` -->", "<!-- end of figures -->"

WIDTH = 200  # of all columns: better that a narrow terminal wraps lines than that figures are cut
WORDS = frozenset({"case", "database"})  # columns of words, which stand at the left

Results = dict[str, Any]


def show(results: Results) -> None:
    console = Console(width=WIDTH)
    for shown, rows in _filled(TABLES, results["rows"]):
        table = Table(title=shown.title, title_justify="left")
        for name, _ in shown.columns:
            table.add_column(name, justify="left" if name in WORDS else "right", no_wrap=True)
        for row in rows:
            table.add_row(*(cell(row) for _, cell in shown.columns))
        console.print(table)


def write_results(results: Results, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent=2) + "\n")


def write_page(results: Results) -> None:
    write_between(FIGURES, _markdown(results))


def write_between(markers: tuple[str, str], figures: str, page: Path = PAGE) -> None:
    """Put figures in place of those that stand between two markers of the page."""
    text = page.read_text()
    before, begin, rest = text.partition(markers[0])
    _, end, after = rest.partition(markers[1])
    if not begin or not end:
        raise ValueError(f"{page} has lost the markers that its figures stand between.")
    page.write_text(f"{before}{begin}\n\n{figures}\n{end}{after}")


def _filled(tables: Iterable[Shown], rows: list[Row]) -> Iterator[tuple[Shown, list[Row]]]:
    """Those tables that have rows."""
    for shown in tables:
        if found := shown.rows_of(rows):
            yield shown, found


def _markdown(results: Results) -> str:
    machine = results["machine"]
    said = (
        f"Measured on {machine['measured_on']}: {machine['processor']}, {machine['cores']} cores, "
        f"{machine['memory_gb']} GB, {machine['system']}, Python {machine['python']}, "
        f"Flask {machine['flask']}, Granian {machine['granian']}, SQLAlchemy {machine['sqlalchemy']}, "
        f"SQLite {machine['sqlite']}, PostgreSQL {machine['postgresql']}. "
        f"{results['rounds']} rounds of {results['seconds']} s for each side, in {results['took_seconds']} s in all.\n"
    )
    return said + "".join(_markdown_table(shown, rows) for shown, rows in _filled(TABLES, results["rows"]))


def _markdown_table(shown: Shown, rows: Iterable[Row]) -> str:
    names = [name for name, _ in shown.columns]
    ruler = ["---" if name in WORDS else "---:" for name in names]
    lines = [names, ruler, *([cell(row) for _, cell in shown.columns] for row in rows)]
    return f"\n{shown.title}:\n\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)
