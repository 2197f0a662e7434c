"""Named questions about messages: what a person was told, and what is needed to put it into words."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from portal.accounts.models import Membership, User
from portal.bookings.models import Booking, SlotRequest
from portal.core.actors import Role
from portal.facilities.models import Cleanroom
from portal.notifications.models import Message

Row = TypeVar("Row", SlotRequest, Booking)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A message with everything that its words need; `reference` is the request's, if it is about one."""

    message_id: int
    code: str
    at: datetime
    read_at: datetime | None
    subject_kind: str
    subject_id: int
    facts: dict[str, Any]
    reference: str | None
    room: str
    facility: str
    zone: str


def founders_of(session: Session, organisation_id: int) -> list[User]:
    """Return the people who speak for a developer organisation, by name."""
    return list(
        session.scalars(
            select(User)
            .join(Membership, Membership.user_id == User.id)
            .where(
                Membership.organisation_id == organisation_id,
                Membership.role == Role.FOUNDER,
                Membership.ended_at.is_(None),
                User.active,
            )
            .order_by(User.name, User.id)
        )
    )


def unread_count(session: Session, user_id: int) -> int:
    """Return how many messages a person has not read."""
    question = select(func.count()).select_from(Message)
    return session.scalar(question.where(Message.recipient_id == user_id, Message.read_at.is_(None))) or 0


def messages_of(session: Session, user_id: int, *, limit: int, offset: int = 0) -> list[Told]:
    """Return what a person was told, newest first, in a constant number of queries."""
    found = session.scalars(
        select(Message)
        .where(Message.recipient_id == user_id)
        .options(joinedload(Message.entry))
        .order_by(Message.id.desc())
        .limit(limit)
        .offset(offset)
    ).all()
    return told(session, found)


def message_count(session: Session, user_id: int) -> int:
    """Return how many messages a person has."""
    question = select(func.count()).select_from(Message).where(Message.recipient_id == user_id)
    return session.scalar(question) or 0


def told(session: Session, messages: Sequence[Message]) -> list[Told]:
    """Return these messages with what their words need; one whose subject is gone is left out."""
    requests = _by_id(
        session, SlotRequest, {m.subject_id for m in messages if m.subject_kind == "slot_request"}
    )
    bookings = _by_id(session, Booking, {m.subject_id for m in messages if m.subject_kind == "booking"})
    room_ids = {_room_of(message, requests, bookings) or 0 for message in messages}
    rooms = _rooms(session, room_ids)
    found = []
    for message in messages:
        room = rooms.get(_room_of(message, requests, bookings) or 0)
        if room is None:
            continue
        request = requests.get(message.subject_id) if message.subject_kind == "slot_request" else None
        found.append(
            Told(
                message_id=message.id,
                code=message.code,
                at=message.entry.at,
                read_at=message.read_at,
                subject_kind=message.subject_kind,
                subject_id=message.subject_id,
                facts=dict(message.entry.facts),
                reference=request.reference if request is not None else None,
                room=room.name,
                facility=room.facility.name,
                zone=room.facility.time_zone,
            )
        )
    return found


def _room_of(message: Message, requests: dict[int, SlotRequest], bookings: dict[int, Booking]) -> int | None:
    told_of = message.entry.facts.get("cleanroom_id")
    if isinstance(told_of, int):
        return told_of
    if message.subject_kind == "slot_request":
        request = requests.get(message.subject_id)
        return request.cleanroom_id if request is not None else None
    booking = bookings.get(message.subject_id)
    return booking.block.cleanroom_id if booking is not None else None


def _by_id(session: Session, kind: type[Row], ids: Collection[int]) -> dict[int, Row]:
    if not ids:
        return {}
    return {row.id: row for row in session.scalars(select(kind).where(kind.id.in_(ids)))}


def _rooms(session: Session, ids: Collection[int]) -> dict[int, Cleanroom]:
    if not ids:
        return {}
    question = select(Cleanroom).where(Cleanroom.id.in_(ids)).options(joinedload(Cleanroom.facility))
    return {room.id: room for room in session.scalars(question)}
