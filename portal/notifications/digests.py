"""Writing the daily digests, each in one unit of work with the note that its messages have gone out."""

from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from portal.mail.services import post
from portal.notifications import letters, queries
from portal.notifications.services import take_digest
from portal.store import db, in_one_unit

ROUND = 500


def post_digests(*, at: datetime, limit: int = ROUND) -> int:
    """Post every digest whose hour has come, and return how many that were."""
    session = db.session()
    people = queries.due_digests(session, at=at, limit=limit)
    session.rollback()
    return sum(in_one_unit(partial(_post_one, user_id=person, at=at)) for person in people)


def _post_one(session: Session, *, user_id: int, at: datetime) -> bool:
    taken = take_digest(session, user_id, at=at)
    if taken is None:
        return False
    user, messages, more = taken
    post(session, letters.digest(user, messages, more=more), at=at)
    return True
