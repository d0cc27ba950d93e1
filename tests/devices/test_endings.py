"""Sessions: how they run out and are ended, and what the database itself refuses."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from service.accounts.store import readers
from service.devices.device import Cause, UnknownDevice
from service.devices.sessions import end_device, end_devices, knows_device
from service.devices.store import (
    devices,
    find_run_out_devices,
    forget_ended_sessions,
    forget_run_out_devices,
    rename_device,
    write_last_seen,
)
from tests.support.people import LIFE

HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)


# Running out


@pytest.mark.parametrize(("seen_for", "live_after"), [(LIFE.idle - TICK, 1), (LIFE.idle, 0), (LIFE.idle + TICK, 0)])
def test_an_unused_session_runs_out_on_the_instant(start, live, clock, seen_for, live_after):
    start()
    clock.advance(seen_for)
    assert len(live()) == live_after


@pytest.mark.parametrize(("age", "live_after"), [(LIFE.lifetime - TICK, 1), (LIFE.lifetime, 0)])
def test_a_session_in_daily_use_runs_out_on_the_instant_too(connection, start, live, clock, age, live_after):
    session = start()
    clock.advance(age)
    write_last_seen(connection, {session.device.id: clock.now()})
    assert len(live()) == live_after


def test_run_out_devices_take_no_place(start, live, clock):
    for n in range(5):
        start(f"Browser {n}")
    clock.advance(LIFE.idle)
    fresh = start("Browser 6")
    assert live() == [fresh.device]
    assert fresh.ended == ()


def test_only_what_ran_out_is_forgotten(connection, start, live, clock):
    old = start()
    clock.advance(LIFE.idle - timedelta(hours=2))
    recent = start()
    clock.advance(timedelta(hours=1) - TICK)
    assert find_run_out_devices(connection, LIFE, clock.now(), 9) == []
    assert find_run_out_devices(connection, LIFE, clock.advance(TICK), 9) == [old.device.id]
    assert find_run_out_devices(connection, LIFE, clock.now(), 0) == []
    both = [old.device.id, recent.device.id]
    assert forget_run_out_devices(connection, both, LIFE, clock.now()) == 1
    assert live() == [recent.device]
    clock.set(recent.device.signed_in_at + LIFE.lifetime)
    assert find_run_out_devices(connection, LIFE, clock.now(), 9) == [recent.device.id]
    assert forget_run_out_devices(connection, both, LIFE, clock.now()) == 1


def test_a_sighting_never_moves_a_device_back(connection, start, live, clock):
    session = start()
    seen = clock.advance(HOUR)
    write_last_seen(connection, {session.device.id: seen})
    write_last_seen(connection, {session.device.id: seen - TICK, "dev_gone": seen})
    assert live()[0].last_seen_at == seen


# Signing out


def test_a_device_is_signed_out_and_told_why(connection, alice, start, live, clock, told):
    first, second = start(), start()
    end_device(connection, alice.id, first.device.id, Cause.SIGNED_OUT_ELSEWHERE, "Safari on iPhone", clock.now())
    assert live() == [second.device]
    assert told(first.token) == ("signed_out_elsewhere", "Safari on iPhone", clock.now())
    with pytest.raises(UnknownDevice):
        end_device(connection, alice.id, first.device.id, Cause.SIGNED_OUT, None, clock.now())


def test_no_reader_signs_out_anothers_device(connection, people, start, clock, told):
    bobs = start(reader=people.bob)
    with pytest.raises(UnknownDevice):
        end_device(connection, people.alice.id, bobs.device.id, Cause.SIGNED_OUT, None, clock.now())
    assert told(bobs.token) is None


def test_all_devices_or_all_but_one_are_signed_out(connection, alice, people, start, live, clock):
    bobs = start(reader=people.bob)
    sessions = [start() for _ in range(3)]
    kept = sessions[1].device
    ended = end_devices(connection, alice.id, Cause.PASSWORD_CHANGED, "Firefox", clock.now(), keep=kept.id)
    assert {session.device_id for session in ended} == {sessions[0].device.id, sessions[2].device.id}
    assert live() == [kept]
    end_devices(connection, alice.id, Cause.SIGNED_OUT, None, clock.now())
    assert live() == []
    assert end_devices(connection, alice.id, Cause.SIGNED_OUT, None, clock.now()) == []
    assert knows_device(connection, people.bob.id, bobs.token)


def test_why_a_session_ended_is_forgotten_after_a_while(connection, alice, start, clock, told):
    session = start()
    end_device(connection, alice.id, session.device.id, Cause.SIGNED_OUT, None, clock.now())
    assert forget_ended_sessions(connection, clock.now()) == 0
    assert forget_ended_sessions(connection, clock.now() + TICK) == 1
    assert told(session.token) is None


def test_a_device_is_renamed_by_its_reader_alone(connection, people, start, live):
    session = start()
    assert rename_device(connection, people.alice.id, session.device.id, "Desk").name == "Desk"
    assert live()[0].name == "Desk"
    with pytest.raises(UnknownDevice):
        rename_device(connection, people.bob.id, session.device.id, "Mine")


# The database holds the promise


@pytest.mark.parametrize("slot", [0, 6, -1, 100, 1])
def test_the_database_itself_refuses_a_sixth_device(database, people, clock, sign_in, slot):
    for _ in range(5):
        sign_in(people.alice)
    now = clock.now()
    with pytest.raises(IntegrityError), database.writing() as connection:
        connection.execute(
            insert(devices).values(
                reader_id=people.alice.id,
                slot=slot,
                id="dev_sixth",
                token_digest="f" * 64,
                name="Sixth",
                kind="Sixth",
                first_seen_at=now,
                signed_in_at=now,
                last_seen_at=now,
            )
        )


def test_a_readers_devices_go_with_her(database, people, sign_in):
    sign_in(people.alice)
    with database.writing() as connection:
        connection.execute(delete(readers).where(readers.c.id == people.alice.id))
        assert connection.execute(select(devices)).all() == []
