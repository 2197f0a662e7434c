"""Who speaks for whom, what somebody may still see, and how they want to be told."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, User
from portal.core.actors import Actor, Duty, Role
from portal.facilities.models import DutyRecord, Facility
from portal.notifications.models import DigestTime, Preference
from portal.notifications.rules import Topic, Way, default_way


@dataclass(frozen=True, slots=True)
class Reach:
    """What a person may see, whichever organisation they act for: as each of the actors that they can be at a moment."""

    user_id: int
    at: datetime
    actors: tuple[Actor, ...]

    @property
    def organisation_ids(self) -> frozenset[int]:
        """Return the developer organisations for which the person speaks."""
        return frozenset(
            actor.organisation_id
            for actor in self.actors
            if actor.organisation_id is not None and Role.FOUNDER in actor.roles
        )

    @property
    def facility_ids(self) -> frozenset[int]:
        """Return the facilities at which the person is on duty."""
        return frozenset(facility_id for actor in self.actors for facility_id in actor.facility_ids)


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


def reach_of(session: Session, user_id: int, *, at: datetime) -> Reach:
    """Return what a person may see at a moment."""
    today, roles, duties = at.date(), defaultdict[int, set[Role]](set), defaultdict[int, set[Duty]](set)
    held = select(Membership.organisation_id, Membership.role).where(
        Membership.user_id == user_id, Membership.ended_at.is_(None)
    )
    for organisation_id, role in session.execute(held):
        roles[organisation_id].add(role)
    on_duty = (
        select(Facility.operator_id, DutyRecord.role, Facility.id)
        .join(Facility, Facility.id == DutyRecord.facility_id)
        .where(
            DutyRecord.user_id == user_id,
            Facility.operator_id.in_(sorted(roles)),
            DutyRecord.starts_on <= today,
            or_(DutyRecord.ends_on.is_(None), DutyRecord.ends_on >= today),
        )
    )
    for operator_id, role, facility_id in session.execute(on_duty):
        duties[operator_id or 0].add(Duty(role=role, facility_id=facility_id))
    actors = tuple(
        Actor(
            user_id=user_id,
            organisation_id=organisation_id,
            roles=frozenset(roles[organisation_id] | {duty.role for duty in duties[organisation_id]}),
            duties=frozenset(duties[organisation_id]),
        )
        for organisation_id in sorted(roles)
    )
    return Reach(user_id, at, actors)


def roles_of(session: Session, user_ids: Collection[int], *, today: date) -> dict[int, set[Role]]:
    """Return every role that people hold today, wherever they hold it."""
    found: dict[int, set[Role]] = defaultdict(set)
    held = select(Membership.user_id, Membership.role).where(
        Membership.user_id.in_(user_ids), Membership.ended_at.is_(None)
    )
    on_duty = select(DutyRecord.user_id, DutyRecord.role).where(
        DutyRecord.user_id.in_(user_ids),
        DutyRecord.starts_on <= today,
        or_(DutyRecord.ends_on.is_(None), DutyRecord.ends_on >= today),
    )
    for question in (held, on_duty):
        for user_id, role in session.execute(question):
            found[user_id].add(role)
    return found


def chosen_ways(
    session: Session, user_ids: Collection[int], topics: Collection[Topic], *, today: date
) -> dict[tuple[int, Topic], Way]:
    """Return how messages of these topics reach people: as they chose, or as suits their roles."""
    rows = session.execute(
        select(Preference.user_id, Preference.topic, Preference.way).where(
            Preference.user_id.in_(user_ids), Preference.topic.in_(topics)
        )
    )
    chosen = {(user_id, topic): way for user_id, topic, way in rows}
    roles = roles_of(session, user_ids, today=today)
    return {
        (user_id, topic): chosen.get((user_id, topic)) or default_way(topic, roles.get(user_id, set()))
        for user_id in user_ids
        for topic in topics
    }


def digest_times(session: Session, user_ids: Collection[int]) -> dict[int, DigestTime]:
    """Return when the digests of these people come, for those of whom that is known."""
    rows = session.scalars(select(DigestTime).where(DigestTime.user_id.in_(user_ids)))
    return {row.user_id: row for row in rows}
