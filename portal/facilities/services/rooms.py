"""Adding, changing and retiring cleanrooms, and saying until when they are qualified."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.actors import Actor, Role
from portal.core.errors import Reason, Refused
from portal.facilities import queries
from portal.facilities.events import (
    CleanroomAdded,
    CleanroomEdited,
    CleanroomReopened,
    CleanroomRetired,
    QualificationChanged,
)
from portal.facilities.models import Cleanroom, Facility
from portal.facilities.rules.rooms import reasons_against_room
from portal.facilities.services.changes import Values, change, check_version, refuse_if, slug_for, touch
from portal.ledger import record

ROOM = frozenset(
    {
        "code",
        "name",
        "kind",
        "grade",
        "area_m2",
        "bsl",
        "vector_level",
        "gmo_class",
        "isolator",
        "equipment",
        "unit",
        "open_weekdays",
        "opens_hour",
        "closes_hour",
        "min_units",
        "max_units",
        "notice_days",
        "last_class",
        "note",
    }
)
TEXTS = frozenset({"note"})


def add_cleanroom(
    session: Session,
    actor: Actor,
    facility_slug: str,
    values: Values,
    *,
    shown_version: int | None,
    at: datetime,
) -> Cleanroom:
    """Add a cleanroom to a facility that the actor manages; its code is the facility's own name for it."""
    facility = queries.facility_to_manage(session, actor, facility_slug, lock=True)
    check_version(facility, shown_version)
    refuse_if([*reasons_against_room(values), *_reasons_against_code(session, facility, values["code"])])
    room = Cleanroom(
        facility=facility,
        slug=slug_for(f"{facility.slug}-{values['code']}", is_taken=lambda slug: _is_taken(session, slug)),
        edited_at=at,
    )
    changed = change(room, values, allowed=ROOM, texts=TEXTS)
    session.add(room)
    touch(facility, at)
    session.flush()
    event = CleanroomAdded(
        actor_id=actor.user_id,
        facility_id=facility.id,
        cleanroom_id=room.id,
        code=room.code,
        facts={name: values["to"] for name, values in changed.facts.items()},
    )
    record(session, event, at=at)
    return room


def edit_cleanroom(
    session: Session,
    actor: Actor,
    facility_slug: str,
    slug: str,
    values: Values,
    *,
    shown_version: int | None,
    at: datetime,
) -> Cleanroom:
    """Change a cleanroom's facts; what is booked already stays as it is."""
    room = queries.cleanroom_to_manage(session, actor, facility_slug, slug, lock=True)
    check_version(room, shown_version)
    reasons = reasons_against_room({**{name: getattr(room, name) for name in ROOM}, **values})
    if values.get("code", room.code) != room.code:
        reasons.extend(_reasons_against_code(session, room.facility, values["code"]))
    refuse_if(reasons)
    changed = change(room, values, allowed=ROOM, texts=TEXTS)
    if changed:
        touch(room, at)
        event = CleanroomEdited(
            actor_id=actor.user_id,
            facility_id=room.facility_id,
            cleanroom_id=room.id,
            code=room.code,
            changes=changed.facts,
            texts=changed.texts,
        )
        record(session, event, at=at)
    return room


def retire_cleanroom(
    session: Session,
    actor: Actor,
    facility_slug: str,
    slug: str,
    *,
    reason: str,
    shown_version: int | None,
    at: datetime,
) -> Cleanroom:
    """Take no new requests for a cleanroom from now on; what is booked, held or waiting is not touched."""
    room = queries.cleanroom_to_manage(session, actor, facility_slug, slug, lock=True)
    check_version(room, shown_version)
    if not room.is_bookable:
        raise Refused([Reason("cleanroom_retired_already", {"room": room.name})])
    room.is_bookable = False
    touch(room, at)
    event = CleanroomRetired(
        actor_id=actor.user_id,
        facility_id=room.facility_id,
        cleanroom_id=room.id,
        code=room.code,
        reason=reason,
    )
    record(session, event, at=at)
    return room


def reopen_cleanroom(
    session: Session, actor: Actor, facility_slug: str, slug: str, *, shown_version: int | None, at: datetime
) -> Cleanroom:
    """Take requests for a retired cleanroom again."""
    room = queries.cleanroom_to_manage(session, actor, facility_slug, slug, lock=True)
    check_version(room, shown_version)
    if room.is_bookable:
        raise Refused([Reason("cleanroom_takes_requests_already", {"room": room.name})])
    room.is_bookable = True
    touch(room, at)
    event = CleanroomReopened(
        actor_id=actor.user_id, facility_id=room.facility_id, cleanroom_id=room.id, code=room.code
    )
    record(session, event, at=at)
    return room


def set_qualification(
    session: Session,
    actor: Actor,
    facility_slug: str,
    slug: str,
    *,
    until: date | None,
    reason: str,
    shown_version: int | None,
    at: datetime,
) -> Cleanroom:
    """Say until when a cleanroom is qualified, as its facility's manager or QA; None says that nobody knows."""
    roles = (Role.FACILITY_MANAGER, Role.QA)
    room = queries.cleanroom_for(session, actor, facility_slug, slug, *roles, lock=True)
    check_version(room, shown_version)
    changed = change(room, {"qualified_until": until}, allowed={"qualified_until"})
    if changed:
        touch(room, at)
        event = QualificationChanged(
            actor_id=actor.user_id,
            facility_id=room.facility_id,
            cleanroom_id=room.id,
            code=room.code,
            changes=changed.facts,
            reason=reason,
        )
        record(session, event, at=at)
    return room


def _reasons_against_code(session: Session, facility: Facility, code: str) -> list[Reason]:
    taken = session.scalar(
        select(Cleanroom.id).where(Cleanroom.facility_id == facility.id, Cleanroom.code == code)
    )
    return [] if taken is None else [Reason("already_there", {"what": code}, field="code")]


def _is_taken(session: Session, slug: str) -> bool:
    return session.scalar(select(Cleanroom.id).where(Cleanroom.slug == slug)) is not None
