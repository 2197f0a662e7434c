"""Adding facilities, saying who operates them, and changing their facts and terms."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Organisation
from portal.core.actors import Actor
from portal.core.errors import NotFound, Reason, Refused
from portal.facilities import queries
from portal.facilities.events import FacilityAdded, FacilityEdited, OperatorChanged
from portal.facilities.models import Facility, FacilityStatus
from portal.facilities.rules.opening import day_at
from portal.facilities.rules.terms import reasons_against_facts, reasons_against_steps
from portal.facilities.services.changes import Values, change, check_version, refuse_if, slug_for, touch
from portal.facilities.services.duties import end_all_duties
from portal.ledger import record

FACTS = frozenset(
    {
        "name",
        "kind",
        "operator_name",
        "operator_kind",
        "city",
        "region",
        "country",
        "time_zone",
        "latitude",
        "longitude",
        "status",
        "opened",
        "expected_operational",
        "area_m2",
        "cleanroom_count",
        "modalities",
        "services",
        "permits",
        "website",
        "former_names",
        "note",
        "contact_name",
        "contact_email",
        "contact_phone",
    }
)
"""What a facility says of itself."""

TERMS = frozenset(
    {
        "is_open_for_requests",
        "booking_terms",
        "confidentiality_terms",
        "public_records",
        "hold_working_days",
        "default_changeover_days",
        "same_project_changeover_days",
        "charges_changeover",
        "signs_pre_gmp",
        "priority",
        "cancellation_steps",
        "moves_without_asking_days",
        "most_runs",
        "most_runs_each",
    }
)
"""On which terms a facility takes work."""

TEXTS = frozenset(
    {"note", "contact_name", "contact_email", "contact_phone", "booking_terms", "confidentiality_terms"}
)


def add_facility(
    session: Session, actor: Actor, values: Values, *, operator_id: int, at: datetime
) -> Facility:
    """Add a facility that the catalogue does not know yet; raises `NotFound` unless an administrator asks."""
    operator = _operator(session, actor, operator_id)
    refuse_if(reasons_against_facts(values))
    if session.scalar(select(Facility.id).where(Facility.name == values["name"])) is not None:
        raise Refused([Reason("already_there", {"what": values["name"]}, field="name")])
    facility = Facility(
        slug=slug_for(values["name"], is_taken=lambda slug: _is_taken(session, slug)),
        operator=operator,
        operator_name=operator.name,
        status=FacilityStatus.UNKNOWN,
        confidence=None,
        edited_at=at,
    )
    change(facility, values, allowed=FACTS, texts=TEXTS)
    session.add(facility)
    session.flush()
    event = FacilityAdded(
        actor_id=actor.user_id, facility_id=facility.id, slug=facility.slug, facility_name=facility.name
    )
    record(session, event, at=at)
    return facility


def set_operator(
    session: Session,
    actor: Actor,
    facility_id: int,
    *,
    operator_id: int,
    shown_version: int | None,
    at: datetime,
) -> Facility:
    """Say which organisation operates a facility; the duties of the former operator's people end at once.

    Raises `NotFound` unless an administrator asks.
    """
    operator = _operator(session, actor, operator_id)
    facility = session.get(Facility, facility_id, with_for_update=True)
    if facility is None:
        raise NotFound
    check_version(facility, shown_version)
    if facility.operator_id == operator.id:
        return facility
    before, facility.operator = facility.operator_id, operator
    yesterday = day_at(at, facility.time_zone) - timedelta(days=1)
    ended = end_all_duties(session, facility, last_day=yesterday)
    touch(facility, at)
    event = OperatorChanged(
        actor_id=actor.user_id,
        facility_id=facility.id,
        from_id=before,
        to_id=operator.id,
        ended_duty_ids=tuple(ended),
    )
    record(session, event, at=at)
    return facility


def edit_facility(
    session: Session, actor: Actor, slug: str, values: Values, *, shown_version: int | None, at: datetime
) -> Facility:
    """Change facts or terms of a facility; a new text of the confidentiality terms raises their version.

    What departs from the catalogue is noted, so that a newer catalogue leaves it alone. Raises `NotFound` unless the
    actor manages the facility.
    """
    facility = queries.facility_to_manage(session, actor, slug, lock=True)
    check_version(facility, shown_version)
    position = {"latitude": facility.latitude, "longitude": facility.longitude}
    refuse_if(
        [
            *reasons_against_facts({**position, **values}),
            *reasons_against_steps(values.get("cancellation_steps") or []),
        ]
    )
    changed = change(facility, values, allowed=FACTS | TERMS, texts=TEXTS)
    if not changed:
        return facility
    if "confidentiality_terms" in changed.fields:
        facility.confidentiality_version += 1
        version = facility.confidentiality_version
        changed.facts["confidentiality_version"] = {"from": version - 1, "to": version}
    keep_local_fields(facility, changed.fields)
    touch(facility, at)
    event = FacilityEdited(
        actor_id=actor.user_id, facility_id=facility.id, changes=changed.facts, texts=changed.texts
    )
    record(session, event, at=at)
    return facility


def keep_local_fields(facility: Facility, fields: frozenset[str]) -> None:
    """Note which of these fields depart from the catalogue now, and which no longer do."""
    shipped = facility.shipped or {}
    own = set(facility.local_fields)
    for field in fields & shipped.keys():
        if getattr(facility, field) == shipped[field]:
            own.discard(field)
        else:
            own.add(field)
    facility.local_fields = sorted(own)


def _operator(session: Session, actor: Actor, operator_id: int) -> Organisation:
    if not actor.is_administrator:
        raise NotFound
    operator = session.get(Organisation, operator_id)
    if operator is None:
        raise Refused([Reason("no_such_organisation", field="operator_id")])
    return operator


def _is_taken(session: Session, slug: str) -> bool:
    return session.scalar(select(Facility.id).where(Facility.slug == slug)) is not None
