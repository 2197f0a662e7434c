"""Every handler of the house, listed from each room's `handlers.py`: of events by their names, of long work by its kinds."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from portal.bookings import handlers as bookings
from portal.ledger import Entry
from portal.notifications import handlers as notifications
from portal.projects import handlers as projects
from portal.work.kinds import Kind

Handler = Callable[[Session, Entry, datetime], None]

HANDLERS: Mapping[str, tuple[Handler, ...]] = {**notifications.HANDLERS}
WORK: Mapping[str, Kind] = {**bookings.WORK, **projects.WORK}
