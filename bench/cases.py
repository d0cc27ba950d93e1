"""What is measured: each case's requests, for readers and articles drawn at random."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from bench.population import KEY, Population, access_level_of, entitled, session_token, slug_of
from service.catalogue.articles import AccessLevel

BATCH = 20

Draw = Callable[[Population, Random], bytes]


@dataclass(frozen=True, slots=True)
class Case:
    """One thing a front end asks, and how to draw a request for it."""

    name: str
    about: str
    draw: Draw
    everywhere: bool = True  # or only once: it does not depend on the database

    def requests(self, population: Population, count: int, seed: int) -> list[bytes]:
        random = Random(f"{self.name} {seed}")
        return [self.draw(population, random) for _ in range(count)]


def _check(population: Population, random: Random) -> bytes:
    slug = slug_of(random.randrange(population.articles))
    return _request("GET", f"/v1/access/{slug}", _any_session(population, random))


def _batch(population: Population, random: Random) -> bytes:
    slugs = [slug_of(number) for number in random.sample(range(population.articles), BATCH)]
    body = json.dumps({"slugs": slugs}).encode()
    return _request("POST", "/v1/access", _any_session(population, random), body)


def _body(population: Population, random: Random) -> bytes:
    """An article that the reader has paid for, with its body."""
    article = session = -1
    while article < 0 or access_level_of(article) is not AccessLevel.PREMIUM:
        article = random.randrange(population.bodies)
    while session < 0 or not entitled(population.reader_of(session)):
        session = _any_session(population, random)
    return _request("GET", f"/v1/articles/{slug_of(article)}", session)


def _house(population: Population, random: Random) -> bytes:
    return _request("GET", "/constant", _any_session(population, random))


def _any_session(population: Population, random: Random) -> int:
    return random.randrange(population.sessions)


def _request(method: str, path: str, session: int, body: bytes = b"") -> bytes:
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: Bearer {KEY}",
        f"Gatefold-Session: {session_token(session)}",
        *([f"Content-Length: {len(body)}", "Content-Type: application/json"] if body else []),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def to_constant(request: bytes, name: str) -> bytes:
    """The same request, but for the constant route of this name."""
    method, _, rest = request.partition(b" ")
    _, _, rest = rest.partition(b" ")
    return b"%s /%s %s" % (method, name.encode(), rest)


CASES = (
    Case("check", "may this reader read this article: `GET /v1/access/{slug}`", _check),
    Case("batch", f"the same for {BATCH} articles at once: `POST /v1/access`", _batch),
    Case("body", "an entitled reader's article with 6 kB of body: `GET /v1/articles/{slug}`", _body),
    Case("house", "a constant in Gatefold itself: what its hooks cost around any answer", _house, everywhere=False),
)
