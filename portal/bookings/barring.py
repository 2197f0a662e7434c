"""When nothing may run in cleanrooms, whoever asks: what has run out there, and when the facility carries no more runs at once."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.bookings.models import Block, BlockKind
from portal.bookings.roomtime import RoomTime, local_day, midnight
from portal.bookings.rules.timetables import Span
from portal.bookings.separation import FULL, Separation, full_spans
from portal.core.slots import Slot
from portal.facilities.models import BookingUnit, Cleanroom, Facility, RoomKind
from portal.facilities.queries import Period, validities_and_periods
from portal.facilities.rules.validity import Validity

A_DAY = timedelta(days=1)
QUALIFICATION = "qualification_ends"


@dataclass(frozen=True, slots=True, kw_only=True)
class Barred:
    """A stretch in which a cleanroom can't be booked, the code of the reason that it gives, and what that names.

    `every_work` is false where only work is barred that needs what has run out.
    """

    cleanroom_id: int
    slot: Slot
    code: str
    what: str = ""
    every_work: bool = True


def barred_times(session: Session, rooms: Collection[Cleanroom], within: Slot) -> list[Barred]:
    """Return when nothing may run in these cleanrooms of one facility, by room and start, in two questions at most."""
    if not rooms:
        return []
    facility = next(iter(rooms)).facility
    first, last = (local_day(moment, facility.time_zone) for moment in (within.start, within.end))
    validities, periods = validities_and_periods(session, rooms, since=first, until=last)
    found = [one for room in rooms for one in _run_out(room, validities[room.id], within)]
    found += _full(session, facility, rooms, periods, within)
    return sorted(found, key=lambda one: (one.cleanroom_id, one.slot, one.code, one.what))


def _run_out(room: Cleanroom, validity: Validity, within: Slot) -> Iterator[Barred]:
    zone, is_gmp = room.facility.time_zone, room.kind is RoomKind.GMP

    def after(last_day: date, code: str, what: str = "", *, every_work: bool = True) -> Iterator[Barred]:
        start = max(within.start, midnight(last_day + A_DAY, zone))
        if start < within.end:
            slot = Slot(start, within.end)
            yield Barred(cleanroom_id=room.id, slot=slot, code=code, what=what, every_work=every_work)

    if room.qualified_until is not None:
        yield from after(room.qualified_until, QUALIFICATION)
    always = validity.endings(is_gmp=is_gmp, gmo_class=0, equipment=())
    for one in always:
        yield from after(one.last_day, one.code, one.what)
    for gap in validity.gaps(is_gmp=is_gmp, gmo_class=0):
        start = within.start if gap.first_day is None else max(within.start, midnight(gap.first_day, zone))
        end = min(within.end, midnight(gap.last_day + A_DAY, zone))
        if start < end:
            yield Barred(cleanroom_id=room.id, slot=Slot(start, end), code="licence_begins", what=gap.what)
    some = [validity.endings(is_gmp=is_gmp, gmo_class=1, equipment=())] + [
        validity.endings(is_gmp=is_gmp, gmo_class=0, equipment=[what]) for what in sorted(room.equipment)
    ]
    for one in (ending for endings in some for ending in endings if ending not in always):
        yield from after(one.last_day, one.code, one.what, every_work=False)


def _full(
    session: Session,
    facility: Facility,
    rooms: Iterable[Cleanroom],
    periods: Collection[Period],
    within: Slot,
) -> Iterator[Barred]:
    """Yield when a facility carries as many runs in its other rooms as it can at once."""
    zone = facility.time_zone
    if facility.most_runs is None and not periods:
        return
    taken = _stays(session, facility, within)
    spans: dict[BookingUnit, list[tuple[int, Span]]] = {}
    for room in rooms:
        clock = RoomTime.of(room, local_day(within.start, zone))
        if room.unit not in spans:
            spans[room.unit] = [(room_id, clock.span(slot)) for room_id, slot in taken]
        limits = [
            (Span(clock.tick(midnight(start, zone)), clock.tick(midnight(end + A_DAY, zone))), most)
            for start, end, most in periods
        ]
        others = [span for room_id, span in spans[room.unit] if room_id != room.id]
        everything = clock.span(within)
        for span in full_spans(Separation(most_runs=facility.most_runs), others, limits):
            start_tick, end_tick = max(span.start, everything.start), min(span.end, everything.end)
            if start_tick < end_tick:
                slot = clock.slot(Span(start_tick, end_tick))
                yield Barred(cleanroom_id=room.id, slot=slot, code=FULL)


def _stays(session: Session, facility: Facility, within: Slot) -> list[tuple[int, Slot]]:
    """Return what is booked or held in all rooms of a facility: the cleanroom's number, and when."""
    rows = session.execute(
        select(Block.cleanroom_id, Block.starts_at, Block.ends_at)
        .join(Cleanroom, Cleanroom.id == Block.cleanroom_id)
        .where(
            Cleanroom.facility_id == facility.id,
            Block.kind.in_((BlockKind.BOOKING, BlockKind.HOLD)),
            Block.starts_at < within.end,
            Block.ends_at > within.start,
        )
    )
    return [(room_id, Slot(start, end)) for room_id, start, end in rows]
