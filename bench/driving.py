"""Drives a server with wrk, and refuses any answer that is not a success."""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench.serving import Served
from bench.spending import cpu_seconds

SCRIPT = Path(__file__).with_name("wrk.lua")
CONNECTIONS = 8
HOW_TO_GET_IT = "The measurements need wrk, the load generator: on Debian, `apt-get install wrk`."


class BadAnswers(RuntimeError):
    """A measurement in which something went wrong measures nothing."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the driver against one server."""

    requests: int
    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_us: float  # of the server's processes, for each request


def is_missing() -> bool:
    return shutil.which("wrk") is None


def write_requests(path: Path, requests: list[bytes]) -> Path:
    path.write_bytes(b"\0".join(requests))
    return path


def drive(
    served: Served,
    requests: Path,
    seconds: float,
    *,
    connections: int = CONNECTIONS,
    path: str = "",
    pause_ms: int | None = None,
) -> Run:
    """Send requests over so many connections, each its next one as soon as it is answered, or after a pause.

    With a path, all ask for that. Raises :class:`BadAnswers`.
    """
    told_driver = [str(requests), path, *([str(pause_ms)] if pause_ms else [])]
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "-s", str(SCRIPT), served.address, "--"]
    before = cpu_seconds(served.pid)
    ran = subprocess.run([*command, *told_driver], capture_output=True, text=True, check=False)
    spent = cpu_seconds(served.pid) - before
    if ran.returncode != 0 or not ran.stdout:
        raise BadAnswers(f"wrk failed: {ran.stderr or ran.stdout}")
    told = json.loads(ran.stdout.splitlines()[-1])
    count = told["requests"]
    if count == 0 or told["refused"] or told["broken"]:
        raise BadAnswers(f"{requests.name}: of {count} answers {told['refused']} refused, {told['broken']} broken.")
    return Run(count, count / told["microseconds"] * 1e6, told["p50"] / 1e3, told["p99"] / 1e3, spent / count * 1e6)
