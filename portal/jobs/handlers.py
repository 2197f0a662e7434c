"""Every handler of the house, listed from each room's `handlers.py`, by the name of the event that it waits for."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from portal.ledger import Entry
from portal.notifications import handlers as notifications

Handler = Callable[[Session, Entry, datetime], None]

HANDLERS: Mapping[str, tuple[Handler, ...]] = {**notifications.HANDLERS}
