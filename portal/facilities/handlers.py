"""What facilities do about what happens elsewhere."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts.events import MembershipEnded
from portal.facilities import services
from portal.ledger import Entry

Handler = Callable[[Session, Entry, datetime], None]


def end_duties_of_former_member(session: Session, entry: Entry, at: datetime) -> None:
    """End what somebody was to do at an organisation's facilities, once they no longer belong to it."""
    services.end_duties_of_former_member(
        session,
        user_id=entry.facts["user_id"],
        organisation_id=entry.facts["organisation_id"],
        actor_id=entry.actor_id,
        at=at,
    )


HANDLERS: Mapping[str, tuple[Handler, ...]] = {MembershipEnded.name: (end_duties_of_former_member,)}
