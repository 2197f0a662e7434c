"""What a message needs to be put into words, as far as its reader may still see it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.bookings.models import Booking, SlotRequest
from portal.facilities.models import Cleanroom, Facility
from portal.gates.checklists import Listed
from portal.gates.models import Dossier
from portal.gates.rules import Gate
from portal.notifications.models import Message
from portal.notifications.queries.people import Reach
from portal.notifications.queries.rooms import (
    SEEN_BY_ROOMS,
    dossiers_of,
    facilities_of,
    items_at,
    seen_by,
)
from portal.notifications.rules import TOPIC_OF, Topic
from portal.work.models import Job

Row = TypeVar("Row", SlotRequest, Booking, Job)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A message with everything that its words need; one that may no longer be seen has none of it.

    `reference` is the request's, if it is about one; `organisation_id` that for which one acts to see it.
    """

    message_id: int
    code: str
    topic: Topic
    at: datetime
    read_at: datetime | None
    archived_at: datetime | None
    subject_kind: str
    subject_id: int
    is_visible: bool
    facts: dict[str, Any]
    reference: str = ""
    room: str = ""
    facility: str = ""
    zone: str = "UTC"
    job_kind: str = ""
    item: Any = None
    """What the item of a gate is called, in each language."""


@dataclass(frozen=True, slots=True)
class _Stored:
    """The records that some messages are about."""

    requests: dict[int, SlotRequest]
    bookings: dict[int, Booking]
    jobs: dict[int, Job]
    rooms: dict[int, Cleanroom]
    dossiers: dict[int, Dossier]
    facilities: dict[int, Facility]
    items: dict[tuple[int, Gate], Listed]
    seen: Mapping[str, Collection[int]]
    """Of what some rooms tell who sees it themselves: the ids of what the reader sees, by the kind of subject."""


def told(session: Session, messages: Sequence[Message], reach: Reach) -> list[Told]:
    """Return these messages with what their words need, in a number of queries that does not grow with them."""
    stored = _stored(session, messages, reach)
    return [_told(message, stored, reach) for message in messages]


def _stored(session: Session, messages: Sequence[Message], reach: Reach) -> _Stored:
    def ids(kind: str) -> set[int]:
        return {message.subject_id for message in messages if message.subject_kind == kind}

    seen = seen_by(session, reach, {kind: ids(kind) for kind in SEEN_BY_ROOMS})
    dossiers = dossiers_of(session, seen["dossier"])
    facilities = facilities_of(session, seen["facility"])
    requests = _by_id(session, SlotRequest, ids("slot_request"))
    bookings = _by_id(session, Booking, ids("booking"))
    room_ids = {
        *ids("cleanroom"),
        *(request.cleanroom_id for request in requests.values() if request.cleanroom_id is not None),
        *(booking.block.cleanroom_id for booking in bookings.values()),
        *(told_of for message in messages if (told_of := _room_told_of(message)) is not None),
    }
    return _Stored(
        requests=requests,
        bookings=bookings,
        jobs=_by_id(session, Job, ids("job")),
        rooms=_rooms(session, room_ids),
        dossiers=dossiers,
        facilities=facilities,
        items=items_at(session, {dossier.facility_id for dossier in dossiers.values()}),
        seen=seen,
    )


def _told(message: Message, stored: _Stored, reach: Reach) -> Told:
    is_visible, room_id = _seen(message, stored, reach)
    plain: dict[str, Any] = {
        "message_id": message.id,
        "code": message.code,
        "topic": TOPIC_OF[message.code],
        "at": message.entry.at,
        "read_at": message.read_at,
        "archived_at": message.archived_at,
        "subject_kind": message.subject_kind,
        "subject_id": message.subject_id,
    }
    if not is_visible:
        return Told(**plain, is_visible=False, facts={})
    room = stored.rooms.get(_room_told_of(message) or room_id or 0)
    request = stored.requests.get(message.subject_id) if message.subject_kind == "slot_request" else None
    job = stored.jobs.get(message.subject_id) if message.subject_kind == "job" else None
    facility = room.facility if room is not None else _facility(message, stored)
    return Told(
        **plain,
        is_visible=True,
        facts=dict(message.entry.facts),
        reference=request.reference if request is not None else "",
        room=room.name if room is not None else "",
        facility=facility.name if facility is not None else "",
        zone=facility.time_zone if facility is not None else "UTC",
        job_kind=job.kind if job is not None else "",
        item=_item(message, stored),
    )


def _seen(message: Message, stored: _Stored, reach: Reach) -> tuple[bool, int | None]:
    """Return whether the reader may see what a message is about, and the cleanroom where that is now."""
    if message.subject_kind in SEEN_BY_ROOMS:
        return message.subject_id in stored.seen[message.subject_kind], None
    if message.subject_kind == "job":
        job = stored.jobs.get(message.subject_id)
        return job is not None and job.owner_id == reach.user_id, None
    organisation_id: int | None = None
    room_id: int | None = None
    if message.subject_kind == "cleanroom":
        room_id = message.subject_id
    elif message.subject_kind == "slot_request":
        request = stored.requests.get(message.subject_id)
        if request is not None:
            organisation_id, room_id = request.organisation_id, request.cleanroom_id
    elif message.subject_kind == "booking":
        booking = stored.bookings.get(message.subject_id)
        if booking is not None:
            organisation_id, room_id = booking.organisation_id, booking.block.cleanroom_id
    room = stored.rooms.get(room_id or 0)
    here = room is not None and room.facility_id in reach.facility_ids
    return here or organisation_id in reach.organisation_ids, room_id


def _facility(message: Message, stored: _Stored) -> Facility | None:
    if message.subject_kind == "dossier":
        return stored.dossiers[message.subject_id].facility
    return stored.facilities.get(message.subject_id) if message.subject_kind == "facility" else None


def _item(message: Message, stored: _Stored) -> Any:
    """Return what the item of a gate is called there, or its id where the checklist no longer has it."""
    item_id = message.entry.facts.get("item")
    if message.subject_kind != "dossier" or item_id is None:
        return None
    place = stored.dossiers[message.subject_id].facility_id, Gate(message.entry.facts["gate"])
    row = stored.items[place].row(item_id)
    return item_id if row is None else row["name"]


def _room_told_of(message: Message) -> int | None:
    told_of = message.entry.facts.get("cleanroom_id")
    return told_of if isinstance(told_of, int) else None


def _by_id(session: Session, kind: type[Row], ids: Collection[int]) -> dict[int, Row]:
    if not ids:
        return {}
    return {row.id: row for row in session.scalars(select(kind).where(kind.id.in_(ids)))}


def _rooms(session: Session, ids: Collection[int]) -> dict[int, Cleanroom]:
    if not ids:
        return {}
    question = select(Cleanroom).where(Cleanroom.id.in_(ids)).options(joinedload(Cleanroom.facility))
    return {room.id: room for room in session.scalars(question)}
