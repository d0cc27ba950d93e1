"""Counts what one access check asks of the database, and what it writes."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import event

from bench.population import KEY, session_token, slug_of
from service.app import create_app
from service.foundation.logs import configure_logs
from service.foundation.settings import Settings
from service.web.doors import EXTENSION, Doors

CHECKS = 20


@dataclass(frozen=True, slots=True)
class Counted:
    """For each check: statements put to the database (BEGIN apart), and rows written by them."""

    statements: float
    rows_written: float


def count_statements(database_url: str) -> Counted:
    app = create_app(Settings(database_url=database_url))
    configure_logs(level="ERROR")
    house: Doors = app.extensions[EXTENSION]
    statements: list[int] = []  # rows written by each

    @event.listens_for(house.database.engine, "after_cursor_execute")
    def note(_connection: Any, cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(0 if statement.startswith("SELECT") else max(cursor.rowcount, 0))

    client = app.test_client()
    for number in range(CHECKS + 1):
        if number == 1:
            statements.clear()  # a first connection asks about the server itself
        headers = {"Authorization": f"Bearer {KEY}", "Gatefold-Session": session_token(number)}
        if client.get(f"/v1/access/{slug_of(number)}", headers=headers).status_code != 200:
            raise RuntimeError("The check whose statements were to be counted failed.")
    house.database.close()
    return Counted(len(statements) / CHECKS, sum(statements) / CHECKS)
