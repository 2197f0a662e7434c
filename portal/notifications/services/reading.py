"""Reading one's messages, and putting them away."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.notifications import queries
from portal.notifications.models import Message


def read_message(session: Session, actor: Actor, message_id: int, *, at: datetime) -> Message:
    """Note that the actor has read a message and return it; raises `NotFound` for somebody else's."""
    message = queries.own_message(session, actor.user_id, message_id)
    message.read_at = message.read_at or at
    return message


def read_all(session: Session, actor: Actor, *, at: datetime) -> None:
    """Note that the actor has read everything."""
    session.execute(
        update(Message)
        .where(Message.recipient_id == actor.user_id, Message.read_at.is_(None))
        .values(read_at=at)
    )


def archive(session: Session, actor: Actor, message_id: int, *, at: datetime) -> None:
    """Put a message away, read; raises `NotFound` for somebody else's."""
    message = read_message(session, actor, message_id, at=at)
    message.archived_at = message.archived_at or at


def restore(session: Session, actor: Actor, message_id: int) -> None:
    """Take a message out again that was put away; raises `NotFound` for somebody else's."""
    queries.own_message(session, actor.user_id, message_id).archived_at = None


def archive_read(session: Session, actor: Actor, *, at: datetime) -> int:
    """Put away everything that the actor has read; return how many messages that were."""
    done = session.execute(
        update(Message)
        .where(
            Message.recipient_id == actor.user_id,
            Message.read_at.is_not(None),
            Message.archived_at.is_(None),
        )
        .values(archived_at=at)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]
