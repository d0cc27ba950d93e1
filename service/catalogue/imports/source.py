"""A file to import from: its format, its size, and how far it has been read."""

import gzip
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, cast

from service.catalogue.imports.item import UNREADABLE, Defaults, ImportBroken, Items, told
from service.catalogue.imports.json_lines import read_json_lines
from service.catalogue.imports.wxr import PASSES, read_wxr

OnRead = Callable[[int], None]
_GZIP = b"\x1f\x8b"
_SNIFFED = 1 << 16


class Format(StrEnum):
    WXR = "wxr"
    JSON_LINES = "jsonl"


@dataclass(frozen=True, slots=True)
class ImportSource:
    path: Path
    format: Format
    total: int  # bytes that will be read; WordPress exports are read twice

    def items(self, defaults: Defaults, on_read: OnRead | None = None) -> Items:
        """Every item, in the file's order; `on_read` is told the number of bytes at each read from the disk.

        Raises `ImportBroken` after what could be read.
        """
        try:
            if self.format is Format.WXR:
                yield from read_wxr(partial(_opened, self.path, on_read), defaults)
            else:
                with _opened(self.path, on_read) as stream:
                    yield from read_json_lines(stream, defaults)
        except OSError as fault:
            raise ImportBroken(self.path.name, told(fault)) from fault


def open_source(path: Path, format: Format | None = None) -> ImportSource:
    """Finds out what the file holds, unless it is said. Plain or gzipped. Raises `ImportBroken`."""
    try:
        with _opened(path) as stream:
            format = format or _format_of(stream.read(_SNIFFED))
        size = path.stat().st_size
    except UNREADABLE as fault:
        raise ImportBroken(path.name, told(fault)) from fault
    if format is None:
        raise ImportBroken(path.name, "It looks like neither a WordPress export (WXR) nor JSON Lines.")
    return ImportSource(path, format, size * (PASSES if format is Format.WXR else 1))


def _format_of(beginning: bytes) -> Format | None:
    text = beginning.decode("utf-8-sig", errors="ignore").lstrip()
    if text.startswith("{"):
        return Format.JSON_LINES
    return Format.WXR if text.startswith("<") and "<rss" in text else None


@contextmanager
def _opened(path: Path, on_read: OnRead | None = None) -> Iterator[BinaryIO]:
    with io.BufferedReader(_Tallied(path, on_read), 1 << 18) as stream:
        if stream.peek(2).startswith(_GZIP):
            with gzip.GzipFile(fileobj=stream) as unpacked:
                yield cast(BinaryIO, unpacked)
        else:
            yield cast(BinaryIO, stream)


class _Tallied(io.FileIO):
    """A file that tells how much is read of it, so that the progress of a compressed one is known as well."""

    def __init__(self, path: Path, on_read: OnRead | None) -> None:
        super().__init__(path, "rb")
        self._on_read = on_read

    def readinto(self, buffer: Any) -> int | None:
        count = super().readinto(buffer)
        if self._on_read:
            self._on_read(count or 0)
        return count
