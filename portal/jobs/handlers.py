"""Every handler of the house, listed from each room's `handlers.py`, by the name of the event that it waits for."""

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from portal.ledger import Entry

Handler = Callable[[Session, Entry], None]

HANDLERS: Mapping[str, tuple[Handler, ...]] = {}
