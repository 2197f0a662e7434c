"""A person's messages: which there are, how many, and whose digest is due."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, joinedload

from portal.core.errors import NotFound
from portal.notifications.models import Message
from portal.notifications.rules import CODES, Topic


class Show(StrEnum):
    """Which messages an inbox shows."""

    ALL = "all"
    UNREAD = "unread"
    ARCHIVED = "archived"


def unread_count(session: Session, user_id: int) -> int:
    """Return how many messages a person has not read, and has not put away."""
    return _count(session, _in(user_id, Show.UNREAD, None))


def message_count(
    session: Session, user_id: int, *, show: Show = Show.ALL, topic: Topic | None = None
) -> int:
    """Return how many messages a person has there."""
    return _count(session, _in(user_id, show, topic))


def messages_of(
    session: Session,
    user_id: int,
    *,
    show: Show = Show.ALL,
    topic: Topic | None = None,
    limit: int,
    offset: int = 0,
) -> Sequence[Message]:
    """Return a person's messages, newest first."""
    return session.scalars(
        select(Message)
        .where(_in(user_id, show, topic))
        .options(joinedload(Message.entry))
        .order_by(Message.id.desc())
        .limit(limit)
        .offset(offset)
    ).all()


def own_message(session: Session, user_id: int, message_id: int) -> Message:
    """Return one of a person's messages; raises `NotFound` for somebody else's."""
    message = session.scalars(
        select(Message).where(Message.id == message_id, Message.recipient_id == user_id)
    ).first()
    if message is None:
        raise NotFound
    return message


def due_digests(session: Session, *, at: datetime, limit: int) -> list[int]:
    """Return the people to whom a digest is to go now."""
    question = select(Message.recipient_id).where(Message.digest_at <= at).distinct()
    return list(session.scalars(question.order_by(Message.recipient_id).limit(limit)))


def _count(session: Session, condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(Message).where(condition)) or 0


def _in(user_id: int, show: Show, topic: Topic | None) -> ColumnElement[bool]:
    kept = Message.archived_at.is_not(None) if show is Show.ARCHIVED else Message.archived_at.is_(None)
    wanted = [Message.recipient_id == user_id, kept]
    if show is Show.UNREAD:
        wanted.append(Message.read_at.is_(None))
    if topic is not None:
        wanted.append(Message.code.in_(CODES[topic]))
    return and_(*wanted)
