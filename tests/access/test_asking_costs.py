"""What the questions of a page view cost: one statement each, by keys, whatever else there is, and no write."""

import re
from itertools import product

import pytest

from service.access.entitlements import Source
from service.access.memory import Memory
from service.access.question import By, listed
from service.access.question import question as written
from service.access.store import grant
from service.catalogue.reading import get_on_terms
from service.foundation.questions import instant_text
from service.foundation.secrets import digest_of
from tests.conftest import OUR_ADDRESS
from tests.support.crowd import settle_crowd
from tests.support.databases import postgresql_only, sqlite_only
from tests.support.plans import effort_of, plan_of
from tests.support.statements import statements

# Rows of the question itself, and of no table.
WHAT_WAS_ASKED = ("SCAN CONSTANT ROW", "SCAN asked", "SCAN anon_1 VIRTUAL TABLE")
# Who, whether with a session, how many articles. With nothing new to learn nothing is asked.
FORMS = [form for form in product(By, (True, False), (0, 1, 2)) if form != (By.SITE, False, 0)]
in_each_form = pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form[0].name}-{form[1]}-{form[2]}")
with_and_without_body = pytest.mark.parametrize("with_body", [True, False])


@pytest.fixture
def access_question(database, clock, people, sign_in, site, front_end_key, article):
    """``access_question(form)``: its statement, about Alice and articles that are there."""
    token, stories = sign_in(people.alice).token, [article(), article()]
    shown = {By.KEY: digest_of(front_end_key), By.ORIGIN: OUR_ADDRESS, By.SITE: site.id}

    def access_question(form):
        by, about_session, count = form
        slugs = [story.slug for story in stories[:count]]
        asked = written(by, about_session=about_session, about_articles=count, embedded=database.embedded)
        values = {
            "shown": shown[by],
            "token": digest_of(token),
            "recently": instant_text(clock.now()),
            "slugs": listed(slugs, embedded=database.embedded) if count == 2 else "".join(slugs),
        }
        about_who = form != (By.SITE, False, 2)
        assert len(database.ask(asked, values)) == (about_who + count if count == 2 else 1)
        return asked.text, asked.write(values)

    return access_question


@pytest.fixture
def article_question(database, article):
    def article_question(with_body):
        story = article()
        with statements(database) as said:
            found, body = get_on_terms(database, story.article.terms, {}, with_body=with_body)
        assert (found, body is not None) == (story.article, with_body)
        (statement,) = said
        assert ("article_bodies" in statement[0]) is with_body
        return statement

    return article_question


@pytest.fixture
def crowd(database, clock, people, site):
    def crowd(size):
        settle_crowd(database, site.id, people.alice.id, clock.now(), size)

    return crowd


# One statement


@pytest.mark.parametrize("by", ["key", "origin"])
@pytest.mark.parametrize("slugs", [0, 1, 3])
def test_an_access_check_is_one_statement_and_writes_nothing(
    database, question, people, sign_in, site, front_end_key, article, by, slugs
):
    wanted = [article().slug for _ in range(slugs)]
    shown = {"key": front_end_key} if by == "key" else {"origin": OUR_ADDRESS}
    token = sign_in(people.alice).token
    with statements(database) as said:
        answer = question(*wanted, token=token, **shown)
    assert (answer.session.reader, len(answer.terms)) == (people.alice.reader, slugs)
    ((statement, _),) = said
    assert statement.startswith("SELECT")


# By keys alone


@sqlite_only
@in_each_form
def test_sqlite_answers_the_access_question_by_keys_alone(database, access_question, form):
    by, about_session, count = form
    steps = plan_of(database, access_question(form))
    to_the_site = 2 if count == 2 else 1  # several articles are asked for beside who is asking
    expected = to_the_site * (by is not By.SITE) + 4 * about_session + (count > 0)
    assert len([step for step in steps if step.startswith("SEARCH")]) == expected
    assert [step for step in steps if re.match("SCAN|USE TEMP", step) and not step.startswith(WHAT_WAS_ASKED)] == []


@sqlite_only
@with_and_without_body
def test_sqlite_answers_for_an_article_by_its_key(database, article_question, with_body):
    steps = plan_of(database, article_question(with_body))
    assert len(steps) == (2 if with_body else 1)
    assert all(step.startswith("SEARCH") for step in steps)


@postgresql_only
def test_postgresql_chooses_to_answer_each_question_by_keys_alone(database, access_question, article_question, crowd):
    crowd(2000)
    asked = [access_question(form) for form in FORMS] + [article_question(True), article_question(False)]
    plans = ["\n".join(plan_of(database, statement)) for statement in asked]
    assert [plan for plan in plans if "Index" not in plan] == []
    assert [plan for plan in plans if re.search("Seq Scan|Sort|Hash|Materialize", plan)] == []


# Whatever else there is


def test_no_question_grows_with_what_it_is_not_about(database, access_question, article_question, crowd):
    asked = [access_question(form) for form in FORMS] + [article_question(True), article_question(False)]
    alone = [effort_of(database, statement) for statement in asked]
    crowd(1000)
    among_many = [effort_of(database, statement) for statement in asked]
    assert [(more, less) for more, less in zip(among_many, alone, strict=True) if more > less] == []


def test_entitlements_and_articles_have_rows_of_their_own(database, clock, people, sign_in, front_end_key, article):
    now = clock.now()
    with database.writing() as connection:
        for _ in range(3):
            grant(connection, people.bob.id, "premium", Source.GIFT, now, None, granted_by="t", note="", now=now)
    token, slugs = sign_in(people.bob).token, [article().slug for _ in range(4)]
    asked = written(By.KEY, about_session=True, about_articles=2, embedded=database.embedded)
    values = {
        "shown": digest_of(front_end_key),
        "token": digest_of(token),
        "recently": instant_text(now),
        "slugs": listed(slugs, embedded=database.embedded),
    }
    assert len(database.ask(asked, values)) == 3 + 4


# What is known is not asked again


@sqlite_only
def test_only_what_is_new_is_asked_for(question, database, people, sign_in, front_end_key, article):
    memory, token = Memory(database.mark), sign_in(people.alice).token
    one, other = article().slug, article().slug
    with statements(database) as said:
        for slugs, shown, questions in (
            ([one], {"key": front_end_key, "token": token}, 1),
            ([one], {"key": front_end_key, "token": token}, 0),
            ([one, other], {"key": front_end_key, "token": token}, 1),
            ([other], {"key": front_end_key}, 0),
            (["none"], {"key": front_end_key}, 1),
            (["none", one], {"key": front_end_key, "token": token}, 0),
            ([one], {"origin": OUR_ADDRESS, "token": token}, 1),
            ([one, other], {"origin": OUR_ADDRESS, "token": "gfs_unknown"}, 1),
            ([one], {"key": "gf_live_unknown"}, 1),
            ([one], {"key": "gf_live_unknown", "token": "gfs_unknown"}, 0),
        ):
            before = len(said)
            assert question(*slugs, memory=memory, **shown) == question(*slugs, **shown)
            assert len(said) - before == questions + 1
