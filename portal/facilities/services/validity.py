"""What people say of a facility's capacity by day, and of the equipment and the trained people of its cleanrooms."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.actors import Actor, Role
from portal.core.errors import NotFound, Reason, Refused
from portal.facilities import queries
from portal.facilities.events import (
    EquipmentValidityChanged,
    RunLimitChanged,
    TrainedNeededChanged,
    TrainingChanged,
)
from portal.facilities.models import Cleanroom, EquipmentValidity, Facility, RunLimit, Training
from portal.facilities.rules.opening import day_at
from portal.facilities.services.changes import change, check_version, touch
from portal.ledger import record

KEEPERS = (Role.FACILITY_MANAGER, Role.QA)
"""Who says what of a cleanroom is qualified."""


def add_run_limit(
    session: Session,
    actor: Actor,
    slug: str,
    *,
    first_day: date,
    last_day: date,
    most_runs: int,
    name: str,
    shown_version: int | None,
    at: datetime,
) -> RunLimit:
    """Let a facility carry another number of runs at once on some days; what is booked already stays."""
    facility = _facility(session, actor, slug, shown_version)
    today = day_at(at, facility.time_zone)
    if last_day < first_day:
        raise Refused(
            [Reason("days_in_wrong_order", {"start": first_day, "end": last_day}, field="last_day")]
        )
    if last_day < today:
        raise Refused([Reason("days_are_over", {"day": last_day, "today": today}, field="last_day")])
    limit = RunLimit(
        facility_id=facility.id, first_day=first_day, last_day=last_day, most_runs=most_runs, name=name
    )
    session.add(limit)
    _record_limit(session, actor, facility, limit, "added", at=at)
    return limit


def remove_run_limit(
    session: Session, actor: Actor, slug: str, limit_id: int, *, shown_version: int | None, at: datetime
) -> None:
    """Let a facility carry its usual number of runs again on these days; raises `NotFound` for another's period."""
    facility = _facility(session, actor, slug, shown_version)
    limit = session.get(RunLimit, limit_id)
    if limit is None or limit.facility_id != facility.id:
        raise NotFound
    _record_limit(session, actor, facility, limit, "removed", at=at)
    session.delete(limit)


def set_equipment_validity(
    session: Session,
    actor: Actor,
    slug: str,
    room_slug: str,
    *,
    equipment: str,
    until: date | None,
    shown_version: int | None,
    at: datetime,
) -> Cleanroom:
    """Say until when a piece of equipment is qualified; None says that nobody is held to a day."""
    room = _room(session, actor, slug, room_slug, shown_version)
    if equipment not in room.equipment:
        raise Refused([Reason("equipment_not_in_room", {"room": room.name}, field="equipment")])
    kept = session.scalars(
        select(EquipmentValidity).where(
            EquipmentValidity.cleanroom_id == room.id, EquipmentValidity.equipment == equipment
        )
    ).first()
    known = kept.valid_until if kept else None
    if known == until:
        return room
    _set_day(session, kept or EquipmentValidity(cleanroom_id=room.id, equipment=equipment), until)
    touch(room, at)
    event = EquipmentValidityChanged(
        actor_id=actor.user_id,
        facility_id=room.facility_id,
        cleanroom_id=room.id,
        code=room.code,
        equipment=equipment,
        from_day=known,
        to_day=until,
    )
    record(session, event, at=at)
    return room


def set_training(
    session: Session,
    actor: Actor,
    slug: str,
    room_slug: str,
    *,
    user_id: int,
    until: date | None,
    shown_version: int | None,
    at: datetime,
) -> Cleanroom:
    """Say until when somebody of the operator is trained for a cleanroom; None says that they are not."""
    room = _room(session, actor, slug, room_slug, shown_version)
    kept = session.scalars(
        select(Training).where(Training.cleanroom_id == room.id, Training.user_id == user_id)
    ).first()
    belongs = any(one.id == user_id for one in queries.members_of(session, room.facility.operator_id))
    if kept is None and not belongs:
        raise Refused([Reason("not_a_member_of_the_operator", field="user_id")])
    known = kept.valid_until if kept else None
    if known == until:
        return room
    _set_day(session, kept or Training(cleanroom_id=room.id, user_id=user_id), until)
    touch(room, at)
    event = TrainingChanged(
        actor_id=actor.user_id,
        facility_id=room.facility_id,
        cleanroom_id=room.id,
        code=room.code,
        user_id=user_id,
        from_day=known,
        to_day=until,
    )
    record(session, event, at=at)
    return room


def set_trained_needed(
    session: Session,
    actor: Actor,
    slug: str,
    room_slug: str,
    *,
    needed: int | None,
    shown_version: int | None,
    at: datetime,
) -> Cleanroom:
    """Say how many people must be trained for a cleanroom so that it can be booked; None asks for nobody."""
    room = _room(session, actor, slug, room_slug, shown_version)
    changed = change(room, {"trained_needed": needed}, allowed={"trained_needed"})
    if changed:
        touch(room, at)
        event = TrainedNeededChanged(
            actor_id=actor.user_id,
            facility_id=room.facility_id,
            cleanroom_id=room.id,
            code=room.code,
            changes=changed.facts,
        )
        record(session, event, at=at)
    return room


def _facility(session: Session, actor: Actor, slug: str, shown_version: int | None) -> Facility:
    facility = queries.facility_to_manage(session, actor, slug, lock=True)
    check_version(facility, shown_version)
    return facility


def _room(session: Session, actor: Actor, slug: str, room_slug: str, shown_version: int | None) -> Cleanroom:
    room = queries.cleanroom_for(session, actor, slug, room_slug, *KEEPERS, lock=True)
    check_version(room, shown_version)
    return room


def _set_day(session: Session, kept: EquipmentValidity | Training, until: date | None) -> None:
    if until is None:
        session.delete(kept)
    else:
        kept.valid_until = until
        session.add(kept)


def _record_limit(
    session: Session, actor: Actor, facility: Facility, limit: RunLimit, what: str, *, at: datetime
) -> None:
    touch(facility, at)
    event = RunLimitChanged(
        actor_id=actor.user_id,
        facility_id=facility.id,
        what=what,
        first_day=limit.first_day,
        last_day=limit.last_day,
        most_runs=limit.most_runs,
        label=limit.name,
    )
    record(session, event, at=at)
