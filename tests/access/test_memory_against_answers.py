"""What is remembered is what would be answered, whatever happens, in whatever order, in whichever process."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.access.asking import Presented, ask
from service.access.entitlements import Source
from service.access.memory import KEPT, TOLD_FOR, Memory
from service.access.store import grant, list_grants, revoke
from service.catalogue.articles import Status
from service.catalogue.store import UnknownArticle, delete_article
from service.devices.device import Cause
from service.devices.sessions import Newcomer, end_devices, start_session
from service.foundation.database import Database
from service.sites.site import FRONT_END_SCOPES, AddressTaken, Mode, UnknownAddress
from service.sites.store import add_address, add_key, list_keys, remove_address, revoke_key
from tests.conftest import OUR_ADDRESS, THEIR_ADDRESS
from tests.support.at_once import at_once
from tests.support.databases import sqlite_only
from tests.support.people import LIFE, RULE
from tests.support.stories import write_story

SLUG = "a-story"
REPLACING = replace(RULE, replace_oldest=True)
MOMENT = timedelta(seconds=7)
ALL_MODES = frozenset(Mode)


class World:
    """What can happen to those who ask and to what they ask for. All of it happens in another process."""

    def __init__(self, database, writer, people, site, clock):
        self.database, self.writer, self.people, self.site, self.clock = database, writer, people, site, clock
        self.tokens, self.keys = ["gfs_unknown"], []

    def sign_in(self):
        with self.writer.writing() as connection:
            newcomer = Newcomer("Firefox", self.tokens[-1])
            started = start_session(connection, self.people.alice.id, newcomer, REPLACING, self.clock.now())
        self.tokens.append(started.token)

    def sign_out(self):
        with self.writer.writing() as connection:
            end_devices(connection, self.people.alice.id, Cause.SIGNED_OUT, None, self.clock.now())

    def grant(self):
        alice, now = self.people.alice.id, self.clock.now()
        with self.writer.writing() as connection:
            grant(connection, alice, "archive", Source.GIFT, now, now + 5 * MOMENT, granted_by="t", note="", now=now)

    def revoke(self):
        with self.writer.writing() as connection:
            for held in list_grants(connection, self.people.alice.id):
                revoke(connection, held.entitlement.id, self.clock.now())

    def publish(self):
        write_story(self.writer, self.site.id, self.clock.now(), "premium", slug=SLUG)

    def withdraw(self):
        write_story(self.writer, self.site.id, self.clock.now(), "free", slug=SLUG, status=Status.DRAFT)

    def delete(self):
        with suppress(UnknownArticle), self.writer.writing() as connection:
            delete_article(connection, self.site.id, SLUG)

    def cut_key(self):
        with self.writer.writing() as connection:
            made = add_key(connection, self.site.id, "Key", Mode.LIVE, FRONT_END_SCOPES, self.clock.now())
        self.keys.append(made[1])

    def revoke_keys(self):
        with self.writer.writing() as connection:
            for key in list_keys(connection, self.site.id):
                revoke_key(connection, key.id, self.clock.now())

    def move_in(self):
        with suppress(AddressTaken), self.writer.writing() as connection:
            add_address(connection, self.site.id, THEIR_ADDRESS)

    def move_out(self):
        with suppress(UnknownAddress), self.writer.writing() as connection:
            remove_address(connection, self.site.id, THEIR_ADDRESS)

    def wait(self):
        self.clock.advance(MOMENT)

    def answers(self, memory=None):
        """To all that could be asked."""
        shown = [{"origin": OUR_ADDRESS}, {"origin": THEIR_ADDRESS}, *({"key": key} for key in self.keys[-2:])]
        wanted = ((), (SLUG,), ("none",), (SLUG, "none"))
        now, rules = self.clock.now(), {"life": LIFE, "modes": ALL_MODES, "memory": memory}
        return [
            ask(self.database, Presented(**caller, token=token), slugs, now, **rules)
            for token, caller, slugs in product(self.tokens[-3:], shown, wanted)
        ]


HAPPENINGS = [name for name in vars(World) if not name.startswith("_") and name != "answers"]


@pytest.fixture
def world(database, database_url, people, site, clock):
    elsewhere = Database(database_url)
    yield World(database, elsewhere, people, site, clock)
    elsewhere.close()


@sqlite_only
@given(happened=st.lists(st.sampled_from(HAPPENINGS), max_size=12))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_remembered_is_what_would_be_answered(world, happened):
    memory = Memory(world.database.mark)
    for name in ["cut_key", "sign_in", "publish", *happened]:
        getattr(world, name)()
        expected = world.answers()
        assert [world.answers(memory), world.answers(memory)] == [expected, expected], name


@sqlite_only
def test_many_threads_learn_at_once(world):
    for name in ("cut_key", "sign_in", "publish"):
        getattr(world, name)()
    expected = world.answers()
    for _ in range(20):
        memory = Memory(world.database.mark)
        assert at_once(8, lambda _, memory=memory: world.answers(memory)) == [expected] * 8


@sqlite_only
def test_what_was_true_lately_is_not_told_for_much_longer(world, clock):
    memory = Memory(world.database.mark)
    for name in ("cut_key", "sign_in", "revoke"):
        getattr(world, name)()
    clock.advance(TOLD_FOR - KEPT / 2)
    assert world.answers(memory) == world.answers()
    clock.advance(KEPT)
    assert world.answers(memory) == world.answers()
