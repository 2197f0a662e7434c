"""Stored things with harmless defaults: a test names only what matters to it."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from portal.accounts.models import Membership, Organisation, OrganisationKind, SignIn, SignInMeans, User
from portal.accounts.tokens import digest_of
from portal.bookings.models import RequestState, RunKind, SlotRequest, WorkMode
from portal.core.actors import Actor, Duty, Role
from portal.core.slots import Slot
from portal.facilities.models import (
    BookingUnit,
    Cleanroom,
    CustomerKind,
    DutyRecord,
    Facility,
    FacilityKind,
    FacilityStatus,
    Grade,
    Rate,
    RoomKind,
    VectorLevel,
)
from portal.partners.models import Partner
from portal.partners.services import enter_partner
from portal.projects.models import Phase, ProductClass, Project
from portal.signatures.rules import Method, Proof

NOON = datetime(2027, 1, 4, 12, tzinfo=UTC)
"""A Monday in the middle of the winter, the present of most tests."""

Row = TypeVar("Row")

_numbers = count(1)


def midnight(day: int, month: int = 1, year: int = 2027) -> datetime:
    """Return the local midnight with which a day begins in Stockholm in winter, in UTC."""
    return datetime(year, month, day, tzinfo=UTC) - timedelta(hours=1)


def slot(first: int, last: int, month: int = 1) -> Slot:
    """Return the days from the first to before the last of a winter month of 2027."""
    return Slot(midnight(first, month), midnight(last, month))


def organisation(session: Session, **values: Any) -> Organisation:
    """Store an organisation, a company unless told otherwise."""
    defaults = {
        "name": f"Organisation {next(_numbers)}",
        "kind": OrganisationKind.COMPANY,
        "country": "SE",
        "created_at": NOON,
    }
    return _stored(session, Organisation(**{**defaults, **values}))


def user(session: Session, **values: Any) -> User:
    """Store a person who has confirmed their address and has no password."""
    number = next(_numbers)
    defaults = {
        "email": f"person{number}@example.org",
        "name": f"Person {number}",
        "active": True,
        "fs_uniquifier": f"uniquifier-{number}",
        "confirmed_at": NOON,
        "created_at": NOON,
    }
    return _stored(session, User(**{**defaults, **values}))


LATER = datetime(2100, 1, 1, tzinfo=UTC)
"""So long from now that whatever the present of a test is, a sign-in lasts and its owner has just shown who they are."""


def sign_in(session: Session, person: User, **values: Any) -> str:
    """Store a sign-in that lasts, and return what the browser's cookie holds."""
    token = f"token-{next(_numbers)}"
    defaults = {
        "user_id": person.id,
        "token_digest": digest_of(token),
        "means": SignInMeans.PASSWORD,
        "is_strong": False,
        "began_at": LATER,
        "seen_at": LATER,
        "proven_at": LATER,
    }
    _stored(session, SignIn(**{**defaults, **values}))
    return token


def member(session: Session, where: Organisation, *roles: Role, **values: Any) -> Actor:
    """Store a person with roles in an organisation and return them as an actor for it."""
    person = user(session, current_organisation_id=where.id, **values)
    for role in roles:
        session.add(Membership(user_id=person.id, organisation_id=where.id, role=role, since=NOON))
    session.commit()
    return Actor(user_id=person.id, organisation_id=where.id, roles=frozenset(roles))


def founder(session: Session, where: Organisation | None = None) -> Actor:
    """Store a founder, of a new organisation unless told otherwise."""
    return member(session, where or organisation(session), Role.FOUNDER)


def adviser(session: Session) -> Actor:
    """Store a person who advises, in a public body of their own."""
    return member(session, organisation(session, kind=OrganisationKind.PUBLIC_BODY), Role.ADVISER)


def investor(session: Session) -> Actor:
    """Store a person of an investor of their own."""
    return member(session, organisation(session, kind=OrganisationKind.INVESTOR), Role.INVESTOR)


def provider(session: Session) -> Actor:
    """Store a person of a support provider of their own."""
    return member(
        session, organisation(session, kind=OrganisationKind.SUPPORT_PROVIDER), Role.SUPPORT_PROVIDER
    )


def partner(session: Session, actor: Actor, **values: Any) -> Partner:
    """Store what an investor or provider states, confirmed and open to everything unless told otherwise."""
    assert actor.organisation_id is not None
    kind = (
        {"serves": ["regulatory"]}
        if Role.SUPPORT_PROVIDER in actor.roles
        else {"investor_kind": "venture_capital"}
    )
    stated = {"name": f"Partner {next(_numbers)}", "text": "We help cell and gene therapies.", "capacity": 4}
    return enter_partner(session, actor, actor.organisation_id, {**stated, **kind, **values}, at=NOON)


def administrator(session: Session) -> Actor:
    """Store an administrator of the portal."""
    body = organisation(session, kind=OrganisationKind.PUBLIC_BODY)
    return member(session, body, Role.ADMINISTRATOR)


def facility(session: Session, **values: Any) -> Facility:
    """Store a facility in Lund that takes requests, with an operator of its own."""
    number = next(_numbers)
    if "operator" not in values and "operator_id" not in values:
        values["operator"] = organisation(
            session, kind=OrganisationKind.FACILITY_OPERATOR, name=f"Operator {number}"
        )
    defaults = {
        "slug": f"facility-{number}",
        "name": f"Facility {number}",
        "kind": FacilityKind.BOTH,
        "operator_name": f"Operator {number}",
        "city": "Lund",
        "country": "SE",
        "time_zone": "Europe/Stockholm",
        "status": FacilityStatus.OPERATING,
        "is_open_for_requests": True,
    }
    return _stored(session, Facility(**{**defaults, **values}))


def facility_of(session: Session, cleanroom_id: int) -> Facility:
    """Return the facility of a stored cleanroom."""
    return session.get_one(Cleanroom, cleanroom_id).facility


def cleanroom(session: Session, where: Facility | None = None, **values: Any) -> Cleanroom:
    """Store a pre-GMP cleanroom of grade C that is booked by the day."""
    number = next(_numbers)
    home = where or facility(session)
    defaults = {
        "slug": f"cleanroom-{number}",
        "facility": home,
        "code": f"P{number}",
        "name": f"Cleanroom {number}",
        "kind": RoomKind.PRE_GMP,
        "grade": Grade.C,
        "bsl": 2,
        "vector_level": VectorLevel.LENTIVIRAL_RETROVIRAL,
        "gmo_class": 2,
        "equipment": ["co2_incubator"],
        "unit": BookingUnit.DAY,
        "qualified_until": date(2029, 12, 31),
    }
    return _stored(session, Cleanroom(**{**defaults, **values}))


def rate(session: Session, room: Cleanroom, **values: Any) -> Rate:
    """Store a rate of SEK 1,000 for one open unit of a cleanroom, for companies and so for SMEs too."""
    defaults = {
        "cleanroom_id": room.id,
        "customer_kind": CustomerKind.COMPANY,
        "amount": 100_000,
        "currency": "SEK",
        "valid_from": date(2026, 1, 1),
    }
    return _stored(session, Rate(**{**defaults, **values}))


def duty(session: Session, where: Facility, role: Role, **values: Any) -> Actor:
    """Store a person with a duty at a facility and return them as an actor for its operator."""
    operator_id = where.operator_id
    assert operator_id is not None
    person = user(session, current_organisation_id=operator_id)
    session.add(Membership(user_id=person.id, organisation_id=operator_id, role=role, since=NOON))
    defaults = {"starts_on": date(2020, 1, 1)}
    session.add(DutyRecord(facility_id=where.id, user_id=person.id, role=role, **{**defaults, **values}))
    session.commit()
    return Actor(
        user_id=person.id,
        organisation_id=operator_id,
        roles=frozenset({role}),
        duties=frozenset({Duty(role=role, facility_id=where.id)}),
    )


def duties_at(where: Facility, *roles: Role) -> frozenset[Duty]:
    """Return these roles as duties at a facility."""
    return frozenset(Duty(role=role, facility_id=where.id) for role in roles)


def manager(session: Session, where: Cleanroom | Facility) -> Actor:
    """Store a manager of a facility, or of a cleanroom's facility."""
    home = where.facility if isinstance(where, Cleanroom) else where
    return duty(session, home, Role.FACILITY_MANAGER)


def proof(actor: Actor, *, at: datetime = NOON) -> Proof:
    """Return that an actor has just typed their password."""
    return Proof(user_id=actor.user_id, method=Method.PASSWORD, at=at)


def project(session: Session, owner: Organisation | None = None, **values: Any) -> Project:
    """Store a preclinical gene-modified cell therapy whose process facts are known."""
    home = owner or organisation(session)
    defaults = {
        "organisation": home,
        "name": f"Project {next(_numbers)}",
        "teaser": "Gene-modified blood stem cells for a rare disease.",
        "product_class": ProductClass.GTMP,
        "modality": "gene_modified_hsc",
        "indication_area": "haematology",
        "phase": Phase.PRECLINICAL,
        "gmo_class": 2,
        "vector_level": "lentiviral_retroviral",
        "process_class": "lv_rv",
        "bsl": 2,
        "created_at": NOON,
        "updated_at": NOON,
    }
    return _stored(session, Project(**{**defaults, **values}))


def slot_request(
    session: Session, room: Cleanroom, window: Slot, *, by: Actor | None = None, **values: Any
) -> SlotRequest:
    """Store a submitted request of a founder for a window in a cleanroom that fits it."""
    asker = by or founder(session)
    own = values.pop("project", None) or project(
        session, session.get_one(Organisation, asker.organisation_id)
    )
    length = (window.end - window.start).days
    defaults = {
        "project_id": own.id,
        "organisation_id": asker.organisation_id,
        "requested_by_id": asker.user_id,
        "state": RequestState.SUBMITTED,
        "run_kind": RunKind.PROCESS_DEVELOPMENT,
        "kind": room.kind,
        "grade": Grade.CNC,
        "bsl": 2,
        "vector_level": VectorLevel.LENTIVIRAL_RETROVIRAL,
        "gmo_class": 2,
        "process_class": "lv_rv",
        "mode": WorkMode.CONTINUOUS if room.open_weekdays == list(range(1, 8)) else WorkMode.WORKING,
        "duration": length if room.open_weekdays == list(range(1, 8)) else max(1, length - 2 * (length // 7)),
        "earliest_start": date(2027, 1, 1),
        "cleanroom_id": room.id,
        "starts_at": window.start,
        "ends_at": window.end,
        "created_at": NOON,
        "submitted_at": NOON,
        "waiting_since": NOON,
    }
    return _stored(session, SlotRequest(**{**defaults, **values}))


def _stored(session: Session, row: Row) -> Row:
    session.add(row)
    session.commit()
    return row
