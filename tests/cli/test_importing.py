"""`gatefold import`: what it stores, what it tells, and what is left when it is stopped."""

import gzip
import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DataError

from service.catalogue.importer import BATCH
from service.catalogue.store import article_bodies, articles
from service.cli import importing
from service.foundation import backends, sqlite
from service.foundation.database import Database
from tests.cli.conftest import CommandLine
from tests.support.databases import postgresql_only, sqlite_only

WXR = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
     xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:dc="http://purl.org/dc/elements/1.1/"
     xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>Harbour News</title><wp:wxr_version>1.2</wp:wxr_version>
{items}
</channel></rss>
"""
ITEM = """<item><title>{title}</title><content:encoded><![CDATA[<p>{body}</p>]]></content:encoded>
<excerpt:encoded><![CDATA[]]></excerpt:encoded><wp:post_id>{number}</wp:post_id>
<wp:post_date_gmt>2026-01-02 03:04:05</wp:post_date_gmt><wp:post_name>{slug}</wp:post_name>
<wp:status>publish</wp:status><wp:post_type>{kind}</wp:post_type>
<category domain="category" nicename="harbour"><![CDATA[Harbour]]></category></item>"""


def story(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "slug": f"story-{number}",
        "title": f"Story {number}",
        "section": {"slug": "harbour", "name": "Harbour"},
        "body_html": f"<p>Ferry {number} left.</p>",
        "published_at": "2026-01-02T03:04:05Z",
        **fields,
    }


def write_stories(path: Path, stories: Iterable[dict[str, Any]]) -> Path:
    with path.open("w") as file:
        file.writelines(json.dumps(story) + "\n" for story in stories)
    return path


@pytest.fixture
def stories(daily: CommandLine) -> Path:
    """Five stories in JSON Lines."""
    return write_stories(daily.folder / "stories.jsonl", map(story, range(5)))


def stored(database: Database) -> dict[str, str]:
    with database.reading() as connection:
        bodies = select(articles.c.slug, article_bodies.c.body_html).join(article_bodies)
        return {row.slug: row.body_html for row in connection.execute(bodies)}


def sums(output: str) -> dict[str, int]:
    lines = (line.split("\t") for line in output.splitlines())
    return {line[0]: int(line[1]) for line in lines if len(line) == 2}


def test_articles_are_stored_and_counted(daily: CommandLine, stories: Path, database: Database) -> None:
    said = daily("import", stories, "--site", "daily").stdout
    assert sums(said) == {"Created": 5, "Updated": 0, "Unchanged": 0, "Skipped": 0}
    assert stored(database) == {f"story-{number}": f"<p>Ferry {number} left.</p>" for number in range(5)}


def test_importing_again_doubles_nothing_and_updates_what_changed(
    daily: CommandLine, stories: Path, database: Database
) -> None:
    daily("import", stories, "--site", "daily")
    write_stories(stories, [story(0), story(1, title="Changed"), story(2), story(7)])
    again = sums(daily("import", stories, "--site", "daily").stdout)
    assert again == {"Created": 1, "Updated": 1, "Unchanged": 2, "Skipped": 0}
    assert len(stored(database)) == 6


@pytest.mark.parametrize("packed", [False, True])
def test_a_wordpress_export_is_known_by_its_look(daily: CommandLine, database: Database, packed: bool) -> None:
    items = [
        ITEM.format(number=1, title="One", slug="one", kind="post", body="First."),
        ITEM.format(number=2, title="About\x9b us", slug="about", kind="page", body="Second."),
    ]
    text = WXR.format(items="\n".join(items)).encode()
    file = daily.folder / "export"
    file.write_bytes(gzip.compress(text) if packed else text)
    said = daily("import", file, "--site", "daily").stdout
    assert sums(said)["Created"] == 1
    assert "Skipped item 2: About" in said
    assert "\x9b" not in said
    assert list(stored(database)) == ["one"]


def test_what_the_file_leaves_open_is_as_told(daily: CommandLine, stories: Path, database: Database) -> None:
    write_stories(stories, [story(1), story(2, access_level="free", products=["archive"])])
    daily("import", stories, "--site", "daily", "--access-level", "registered", "--product", "a", "--product", "b")
    with database.reading() as connection:
        rows = connection.execute(select(articles.c.access_level, articles.c.products).order_by(articles.c.slug)).all()
    assert [tuple(row) for row in rows] == [("registered", ["a", "b"]), ("free", ["archive"])]


def test_a_dry_run_tells_what_would_happen_and_stores_nothing(
    daily: CommandLine, stories: Path, database: Database
) -> None:
    daily("import", stories, "--site", "daily")
    before = stored(database)
    write_stories(stories, [story(0), story(1, title="Changed"), story(7)])
    said = daily("import", stories, "--site", "daily", "--dry-run").stdout
    assert sums(said) == {"Created": 1, "Updated": 1, "Unchanged": 1, "Skipped": 0}
    assert "nothing was stored" in said
    assert stored(database) == before


def test_the_report_tells_of_each_item(daily: CommandLine, stories: Path) -> None:
    write_stories(stories, [story(0), story(1, title=""), story(0)])
    report = daily.folder / "report.jsonl"
    said = daily("import", stories, "--site", "daily", "--report", report).stdout
    assert "Skipped line 2: title is empty." in said
    assert [json.loads(line) for line in report.read_text().splitlines()] == [
        {"item": "line 1", "fate": "created", "slug": "story-0", "reason": None},
        {"item": "line 2", "fate": "skipped", "slug": None, "reason": "title is empty."},
        {"item": "line 3", "fate": "unchanged", "slug": "story-0", "reason": None},
    ]


def test_the_report_does_not_overwrite_what_is_imported(daily: CommandLine, stories: Path) -> None:
    before = stories.read_text()
    said = daily("import", stories, "--site", "daily", "--report", stories, status=2).stderr
    assert "the file to import from" in said
    assert stories.read_text() == before


def test_a_report_that_cannot_be_written_is_told(daily: CommandLine, stories: Path) -> None:
    said = daily("import", stories, "--site", "daily", "--report", "no/such/report.jsonl", status=1).stderr
    assert "no/such/report.jsonl: No such file or directory." in said


def test_a_site_that_is_not_there_gets_nothing(daily: CommandLine, stories: Path, database: Database) -> None:
    assert "There is no site weekly" in daily("import", stories, "--site", "weekly", status=1).stderr
    assert stored(database) == {}


@sqlite_only
def test_what_is_no_export_is_told(daily: CommandLine) -> None:
    file = daily.folder / "notes.txt"
    file.write_text("Dear diary")
    assert (
        "neither a WordPress export (WXR) nor JSON Lines" in daily("import", file, "--site", "daily", status=1).stderr
    )
    said = daily("import", file, "--site", "daily", "--format", "wxr", status=1).stderr
    assert "notes.txt broke off" in said
    daily("import", daily.folder / "none", "--site", "daily", status=2)
    daily("import", daily.folder, "--site", "daily", status=2)


def test_of_a_file_that_breaks_off_what_was_whole_is_imported(
    daily: CommandLine, stories: Path, database: Database
) -> None:
    stories.write_text(stories.read_text()[:-20])
    failed = daily("import", stories, "--site", "daily", status=1)
    assert sums(failed.stdout)["Created"] == 4
    assert "stories.jsonl broke off: line 5:" in failed.stderr
    assert "The 4 items before that are done and stored as told" in failed.stderr
    assert len(stored(database)) == 4


def test_an_article_that_the_database_refuses_is_skipped_and_the_rest_is_stored(
    daily: CommandLine, stories: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = importing.save_article

    def refusing(connection: Any, site_id: str, prepared: Any, now: Any) -> Any:
        if prepared.draft.slug == "story-3":
            raise DataError("INSERT", {}, Exception("a body"))
        return save(connection, site_id, prepared, now)

    monkeypatch.setattr(importing, "save_article", refusing)
    said = daily("import", stories, "--site", "daily").stdout
    assert "Skipped line 4: The catalogue could not take it (DataError)." in said
    assert len(stored(database)) == 4


@sqlite_only
def test_a_locked_database_is_told_and_nothing_is_half_done(
    daily: CommandLine, stories: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backends, "BUSY_SECONDS", 0.1)
    with closing(sqlite3.connect(database.url.database or "")) as other:
        other.execute("BEGIN IMMEDIATE")
        failed = daily("import", stories, "--site", "daily", status=1)
    assert "is locked" in failed.stderr
    assert "The 0 items before that" in failed.stderr
    assert stored(database) == {}
    daily("import", stories, "--site", "daily")
    assert len(stored(database)) == 5


@sqlite_only
def test_a_full_disk_is_told_and_nothing_is_half_done(
    daily: CommandLine, stories: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_stories(stories, [story(number, body_html=f"<p>{'x' * 20_000}</p>") for number in range(3 * BATCH)])
    prepare = sqlite.prepare

    def small(connection: sqlite3.Connection, record: object) -> None:
        prepare(connection, record)
        connection.execute("PRAGMA max_page_count = 900")

    monkeypatch.setattr(sqlite, "prepare", small)
    failed = daily("import", stories, "--site", "daily", status=1)
    assert "its disk is full" in failed.stderr
    told = sums(failed.stdout)["Created"]
    assert told == len(stored(database)) == BATCH
    assert f"The {BATCH} items before that" in failed.stderr


@postgresql_only
def test_a_database_that_goes_away_is_told(
    daily: CommandLine, stories: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare = importing.prepare_article

    def cutting(draft: Any) -> Any:
        with database.writing() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        return prepare(draft)

    monkeypatch.setattr(importing, "prepare_article", cutting)
    failed = daily("import", stories, "--site", "daily", status=1)
    assert "does not answer" in failed.stderr
    assert stored(database) == {}


def test_an_interrupt_between_batches_tells_how_far_it_came(
    daily: CommandLine, stories: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_stories(stories, map(story, range(BATCH + 5)))
    save = importing.Saver.save

    def save_full_batches(self: Any, drafts: Any) -> Any:
        if len(drafts) < BATCH:
            raise KeyboardInterrupt
        return save(self, drafts)

    monkeypatch.setattr(importing.Saver, "save", save_full_batches)
    failed = daily("import", stories, "--site", "daily", status=130)
    assert f"Interrupted. The {BATCH} items before that are done" in failed.stderr
    assert sums(failed.stdout)["Created"] == BATCH == len(stored(database))


def test_an_interrupted_dry_run_says_that_nothing_was_stored(
    daily: CommandLine, stories: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "import_items", Mock(side_effect=KeyboardInterrupt))
    said = daily("import", stories, "--site", "daily", "--dry-run", status=130).stderr
    assert "Nothing was stored, as this was a dry run." in said


@sqlite_only
def test_on_a_terminal_there_is_a_bar(daily: CommandLine, stories: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "on_terminal", lambda stream=None: True)
    size = stories.stat().st_size
    assert f"{size}/{size} bytes" in daily("import", stories, "--site", "daily").stderr


def test_ctrl_c_in_the_middle_of_a_long_import_keeps_what_was_told_and_the_next_run_goes_on(
    daily: CommandLine, database: Database
) -> None:
    count = 3000
    file = write_stories(daily.folder / "long.jsonl", map(story, range(count)))
    report = daily.folder / "report.jsonl"
    process = daily.start("import", file, "--site", "daily", "--report", report)
    while process.poll() is None and len(stored(database)) < 3 * BATCH:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    printed, complained = process.communicate(timeout=60)
    assert process.returncode == 130, complained
    assert "run the same command again to go on" in complained
    told, kept = sums(printed)["Created"], stored(database)
    assert 3 * BATCH <= len(kept) < count
    assert 0 <= len(kept) - told <= BATCH  # a batch may have been stored and not told of
    assert {json.loads(line)["slug"] for line in report.read_text().splitlines()} <= kept.keys()
    again = sums(daily.run("import", file, "--site", "daily").stdout)
    assert again == {"Created": count - len(kept), "Updated": 0, "Unchanged": len(kept), "Skipped": 0}
    assert len(stored(database)) == count


@sqlite_only
def test_a_long_import_takes_little_memory(daily: CommandLine, database: Database) -> None:
    def long_stories() -> Iterator[dict[str, Any]]:
        paragraph = "The ferry left at dawn, and nobody saw it come back. " * 20
        for number in range(3000):
            yield story(number, body_html=f"<p>{number} {paragraph}</p>" * 20)

    file = write_stories(daily.folder / "long.jsonl", long_stories())
    assert file.stat().st_size > 60_000_000
    measured = (
        "from pathlib import Path\n"
        "from service.cli import gatefold\n"
        f"gatefold(['import', {str(file)!r}, '--site', 'daily'], standalone_mode=False)\n"
        "[peak] = [line for line in Path('/proc/self/status').read_text().splitlines() if 'VmHWM' in line]\n"
        "print(peak.split()[1])"
    )
    imported = subprocess.run([sys.executable, "-c", measured], check=True, capture_output=True, text=True)
    assert int(imported.stdout.split()[-1]) < 200_000  # kilobytes
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(articles)).scalar_one() == 3000
