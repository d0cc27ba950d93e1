"""The tables that the figures are shown in: which rows, and which columns."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Shown:
    """A table: the cases whose rows it has, and its columns."""

    title: str
    cases: tuple[str, ...]
    columns: tuple[tuple[str, Callable[[Row], str]], ...]

    def rows_of(self, rows: Iterable[Row]) -> list[Row]:
        return [row for row in rows if row["case"] in self.cases]


def _figure(key: str, form: str = "") -> Callable[[Row], str]:
    """A row's figure in this form; a dash where the row has none."""
    return lambda row: NOTHING if row.get(key) is None else f"{row[key]:{form}}"


def _span(row: Row) -> str:
    return f"{row['low']:.2f}–{row['high']:.2f}"


STORE, READERS = ("database", _figure("store")), ("readers", _figure("readers", ","))
RATIO, SPAN = ("ratio", _figure("ratio", ".2f")), ("low–high", _span)
P50, P99 = ("p50 ms", _figure("p50_ms", ".2f")), ("p99 ms", _figure("p99_ms", ".2f"))

TABLES = (
    Shown(
        "Requests a second over those of a constant",
        ("check", "batch", "body", "gate", "sign-in"),
        (
            ("case", _figure("case")),
            STORE,
            READERS,
            RATIO,
            SPAN,
            ("per second", _figure("per_second", ",")),
            ("constant", _figure("constant_per_second", ",")),
            P50,
            P99,
            ("alone ms", _figure("alone_ms", ".2f")),
            ("CPU µs", _figure("cpu_us", ",.0f")),
            ("constant's", _figure("constant_cpu_us", ",.0f")),
            ("database's", _figure("database_cpu_us", ",.0f")),
            ("octets", _figure("answer_octets", ",")),
            ("own MB", _figure("own_mb", ".0f")),
            ("resident MB", _figure("resident_mb", ".0f")),
        ),
    ),
    Shown(
        "With more readers, over with fewer",
        ("growth",),
        (
            ("case", _figure("of")),
            STORE,
            READERS,
            ("against", _figure("against_readers", ",")),
            RATIO,
            SPAN,
        ),
    ),
    Shown(
        "The check's p99 during a flood of sign-ins, over that before it",
        ("flood",),
        (
            ("case", _figure("case")),
            STORE,
            READERS,
            RATIO,
            SPAN,
            ("p99 ms", _figure("p99_ms", ".2f")),
            ("idle p99", _figure("idle_p99_ms", ".2f")),
            ("p50 ms", _figure("p50_ms", ".2f")),
            ("idle p50", _figure("idle_p50_ms", ".2f")),
            ("checks a s", _figure("per_second", ",")),
            ("idle checks", _figure("idle_per_second", ",")),
            ("sign-ins a s", _figure("answered_per_second", ",")),
            ("hashed", _figure("hashed_per_second", ".0f")),
            ("503", _figure("refused_per_second", ".0f")),
            ("honest let in", lambda row: f"{row['honest_let_in']} of {row['honest_tried']}"),
            ("after s", _figure("honest_median_s", ".1f")),
            ("at most", _figure("honest_longest_s", ".1f")),
        ),
    ),
    Shown(
        "Bodies sent to requests that came after a revocation",
        ("revocation",),
        (
            ("case", _figure("case")),
            STORE,
            READERS,
            ("workers", _figure("workers")),
            ("revocations", _figure("revocations", ",")),
            ("bodies before", _figure("bodies_before", ",")),
            ("tries after", _figure("tries", ",")),
            ("bodies after", _figure("late_bodies", ",")),
        ),
    ),
    Shown(
        "The databases",
        ("database",),
        (
            STORE,
            READERS,
            ("filled in s", _figure("filled_seconds", ".1f")),
            ("size MB", _figure("size_mb", ",.0f")),
            ("ready after s", _figure("ready_seconds", ".2f")),
            ("statements a check", _figure("statements", "g")),
            ("rows written a check", _figure("rows_written", "g")),
        ),
    ),
)


def in_a_line(row: Row) -> str:
    """A row while others are still being measured."""
    about = f"{row.get('of', '')} {row['case']} on {row['store']}, {row['readers']:,} readers:".lstrip()
    match row["case"]:
        case "database":
            return f"{about} filled in {row['filled_seconds']} s, ready after {row['ready_seconds']} s"
        case "revocation":
            return f"{about} {row['late_bodies']} bodies in {row['tries']:,} tries"
    return f"{about} {row['ratio']:.3f} ({row['low']:.3f}–{row['high']:.3f})"
