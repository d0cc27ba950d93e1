"""What one reader's sign-ins do to each other when they arrive at once, over two servers and every way in."""

import itertools
import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from service.accounts.store import PendingSignUp, add_pending_sign_up, find_reader_by_email, get_reader
from service.devices.store import devices as device_rows
from service.devices.store import list_devices
from service.foundation.quotas import quotas
from service.foundation.tickets import Purpose, issue_ticket
from tests.process.calling import Reply
from tests.process.storms import (
    asks_for_choice,
    count_devices,
    sign_in_calls,
    states,
    storm,
    swap_call,
    tokens_of,
    watched,
)
from tests.process.town import NEW_PASSWORD, PASSWORD, Town, open_town, password_hash
from tests.support.people import Person

RACES = int(os.environ.get("GATEFOLD_TEST_RACES", "2"))
AT_ONCE = 64
LIMITS = list(itertools.islice(itertools.cycle([5, 2, 5, 3]), RACES))  # a reader may have a limit of her own
IN_A_WHILE = timedelta(minutes=20)

pytestmark = pytest.mark.process


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with open_town(request.param, tmp_path_factory.mktemp("ask")) as town:
        yield town


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def replacing_town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    policy = {"GATEFOLD_DEVICE_POLICY": "replace_oldest", "GATEFOLD_WORKERS": "2"}
    with open_town(request.param, tmp_path_factory.mktemp("replace"), policy) as town:
        yield town


@pytest.mark.parametrize("limit", LIMITS)
def test_of_64_sign_ins_at_once_as_many_as_the_limit_get_in_and_only_the_chosen_give_way(town: Town, limit, figure):
    reader = town.add_reader(limit=limit)
    with watched(town.database, reader) as seen:
        first = storm(sign_in_calls(town, reader, AT_ONCE))
        early = tokens_of(first)
        asked = [reply for reply in first if asks_for_choice(reply)]
        assert (len(early), len(asked)) == (limit, AT_ONCE - limit)
        assert states(town.front_end(), early) == {"live": limit}

        known = {town.front_end().session(token)["device"]["id"]: token for token in early}
        *chosen, kept = known  # all but one are chosen to give way, each by many; the one signs in again meanwhile
        again = [lambda: town.front_end(1).sign_in(reader.email, reader.password, session=known[kept])]
        choices = zip(asked, itertools.cycle(chosen or ["dev_aaaaaaaaaaaaaaaaaaaa"]), range(len(asked)), strict=False)
        second = storm(again + [swap_call(town, ask, device, n) for ask, device, n in choices])
        late = tokens_of(second)
        assert len(late) == 1 + len(chosen)
        assert sum(asks_for_choice(reply) for reply in second) == len(second) - len(late)
        assert states(town.front_end(1), [known[device] for device in chosen]) == (
            {"swapped": len(chosen)} if chosen else {}
        )
        assert states(town.front_end(), [known[kept]]) == {"renewed": 1}
        assert states(town.front_end(), late) == {"live": limit}
        assert kept in town.front_end().devices(late[0])
    assert max(seen) == seen[-1] == limit
    figure(
        f"limit {limit}: {AT_ONCE} sign-ins, {len(early)} let in; then {len(second)} swaps and re-sign-ins, "
        f"{len(late)} let in; the database was looked at {len(seen)} times, never more than {max(seen)} rows"
    )


@pytest.mark.parametrize("_race", range(RACES))
def test_a_reset_amid_sign_ins_ends_every_session_that_the_old_password_began(town: Town, _race, figure):
    reader = town.add_reader()
    reset = issue_reset(town, reader)
    before = tokens_of(storm(sign_in_calls(town, reader, 3)))
    after = Person(reader.reader, NEW_PASSWORD)
    with watched(town.database, reader) as seen:
        replies = storm(
            [
                *sign_in_calls(town, reader, 40)[:20],
                lambda: confirm_reset(town, reset, NEW_PASSWORD, 0),
                *sign_in_calls(town, after, 43),
            ]
        )
    assert replies[20].status == 200
    tokens = [reply.session_token for reply in replies]
    old, new = [token for token in tokens[:20] if token], [token for token in tokens[20:] if token]
    assert states(town.front_end(), new) == {"live": len(new)}
    assert set(states(town.front_end(1), before + old)) <= {"password_changed"}
    assert seen[-1] == len(new)
    assert max(seen) <= 5
    figure(
        f"{len(replies)} at once: {len(before) + len(old)} sessions of the old password ended, "
        f"{len(new)} of the new one live, never more than {max(seen)} rows"
    )


@pytest.mark.parametrize("_race", range(RACES))
def test_where_the_oldest_gives_way_all_64_get_in_and_five_are_left(replacing_town: Town, _race, figure):
    town = replacing_town
    reader = town.add_reader()
    with watched(town.database, reader) as seen:
        tokens = tokens_of(storm(sign_in_calls(town, reader, AT_ONCE)))
    assert len(tokens) == AT_ONCE
    assert states(town.front_end(1), tokens) == {"live": 5, "replaced": AT_ONCE - 5}
    assert max(seen) == seen[-1] == 5
    figure(
        f"{AT_ONCE} sign-ins, all let in, {AT_ONCE - 5} replaced; looked at {len(seen)} times, at most {max(seen)} rows"
    )


def test_those_not_seen_for_longest_give_way_first(replacing_town: Town):
    town = replacing_town
    reader = town.add_reader()
    front_end = town.front_end()
    tokens = [front_end.sign_in(reader.email, reader.password).session_token for _ in range(5)]
    ids = [front_end.session(token)["device"]["id"] for token in tokens]
    front_end.server.stop()  # what it gathered is written, and nothing more comes
    front_end.server.start()
    ago = {device: datetime.now(UTC) - timedelta(days=days) for device, days in zip(ids, [3, 5, 1, 4, 2], strict=True)}
    with town.database.writing() as connection:
        for device, at in ago.items():
            connection.execute(device_rows.update().where(device_rows.c.id == device).values(last_seen_at=at))
    arrived = tokens_of(storm(sign_in_calls(town, reader, 3)))
    with town.database.reading() as connection:
        left = {device.id for device in list_devices(connection, reader.id)}
    assert left >= {ids[2], ids[4]}  # seen yesterday, and the day before
    assert states(front_end, [tokens[n] for n in (0, 1, 3)]) == {"replaced": 3}
    assert states(front_end, arrived) == {"live": 3}


def test_of_32_uses_of_a_swap_ticket_one_wins(town: Town):
    reader = town.add_reader(limit=1)
    first = town.front_end().sign_in(reader.email, reader.password)
    asked = town.front_end(1).sign_in(reader.email, reader.password)
    chosen = first.json()["device"]["id"]
    replies = storm([swap_call(town, asked, chosen, n) for n in range(32)])
    assert Counter(reply.status for reply in replies) == {200: 1, 410: 31}
    assert count_devices(town.database, reader) == 1
    assert states(town.front_end(), tokens_of(replies)) == {"live": 1}


def test_of_32_uses_of_a_reset_ticket_one_wins(town: Town):
    reader = town.add_reader()
    reset = issue_reset(town, reader)
    replies = storm([lambda n=n: confirm_reset(town, reset, f"{NEW_PASSWORD}-{n}", n) for n in range(32)])
    assert Counter(reply.status for reply in replies) == {200: 1, 410: 31}
    winner = next(n for n, reply in enumerate(replies) if reply.status == 200)
    assert town.front_end().sign_in(reader.email, f"{NEW_PASSWORD}-{winner}").status == 200


def test_of_32_uses_of_a_sign_up_ticket_one_wins(town: Town):
    email, now = f"dora-{os.urandom(4).hex()}@example.org", datetime.now(UTC)
    pending = PendingSignUp(os.urandom(16).hex(), email, "Dora", password_hash(), None, now + IN_A_WHILE)
    with town.database.writing() as connection:
        add_pending_sign_up(connection, pending)
        ticket = issue_ticket(connection, Purpose.CONFIRM_SIGN_UP, pending.id, {}, pending.expires_at)

    def confirm(number: int) -> Reply:
        return town.front_end(number).call(
            "POST", "/v1/sign-up/confirm", json={"token": ticket}, network=network(number)
        )

    replies = storm([lambda n=n: confirm(n) for n in range(32)])
    assert Counter(reply.status for reply in replies) == {200: 1, 410: 31}
    with town.database.reading() as connection:
        assert find_reader_by_email(connection, email) is not None
    assert town.front_end().sign_in(email, PASSWORD).status == 200


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_32_guesses_at_once_cannot_exceed_the_quota_and_never_keep_the_reader_out_for_good(kind, tmp_path, figure):
    with open_town(kind, tmp_path, {"GATEFOLD_GUESS_LIMIT": "10"}) as town:
        reader = town.add_reader()

        def guess(number: int, password: str = "not-her-password-at-all") -> Reply:
            return town.front_end(number).sign_in(reader.email, password, network="192.0.2.1")

        statuses = Counter(reply.status for reply in storm([lambda n=n: guess(n) for n in range(32)]))
        assert statuses == {401: 10, 429: 22}
        assert guess(0, PASSWORD).status == 429
        assert town.front_end(1).sign_in(reader.email, PASSWORD, network="198.51.100.7").status == 200
        with town.database.writing() as connection:  # fifteen minutes later
            connection.execute(quotas.update().values(resets_at=datetime.now(UTC)))
        assert guess(1, PASSWORD).status == 200
        figure(f"{statuses[401]} of 32 guesses were tried, {statuses[429]} refused untried")


def issue_reset(town: Town, reader: Person) -> str:
    now = datetime.now(UTC)
    with town.database.writing() as connection:
        facts = {"version": get_reader(connection, reader.id).credentials_version}
        return issue_ticket(connection, Purpose.RESET_PASSWORD, reader.id, facts, now + IN_A_WHILE)


def confirm_reset(town: Town, ticket: str, password: str, number: int) -> Reply:
    wanted = {"token": ticket, "password": password}
    return town.front_end(number).call("POST", "/v1/recovery/confirm", json=wanted, network=network(number))


def network(number: int) -> str:
    """Each call from a network of its own, so that no quota is in the way."""
    return f"192.0.2.{number + 1}"
