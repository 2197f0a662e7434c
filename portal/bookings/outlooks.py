"""What a manager sees before deciding: what speaks against a request, who competes, and which changeover comes with it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from portal.bookings import desk, search
from portal.bookings.models import RequestState, SlotRequest
from portal.bookings.needs import Need, need_of
from portal.bookings.queries import COMPETING
from portal.bookings.roomtime import days_later
from portal.bookings.rules.timetables import Occupation, Timetable, Work
from portal.bookings.search import Diary
from portal.bookings.separation import facts_asked
from portal.bookings.work import days_between
from portal.core.errors import Reason
from portal.core.slots import Slot
from portal.facilities.models import Cleanroom

WAIVABLE = frozenset({"notice_too_short"})
"""What a facility asks for its own sake: it is shown, and does not stand in the way of an approval."""

ASKED = "asked"
"""The key of a request that is looked at as if it were booked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What would become of an open request if it were approved now.

    `against` is every reason that refuses it, `waived` those that the facility may waive.
    """

    against: tuple[Reason, ...]
    waived: tuple[Reason, ...]
    changeover_before: int | None
    """Days after what runs before; None where nothing does."""
    changeover_days: int
    changeover: Slot | None
    competing: tuple[SlotRequest, ...]
    warned: tuple[Reason, ...] = ()
    """Rules of segregation that warn; an approval has to acknowledge them."""

    @property
    def clear(self) -> bool:
        """Say whether nothing stands in the way and nobody else asks for the time."""
        return not self.against and not self.waived and not self.competing and not self.warned


def outlooks(
    session: Session, requests: Collection[SlotRequest], *, at: datetime
) -> tuple[dict[int, Outlook], dict[int, Diary]]:
    """Return the outlook of each of these requests that is open, and the diaries, in a fixed number of queries."""
    judged = [one for one in requests if one.state in COMPETING and one.cleanroom is not None and one.slot]
    rooms = {one.cleanroom.id: one.cleanroom for one in judged if one.cleanroom is not None}
    diaries = search.diaries_of(session, rooms.values(), at=at)
    asked: Mapping[int, list[SlotRequest]] = defaultdict(list)
    if rooms:
        for other in desk.open_requests_in(session, list(rooms)):
            asked[other.cleanroom_id or 0].append(other)
    found = {}
    for request in judged:
        room_id = request.cleanroom_id or 0
        found[request.id] = outlook(request, diaries[room_id], asked[room_id], at=at)
    return found, diaries


def outlook(request: SlotRequest, diary: Diary, others: Iterable[SlotRequest], *, at: datetime) -> Outlook:
    """Return the outlook of one open request in its cleanroom's diary, among the other open requests for the room."""
    slot, need = request.slot, need_of(request)
    if slot is None:
        raise ValueError("a request without a window has no outlook")
    reasons = search.reasons_against_room(diary.cleanroom, need)
    reasons += search.reasons_in_diary(diary, need, slot, at=at)
    before, days = changeovers(diary, need, slot)
    zone = diary.cleanroom.facility.time_zone
    return Outlook(
        against=tuple(reason for reason in reasons if reason.code not in WAIVABLE),
        waived=tuple(reason for reason in reasons if reason.code in WAIVABLE),
        changeover_before=before,
        changeover_days=days,
        changeover=Slot(slot.end, days_later(slot.end, days, zone)) if days else None,
        competing=tuple(
            other
            for other in others
            if other.id != request.id and other.slot is not None and other.slot.overlaps(slot)
        ),
        warned=tuple(search.warnings_in_diary(diary, need, slot)),
    )


def changeovers(diary: Diary, need: Need, slot: Slot) -> tuple[int | None, int]:
    """Return the days of changeover that lie before a window, None where nothing runs before, and after it."""
    span, work = diary.time.span(slot), Work(need.process_class, need.project_id)
    before: Occupation | None = None
    after: Occupation | None = None
    for other in diary.timetable.occupations:
        if other.span.end <= span.start and (before is None or other.span.end >= before.span.end):
            before = other
        if after is None and other.span.start >= span.end:
            after = other
    facility = diary.cleanroom.facility
    days_before = None
    if before is not None:
        days_before = days_between(facility, diary.own_days, before.work, work)
    return days_before, days_between(facility, diary.own_days, work, after.work if after else None)


def could_move_to(diary: Diary, request: SlotRequest, other: SlotRequest, *, at: datetime) -> Slot | None:
    """Return the first window in the room that a competing request could have once this one is approved, or None."""
    if request.slot is None:
        return None
    taken = Occupation(
        diary.time.span(request.slot), Work(request.process_class or "", request.project_id), ASKED
    )
    timetable = Timetable.of(diary.timetable.calendar, [*diary.timetable.occupations, taken])
    here = {**diary.separation.here, ASKED: facts_asked(request)}
    separation = replace(diary.separation, here=here)
    return search.first_window(
        replace(diary, timetable=timetable, separation=separation), need_of(other), at=at
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A free window in a cleanroom that could be offered."""

    room: Cleanroom
    slot: Slot


def windows_to_offer(
    session: Session, request: SlotRequest, rooms: Iterable[Cleanroom], *, at: datetime, count: int = 3
) -> list[Choice]:
    """Return the first free windows in those of a facility's cleanrooms that fit a request, the earliest first.

    The days that the requester named bound them as long as any window lies between; what is offered beyond is the
    requester's to accept.
    """
    need = replace(need_of(request), facility_ids=None)
    fitting = [room for room in rooms if room.is_bookable and not search.reasons_against_room(room, need)]
    diaries = search.diaries_of(session, fitting, at=at)
    for asked in (need, replace(need, latest_end=None)):
        choices = [
            Choice(room=room, slot=slot)
            for room in fitting
            for slot in search.first_windows(diaries[room.id], asked, at=at, count=count)
            if (room.id, slot) != (request.cleanroom_id, request.slot)
        ]
        if choices:
            break
    choices.sort(key=lambda choice: (choice.slot.start, choice.slot.end, choice.room.code))
    return choices[: 2 * count]


def is_open(request: SlotRequest) -> bool:
    """Say whether a request still waits for somebody."""
    return request.state in {*COMPETING, RequestState.OFFERED}
