"""The invented organisations and people, with their roles and duties."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, Organisation, OrganisationKind, User
from portal.core.actors import Actor, Duty, Role
from portal.facilities.models import DutyRecord, Facility, Priority
from portal.facilities.services.sites import keep_local_fields
from portal.reference import shipped

PASSWORD = "atmp-portal-demo"  # noqa: S105  (published on purpose; exists in demo mode only)
DOMAIN = "demo.example"

SIGN_INS = (
    (Role.FOUNDER, "founder", "demo_founder_2"),
    (Role.FACILITY_MANAGER, "manager", "demo_fm_pregmp"),
    (Role.QA, "qa", "demo_qa_gmp"),
    (Role.QP, "qp", "demo_qp_gmp"),
    (Role.ADVISER, "adviser", "demo_adviser_1"),
    (Role.INVESTOR, "investor", "demo_investor_1"),
    (Role.SUPPORT_PROVIDER, "provider", "demo_provider_1"),
    (Role.ANALYST, "analyst", "demo_analyst_1"),
    (Role.ADMINISTRATOR, "admin", "demo_admin_1"),
)
"""One person to sign in as for each role: the role, the name before the @, and the person of the facts file."""

SHORT_NAMES = {person: name for _, name, person in SIGN_INS}

TERMS = {
    "lund_pre_gmp": (True, 5, [{"days_before": 30, "percent": 25}, {"days_before": 7, "percent": 75}], 45),
    "sus_gmp_unit": (
        True,
        5,
        [{"days_before": 60, "percent": 50}, {"days_before": 14, "percent": 100}],
        None,
    ),
    "testa_center": (False, 5, [{"days_before": 21, "percent": 50}], 30),
    "ccrm_nordic": (False, 5, [{"days_before": 30, "percent": 50}], None),
    "northx_matfors": (
        False,
        3,
        [{"days_before": 90, "percent": 50}, {"days_before": 30, "percent": 100}],
        None,
    ),
    "nnf_cellerator": (False, 5, [], 60),
}
"""Invented terms: bound by public-records rules, working days of a hold, cancellation, days of moving freely."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who plays: actors by the id of their person, and founders by the id of their organisation."""

    people: dict[str, Actor]
    founders: dict[str, Actor]
    managers: dict[int, Actor]
    organisations: dict[str, int]
    """Their ids by the id of the facts file."""


def sign_ins() -> list[tuple[Role, str]]:
    """Return the address to sign in with for each role; the password is the same for all."""
    return [(role, address_of(person)) for role, _, person in SIGN_INS]


def address_of(person_id: str) -> str:
    """Return a demo person's address."""
    name = SHORT_NAMES.get(person_id) or person_id.removeprefix("demo_").replace("_", "-")
    return f"{name}@{DOMAIN}"


def enter(session: Session, facilities: list[Facility], *, password_hash: str, at: datetime) -> Cast:
    """Store the invented organisations and people, give the demo facilities their terms, and return who plays."""
    with_rooms = [facility for facility in facilities if facility.slug in TERMS]
    organisations = {row["id"]: _organisation(session, row, at) for row in _organisations()}
    session.flush()
    people: dict[str, Actor] = {}
    managers: dict[int, Actor] = {}
    by_slug = {facility.slug: facility for facility in with_rooms}
    operators = {facility.id: _operate(session, facility, at) for facility in with_rooms}
    for row in [*shipped.records("demo_people"), *_further_people(with_rooms)]:
        role = Role(row["role"])
        place = by_slug.get(row.get("facility") or "")
        home = organisations[row["organisation"]] if place is None else operators[place.id]
        actor = _person(session, row["id"], row["name"], home, role, password_hash, at)
        if place is not None:
            actor = _duty(session, place, actor, role, at.date())
            if role is Role.FACILITY_MANAGER:
                managers.setdefault(place.id, actor)
        people[row["id"]] = actor
    named = {
        row["organisation"]: people[row["id"]]
        for row in shipped.records("demo_people")
        if row["role"] == Role.FOUNDER
    }
    session.flush()
    return Cast(
        people=people,
        founders={**_founders_of(people), **named},
        managers=managers,
        organisations={name: body.id for name, body in organisations.items()},
    )


def _organisations() -> list[dict[str, Any]]:
    return [
        *shipped.records("demo_organisations"),
        *({**row, "kind": "investor"} for row in shipped.records("demo_investors")),
        *({**row, "kind": "support_provider"} for row in shipped.records("demo_support_providers")),
    ]


def _organisation(session: Session, row: dict[str, Any], at: datetime) -> Organisation:
    kind = {"region": "public_body"}.get(row["kind"], row["kind"])
    organisation = Organisation(
        slug=row["id"],
        name=row["name"],
        legal_name=row["name"],
        kind=OrganisationKind(kind),
        is_sme=bool(row.get("sme")),
        country=str(row.get("country") or "SE"),
        city=row.get("city"),
        invoice_reference=f"Demo reference {row['id']}",
        is_demo=True,
        created_at=at,
    )
    session.add(organisation)
    return organisation


def _operate(session: Session, facility: Facility, at: datetime) -> Organisation:
    name = f"Demo operator of {facility.name}"
    operator = session.scalars(select(Organisation).where(Organisation.name == name)).first()
    if operator is None:
        operator = Organisation(
            name=name,
            kind=OrganisationKind.FACILITY_OPERATOR,
            country=facility.country,
            city=facility.city,
            is_demo=True,
            created_at=at,
        )
        session.add(operator)
        session.flush()
    public, hold_days, steps, free_moves = TERMS[facility.slug]
    facility.operator = operator
    facility.contact_name = "Demo booking desk"
    facility.contact_email = f"{facility.slug.replace('_', '-')}@{DOMAIN}"
    facility.booking_terms = (
        "Demo terms, invented: bring your own consumables; leave the room cleared on the last day; "
        "the facility's staff is present on open days from 8 to 17."
    )
    facility.confidentiality_terms = (
        "Demo terms, invented: the facility's managers and QA read the process facts of a request only to decide "
        "on it and to run it safely, tell nobody else, and lose access when the request ends without a booking."
    )
    facility.public_records = public
    facility.hold_working_days = hold_days
    facility.cancellation_steps = steps
    facility.moves_without_asking_days = free_moves
    facility.default_changeover_days = 2
    facility.priority = Priority.CLINICAL_FIRST if facility.slug == "sus_gmp_unit" else Priority.OLDEST_FIRST
    keep_local_fields(facility, frozenset({"booking_terms"}))
    return operator


def _further_people(facilities: list[Facility]) -> list[dict[str, Any]]:
    """Return the managers, QA and founders that the facts file does not name but the story needs."""
    managed = {
        row.get("facility") for row in shipped.records("demo_people") if row["role"] == "facility_manager"
    }
    led = {row.get("organisation") for row in shipped.records("demo_people") if row["role"] == "founder"}
    managers = [
        {
            "id": f"demo_fm_{facility.slug}",
            "name": f"Demo Facility Manager {facility.name}",
            "role": "facility_manager",
            "facility": facility.slug,
        }
        for facility in facilities
        if facility.slug not in managed
    ]
    founders = [
        {
            "id": f"demo_founder_{row['id'].removeprefix('demo_')}",
            "name": f"Demo Founder {row['name'].removeprefix('Demo ')}",
            "role": "founder",
            "organisation": row["id"],
        }
        for row in shipped.records("demo_organisations")
        if row["kind"] in {"company", "academic", "hospital"} and row["id"] not in led
    ]
    deputy = {
        "id": "demo_deputy_pregmp",
        "name": "Demo Deputy Manager Pre-GMP",
        "role": "facility_manager",
        "facility": "lund_pre_gmp",
    }
    watched = {row.get("facility") for row in shipped.records("demo_people") if row["role"] == "qa"}
    quality = [
        {
            "id": f"demo_qa_{facility.slug}",
            "name": f"Demo QA {facility.name}",
            "role": "qa",
            "facility": facility.slug,
        }
        for facility in facilities
        if facility.slug not in watched
    ]
    return [deputy, *managers, *quality, *founders]


def _founders_of(people: dict[str, Actor]) -> dict[str, Actor]:
    return {
        row["id"]: people[f"demo_founder_{row['id'].removeprefix('demo_')}"]
        for row in shipped.records("demo_organisations")
        if f"demo_founder_{row['id'].removeprefix('demo_')}" in people
    }


def _person(
    session: Session,
    person_id: str,
    name: str,
    home: Organisation,
    role: Role,
    password_hash: str,
    at: datetime,
) -> Actor:
    user = User(
        email=address_of(person_id),
        name=name,
        password=password_hash,
        active=True,
        fs_uniquifier=f"demo-{person_id}",
        confirmed_at=at,
        created_at=at,
        current_organisation_id=home.id,
        is_demo=True,
    )
    session.add(user)
    session.flush()
    session.add(Membership(user_id=user.id, organisation_id=home.id, role=role, since=at))
    return Actor(user_id=user.id, organisation_id=home.id, roles=frozenset({role}))


def _duty(session: Session, facility: Facility, actor: Actor, role: Role, day: date) -> Actor:
    session.add(
        DutyRecord(
            facility_id=facility.id, user_id=actor.user_id, role=role, starts_on=day - timedelta(days=30)
        )
    )
    return Actor(
        user_id=actor.user_id,
        organisation_id=actor.organisation_id,
        roles=actor.roles,
        duties=frozenset({Duty(role=role, facility_id=facility.id)}),
    )
