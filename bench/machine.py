"""The machine that a measurement was made on: a figure without it says little."""

import os
import platform
import sqlite3
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from tests.support.postgres import find_binaries


def describe_machine() -> dict[str, object]:
    return {
        "measured_on": datetime.now(UTC).date().isoformat(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "postgresql": _postgresql(),
        **{name: version(name) for name in ("flask", "granian", "sqlalchemy", "psycopg")},
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()


def _postgresql() -> str | None:
    if not (binaries := find_binaries()):
        return None
    said = subprocess.run([str(binaries / "postgres"), "--version"], capture_output=True, text=True, check=False)
    return said.stdout.split()[-1] if said.returncode == 0 else None
