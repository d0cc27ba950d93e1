"""Installs better-auth from npm, at the versions that the lock beside this names."""

import json
import shutil
import subprocess
from pathlib import Path

from bench.serving import ROOT

SOURCES = Path(__file__).parent
INSTALLED = ROOT / "var" / "peers" / "better-auth"
NPM_CI = ("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")


class CannotInstall(RuntimeError):
    """npm did not bring what better-auth needs."""


def what_is_missing() -> str | None:
    missing = [program for program in ("node", "npm") if shutil.which(program) is None]
    if not missing:
        return None
    return f"better-auth needs {' and '.join(missing)}: install Node.js 20.19 or later, with npm."


def install() -> Path:
    """The program that serves better-auth. npm is asked the first time only. Raises :class:`CannotInstall`.

    Where npm finds no SQLite made ready for this machine, it makes it, which takes a C++ compiler and a minute.
    """
    if not _is_installed():
        shutil.rmtree(INSTALLED, ignore_errors=True)
        INSTALLED.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(SOURCES / name, INSTALLED)
        ran = subprocess.run(NPM_CI, cwd=INSTALLED, capture_output=True, text=True, check=False)
        if ran.returncode != 0:
            raise CannotInstall(f"npm could not install better-auth:\n{ran.stderr.strip()}")
    return Path(shutil.copy(SOURCES / "server.mjs", INSTALLED))  # its imports are looked for beside it


def versions() -> dict[str, str]:
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
    pinned: dict[str, str] = json.loads((SOURCES / "package.json").read_text())["dependencies"]
    return {"node": node.stdout.strip().removeprefix("v"), **pinned}


def _is_installed() -> bool:
    """npm leaves a lock of its own once all is there."""
    if not (INSTALLED / "node_modules" / ".package-lock.json").exists():
        return False
    return (INSTALLED / "package-lock.json").read_bytes() == (SOURCES / "package-lock.json").read_bytes()
