"""Writes docs/settings.md from the settings themselves: `make docs`."""

from datetime import timedelta
from typing import Any

from service.foundation.settings import Settings

INTRODUCTION = """\
# Settings

Gatefold reads its settings from the environment, and from a file `.env` in the folder it is started in. The defaults
suit development. With `GATEFOLD_ENVIRONMENT=production` it refuses to start while one of them would be unsafe, and
says which. Lengths of time are ISO 8601 (`P60D`, `PT5S`) or seconds.

This page is written from the code by `make docs`.

| setting | default | what it does |
| --- | --- | --- |
"""


def settings_page() -> str:
    return INTRODUCTION + "".join(_row(name, field) for name, field in Settings.model_fields.items())


def _row(name: str, field: Any) -> str:
    return f"| `GATEFOLD_{name.upper()}` | {_shown(name, field.default)} | {field.description} |\n"


def _shown(name: str, default: object) -> str:
    if default is None:
        return "unset"
    if name == "secret_keys":
        return "a development key"
    if isinstance(default, timedelta):
        return f"`PT{int(default.total_seconds())}S`" if default.days == 0 else f"`P{default.days}D`"
    return f"`{default}`"


if __name__ == "__main__":
    print(settings_page(), end="")
