"""What is measured: each case's requests, for readers and articles drawn at random."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from bench.names import KEY, access_level_of, entitled, session_token, slug_of
from bench.population import Population
from service.catalogue.articles import AccessLevel

BATCH = 20
SESSION_COOKIE = "__Host-gatefold_session"  # as in production

Draw = Callable[[Population, Random], bytes]


@dataclass(frozen=True, slots=True)
class Case:
    """One thing a front end asks, and how to draw a request for it."""

    name: str
    about: str
    draw: Draw
    drawn_a_second: int = 40_000  # more than are answered, so that none comes twice in a round

    def requests(self, population: Population, seconds: int, seed: int) -> list[bytes]:
        """Enough for a round of so many seconds."""
        return self.draw_many(population, self.drawn_a_second * seconds, seed)

    def draw_many(self, population: Population, count: int, seed: int) -> list[bytes]:
        random = Random(f"{self.name} {seed}")
        return [self.draw(population, random) for _ in range(count)]


def _check(population: Population, random: Random) -> bytes:
    slug = slug_of(random.randrange(population.articles))
    return request("GET", f"/v1/access/{slug}", _any_session(population, random))


def _batch(population: Population, random: Random) -> bytes:
    slugs = [slug_of(number) for number in random.sample(range(population.articles), BATCH)]
    return request("POST", "/v1/access", _any_session(population, random), {"slugs": slugs})


def _body(population: Population, random: Random) -> bytes:
    """An article that the reader has paid for, with its body."""
    slug = slug_of(premium_article(population, random))
    return request("GET", f"/v1/articles/{slug}", _paying_session(population, random))


def _gate(population: Population, random: Random) -> bytes:
    """A proxy asks, with the cookie of a reader who may pass."""
    slug = slug_of(random.randrange(population.articles))
    return gate_request(slug, _paying_session(population, random))


def gate_request(slug: str, session: int) -> bytes:
    cookie = f"Cookie: {SESSION_COOKIE}={session_token(session)}"
    return request("GET", "/gate", more=(f"X-Original-URI: /harbour/{slug}", cookie))


def _any_session(population: Population, random: Random) -> int:
    return random.randrange(population.sessions)


def _paying_session(population: Population, random: Random) -> int:
    while not entitled(population.reader_of(session := _any_session(population, random))):
        pass
    return session


def premium_article(population: Population, random: Random) -> int:
    """One that has a body."""
    while access_level_of(article := random.randrange(population.bodies)) is not AccessLevel.PREMIUM:
        pass
    return article


def request(
    method: str,
    path: str,
    session: int | None = None,
    body: object = None,
    *,
    key: str = KEY,
    more: tuple[str, ...] = (),
) -> bytes:
    """A whole request as a front end sends it, with its key, and its reader's session if she has one."""
    octets = json.dumps(body).encode() if body is not None else b""
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: Bearer {key}",
        *([f"Gatefold-Session: {session_token(session)}"] if session is not None else []),
        *([f"Content-Length: {len(octets)}"] if octets or method != "GET" else []),
        *(["Content-Type: application/json"] if octets else []),
        *more,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + octets


GATE = Case("gate", "may this reader pass, asked by a proxy with her cookie: `GET /gate`", _gate)
CASES = (
    Case("check", "may this reader read this article: `GET /v1/access/{slug}`", _check),
    Case("batch", f"the same for {BATCH} articles at once: `POST /v1/access`", _batch, drawn_a_second=8_000),
    Case("body", "an entitled reader's article with 6 kB of body: `GET /v1/articles/{slug}`", _body),
    GATE,
)
