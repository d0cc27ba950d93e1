"""Serves better-auth with readers who are signed in, and sees that it answers what is to be measured."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from bench.driving import BadAnswers
from bench.population import Population
from bench.serving import Served, serving

NODE = ("-c", "import os, sys; os.execvp('node', ['node', *sys.argv[1:]])")  # in the place of this Python
TRIED = 50  # sessions asked for before anything is measured


@dataclass(frozen=True, slots=True)
class BetterAuth:
    served: Served
    cookies: list[str]  # one of each session

    def draw(self, count: int, seed: int) -> list[bytes]:
        random = Random(f"better-auth {seed}")
        return [self._request("GET", "get-session", random.choice(self.cookies)) for _ in range(count)]

    def check(self, cookie: str) -> Any:
        """The session and its reader; None for nobody."""
        status, answer = self.served.ask(self._request("GET", "get-session", cookie))
        if status != 200:
            raise BadAnswers(f"better-auth answered a check with {status}: {answer[:500]!r}")
        return json.loads(answer)

    def sign_out(self, cookie: str) -> None:
        status, answer = self.served.ask(self._request("POST", "sign-out", cookie))
        if status != 200:
            raise BadAnswers(f"better-auth answered a sign-out with {status}: {answer[:500]!r}")

    def _request(self, method: str, path: str, cookie: str) -> bytes:
        lines = [f"{method} /api/auth/{path} HTTP/1.1", "Host: 127.0.0.1", f"Cookie: {cookie}"]
        if method == "POST":
            lines += [f"Origin: {self.served.address}", "Content-Length: 0"]
        return "\r\n".join(lines).encode() + b"\r\n\r\n"


@contextmanager
def serving_better_auth(program: Path, population: Population, port: int, folder: Path) -> Iterator[BetterAuth]:
    """One process, with as many readers and sessions. Raises :class:`BadAnswers` where its checks are not true ones."""
    sizes = (str(population.readers), str(population.sessions + 1))  # and one to sign out
    command = (*NODE, str(program), str(port), str(folder), *sizes)
    with serving(command, port, "/api/auth/ok", {"NODE_ENV": "production"}, folder / "better-auth.log") as served:
        *cookies, spare = (folder / "cookies").read_text().splitlines()
        peer = BetterAuth(served, cookies)
        _require_true_checks(peer, spare)
        yield peer


def _require_true_checks(peer: BetterAuth, spare: str) -> None:
    for cookie in Random("tried").sample(peer.cookies, TRIED):
        found = peer.check(cookie)
        if not found or found["session"]["userId"] != found["user"]["id"]:
            raise BadAnswers(f"better-auth does not know a reader who is signed in: {found}")
    token, _, _ = peer.cookies[0].rpartition(".")
    _, _, signature = peer.cookies[1].rpartition(".")
    if peer.check(f"{token}.{signature}") is not None:
        raise BadAnswers("better-auth takes a cookie with the signature of another.")
    peer.sign_out(spare)
    if peer.check(spare) is not None:
        raise BadAnswers("better-auth knows a session that was signed out: it has not asked its database.")
