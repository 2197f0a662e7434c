"""Reading one's messages."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.core.errors import NotFound
from portal.notifications.models import Message


def read_message(session: Session, actor: Actor, message_id: int, *, at: datetime) -> Message:
    """Note that the actor has read a message and return it; raises `NotFound` for somebody else's."""
    message = session.scalars(
        select(Message).where(Message.id == message_id, Message.recipient_id == actor.user_id)
    ).first()
    if message is None:
        raise NotFound
    message.read_at = message.read_at or at
    return message


def read_all(session: Session, actor: Actor, *, at: datetime) -> None:
    """Note that the actor has read everything."""
    session.execute(
        update(Message)
        .where(Message.recipient_id == actor.user_id, Message.read_at.is_(None))
        .values(read_at=at)
    )
