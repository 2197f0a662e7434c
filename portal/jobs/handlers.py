"""Every handler of the house, listed from each room's `handlers.py`: of events by their names, of long work by its kinds."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from portal.bookings import handlers as bookings
from portal.calendars import handlers as calendars
from portal.campaigns import handlers as campaigns
from portal.facilities import handlers as facilities
from portal.jobs import long_files
from portal.ledger import Entry
from portal.matching import handlers as matching
from portal.notifications import handlers as notifications
from portal.projects import handlers as projects
from portal.roadmap import handlers as roadmap
from portal.work.kinds import Kind

Handler = Callable[[Session, Entry, datetime], None]

ROOMS: tuple[Mapping[str, tuple[Handler, ...]], ...] = (
    bookings.HANDLERS,
    calendars.HANDLERS,
    campaigns.HANDLERS,
    facilities.HANDLERS,
    notifications.HANDLERS,
    roadmap.HANDLERS,
)

HANDLERS: Mapping[str, tuple[Handler, ...]] = {
    name: tuple(handler for room in ROOMS for handler in room.get(name, ()))
    for name in sorted({name for room in ROOMS for name in room})
}

WORK: Mapping[str, Kind] = {
    **bookings.WORK,
    **long_files.WORK,
    **matching.WORK,
    **projects.WORK,
    **roadmap.WORK,
}
