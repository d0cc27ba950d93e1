"""Structured logs: JSON lines, or aligned columns on a terminal.

Values are quoted by the renderers, so a newline in one cannot forge an entry. Tokens and
passwords are never passed to a logger, and keys of such names are masked in case.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

# As they are given out: a link whose question mark was garbled on its way is all path, and paths are logged.
GIVEN_OUT = re.compile(r"(gf[st]|gf_live|gf_test)_[\w-]{20,}")
MASKED = frozenset({"password", "token", "secret", "key", "session", "ticket", "cookie", "authorization"})


def configure_logs(*, level: str = "INFO") -> None:
    rendering: list[structlog.typing.Processor] = (
        [
            escape_controls,
            structlog.dev.ConsoleRenderer(event_key="event", exception_formatter=structlog.dev.plain_traceback),
        ]
        if sys.stderr.isatty()
        else [structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            mask_secrets,
            *rendering,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def mask_secrets(_logger: object, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in entry.items():
        if name in MASKED:
            entry[name] = "…"
        elif isinstance(value, str):
            entry[name] = GIVEN_OUT.sub(r"\1_…", value)
    return entry


def escape_controls(_logger: object, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Write out what would move a terminal's cursor or colour its text. A trace keeps its lines."""
    for name, value in entry.items():
        if isinstance(value, str):
            kept = "\n" if name == "exception" else ""
            entry[name] = "".join(c if c.isprintable() or c == kept else repr(c)[1:-1] for c in value)
    return entry
