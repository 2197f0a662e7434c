"""Entering that a programme pays a share of the price at a facility, and letting that end."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.bookings.events import SubsidyEnded, SubsidyGranted
from portal.bookings.models import RequestState, SlotRequest, Subsidy
from portal.bookings.roomtime import local_day
from portal.bookings.rules.subsidies import reasons_against_budget
from portal.core.actors import Actor
from portal.core.errors import NotFound, Reason, Refused
from portal.facilities.models import BookingUnit, Cleanroom, CustomerKind, Facility
from portal.facilities.queries import facility_to_manage
from portal.ledger import record
from portal.projects.models import Project


def grant_subsidy(
    session: Session,
    actor: Actor,
    slug: str,
    *,
    programme: str,
    units: int,
    unit: BookingUnit,
    percent: int,
    first_day: date,
    last_day: date,
    customer_kind: CustomerKind | None = None,
    project: str = "",
    at: datetime,
) -> Subsidy:
    """Enter that a programme pays a share of so many units, for one project, one kind of customer or everybody.

    A project is named by its number, and only one that has asked this facility. What is open already word for word is not
    entered twice. Raises `NotFound` for anybody but the
    facility's managers, and `Refused` with everything that speaks against it.
    """
    facility = facility_to_manage(session, actor, slug, lock=True)
    found = _project(session, facility, project)
    today = local_day(at, facility.time_zone)
    reasons = reasons_against_budget(
        units=units, percent=percent, first_day=first_day, last_day=last_day, today=today
    )
    if project.strip() and found is None:
        reasons.append(Reason("subsidy_project_not_known", {"number": project.strip()}, "project"))
    if found is not None and customer_kind is not None:
        reasons.append(Reason("subsidy_project_and_kind", {}, "customer_kind"))
    if reasons:
        raise Refused(reasons)
    said = {
        "facility_id": facility.id,
        "programme": programme.strip(),
        "units": units,
        "unit": unit,
        "percent": percent,
        "first_day": first_day,
        "last_day": last_day,
        "project_id": found.id if found else None,
        "customer_kind": customer_kind,
    }
    if session.scalars(select(Subsidy.id).filter_by(**said, ended_at=None)).first() is not None:
        raise Refused([Reason("subsidy_entered_already", {"programme": programme.strip()}, "programme")])
    subsidy = Subsidy(**said, made_at=at, made_by_id=actor.user_id)
    session.add(subsidy)
    session.flush()
    event = SubsidyGranted(
        actor_id=actor.user_id,
        facility_id=facility.id,
        subsidy_id=subsidy.id,
        units=units,
        percent=percent,
    )
    record(session, event, at=at)
    return subsidy


def end_subsidy(session: Session, actor: Actor, slug: str, subsidy_id: int, *, at: datetime) -> Subsidy:
    """Let no more bookings take units of a budget; those that did keep them. To end it again changes nothing.

    Raises `NotFound` for anybody but the managers of its facility.
    """
    facility = facility_to_manage(session, actor, slug)
    subsidy = session.scalars(
        select(Subsidy)
        .where(Subsidy.id == subsidy_id, Subsidy.facility_id == facility.id)
        .with_for_update(of=Subsidy)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if subsidy is None:
        raise NotFound
    if subsidy.ended_at is None:
        subsidy.ended_at = at
        event = SubsidyEnded(
            actor_id=actor.user_id, facility_id=facility.id, subsidy_id=subsidy.id, left=subsidy.left
        )
        record(session, event, at=at)
    return subsidy


def _project(session: Session, facility: Facility, number: str) -> Project | None:
    """Return the project with a number, if it has asked for time at a facility."""
    asked = (
        select(SlotRequest.project_id)
        .join(Cleanroom, Cleanroom.id == SlotRequest.cleanroom_id)
        .where(Cleanroom.facility_id == facility.id, SlotRequest.state != RequestState.DRAFT)
    )
    return session.scalars(
        select(Project).where(Project.reference == number.strip().upper(), Project.id.in_(asked))
    ).one_or_none()
