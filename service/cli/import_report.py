"""What an import tells: a line for each item it skipped, a report of all of them, and the sums."""

import json
from collections import Counter
from typing import TextIO

import click

from service.catalogue.importer import Fate, Outcome
from service.cli.showing import said, show_facts


class ImportReport:
    """Told of each item once what became of it is certain."""

    def __init__(self, lines: TextIO | None, *, dry_run: bool) -> None:
        self._lines = lines
        self._dry_run = dry_run
        self._counts: Counter[Fate] = Counter()

    def tell(self, outcome: Outcome) -> None:
        self._counts[outcome.fate] += 1
        if self._lines:
            facts = {"item": outcome.where, "fate": outcome.fate, "slug": outcome.slug, "reason": outcome.reason}
            self._lines.write(json.dumps(facts) + "\n")
        if outcome.fate is Fate.SKIPPED:
            click.echo(said(f"Skipped {outcome.where}: {outcome.reason}"))

    def sum_up(self) -> None:
        show_facts({fate.capitalize(): self._counts[fate] for fate in Fate})
        if self._dry_run:
            click.echo("This was a dry run: nothing was stored.")

    def what_stands(self) -> str:
        """How far an import came that did not come to its end."""
        if self._dry_run:
            return "Nothing was stored, as this was a dry run."
        items = self._counts.total()
        return (
            f"The {items:,} item{'s'[: items != 1]} before that are done and stored as told; "
            "run the same command again to go on."
        )
