"""Where a facility's cleanrooms are free for two weeks or more within the stretch that its calendar shows."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.bookings.roomtime import local_day, midnight
from portal.bookings.views.lanes import Line
from portal.bookings.views.ruler import Ruler
from portal.core.slots import Slot
from portal.facilities.models import Cleanroom

LEAST = timedelta(days=14)
ASKED = {"asked", "proposed", "limited"}
"""What lies over a room without taking it from everybody."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch in which nothing takes a cleanroom; what is within its notice can't be asked for in time."""

    room: Cleanroom
    slot: Slot
    is_too_soon: bool


def gaps(rooms: Iterable[Cleanroom], lines: Iterable[Line], ruler: Ruler, *, at: datetime) -> list[Gap]:
    """Return the free stretches of whole days, of two weeks or more, by room and start.

    They end where the calendar ends and where a cleanroom's qualification does.
    """
    taken: dict[int, list[Slot]] = defaultdict(list)
    for line in lines:
        if line.kind not in ASKED:
            taken[line.room.id].append(Slot(line.starts_at, line.ends_at))
    return [gap for room in rooms for gap in _of_room(room, taken[room.id], ruler, at)]


def _of_room(room: Cleanroom, taken: list[Slot], ruler: Ruler, at: datetime) -> list[Gap]:
    zone = ruler.zone
    first = max(ruler.first, local_day(at, zone) + timedelta(days=1))
    after_last = ruler.after_last
    if room.qualified_until is not None:
        after_last = min(after_last, room.qualified_until + timedelta(days=1))
    soonest = local_day(at, zone) + timedelta(days=room.notice_days)
    found, day = [], first
    for slot in [
        *sorted(taken, key=lambda one: one.start),
        Slot(midnight(after_last, zone), midnight(after_last, zone) + LEAST),
    ]:
        before = min(local_day(slot.start, zone), after_last)
        if before - day >= LEAST:
            is_too_soon = before - LEAST < soonest
            found.append(Gap(room, Slot(midnight(day, zone), midnight(before, zone)), is_too_soon))
        day = max(day, local_day(slot.end - timedelta(microseconds=1), zone) + timedelta(days=1))
    return found
