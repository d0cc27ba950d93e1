"""What the one question costs: one statement, by keys, and no write."""

import pytest

from tests.conftest import OUR_ADDRESS
from tests.support.databases import postgresql_only, sqlite_only
from tests.support.statements import statements


@pytest.mark.parametrize("by", ["key", "origin"])
@pytest.mark.parametrize("slugs", [0, 1, 3])
def test_it_is_one_statement_and_writes_nothing(
    question, database, people, sign_in, site, front_end_key, article, by, slugs
):
    token = sign_in(people.alice).token
    wanted = [article("premium").slug for _ in range(slugs)]
    shown = {"key": front_end_key} if by == "key" else {"origin": OUR_ADDRESS}
    with statements(database) as said:
        answer = question(*wanted, token=token, **shown)
    assert len(answer.articles) == slugs
    assert len(said) == 1
    assert said[0][0].startswith("SELECT")


def asked(database, question, **shown):
    with statements(database) as said:
        question("a-slug", "another", **shown)
    return said[0]


@sqlite_only
@pytest.mark.parametrize("shown", [{"key": "gf_live_x", "token": "gfs_x"}, {"origin": OUR_ADDRESS, "token": "gfs_x"}])
def test_sqlite_answers_it_by_keys_alone(question, database, site, shown):
    statement, parameters = asked(database, question, **shown)
    with database.reading() as connection:
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    tables = [step for step in plan if "CONSTANT ROW" not in step and step not in ("CO-ROUTINE asked", "SCAN asked")]
    assert len(tables) >= 6
    assert [step for step in tables if not step.startswith("SEARCH")] == []


@postgresql_only
def test_postgresql_can_answer_it_by_keys_alone(question, database, site):
    statement, parameters = asked(database, question, key="gf_live_x", token="gfs_x")
    with database.reading() as connection:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # small tables are scanned in any case
        plan = "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters))
    assert "Index" in plan
    assert "Seq Scan" not in plan
