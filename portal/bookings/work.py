"""How many calendar days lie between two works in a cleanroom.

The room's own figure goes first, then the shipped table. Where a class is not known, or nothing comes next yet, the
facility's default holds. Within one project and class it is the facility's figure for that.
"""

from collections.abc import Callable, Mapping

from portal.bookings.rules.timetables import Work
from portal.facilities import changeovers
from portal.facilities.changeovers import Pair
from portal.facilities.models import Facility

OwnDays = Mapping[Pair, int]


def days_between(facility: Facility, own: OwnDays, before: Work | None, after: Work | None) -> int:
    """Return the calendar days between two works, from the figures of a room and its facility."""
    if before is None or after is None:
        return facility.default_changeover_days
    if before.project is not None and before == after:
        return facility.same_project_changeover_days
    days = changeovers.days_between(own, before.process_class, after.process_class)
    return facility.default_changeover_days if days is None else days


def changeover_in_ticks(facility: Facility, own: OwnDays, ticks_per_day: int) -> Callable[[Work, Work], int]:
    """Return the changeover of a room in its ticks; it answers as `days_between` does, many times over."""
    same_project = facility.same_project_changeover_days * ticks_per_day
    known: dict[Pair, int] = {}

    def between(before: Work, after: Work) -> int:
        pair = before.process_class, after.process_class
        if before.project is not None and before.project == after.project and pair[0] == pair[1]:
            return same_project
        if pair not in known:
            apart = Work(before.process_class), Work(after.process_class)
            known[pair] = days_between(facility, own, *apart) * ticks_per_day
        return known[pair]

    return between
