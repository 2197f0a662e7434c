"""Named questions about facilities, cleanrooms and duties."""

from dataclasses import replace
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.core.actors import Actor, Duty
from portal.facilities.models import DutyRecord, Facility


def with_duties(session: Session, actor: Actor, *, today: date) -> Actor:
    """Return the actor with the duties held today at the facilities of the organisation acted for.

    A deputy's duty counts from its first to its last day.
    """
    rows = session.execute(
        select(DutyRecord.role, DutyRecord.facility_id)
        .join(Facility, Facility.id == DutyRecord.facility_id)
        .where(
            DutyRecord.user_id == actor.user_id,
            Facility.operator_id == actor.organisation_id,
            DutyRecord.starts_on <= today,
            or_(DutyRecord.ends_on.is_(None), DutyRecord.ends_on >= today),
        )
    ).all()
    duties = frozenset(Duty(role=role, facility_id=facility_id) for role, facility_id in rows)
    return replace(actor, duties=duties, roles=actor.roles | {duty.role for duty in duties})
