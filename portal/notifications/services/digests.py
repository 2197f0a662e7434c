"""Taking what goes out with a digest."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.accounts.models import User
from portal.notifications.models import Message
from portal.notifications.queries import Told, chosen_ways, reach_of, told
from portal.notifications.rules import BY_MAIL, TOPIC_OF, Topic
from portal.notifications.services.choosing import digest_time_of

MOST = 200
"""So many messages stand in one digest; the rest is in the portal, and the digest says so."""


def take_digest(session: Session, user_id: int, *, at: datetime) -> tuple[User, list[Told], int] | None:
    """Return a person and what goes into their digest now, with how many more there are; None if nothing does.

    Whatever was due is taken by this, so the caller posts the mail in the same unit of work. Read and archived messages
    are left out, and so is what the person may no longer see or has chosen meanwhile not to get by mail.
    """
    user = session.get(User, user_id, with_for_update=True)
    due = session.scalars(
        select(Message)
        .where(Message.recipient_id == user_id, Message.digest_at <= at)
        .options(joinedload(Message.entry))
        .order_by(Message.id)
        .execution_options(populate_existing=True)
    ).all()
    if user is None or not due:
        return None
    for message in due:
        message.digest_at = None
    unread = [message for message in due if message.read_at is None and message.archived_at is None]
    if not user.active or not unread:
        return None
    today = at.astimezone(ZoneInfo(user.time_zone)).date()
    ways = chosen_ways(session, [user_id], list(Topic), today=today)
    wanted = [one for one in unread if ways[user_id, TOPIC_OF[one.code]] in BY_MAIL]
    shown = [one for one in told(session, wanted, reach_of(session, user_id, at=at)) if one.is_visible]
    if not shown:
        return None
    digest_time_of(session, user_id).last_day = today
    return user, shown[:MOST], max(0, len(shown) - MOST)
