"""A flood: requests sent at a steady pace over many connections, whatever becomes of them."""

import json
import signal
import subprocess
from collections import Counter
from pathlib import Path

from bench.driving import BadAnswers
from bench.serving import Served

SCRIPT = Path(__file__).with_name("flood.lua")
CONNECTIONS = 64
AT_MOST_SECONDS = 600
NO_ANSWER = 0  # counted in place of a status


class Flood:
    """Pours until its block ends; after it, ``statuses`` and ``seconds`` tell of it."""

    def __init__(self, served: Served, requests: Path, per_second: float) -> None:
        self.statuses: Counter[int] = Counter()
        self.seconds = 0.0
        told_driver = [str(requests), str(per_second)]
        options = ["-t1", f"-c{CONNECTIONS}", f"-d{AT_MOST_SECONDS}s", "-s", str(SCRIPT)]
        self._command = ["wrk", *options, served.address, "--", *told_driver]

    def __enter__(self) -> "Flood":
        self._wrk = subprocess.Popen(self._command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return self

    def __exit__(self, *_exc: object) -> None:
        """Raises :class:`BadAnswers` where there was no flood."""
        self._wrk.send_signal(signal.SIGINT)  # it tells what it did then
        said, _ = self._wrk.communicate()
        if self._wrk.returncode != 0:
            raise BadAnswers(f"wrk failed ({self._wrk.returncode}): {said}")
        told = json.loads(said.splitlines()[-1])
        self.seconds = told["microseconds"] / 1e6
        self.statuses = Counter({int(status): times for status, times in told["statuses"].items()})
        self.statuses[NO_ANSWER] += told["broken"]
