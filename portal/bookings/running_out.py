"""What of a cleanroom runs out before work in it ends, told of work that has its time already."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlalchemy.orm import Session

from portal.bookings.needs import Need
from portal.bookings.roomtime import local_day, midnight
from portal.core.errors import Reason
from portal.core.slots import Slot
from portal.facilities.models import Cleanroom, RoomKind
from portal.facilities.queries import validities_of
from portal.facilities.rules.validity import Validity

Key = TypeVar("Key")
A_DAY = timedelta(days=1)
BEFORE_ALL = date(1990, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Work with its cleanroom and its time."""

    need: Need
    room: Cleanroom
    slot: Slot


def what_runs_out(session: Session, placed: Mapping[Key, Placed]) -> dict[Key, list[Reason]]:
    """Return why each piece of work could not be booked to its end any more: what it needs runs out before; in one query."""
    rooms: Collection[Cleanroom] = {one.room.id: one.room for one in placed.values()}.values()
    validities = validities_of(session, rooms) if rooms else {}
    found = {key: list(_ends(one, validities[one.room.id])) for key, one in placed.items()}
    return {key: reasons for key, reasons in found.items() if reasons}


def _ends(one: Placed, validity: Validity) -> Iterator[Reason]:
    room, need = one.room, one.need
    is_gmp, zone = room.kind is RoomKind.GMP, room.facility.time_zone
    last_days = [
        (ending.code, ending.what, ending.last_day)
        for ending in validity.endings(is_gmp=is_gmp, gmo_class=need.gmo_class, equipment=need.equipment)
    ]
    if room.qualified_until is not None:
        last_days.insert(0, ("qualification_ends", "", room.qualified_until))
    told = {"room": room.name, "facility": room.facility.name, "zone": zone}
    last = local_day(one.slot.end - timedelta(microseconds=1), zone)
    for code, what, last_day in last_days:
        if last_day < last:
            yield Reason(code, {**told, "what": what, "latest": _after(last_day, zone)})
    for gap in validity.gaps(is_gmp=is_gmp, gmo_class=need.gmo_class)[:1]:
        if local_day(one.slot.start, zone) <= gap.last_day and (gap.first_day or BEFORE_ALL) <= last:
            yield Reason("licence_begins", {**told, "what": gap.what, "end": _after(gap.last_day, zone)})


def _after(last_day: date, zone: str) -> datetime:
    return midnight(last_day + A_DAY, zone)
