"""Every way in which a reader's right ends at once: through the API, the command line, and her erasure."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from click.testing import CliRunner
from sqlalchemy import delete

from bench.cases import request
from bench.driving import BadAnswers
from bench.names import DESK_KEY, email_of, id_of
from bench.serving import Served
from service.accounts.store import readers
from service.cli import gatefold
from service.foundation.database import Database
from service.foundation.identifiers import Kind

Way = Callable[[int], object]  # revokes the right of the reader of this number; it has happened when this returns


@contextmanager
def ways_to_revoke(database_url: str, served: Served) -> Iterator[list[Way]]:
    database = Database(database_url)
    command = partial(_command, database_url)
    try:
        yield [
            lambda reader: _call(served, request("POST", "/v1/sign-out", session=reader)),
            lambda reader: _call(served, request("DELETE", f"/v1/readers/{_id_of(reader)}/devices", key=DESK_KEY)),
            lambda reader: _revoke_entitlement(served, reader),
            lambda reader: command("revoke", "--reader", email_of(reader), "--product", "premium"),
            lambda reader: command("readers", "sign-out", email_of(reader)),
            lambda reader: _erase(database, reader),
        ]
    finally:
        database.close()


def _call(served: Served, asked: bytes) -> bytes:
    status, answer = served.ask(asked)
    if status not in (200, 204):
        raise BadAnswers(f"revocation: answered {status}: {answer[:500]!r}")
    return answer


def _revoke_entitlement(served: Served, reader: int) -> None:
    listed = json.loads(_call(served, request("GET", f"/v1/readers/{_id_of(reader)}/entitlements", key=DESK_KEY)))
    active = [item["id"] for item in listed["items"] if item["state"] == "active"]
    for entitlement in active:
        _call(served, request("POST", f"/v1/entitlements/{entitlement}/revoke", key=DESK_KEY))


def _command(database_url: str, *words: str) -> None:
    """`gatefold` with these words, in this process."""
    result = CliRunner().invoke(gatefold, list(words), env={"DATABASE_URL": database_url})
    if result.exit_code != 0:
        raise BadAnswers(f"revocation: gatefold {' '.join(words)}: {result.output}")


def _erase(database: Database, reader: int) -> None:
    with database.writing() as connection:
        connection.execute(delete(readers).where(readers.c.id == _id_of(reader)))


def _id_of(reader: int) -> str:
    return id_of(Kind.READER, reader)
