"""Which slot a sign-in takes, and which devices must give way for it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.devices.device import MOST_SLOTS, Device


@dataclass(frozen=True, slots=True)
class Place:
    """The slot a sign-in takes, and the live devices that end for it."""

    slot: int
    giving_way: tuple[Device, ...]


class NoPlace(Exception):
    """Every place is taken by a live device: the reader must choose."""


def find_place(
    others: Sequence[Device],
    own_slot: int | None,
    limit: int,
    *,
    chosen: str | None = None,
    replace_oldest: bool = False,
) -> Place:
    """Find a place beside ``others``, the reader's live devices without the one that signs in.

    ``own_slot`` is the slot that device holds already. ``chosen`` is the id of the device
    that gives way; where the limit was lowered, more than one may have to, and those not
    seen for longest follow it. Raises :class:`NoPlace`.
    """
    surplus = len(others) - (limit - 1)
    if surplus <= 0:
        return Place(_free_slot(others, own_slot), ())
    by_age = sorted(others, key=lambda device: (device.id != chosen, device.last_seen_at, device.slot))
    if not replace_oldest and by_age[0].id != chosen:
        raise NoPlace
    giving_way, staying = by_age[:surplus], by_age[surplus:]
    return Place(_free_slot(staying, own_slot), tuple(giving_way))


def _free_slot(taken: Sequence[Device], own_slot: int | None) -> int:
    if own_slot is not None:
        return own_slot
    used = {device.slot for device in taken}
    return next(slot for slot in range(1, MOST_SLOTS + 1) if slot not in used)
