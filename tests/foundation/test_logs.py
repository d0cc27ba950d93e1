"""Logs: one line an entry, whatever is in it, and no secret."""

import io
import json
import sys

import pytest
import structlog

from service.foundation.logs import MASKED, configure_logs
from service.foundation.secrets import new_secret

HOSTILE = 'a\n{"event": "forged", "level": "info"}\r\n\x1b[31mred\u2028line\0'


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(params=[io.StringIO, Terminal], ids=["in a file", "on a terminal"])
def written(request, monkeypatch):
    stream = request.param()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logs()
    return stream


def test_a_newline_cannot_forge_an_entry(written):
    structlog.get_logger().info("request", path=HOSTILE)
    lines = written.getvalue().splitlines()
    assert len([line for line in lines if line.strip()]) == 1
    assert "\x1b[31mred" not in written.getvalue()


@pytest.mark.parametrize("hostile", ["/\x1b[2J", "/\x9b31mred", "/\x08\x08\x08", "/a\u202eb"], ids=ascii)
def test_a_path_cannot_command_the_terminal(written, hostile):
    structlog.get_logger().info("request", path=hostile)
    assert hostile not in written.getvalue()


@pytest.mark.parametrize("name", sorted(MASKED))
def test_a_secret_passed_by_mistake_is_masked(written, name):
    structlog.get_logger().info("request", **{name: "hush-hush"})
    assert "hush-hush" not in written.getvalue()
    assert "…" in written.getvalue() or "\\u2026" in written.getvalue()


@pytest.mark.parametrize("prefix", ["gfs", "gft", "gf_live", "gf_test"])
def test_a_secret_that_came_in_a_path_is_masked(written, prefix):
    token = new_secret(prefix).token
    structlog.get_logger().info("request", path=f"/recover/reset?ticket={token}")
    try:
        raise ValueError(token)
    except ValueError:
        structlog.get_logger().exception("fault")
    assert token not in written.getvalue()
    assert f"/recover/reset?ticket={prefix}_" in written.getvalue()


def test_an_entry_in_a_file_is_json_with_its_time_in_utc(monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logs()
    structlog.get_logger().warning("sightings_not_written", count=3)
    entry = json.loads(stream.getvalue())
    assert (entry["event"], entry["level"], entry["count"]) == ("sightings_not_written", "warning", 3)
    assert entry["timestamp"].endswith("Z")


def test_a_fault_is_logged_in_one_entry(monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logs()
    try:
        raise ValueError(HOSTILE)
    except ValueError:
        structlog.get_logger().exception("fault")
    assert len(stream.getvalue().strip().split("\n")) == 1
    assert "ValueError" in json.loads(stream.getvalue())["exception"]


def test_what_is_below_the_level_is_not_written(monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logs(level="WARNING")
    structlog.get_logger().info("request")
    assert stream.getvalue() == ""
