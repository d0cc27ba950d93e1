"""Two servers on one database, a site with its keys, and readers whose passwords are hashed as the service hashes."""

import secrets
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from service.access.entitlements import Source
from service.access.store import grant
from service.accounts.passwords import Passwords
from service.accounts.store import add_reader, set_device_limit
from service.foundation.database import Database
from service.sites.site import FRONT_END_SCOPES, STAFF_SCOPES, Mode
from service.sites.store import add_key, add_site
from tests.process.calling import Browser, FrontEnd, Reply
from tests.support.databases import fresh_postgresql, fresh_sqlite
from tests.support.people import Person
from tests.support.servers import Server
from tests.support.stories import Story, write_story

PASSWORD = "plum-ladder-orbit-seven"
NEW_PASSWORD = "quartz-marmot-violin-dusk"

# Room for a storm: whoever comes may wait for a turn, and nobody is told that there is none. All come from one network,
# which may hold half of the places, and each reading worker has its share of them.
ROOMY = {
    "GATEFOLD_THREADS": "150",
    "GATEFOLD_HASHING_QUEUE": "140",
    "GATEFOLD_GUESS_LIMIT": "1000",
    "GATEFOLD_LAST_SEEN_INTERVAL": "PT1S",
}

FRESH: dict[str, Callable[[Path], object]] = {"sqlite": fresh_sqlite, "postgresql": lambda _folder: fresh_postgresql()}


@dataclass(frozen=True)
class Town:
    database: Database
    servers: tuple[Server, ...]
    site_id: str
    key: str
    staff_key: str

    def front_end(self, number: int = 0) -> FrontEnd:
        """A front end that calls one of the servers: ``number`` goes round all of them."""
        return FrontEnd(self.servers[number % len(self.servers)], self.key)

    def desk(self, number: int = 0) -> FrontEnd:
        return FrontEnd(self.servers[number % len(self.servers)], self.staff_key)

    def browser(self, number: int = 0) -> Browser:
        return Browser(self.servers[number % len(self.servers)])

    def add_reader(self, *, limit: int | None = None, subscribes: bool = False) -> Person:
        now, name = datetime.now(UTC), f"reader-{secrets.token_hex(4)}"
        with self.database.writing() as connection:
            reader = add_reader(connection, f"{name}@example.org", name, password_hash(), now)
            if limit is not None:
                set_device_limit(connection, reader.id, limit)
            if subscribes:
                grant(connection, reader.id, "premium", Source.STAFF, now, None, granted_by="tests", note="", now=now)
        return Person(reader, PASSWORD)

    def write_story(self, access_level: str = "premium") -> Story:
        return write_story(self.database, self.site_id, datetime.now(UTC), access_level)

    def put(self, slug: str, body_html: str) -> Reply:
        """Put a premium article as the newsroom does."""
        article = {
            "title": "A story",
            "section": {"slug": "harbour", "name": "Harbour"},
            "access_level": "premium",
            "body_html": body_html,
            "published_at": "2026-01-05T06:00:00Z",
        }
        return self.desk().call("PUT", f"/v1/articles/{slug}", json=article)


@contextmanager
def open_town(
    kind: str, folder: Path, environment: Mapping[str, str] | None = None, *, servers: int = 2
) -> Iterator[Town]:
    """A town on a fresh database of this kind."""
    with ExitStack() as stack:
        url = stack.enter_context(FRESH[kind](folder))  # type: ignore[arg-type]
        yield stack.enter_context(settled_town(url, folder, environment, servers=servers))


@contextmanager
def settled_town(
    url: str, folder: Path, environment: Mapping[str, str] | None = None, *, servers: int = 2
) -> Iterator[Town]:
    """A town on the database at this address."""
    database = Database(url)
    now = datetime.now(UTC)
    with database.writing() as connection:
        site = add_site(connection, "courier", "The Courier", ["http://localhost:8401"], now)
        key = add_key(connection, site.id, "Front end", Mode.LIVE, FRONT_END_SCOPES, now)[1]
        staff_key = add_key(connection, site.id, "Staff", Mode.LIVE, STAFF_SCOPES, now)[1]
    running = tuple(Server(folder, url, {**ROOMY, **(environment or {})}) for _ in range(servers))
    try:
        with ThreadPoolExecutor(servers) as threads:
            list(threads.map(Server.start, running))
        yield Town(database, running, site.id, key, staff_key)
    finally:
        for server in running:
            server.stop()
        database.close()


@cache
def password_hash() -> str:
    """At the service's own cost: a cheaper hash would be made anew at each reader's first sign-in."""
    return Passwords(threads=1, queue=1).hash(PASSWORD)
