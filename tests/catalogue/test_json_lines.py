import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest

from service.catalogue.articles import AccessLevel
from service.catalogue.imports.item import ArticleItem, Defaults, ImportBroken, Item, SkippedItem
from service.catalogue.imports.json_lines import LONGEST_LINE, read_json_lines
from service.catalogue.imports.source import Format, open_source

LEAST = {"slug": "harbour", "title": "Harbour", "section": {"slug": "news", "name": "News"}, "body_html": "<p>One."}


def line(**fields: Any) -> bytes:
    return json.dumps(LEAST | fields).encode() + b"\n"


def read(file: bytes, defaults: Defaults | None = None) -> list[Item]:
    return list(read_json_lines(io.BytesIO(file), defaults or Defaults()))


def test_each_line_is_an_article() -> None:
    first, second = read(line() + line(slug="wall", access_level="free", products=["weekend"]))
    assert isinstance(first, ArticleItem)
    assert (first.where, first.draft.slug) == ("line 1", "harbour")
    assert (first.draft.access_level, first.draft.products) == (AccessLevel.PREMIUM, ("premium",))
    assert isinstance(second, ArticleItem)
    assert (second.draft.access_level, second.draft.products) == (AccessLevel.FREE, ("weekend",))


def test_what_a_line_does_not_say_is_what_the_import_was_told() -> None:
    (found,) = read(line(), Defaults(AccessLevel.REGISTERED, ("weekend",)))
    assert isinstance(found, ArticleItem)
    assert (found.draft.access_level, found.draft.products) == (AccessLevel.REGISTERED, ("weekend",))


def test_bad_lines_are_skipped_with_the_reason_and_the_rest_is_read() -> None:
    file = b"\n".join(
        [
            b"{nonsense}",
            b"",
            b"[1]",
            json.dumps(LEAST | {"slug": "Not a slug"}).encode(),
            json.dumps(LEAST | {"user": 1}).encode(),
            b'{"slug": "\xff"}',
            json.dumps({"slug": "a"}).encode(),
            line().strip(),
        ]
    )
    found = read(file)
    assert [(one.where, getattr(one, "reason", "")[:22]) for one in found] == [
        ("line 1", "It is not valid JSON ("),
        ("line 3", "The line: Input should"),
        ("line 4", "slug: String should ma"),
        ("line 5", "user is not a field of"),
        ("line 6", "It is not valid JSON ("),
        ("line 7", "title is missing."),
        ("line 8", ""),
    ]


def test_a_byte_order_mark_and_windows_line_ends_are_no_trouble() -> None:
    assert len([one for one in read(b"\xef\xbb\xbf" + line() + b"\r\n" + line()) if isinstance(one, ArticleItem)]) == 2


@pytest.mark.parametrize("over", [1, 2, LONGEST_LINE])
def test_a_line_that_is_too_long_is_passed_over(over: int) -> None:
    found = read(b"x" * (LONGEST_LINE + over) + b"\n" + line())
    assert found[0] == SkippedItem("line 1", "It is longer than 4 MB.")
    assert isinstance(found[1], ArticleItem)
    assert read(b"x" * (LONGEST_LINE + over)) == [SkippedItem("line 1", "It is longer than 4 MB.")]


def test_a_line_may_be_as_long_as_that() -> None:
    padded = line().rstrip().ljust(LONGEST_LINE) + b"\n"
    assert isinstance(read(padded)[0], ArticleItem)


def test_a_truncated_file_yields_what_was_whole_and_then_breaks() -> None:
    stream = read_json_lines(io.BytesIO(line() + line()[:-20]), Defaults())
    assert isinstance(next(stream), ArticleItem)
    with pytest.raises(ImportBroken) as broken:
        next(stream)
    assert broken.value.where == "line 2"


def exported(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


WXR = b"<?xml version='1.0'?>\n<rss><channel><item><title>A</title></item></channel></rss>"


@pytest.mark.parametrize(
    ("content", "format"),
    [(WXR, Format.WXR), (b"\xef\xbb\xbf" + WXR, Format.WXR), (b" \n" + line(), Format.JSON_LINES)],
)
@pytest.mark.parametrize("packed", [False, True])
def test_the_format_is_told_by_the_content(tmp_path: Path, content: bytes, format: Format, packed: bool) -> None:
    path = exported(tmp_path / "export", gzip.compress(content, mtime=0) if packed else content)
    source = open_source(path)
    assert source.format is format
    read_so_far: list[int] = []
    assert len(list(source.items(Defaults(), read_so_far.append))) == 1
    assert sum(read_so_far) == source.total
    assert list(source.items(Defaults())) == list(source.items(Defaults()))


@pytest.mark.parametrize("content", [b"", b"a,b", b"[{}]", b"<html>", b"\x00\xff", gzip.compress(b"hello", mtime=0)])
def test_what_is_neither_is_said_to_be(tmp_path: Path, content: bytes) -> None:
    path = exported(tmp_path / "export.xml", content)
    with pytest.raises(ImportBroken) as broken:
        open_source(path)
    assert str(broken.value) == "export.xml: It looks like neither a WordPress export (WXR) nor JSON Lines."


def test_the_format_may_be_said(tmp_path: Path) -> None:
    source = open_source(exported(tmp_path / "export", b"a,b\n"), Format.JSON_LINES)
    assert [type(one) for one in source.items(Defaults())] == [SkippedItem]


@pytest.mark.parametrize("content", [WXR, line() * 3])
def test_a_packed_file_that_breaks_off_says_so(tmp_path: Path, content: bytes) -> None:
    whole = exported(tmp_path / "export.gz", gzip.compress(content, mtime=0))
    source = open_source(whole)
    exported(whole, gzip.compress(content, mtime=0)[:-9])
    with pytest.raises(ImportBroken) as broken:
        list(source.items(Defaults()))
    assert broken.value.why == "The compressed file breaks off."


def test_a_packed_file_that_is_damaged_says_so(tmp_path: Path) -> None:
    path = exported(tmp_path / "export.gz", b"\x1f\x8b" + b"\x00" * 20)
    with pytest.raises(ImportBroken) as broken:
        open_source(path)
    assert broken.value.why.startswith("It cannot be read any further (")


def test_a_file_that_is_not_there_or_goes_away_is_said_to_be_gone(tmp_path: Path) -> None:
    with pytest.raises(ImportBroken):
        open_source(tmp_path / "nothing")
    with pytest.raises(ImportBroken):
        open_source(tmp_path)
    source = open_source(exported(tmp_path / "export", line()))
    source.path.unlink()
    with pytest.raises(ImportBroken) as broken:
        list(source.items(Defaults()))
    assert broken.value.where == "export"
