"""How many calendar days lie between two works in a cleanroom.

The room's own figure goes first, then the shipped table. Where a class is not known, or nothing comes next yet, the
facility's default holds. Within one project and class it is the facility's figure for that.
"""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.bookings.rules.timetables import Work
from portal.facilities.models import ChangeoverTime, Cleanroom, Facility
from portal.segregation.shipped import changeover_between

OwnDays = dict[tuple[str, str], int]


def changeover_days_of(
    session: Session, cleanroom: Cleanroom, before: Work | None, after: Work | None
) -> int:
    """Return the calendar days of changeover between two works in a cleanroom."""
    own = own_days(session, [cleanroom.id]).get(cleanroom.id, {})
    return days_between(cleanroom.facility, own, before, after)


def own_days(session: Session, cleanroom_ids: list[int]) -> dict[int, OwnDays]:
    """Return the changeover days that cleanrooms set for themselves, by cleanroom, then by before and after."""
    found: dict[int, OwnDays] = {}
    for row in session.scalars(select(ChangeoverTime).where(ChangeoverTime.cleanroom_id.in_(cleanroom_ids))):
        found.setdefault(row.cleanroom_id, {})[row.before, row.after] = row.days
    return found


def days_between(facility: Facility, own: OwnDays, before: Work | None, after: Work | None) -> int:
    """Return the calendar days between two works, from the figures of a room and its facility."""
    if before is None or after is None or not before.process_class or not after.process_class:
        return facility.default_changeover_days
    if before.project is not None and before == after:
        return facility.same_project_changeover_days
    days = own.get((before.process_class, after.process_class))
    if days is not None:
        return days
    shipped = changeover_between(before.process_class, after.process_class)
    return facility.default_changeover_days if shipped is None else shipped.days


def changeover_in_ticks(
    facility: Facility, own: OwnDays, ticks_per_day: int
) -> Callable[[Work, Work], int]:
    """Return the changeover of a room in its ticks, remembering what it was asked."""
    known: dict[tuple[Work, Work], int] = {}

    def between(before: Work, after: Work) -> int:
        if (before, after) not in known:
            known[before, after] = days_between(facility, own, before, after) * ticks_per_day
        return known[before, after]

    return between
