"""What the bookings room asks: rooms that take requests and their changeover days."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, selectinload

from portal.facilities.changeovers import Pair, days_between, process_classes
from portal.facilities.models import ChangeoverTime, Cleanroom, Facility, RoomKind


def bookable_cleanrooms(session: Session, kind: RoomKind | None = None) -> list[Cleanroom]:
    """Return the cleanrooms, perhaps of one kind, that take requests, by facility and code, in two queries."""
    # The facility in a query of its own: in each room's row its forty columns would be most of what is read.
    question = (
        select(Cleanroom)
        .join(Cleanroom.facility)
        .where(Facility.is_open_for_requests, Cleanroom.is_bookable)
        .options(selectinload(Cleanroom.facility))
        .order_by(Facility.name, Cleanroom.code)
    )
    if kind is not None:
        question = question.where(Cleanroom.kind == kind)
    return list(session.scalars(question))


# Every decision about a slot asks this under the lock of its cleanroom: made once, and without building objects.
_own = ChangeoverTime.__table__.c
_OWN_DAYS = select(_own.cleanroom_id, _own.before, _own.after, _own.days).where(
    _own.cleanroom_id.in_(bindparam("rooms", expanding=True))
)


def own_changeover_days(session: Session, cleanroom_ids: Collection[int]) -> dict[int, dict[Pair, int]]:
    """Return the changeover days that cleanrooms set for themselves, in one query."""
    own: dict[int, dict[Pair, int]] = {cleanroom_id: {} for cleanroom_id in cleanroom_ids}
    for cleanroom_id, before, after, days in session.execute(_OWN_DAYS, {"rooms": list(cleanroom_ids)}):
        own[cleanroom_id][before, after] = days
    return own


def changeover_tables(session: Session, rooms: Iterable[Cleanroom]) -> dict[int, dict[str, dict[str, int]]]:
    """Return the whole changeover table of each cleanroom, its own days before the shipped ones, in one query.

    Where neither says anything, the facility's default holds.
    """
    found = list(rooms)
    own = own_changeover_days(session, [room.id for room in found])
    tables: dict[int, dict[str, dict[str, int]]] = defaultdict(dict)
    for room in found:
        for before in process_classes():
            tables[room.id][before] = {
                after: _known(days_between(own[room.id], before, after), room.facility)
                for after in process_classes()
            }
    return dict(tables)


def _known(days: int | None, facility: Facility) -> int:
    return facility.default_changeover_days if days is None else days
