"""What this room does about what happens elsewhere: a link that is decided alone may be the last that a chain waited for."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from portal.bookings.events import OfferAccepted, RequestApproved
from portal.campaigns.services.chains import settle_rest
from portal.ledger import Entry


def confirm_the_rest(session: Session, entry: Entry, at: datetime) -> None:
    """Confirm what waited for the rest of a chain, if this was the last of it."""
    settle_rest(session, int(entry.facts["request_id"]), at=at)


HANDLERS: Mapping[str, tuple[Callable[[Session, Entry, datetime], None], ...]] = {
    RequestApproved.name: (confirm_the_rest,),
    OfferAccepted.name: (confirm_the_rest,),
}
