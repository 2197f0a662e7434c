"""What lies around one window decides about it exactly as the whole diary does."""

from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.bookings import blocks, search, services
from portal.bookings.models import Block, BlockKind, Booking, BookingState, ClosureKind
from portal.bookings.needs import need_of
from portal.core.slots import Slot
from portal.facilities.models import BookingUnit, Cleanroom
from tests import make

LENGTH = timedelta(days=3)


def busy(session: Session, unit: BookingUnit) -> Cleanroom:
    """Store a cleanroom with bookings of several classes, a hold that has lapsed, and closures."""
    room = make.cleanroom(session, unit=unit, qualified_until=None)
    room.facility.default_changeover_days = 2
    manager = make.manager(session, room)
    for first, last, kind, state, until in (
        (6, 9, "lv_rv", BookingState.CONFIRMED, None),
        (15, 18, "aav", BookingState.CONFIRMED, None),
        (22, 24, "lv_rv", BookingState.HELD, make.NOON + timedelta(days=90)),
        (27, 29, "aav", BookingState.HELD, make.NOON - timedelta(days=1)),
    ):
        blocks.take(
            session,
            room,
            make.slot(first, last),
            state=state,
            held_until=until,
            process_class=kind,
            created_at=make.NOON,
        )
    services.close_cleanroom(
        session,
        manager,
        cleanroom_id=room.id,
        slot=make.slot(11, 12),
        kind=ClosureKind.MAINTENANCE,
        at=make.NOON,
    )
    session.commit()
    return room


@pytest.mark.parametrize("unit", list(BookingUnit))
@pytest.mark.parametrize("is_ignored", [False, True])
def test_one_window_is_judged_as_in_the_whole_diary(
    session: Session, unit: BookingUnit, is_ignored: bool
) -> None:
    room = busy(session, unit)
    request = make.slot_request(session, room, make.slot(11, 14), duration=1)
    need = need_of(request)
    bookings = [one.id for one in session.scalars(select(Booking).order_by(Booking.id))]
    ignored = bookings[1:2] if is_ignored else []
    whole = search.diaries_of(session, [room], at=make.NOON, ignored_booking_ids=ignored)[room.id]
    for first in range(1, 40):
        start = make.midnight(1) + timedelta(days=first - 3)
        for length in (timedelta(days=1), LENGTH, timedelta(days=12)):
            slot = Slot(start, start + length)
            near = search.diary_around(session, room, slot, at=make.NOON, ignored_booking_ids=ignored)
            expected = search.reasons_in_diary(whole, need, slot, at=make.NOON)
            assert search.reasons_in_diary(near, need, slot, at=make.NOON) == expected


def test_changeover_lies_between_neighbours_and_is_written_anew_when_one_comes_or_goes(
    session: Session,
) -> None:
    room = make.cleanroom(session)
    room.facility.default_changeover_days = 5
    taken = [
        blocks.take(
            session,
            room,
            make.slot(first, first + 2),
            state=BookingState.CONFIRMED,
            process_class="lv_rv",
            created_at=make.NOON,
        )
        for first in (20, 6, 12)
    ]

    def changeovers() -> list[Slot]:
        rows = session.scalars(
            select(Block).where(Block.kind == BlockKind.CHANGEOVER).order_by(Block.starts_at)
        )
        return [block.slot for block in rows]

    found = changeovers()
    assert len(found) == 3
    assert found[-1] == make.slot(22, 27)
    for before, after in pairwise(found):
        assert before.end <= after.start
    blocks.change_state(session, taken[2], BookingState.CANCELLED, at=make.NOON)
    assert len(changeovers()) == 2
    blocks.move(session, taken[1], room, make.slot(23, 25))
    assert changeovers() == [Slot(make.midnight(22), make.midnight(23)), make.slot(25, 30)]
