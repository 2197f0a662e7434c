"""Reading the catalogue: facilities, cleanrooms and what belongs to them, for anyone and for those with a duty."""

import re
from collections.abc import Collection
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload

from portal.core.actors import Actor, Role
from portal.core.errors import NotFound
from portal.facilities.models import (
    Cleanroom,
    ExtraHoliday,
    Facility,
    Licence,
    Rate,
)

SLUG = re.compile(r"[a-z0-9_-]{1,80}")


def check_slug(written: str) -> None:
    """Raise `NotFound` for what can't be a slug: some of it no database would even compare."""
    if not SLUG.fullmatch(written):
        raise NotFound


def facility_named(session: Session, slug: str) -> Facility:
    """Return the facility of a slug; raises `NotFound` where there is none."""
    check_slug(slug)
    found = session.scalar(
        select(Facility).where(Facility.slug == slug).options(joinedload(Facility.operator))
    )
    if found is None:
        raise NotFound
    return found


def cleanroom_named(session: Session, facility_slug: str, slug: str, *, lock: bool = False) -> Cleanroom:
    """Return the cleanroom of two slugs with its facility; raises `NotFound` where there is none."""
    check_slug(facility_slug)
    check_slug(slug)
    question = (
        select(Cleanroom)
        .join(Cleanroom.facility)
        .where(Facility.slug == facility_slug, Cleanroom.slug == slug)
        .options(contains_eager(Cleanroom.facility))
    )
    found = session.scalar(question.with_for_update(of=Cleanroom) if lock else question)
    if found is None:
        raise NotFound
    return found


def facility_for(session: Session, actor: Actor, slug: str, *roles: Role, lock: bool = False) -> Facility:
    """Return the facility if the actor holds one of the roles there; raises `NotFound` otherwise.

    With `lock`, nobody else changes it before this transaction ends.
    """
    check_slug(slug)
    question = select(Facility).where(Facility.slug == slug)
    found = session.scalar(question.with_for_update(of=Facility) if lock else question)
    if found is None or not any(actor.holds(role, found.id) for role in roles):
        raise NotFound
    return found


def facility_to_manage(session: Session, actor: Actor, slug: str, *, lock: bool = False) -> Facility:
    """Return the facility if the actor manages it; raises `NotFound` otherwise."""
    return facility_for(session, actor, slug, Role.FACILITY_MANAGER, lock=lock)


def cleanroom_for(
    session: Session, actor: Actor, facility_slug: str, slug: str, *roles: Role, lock: bool = False
) -> Cleanroom:
    """Return the cleanroom if the actor holds one of the roles at its facility; raises `NotFound` otherwise.

    With `lock`, nobody else changes or books it before this transaction ends.
    """
    found = cleanroom_named(session, facility_slug, slug, lock=lock)
    if not any(actor.holds(role, found.facility_id) for role in roles):
        raise NotFound
    return found


def cleanroom_to_manage(
    session: Session, actor: Actor, facility_slug: str, slug: str, *, lock: bool = False
) -> Cleanroom:
    """Return the cleanroom if the actor manages its facility; raises `NotFound` otherwise."""
    return cleanroom_for(session, actor, facility_slug, slug, Role.FACILITY_MANAGER, lock=lock)


def facilities(session: Session) -> list[Facility]:
    """Return every facility by name."""
    return list(session.scalars(select(Facility).order_by(Facility.name)))


def cleanrooms_by_facility(session: Session, facility_ids: Collection[int]) -> dict[int, list[Cleanroom]]:
    """Return the cleanrooms of facilities by code; a facility without any has an empty list."""
    rooms: dict[int, list[Cleanroom]] = {facility_id: [] for facility_id in facility_ids}
    for room in session.scalars(
        select(Cleanroom).where(Cleanroom.facility_id.in_(list(facility_ids))).order_by(Cleanroom.code)
    ):
        rooms[room.facility_id].append(room)
    return rooms


def licences_of(session: Session, facility_id: int) -> list[Licence]:
    """Return a facility's licences, those that run longest first; those without an end first of all."""
    found = session.scalars(select(Licence).where(Licence.facility_id == facility_id))
    return sorted(found, key=lambda licence: (licence.valid_until or date.max, licence.id), reverse=True)


def licence_of(session: Session, facility_id: int, licence_id: int) -> Licence:
    """Return a facility's licence; raises `NotFound` where it has none of that id."""
    found = session.get(Licence, licence_id)
    if found is None or found.facility_id != facility_id:
        raise NotFound
    return found


def exceptions_of(session: Session, facility_id: int, *, since: date | None = None) -> list[ExtraHoliday]:
    """Return a facility's own holidays and opened ones by day."""
    question = select(ExtraHoliday).where(ExtraHoliday.facility_id == facility_id)
    if since is not None:
        question = question.where(ExtraHoliday.day >= since)
    return list(session.scalars(question.order_by(ExtraHoliday.day)))


def rates_of(session: Session, cleanroom_id: int) -> list[Rate]:
    """Return every rate that a cleanroom has or had, by kind of customer, the newest first."""
    return list(
        session.scalars(
            select(Rate)
            .where(Rate.cleanroom_id == cleanroom_id)
            .order_by(Rate.customer_kind, Rate.valid_from.desc())
        )
    )
