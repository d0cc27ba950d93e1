"""Which slot a sign-in takes, as a table and in general."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.devices.device import MOST_SLOTS, Device
from service.devices.slots import NoPlace, Place, find_place
from tests.support.clock import NOON

HOUR = timedelta(hours=1)


def device(slot: int, hours_ago: float = 0) -> Device:
    seen = NOON - hours_ago * HOUR
    return Device(f"dev_{slot}", "rdr_alice", slot, "Phone", "Safari on iPhone", seen, seen, seen)


FIVE = [device(slot, hours_ago=slot) for slot in range(1, 6)]  # slot 5 was not seen for longest


@pytest.mark.parametrize(
    ("others", "own_slot", "limit", "chosen", "replace_oldest", "slot", "giving_way"),
    [
        ([], None, 5, None, False, 1, []),
        ([], 4, 5, None, False, 4, []),
        ([1], None, 5, None, False, 2, []),
        ([2, 3], None, 5, None, False, 1, []),
        ([1, 2, 4, 5], None, 5, None, False, 3, []),
        ([1, 2, 4, 5], 3, 5, None, False, 3, []),
        ([1, 2, 3, 4, 5], None, 5, None, False, None, None),
        ([1, 2, 3, 4, 5], None, 5, "dev_3", False, 3, [3]),
        ([1, 2, 3, 4, 5], None, 5, "dev_9", False, None, None),  # chosen and gone meanwhile
        ([1, 2, 3, 4], None, 5, "dev_3", False, 5, []),  # a place came free: nobody need go
        ([1, 2, 3, 4, 5], None, 5, None, True, 5, [5]),
        ([1, 2, 3, 4, 5], None, 5, "dev_1", True, 1, [1]),
        ([1, 2, 3, 4, 5], None, 5, "dev_9", True, 5, [5]),
        ([1], None, 1, None, False, None, None),
        ([1], None, 1, None, True, 1, [1]),
        ([], None, 1, None, False, 1, []),
        ([1, 2, 3, 4, 5], None, 3, None, False, None, None),  # the limit was lowered to 3
        ([1, 2, 3, 4, 5], None, 3, "dev_1", False, 1, [1, 5, 4]),
        ([1, 2, 3, 4, 5], None, 3, None, True, 3, [5, 4, 3]),
        ([2, 3, 4, 5], 1, 2, "dev_2", False, 1, [2, 5, 4]),
        ([2, 3, 4, 5], 1, 2, None, False, None, None),
        ([1, 2, 3, 4, 5], None, 1, "dev_2", False, 1, [2, 5, 4, 3, 1]),
    ],
)
def test_the_place_of_a_sign_in(others, own_slot, limit, chosen, replace_oldest, slot, giving_way):
    devices = [FIVE[n - 1] for n in others]
    if slot is None:
        with pytest.raises(NoPlace):
            find_place(devices, own_slot, limit, chosen=chosen, replace_oldest=replace_oldest)
    else:
        place = find_place(devices, own_slot, limit, chosen=chosen, replace_oldest=replace_oldest)
        assert place == Place(slot, tuple(FIVE[n - 1] for n in giving_way))


def test_of_devices_seen_at_once_the_lower_slot_gives_way():
    devices = [device(slot, hours_ago=1) for slot in (5, 2, 4, 1, 3)]
    assert find_place(devices, None, 5, replace_oldest=True).giving_way == (device(1, hours_ago=1),)


slots = st.integers(1, MOST_SLOTS)


@given(
    st.lists(slots, unique=True),
    st.none() | slots,
    slots,
    st.none() | slots,
    st.booleans(),
    st.lists(st.integers(0, 3), min_size=5, max_size=5),
)
def test_a_place_is_free_within_the_limit_and_asks_no_more_than_it_must(
    taken, own_slot, limit, chosen, replace_oldest, ages
):
    others = [device(slot, ages[slot - 1]) for slot in taken if slot != own_slot]
    chosen_id = f"dev_{chosen}" if chosen else None
    must_go = max(0, len(others) - limit + 1)
    chosen_is_there = any(other.id == chosen_id for other in others)
    try:
        place = find_place(others, own_slot, limit, chosen=chosen_id, replace_oldest=replace_oldest)
    except NoPlace:
        assert must_go
        assert not replace_oldest
        assert not chosen_is_there
        return
    assert len(place.giving_way) == must_go
    staying = [other for other in others if other not in place.giving_way]
    assert len(staying) + 1 <= limit or not must_go
    assert 1 <= place.slot <= MOST_SLOTS
    assert place.slot not in {other.slot for other in staying}
    if own_slot:
        assert place.slot == own_slot
    if must_go and chosen_is_there:
        assert place.giving_way[0].id == chosen_id
    unchosen = [other for other in place.giving_way if other.id != chosen_id]
    assert all(gone.last_seen_at <= stays.last_seen_at for gone in unchosen for stays in staying)
