"""Sessions: how devices get their places and keep them."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from service.accounts.store import set_device_limit
from service.devices.device import Cause
from service.devices.sessions import DeviceLimitReached, end_device, knows_device
from service.devices.store import devices, rename_device, write_last_seen
from service.foundation.secrets import digest_of
from tests.support.databases import postgresql_only
from tests.support.people import LIFE, RULE
from tests.support.statements import statements

OLDEST = replace(RULE, replace_oldest=True)


# The six devices


def test_five_devices_are_signed_in_and_the_sixth_is_asked(start, live, clock, told):
    five = [start(f"Browser {n}") for n in range(1, 6)]
    assert [session.device.slot for session in five] == [1, 2, 3, 4, 5]
    with pytest.raises(DeviceLimitReached) as reached:
        start("Browser 6")
    assert reached.value.limit == 5
    assert {device.id for device in reached.value.devices} == {session.device.id for session in five}
    assert len(live()) == 5
    assert [told(session.token) for session in five] == [None] * 5


def test_the_chosen_device_gives_way_and_is_told(start, live, clock, told):
    five = [start(f"Browser {n}") for n in range(1, 6)]
    sixth = start("Safari on iPhone", chosen=five[2].device.id)
    assert sixth.device.slot == 3
    assert [ended.device_id for ended in sixth.ended] == [five[2].device.id]
    assert told(five[2].token) == ("swapped", "Safari on iPhone", clock.now())
    assert len(live()) == 5
    assert five[2].device not in live()


def test_choosing_a_device_that_is_gone_asks_again(start, live):
    five = [start(f"Browser {n}") for n in range(1, 6)]
    start(chosen=five[0].device.id)
    with pytest.raises(DeviceLimitReached):
        start(chosen=five[0].device.id)
    assert len(live()) == 5


def test_another_readers_device_cannot_be_chosen(people, start, live):
    bobs = start(reader=people.bob)
    for n in range(5):
        start(f"Browser {n}")
    with pytest.raises(DeviceLimitReached):
        start(chosen=bobs.device.id)
    assert len(live()) == 5


def test_where_the_oldest_is_replaced_it_is_the_one_not_seen_for_longest(connection, start, live, clock, told):
    five = [start(f"Browser {n}") for n in range(1, 6)]
    write_last_seen(connection, {five[0].device.id: clock.now()})
    sixth = start("Browser 6", rule=OLDEST)
    assert [ended.device_id for ended in sixth.ended] == [five[1].device.id]
    assert told(five[1].token) == ("replaced", "Browser 6", clock.now())
    assert len(live()) == 5


def test_readers_places_are_their_own(people, start):
    assert [start(reader=reader).device.slot for reader in (people.alice, people.bob, people.charlie)] == [1, 1, 1]


def test_the_token_is_new_each_time_and_never_stored(connection, start):
    first, second = start(), start()
    assert first.token != second.token
    stored = str(connection.execute(select(devices)).all())
    assert first.token not in stored
    assert digest_of(first.token) in stored
    assert first.token not in repr(first)


# What it costs


def verbs(said):
    return [statement.split()[0] for statement, _ in said]


def held(database):
    """On PostgreSQL her row is locked first, by a statement of its own: the next one sees all that was done before."""
    return [] if database.embedded else ["SELECT"]


def test_with_a_place_free_a_sign_in_asks_once_and_writes_once(database, start, live):
    start()
    with statements(database) as said:
        start()
    assert verbs(said) == [*held(database), "SELECT", "INSERT"]


def test_each_device_that_ends_is_removed_and_remembered(database, start):
    five = [start() for _ in range(5)]
    with statements(database) as said:
        start(chosen=five[0].device.id)
    assert verbs(said) == [*held(database), "SELECT", "DELETE", "INSERT", "INSERT"]


@postgresql_only
def test_the_readers_row_is_locked_before_her_devices_are_listed(database, start):
    with statements(database) as said:
        start()
    assert ["FOR NO KEY UPDATE" in statement for statement, _ in said] == [True, False, False]


# Signing in again


def test_a_device_that_signs_in_again_keeps_its_place_and_name(connection, start, live, clock, told):
    start("Other")
    first = start("Firefox on Linux")
    rename_device(connection, first.device.reader_id, first.device.id, "Desk")
    again = start("Firefox on Linux", first.token)
    assert again.token != first.token
    assert again.ended == ()
    assert (again.device.id, again.device.slot, again.device.name) == (first.device.id, 2, "Desk")
    assert again.device.first_seen_at == first.device.first_seen_at
    assert again.device.signed_in_at == again.device.last_seen_at == clock.now()
    assert len(live()) == 2
    assert told(first.token) == ("renewed", "Firefox on Linux", clock.now())


def test_a_name_given_at_sign_in_is_taken_over_the_old_one(start):
    first = start(name="Phone")
    assert first.device.name == "Phone"
    assert start(token=first.token, name="Old phone").device.name == "Old phone"


def test_one_of_five_may_sign_in_again_without_a_choice(start, live):
    five = [start(f"Browser {n}") for n in range(1, 6)]
    assert start(token=five[4].token).device.slot == 5
    assert len(live()) == 5


def test_another_readers_token_makes_no_device_known(people, start, told):
    bobs = start(reader=people.bob)
    hers = start(token=bobs.token)
    assert hers.device.id != bobs.device.id
    assert told(bobs.token) is None


def test_an_ended_sessions_token_makes_no_device_known(connection, alice, start, clock):
    first = start()
    end_device(connection, alice.id, first.device.id, Cause.SIGNED_OUT, None, clock.now())
    assert not knows_device(connection, alice.id, first.token)
    assert start(token=first.token).device.id != first.device.id


def test_a_device_that_ran_out_is_known_again(connection, alice, start, live, clock):
    first = start()
    clock.advance(LIFE.idle)
    assert live() == []
    assert knows_device(connection, alice.id, first.token)
    again = start(token=first.token)
    assert (again.device.id, again.device.slot) == (first.device.id, first.device.slot)
    assert live() == [again.device]


def test_where_every_place_is_held_by_a_device_that_ran_out_they_give_way_one_by_one(start, live, clock, told):
    five = [start(f"Browser {n}") for n in range(1, 6)]
    clock.advance(LIFE.idle)
    sixth, seventh = start(), start()
    assert [session.device.slot for session in (sixth, seventh)] == [1, 2]
    assert live() == [seventh.device, sixth.device]
    assert [told(session.token) for session in five] == [None] * 5  # they ran out, and nobody ended them


# Lowered limits


def test_a_lowered_limit_takes_effect_at_the_next_sign_in(start, live, told):
    five = [start(f"Browser {n}") for n in range(1, 6)]
    lowered = replace(RULE, limit=2)
    assert len(live()) == 5
    with pytest.raises(DeviceLimitReached):
        start("Browser 6", rule=lowered)
    assert len(live()) == 5
    sixth = start("Browser 6", rule=lowered, chosen=five[3].device.id)
    assert {device.id for device in live()} == {five[4].device.id, sixth.device.id}
    assert told(five[3].token)[0] == "swapped"
    assert {told(session.token)[0] for session in five[:3]} == {"replaced"}


def test_a_lowered_limit_counts_for_a_device_that_signs_in_again(start, live):
    five = [start(f"Browser {n}") for n in range(1, 6)]
    with pytest.raises(DeviceLimitReached) as reached:
        start(token=five[0].token, rule=replace(RULE, limit=1))
    assert {device.slot for device in reached.value.devices} == {2, 3, 4, 5}
    again = start(token=five[0].token, rule=replace(OLDEST, limit=1))
    assert live() == [again.device]


@pytest.mark.parametrize(("own", "limit"), [(None, 5), (1, 1), (3, 3), (5, 5)])
def test_a_readers_own_limit_goes_before_everyones(connection, alice, own, limit):
    set_device_limit(connection, alice.id, own)
    assert RULE.for_limit(own).limit == limit


def test_a_readers_own_limit_may_be_above_everyones():
    assert replace(RULE, limit=2).for_limit(4).limit == 4


@pytest.mark.parametrize("limit", [0, 6, -1])
def test_the_database_refuses_a_limit_that_has_no_slots(people, database, alice, limit):
    with pytest.raises(IntegrityError), database.writing() as connection:
        set_device_limit(connection, alice.id, limit)
