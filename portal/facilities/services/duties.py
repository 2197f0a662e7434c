"""Giving and ending duties, so that a facility is never left without a manager."""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from portal.core.actors import Actor, Role
from portal.core.errors import NotFound
from portal.facilities import queries
from portal.facilities.events import DutyEnded, DutyGiven
from portal.facilities.models import DutyRecord, Facility
from portal.facilities.rules.duties import Term, reasons_against_duty, reasons_against_ending
from portal.facilities.rules.opening import day_at
from portal.facilities.services.changes import check_version, refuse_if, touch
from portal.ledger import record


def give_duty(
    session: Session,
    actor: Actor,
    facility_id: int,
    *,
    user_id: int,
    role: Role,
    starts_on: date,
    ends_on: date | None = None,
    stands_in_for_id: int | None = None,
    shown_version: int | None,
    at: datetime,
) -> DutyRecord:
    """Give a member of the operator's organisation a role at the facility.

    Raises `NotFound` unless the actor manages the facility or administers the portal.
    """
    facility = _facility(session, actor, facility_id)
    check_version(facility, shown_version)
    today = day_at(at, facility.time_zone)
    new = Term(
        user_id=user_id, role=role, starts_on=starts_on, ends_on=ends_on, stands_in_for_id=stands_in_for_id
    )
    held = queries.duties_of(session, facility.id, since=today)
    members = {person.id for person in queries.members_of(session, facility.operator_id)}
    refuse_if(reasons_against_duty(new, held=queries.terms_of(held), members=members, today=today))
    duty = DutyRecord(
        facility_id=facility.id,
        user_id=user_id,
        role=role,
        starts_on=starts_on,
        ends_on=ends_on,
        stands_in_for_id=stands_in_for_id,
    )
    session.add(duty)
    touch(facility, at)
    session.flush()
    event = DutyGiven(
        actor_id=actor.user_id,
        facility_id=facility.id,
        duty_id=duty.id,
        user_id=user_id,
        role=role,
        starts_on=starts_on,
        ends_on=ends_on,
        stands_in_for_id=stands_in_for_id,
    )
    record(session, event, at=at)
    return duty


def end_duty(
    session: Session,
    actor: Actor,
    facility_id: int,
    duty_id: int,
    *,
    last_day: date | None,
    shown_version: int | None,
    at: datetime,
) -> None:
    """Give a duty its last day, which may be yesterday; without one it ends at once.

    A duty that would end before it begins is taken back. Raises `NotFound` unless the actor manages the facility or
    administers the portal, and `Refused` if the facility would be left without a manager.
    """
    facility = _facility(session, actor, facility_id)
    check_version(facility, shown_version)
    today = day_at(at, facility.time_zone)
    held = queries.duties_of(session, facility.id, since=today)
    duty = next((duty for duty in held if duty.id == duty_id), None)
    if duty is None:
        raise NotFound
    last = max(last_day or date.min, today - timedelta(days=1))
    members = {person.id for person in queries.members_of(session, facility.operator_id)}
    terms = queries.terms_of(held)
    refuse_if(reasons_against_ending(terms, duty.id, last, members=members, today=today))
    is_taken_back = last < duty.starts_on
    event = DutyEnded(
        actor_id=actor.user_id,
        facility_id=facility.id,
        duty_id=duty.id,
        user_id=duty.user_id,
        role=duty.role,
        last_day=None if is_taken_back else last,
    )
    _end(session, duty, last)
    touch(facility, at)
    record(session, event, at=at)


def end_all_duties(session: Session, facility: Facility, *, last_day: date) -> list[int]:
    """End every duty at a facility, because its operator changes; return the ids of those that ended."""
    held = queries.duties_of(session, facility.id, since=last_day + timedelta(days=1))
    ids = [duty.id for duty in held]
    for duty in held:
        _end(session, duty, last_day)
    return ids


def end_duties_of_former_member(
    session: Session, *, user_id: int, organisation_id: int, actor_id: int | None, at: datetime
) -> list[int]:
    """End a person's duties at an organisation's facilities if they no longer belong to it; return the ids.

    Nothing refuses it: a facility may be left without a manager, and the administrators' page says so.
    """
    ids: list[int] = []
    for facility in queries.facilities_with_duties_of(session, user_id, operator_id=organisation_id):
        if user_id in {person.id for person in queries.members_of(session, organisation_id)}:
            return ids
        last = day_at(at, facility.time_zone) - timedelta(days=1)
        for duty in queries.duties_of(session, facility.id, since=last + timedelta(days=1)):
            if duty.user_id != user_id:
                continue
            event = DutyEnded(
                actor_id=actor_id,
                facility_id=facility.id,
                duty_id=duty.id,
                user_id=user_id,
                role=duty.role,
                last_day=None if last < duty.starts_on else last,
            )
            ids.append(duty.id)
            _end(session, duty, last)
            record(session, event, at=at)
        touch(facility, at)
    return ids


def _end(session: Session, duty: DutyRecord, last_day: date) -> None:
    if last_day < duty.starts_on:
        session.delete(duty)
    else:
        duty.ends_on = last_day


def _facility(session: Session, actor: Actor, facility_id: int) -> Facility:
    facility = session.get(Facility, facility_id, with_for_update=True)
    if facility is None or not (actor.is_administrator or actor.holds(Role.FACILITY_MANAGER, facility.id)):
        raise NotFound
    return facility
