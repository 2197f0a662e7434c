"""On which days a stored cleanroom is open."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.facilities.models import Cleanroom, ExtraHoliday
from portal.facilities.rules.opening import Opening, public_holidays

_extra = ExtraHoliday.__table__.c
_EXCEPTIONS = select(_extra.facility_id, _extra.day, _extra.is_open).where(
    _extra.facility_id.in_(bindparam("facilities", expanding=True)),
    _extra.day.between(bindparam("first"), bindparam("last")),
)


def openings_of(
    session: Session, rooms: Iterable[Cleanroom], first: date, *, days: int
) -> dict[int, Opening]:
    """Return the opening of each cleanroom from a day on, in one query."""
    found = list(rooms)
    exceptions: dict[int, dict[date, bool]] = defaultdict(dict)
    rows = session.execute(
        _EXCEPTIONS,
        {
            "facilities": sorted({room.facility_id for room in found}),
            "first": first,
            "last": first + timedelta(days=days),
        },
    )
    for facility_id, day, is_open in rows:
        exceptions[facility_id][day] = is_open
    return {
        room.id: Opening(
            weekdays=frozenset(room.open_weekdays),
            country=room.facility.country,
            exceptions=exceptions.get(room.facility_id, {}),
        )
        for room in found
    }


__all__ = ["Opening", "openings_of", "public_holidays"]
