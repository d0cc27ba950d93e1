"""The three people whom all tests know: Alice subscribes, Bob is in her group, Charlie is a stranger."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from service.access.entitlements import Source
from service.access.store import grant
from service.accounts.passwords import Passwords
from service.accounts.reader import Reader
from service.accounts.store import add_reader
from service.devices.device import Life
from service.devices.sessions import Newcomer, Rule, StartedSession, start_session
from service.foundation.database import Database

LIFE = Life(idle=timedelta(days=60), lifetime=timedelta(days=365))
RULE = Rule(limit=5, replace_oldest=False, life=LIFE)


@dataclass(frozen=True)
class Person:
    reader: Reader
    password: str

    @property
    def id(self) -> str:
        return self.reader.id

    @property
    def email(self) -> str:
        return self.reader.email

    @property
    def name(self) -> str:
        return self.reader.name


@dataclass(frozen=True)
class People:
    alice: Person
    bob: Person
    charlie: Person


def quick_passwords(*, threads: int = 4, queue: int = 100) -> Passwords:
    """argon2id as the service has it, at a cost that tests can bear."""
    return Passwords(threads=threads, queue=queue, memory_kib=8, time_cost=1)


def settle_people(database: Database, passwords: Passwords, now: datetime) -> People:
    with database.writing() as connection:

        def settle(name: str, password: str) -> Person:
            email = f"{name.lower()}@example.org"
            return Person(add_reader(connection, email, name, passwords.hash(password), now), password)

        people = People(
            alice=settle("Alice", "plum-ladder-orbit-seven"),
            bob=settle("Bob", "copper-heron-tuesday-fig"),
            charlie=settle("Charlie", "walnut-ferry-basalt-nine"),
        )
        grant(connection, people.alice.id, "premium", Source.STAFF, now, None, granted_by="tests", note="", now=now)
    return people


def sign_in(
    database: Database, person: Person, now: datetime, kind: str = "Firefox on Linux", rule: Rule = RULE
) -> StartedSession:
    """A session of this person as any way in would start it; its ``token`` goes into the header or the cookie."""
    with database.writing() as connection:
        return start_session(connection, person.id, Newcomer(kind), rule, now)
