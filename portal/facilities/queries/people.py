"""Who holds which duty where, and who may be given one."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session, joinedload

from portal.accounts.models import Membership, Organisation, User
from portal.core.actors import Actor, Duty, Role
from portal.facilities.models import DutyRecord, Facility
from portal.facilities.rules.duties import Term

# Every request asks this: made once, and without building objects.
_duty, _facility = DutyRecord.__table__.c, Facility.__table__.c
_DUTIES = select(_duty.role, _duty.facility_id).where(
    _facility.id == _duty.facility_id,
    _duty.user_id == bindparam("user"),
    _facility.operator_id == bindparam("operator"),
    _duty.starts_on <= bindparam("today"),
    or_(_duty.ends_on.is_(None), _duty.ends_on >= bindparam("today")),
)


def with_duties(session: Session, actor: Actor, *, today: date) -> Actor:
    """Return the actor with the duties held today at the facilities of the organisation acted for.

    A deputy's duty counts from its first to its last day.
    """
    rows = session.execute(
        _DUTIES, {"user": actor.user_id, "operator": actor.organisation_id, "today": today}
    ).all()
    duties = frozenset(Duty(role=role, facility_id=facility_id) for role, facility_id in rows)
    return replace(actor, duties=duties, roles=actor.roles | {duty.role for duty in duties})


def duties_of(session: Session, facility_id: int, *, since: date | None = None) -> list[DutyRecord]:
    """Return a facility's duties with their people, by role and first day; only those not over by `since`."""
    question = (
        select(DutyRecord)
        .where(DutyRecord.facility_id == facility_id)
        .options(joinedload(DutyRecord.user), joinedload(DutyRecord.stands_in_for))
        .order_by(DutyRecord.role, DutyRecord.starts_on, DutyRecord.id)
    )
    if since is not None:
        question = question.where(or_(DutyRecord.ends_on.is_(None), DutyRecord.ends_on >= since))
    return list(session.scalars(question))


def holders_of(session: Session, facility_id: int, *roles: Role, today: date) -> list[User]:
    """Return the people who hold one of the roles at a facility today and still belong to its operator, by name."""
    return list(
        session.scalars(
            select(User)
            .where(
                User.active,
                User.id.in_(
                    select(DutyRecord.user_id)
                    .join(Facility, Facility.id == DutyRecord.facility_id)
                    .join(
                        Membership,
                        (Membership.user_id == DutyRecord.user_id)
                        & (Membership.organisation_id == Facility.operator_id)
                        & Membership.ended_at.is_(None),
                    )
                    .where(
                        DutyRecord.facility_id == facility_id,
                        DutyRecord.role.in_(roles),
                        DutyRecord.starts_on <= today,
                        or_(DutyRecord.ends_on.is_(None), DutyRecord.ends_on >= today),
                    )
                ),
            )
            .order_by(User.name, User.id)
        )
    )


def facilities_with_duties_of(session: Session, user_id: int, *, operator_id: int) -> list[Facility]:
    """Return an operator's facilities at which somebody was given a duty, locked, by ascending id."""
    given = select(DutyRecord.facility_id).where(DutyRecord.user_id == user_id)
    question = select(Facility).where(Facility.operator_id == operator_id, Facility.id.in_(given))
    return list(session.scalars(question.order_by(Facility.id).with_for_update()))


def managers_by_facility(session: Session, *, today: date) -> dict[int, list[str]]:
    """Return the names of today's managers by facility, in one query; only who still belongs to its operator."""
    rows = session.execute(
        select(DutyRecord.facility_id, User.name)
        .distinct()
        .join(User, User.id == DutyRecord.user_id)
        .join(Facility, Facility.id == DutyRecord.facility_id)
        .join(
            Membership,
            (Membership.user_id == DutyRecord.user_id)
            & (Membership.organisation_id == Facility.operator_id)
            & Membership.ended_at.is_(None),
        )
        .where(
            User.active,
            DutyRecord.role == Role.FACILITY_MANAGER,
            DutyRecord.starts_on <= today,
            or_(DutyRecord.ends_on.is_(None), DutyRecord.ends_on >= today),
        )
        .order_by(User.name)
    )
    names: dict[int, list[str]] = {}
    for facility_id, name in rows:
        names.setdefault(facility_id, []).append(name)
    return names


def members_of(session: Session, organisation_id: int | None) -> list[User]:
    """Return the people who belong to an organisation today and can sign in, by name."""
    return list(
        session.scalars(
            select(User)
            .where(
                User.active,
                User.id.in_(
                    select(Membership.user_id).where(
                        Membership.organisation_id == organisation_id, Membership.ended_at.is_(None)
                    )
                ),
            )
            .order_by(User.name, User.id)
        )
    )


def organisations(session: Session) -> list[Organisation]:
    """Return every organisation by name, for an administrator to choose an operator from."""
    return list(session.scalars(select(Organisation).order_by(Organisation.name)))


def terms_of(duties: Collection[DutyRecord]) -> list[Term]:
    """Return stored duties as the rules see them."""
    return [
        Term(
            user_id=duty.user_id,
            role=duty.role,
            starts_on=duty.starts_on,
            ends_on=duty.ends_on,
            stands_in_for_id=duty.stands_in_for_id,
            duty_id=duty.id,
        )
        for duty in duties
    ]
