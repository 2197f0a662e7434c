"""What the bookings room asks: rooms that take requests and their changeover days."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.facilities.changeovers import Pair, days_between, process_classes
from portal.facilities.models import ChangeoverTime, Cleanroom, Facility


def bookable_cleanrooms(session: Session) -> list[Cleanroom]:
    """Return the cleanrooms that take requests, with their facility, by facility and code, in one query."""
    return list(
        session.scalars(
            select(Cleanroom)
            .join(Cleanroom.facility)
            .where(Facility.is_open_for_requests, Cleanroom.is_bookable)
            .options(joinedload(Cleanroom.facility))
            .order_by(Facility.name, Cleanroom.code)
        )
    )


def own_changeover_days(session: Session, cleanroom_ids: Collection[int]) -> dict[int, dict[Pair, int]]:
    """Return the changeover days that cleanrooms set for themselves, in one query."""
    own: dict[int, dict[Pair, int]] = {cleanroom_id: {} for cleanroom_id in cleanroom_ids}
    for row in session.scalars(
        select(ChangeoverTime).where(ChangeoverTime.cleanroom_id.in_(list(cleanroom_ids)))
    ):
        own[row.cleanroom_id][row.before, row.after] = row.days
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
