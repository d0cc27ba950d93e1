"""What the tests of the database share."""

import pytest
from sqlalchemy import Table

from service.foundation.database import Database
from tests.support.moments import moments


@pytest.fixture
def table(database: Database) -> Table:
    with database.writing() as connection:
        moments.create(connection)
    return moments
