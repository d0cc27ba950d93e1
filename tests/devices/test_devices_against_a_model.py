"""Devices against a simple model, in whatever order things happen (Hypothesis)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from service.access.asking import Presented, Session, SessionState, ask
from service.accounts.store import add_reader
from service.devices.device import Cause, Life
from service.devices.sessions import (
    DeviceLimitReached,
    Newcomer,
    Rule,
    end_device,
    end_devices,
    list_live_devices,
    start_session,
)
from service.devices.store import find_run_out_devices, forget_run_out_devices, write_last_seen
from service.foundation.database import Database
from tests.support.clock import NOON

LIFE = Life(idle=timedelta(days=3), lifetime=timedelta(days=7))
EXAMPLES = {"sqlite": 40, "postgresql": 12}
HOURS = st.integers(0, 80)
READERS = count(1)


@dataclass
class Known:
    """What the model believes of a device that was signed in and not ended."""

    token: str
    signed_in_at: datetime
    seen_at: datetime


class Devices(RuleBasedStateMachine):
    """The model: a dictionary of devices, a dictionary of ended tokens, and a limit."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.rule = Rule(limit=5, replace_oldest=False, life=LIFE)
        self.devices: dict[str, Known] = {}
        self.ended: dict[str, Cause] = {}
        self.numbers: dict[str, int] = {}  # of devices and tokens, as they came

    @initialize()
    def settle(self) -> None:
        with self.database.writing() as connection:
            email = f"{next(READERS)}@example.org"
            self.reader = add_reader(connection, email, "Alice", "hash", self.now).id

    # What may happen

    @rule(oldest=st.booleans())
    def a_new_device_signs_in(self, oldest: bool) -> None:
        self._sign_in(None, replace(self.rule, replace_oldest=oldest))

    @precondition(lambda self: self.devices)
    @rule(data=st.data(), oldest=st.booleans())
    def a_known_device_signs_in(self, data: st.DataObject, oldest: bool) -> None:
        self._sign_in(self._pick(data), replace(self.rule, replace_oldest=oldest))

    @precondition(lambda self: self.ended)
    @rule(data=st.data())
    def an_ended_device_signs_in(self, data: st.DataObject) -> None:
        token = data.draw(st.sampled_from(self._as_they_came(self.ended)))
        self._sign_in(None, self.rule, token=token)

    @precondition(lambda self: self.devices)
    @rule(data=st.data())
    def a_device_is_swapped_for_a_new_one(self, data: st.DataObject) -> None:
        self._sign_in(None, self.rule, chosen=self._pick(data))

    @precondition(lambda self: self._live())
    @rule(data=st.data())
    def a_device_is_signed_out(self, data: st.DataObject) -> None:
        device = data.draw(st.sampled_from(self._as_they_came(self._live())))
        with self.database.writing() as connection:
            end_device(connection, self.reader, device, Cause.SIGNED_OUT, None, self.now)
        self._end(device, Cause.SIGNED_OUT)

    @rule()
    def all_but_one_are_signed_out(self) -> None:
        keep = next(iter(self._as_they_came(self._live())), None)
        with self.database.writing() as connection:
            ended = end_devices(connection, self.reader, Cause.PASSWORD_CHANGED, None, self.now, keep=keep)
        assert {session.device_id for session in ended} >= self._live() - {keep}
        for session in ended:
            self._end(session.device_id, Cause.PASSWORD_CHANGED)

    @precondition(lambda self: self._live())
    @rule(data=st.data())
    def a_device_is_seen(self, data: st.DataObject) -> None:
        device = data.draw(st.sampled_from(self._as_they_came(self._live())))
        with self.database.writing() as connection:
            write_last_seen(connection, {device: self.now})
        self.devices[device].seen_at = self.now

    @rule(hours=HOURS)
    def time_goes_by(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(limit=st.integers(1, 5))
    def the_limit_changes(self, limit: int) -> None:
        self.rule = replace(self.rule, limit=limit)

    @rule()
    def what_ran_out_is_forgotten(self) -> None:
        with self.database.writing() as connection:
            found = find_run_out_devices(connection, LIFE, self.now, most=5)
            forget_run_out_devices(connection, found, LIFE, self.now)
        self.devices = {device: self.devices[device] for device in self._live()}

    # What must hold

    @invariant()
    def the_live_devices_are_the_models_and_never_six(self) -> None:
        with self.database.reading() as connection:
            live = list_live_devices(connection, self.reader, LIFE, self.now)
        assert {device.id for device in live} == self._live()
        assert len(live) <= 5
        assert len({device.slot for device in live}) == len(live)

    @invariant()
    def each_token_is_told_the_truth(self) -> None:
        live = self._live()
        for device, known in self.devices.items():
            session = self._session(known.token)
            if device in live:
                assert session.device is not None
                assert session.device.id == device
            else:
                assert session.state in (SessionState.EXPIRED, SessionState.NONE)
        for token, cause in self.ended.items():
            session = self._session(token)
            assert session.ended is not None
            assert session.ended.cause is cause

    # The model at work

    def _sign_in(self, own: str | None, rule: Rule, *, token: str | None = None, chosen: str | None = None) -> None:
        others = self._live() - {own}
        surplus = max(0, len(others) - (rule.limit - 1))
        token = self.devices[own].token if own else token
        newcomer = Newcomer("Firefox", token)
        try:
            with self.database.writing() as connection:
                started = start_session(connection, self.reader, newcomer, rule, self.now, chosen=chosen)
        except DeviceLimitReached as reached:
            assert surplus
            assert not rule.replace_oldest
            assert chosen not in others
            assert {device.id for device in reached.devices} == others  # noqa: PT017
            return
        assert not surplus or rule.replace_oldest or chosen in others
        assert len(started.ended) == surplus
        gone = {session.device_id for session in started.ended}
        assert gone <= others
        if surplus and chosen in others:
            assert chosen in gone
        seen = {device: self.devices[device].seen_at for device in others}
        assert all(seen[went] <= seen[stays] for went in gone - {chosen} for stays in others - gone)
        for session in started.ended:
            self._end(session.device_id, session.cause)
        if own in self._live():
            assert started.device.id == own
        if own and started.device.id == own:
            self._end(own, Cause.RENEWED)
        assert started.device.id not in self.devices
        self.devices[started.device.id] = Known(started.token, self.now, self.now)
        for name in (started.device.id, started.token):
            self.numbers.setdefault(name, len(self.numbers))

    def _end(self, device: str, cause: Cause) -> None:
        if device in self.devices:
            self.ended[self.devices.pop(device).token] = cause

    def _live(self) -> set[str]:
        return {
            device
            for device, known in self.devices.items()
            if self.now < min(known.seen_at + LIFE.idle, known.signed_in_at + LIFE.lifetime)
        }

    def _as_they_came(self, names: Iterable[str]) -> list[str]:
        """In an order that is the same when Hypothesis replays the story; ids and tokens are random."""
        return sorted(names, key=self.numbers.__getitem__)

    def _pick(self, data: st.DataObject) -> str:
        return str(data.draw(st.sampled_from(self._as_they_came(self.devices))))

    def _session(self, token: str) -> Session:
        return ask(self.database, Presented(token=token), [], self.now, life=LIFE, modes=frozenset()).session


def test_devices_agree_with_the_model(database):
    class HereDevices(Devices):
        pass

    HereDevices.database = database
    run_state_machine_as_test(
        HereDevices,
        settings=settings(
            max_examples=EXAMPLES[database.url.get_backend_name()],
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
