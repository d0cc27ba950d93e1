"""Writes when many things were last seen, in one statement."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Column, text
from sqlalchemy.engine import Connection

from service.foundation.questions import instant_text

ON_SQLITE = """
UPDATE {table} SET {column} = seen.value
  FROM json_each(:seen) AS seen
 WHERE {table}.id = seen.key AND ({column} IS NULL OR {column} < seen.value)
"""
# Rows that another transaction holds are passed over: who waits for none can dead-lock with nobody.
ON_POSTGRESQL = """
WITH free AS (
  SELECT {table}.id, seen.value::timestamptz AS at
    FROM {table} JOIN jsonb_each_text(CAST(:seen AS jsonb)) AS seen ON {table}.id = seen.key
   WHERE {column} IS NULL OR {column} < seen.value::timestamptz
     FOR UPDATE OF {table} SKIP LOCKED
)
UPDATE {table} SET {column} = free.at FROM free WHERE {table}.id = free.id
"""


def write_seen(connection: Connection, column: Column[datetime], sightings: Mapping[str, datetime]) -> None:
    """Store the later of each instant, by id, in a column of instants: to the second, of which many are in one."""
    statement = (ON_SQLITE if connection.dialect.name == "sqlite" else ON_POSTGRESQL).format(
        table=column.table.name,
        column=column.name,
    )
    seen = json.dumps({subject: _second_text(at.replace(microsecond=0)) for subject, at in sightings.items()})
    connection.execute(text(statement.replace("::", r"\:\:")), {"seen": seen})


_second_text = lru_cache(maxsize=128)(instant_text)
