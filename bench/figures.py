"""Shows the figures: as a table on the terminal, as JSON, and in docs/performance.md between two markers."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "performance.md"
RECORD = ROOT / "bench" / "results.json"
BEGIN, END = "<!-- figures: written by `make bench ARGS=--record` -->", "<!-- end of figures -->"

WIDTH = 184  # of all columns: better that a narrow terminal wraps lines than that figures are cut

Results = dict[str, Any]

COLUMNS = (
    ("case", lambda row: row["case"]),
    ("database", lambda row: row["store"]),
    ("readers", lambda row: f"{row['readers']:,}"),
    ("ratio", lambda row: f"{row['ratio']:.3f}"),
    ("low–high", lambda row: f"{row['low']:.3f}–{row['high']:.3f}"),
    ("per second", lambda row: f"{row['per_second']:,}"),
    ("constant", lambda row: f"{row['constant_per_second']:,}"),
    ("p50 ms", lambda row: f"{row['p50_ms']:.2f}"),
    ("p99 ms", lambda row: f"{row['p99_ms']:.2f}"),
    ("alone ms", lambda row: f"{row['alone_ms']:.2f}"),
    ("CPU µs", lambda row: f"{row['cpu_us']:,}"),
    ("constant's", lambda row: f"{row['constant_cpu_us']:,}"),
    ("database's", lambda row: f"{row['database_cpu_us']:,}"),
    ("octets", lambda row: f"{row['answer_octets']:,}"),
    ("worker MB", lambda row: f"{row['own_mb']:.0f}"),
)
DATABASE_COLUMNS = (
    ("database", lambda row: row["store"]),
    ("readers", lambda row: f"{row['readers']:,}"),
    ("filled in s", lambda row: f"{row['filled_seconds']:.1f}"),
    ("size MB", lambda row: f"{row['size_mb']:,.0f}"),
    ("ready after s", lambda row: f"{row['ready_seconds']:.2f}"),
    ("statements a check", lambda row: f"{row['statements']:g}"),
    ("rows written a check", lambda row: f"{row['rows_written']:g}"),
)


def show(results: Results) -> None:
    console = Console(width=WIDTH)
    for title, columns, rows in _tables(results):
        table = Table(title=title, title_justify="left")
        for place, (name, _) in enumerate(columns):
            table.add_column(name, justify="left" if place < 2 else "right", no_wrap=True)
        for row in rows:
            table.add_row(*(shown(row) for _, shown in columns))
        console.print(table)


def write_results(results: Results, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent=2) + "\n")


def write_page(results: Results, page: Path = PAGE) -> None:
    """Put the figures in place of those that stand between the page's markers."""
    text = page.read_text()
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} has lost the markers that its figures stand between.")
    page.write_text(f"{before}{BEGIN}\n\n{_markdown(results)}\n{END}{after}")


def _tables(results: Results) -> list[tuple[str, Any, list[dict[str, Any]]]]:
    return [
        ("Requests a second over those of a constant", COLUMNS, results["rows"]),
        ("The databases", DATABASE_COLUMNS, results["databases"]),
    ]


def _markdown(results: Results) -> str:
    machine = results["machine"]
    said = (
        f"Measured on {machine['measured_on']}: {machine['processor']}, {machine['cores']} cores, "
        f"{machine['memory_gb']} GB, {machine['system']}, Python {machine['python']}, "
        f"Flask {machine['flask']}, Granian {machine['granian']}, SQLAlchemy {machine['sqlalchemy']}, "
        f"SQLite {machine['sqlite']}, PostgreSQL {machine['postgresql']}. "
        f"{results['rounds']} rounds of {results['seconds']} s for each side, in {results['took_seconds']} s in all.\n"
    )
    return said + "".join(_markdown_table(columns, rows) for _, columns, rows in _tables(results))


def _markdown_table(columns: Any, rows: Iterable[dict[str, Any]]) -> str:
    names = [name for name, _ in columns]
    ruler = ["---" if place < 2 else "---:" for place in range(len(names))]
    lines = [names, ruler, *([shown(row) for _, shown in columns] for row in rows)]
    return "\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)
