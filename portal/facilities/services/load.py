"""Loading the shipped catalogue and the demonstration cleanrooms, as often as one likes."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.facilities.events import CleanroomAdded, FacilityAdded, ShippedFactsLoaded
from portal.facilities.models import (
    BookingUnit,
    Cleanroom,
    CustomerKind,
    Facility,
    FacilityKind,
    FacilityStatus,
    Grade,
    Licence,
    Rate,
    RoomKind,
    VectorLevel,
)
from portal.facilities.rules.opening import day_at
from portal.facilities.rules.validity import NeededFor
from portal.facilities.services.changes import touch
from portal.ledger import record
from portal.reference import shipped

SAME_NAME = (
    "name",
    "operator_kind",
    "city",
    "region",
    "country",
    "time_zone",
    "latitude",
    "longitude",
    "opened",
    "expected_operational",
    "area_m2",
    "cleanroom_count",
    "modalities",
    "services",
    "website",
    "booking_terms",
    "former_names",
    "note",
)
OF_THE_RECORD = ("source", "further_sources", "confidence", "to_verify")
"""What is said of the record itself; nobody edits it here."""

DEMO_AUTHORITY = "Demo authority"
DEMO_GMP = "manufacturing_authorisation"
DEMO_GMO = "gmo_contained_use"


def load_catalogue(session: Session, at: datetime) -> list[Facility]:
    """Bring the shipped facilities into the catalogue and return them; what was changed here stays as it is."""
    known = {facility.slug: facility for facility in session.scalars(select(Facility))}
    return [
        _load_facility(session, known.get(fact["id"]), fact, at) for fact in shipped.records("facilities")
    ]


def load_demo_rooms(session: Session, at: datetime) -> list[Cleanroom]:
    """Add the invented cleanrooms, rates and licences that are missing, marked as demo, and return those added.

    Their facilities take requests from then on. Which rooms exist is left alone, so that edits stay.
    """
    known = set(session.scalars(select(Cleanroom.slug)))
    facilities = {facility.slug: facility for facility in session.scalars(select(Facility))}
    added = [
        _add_demo_room(session, facilities[fact["facility"]], fact, place, at)
        for place, fact in enumerate(shipped.records("demo_cleanrooms"))
        if fact["id"] not in known
    ]
    for facility in {room.facility for room in added}:
        facility.is_open_for_requests = True
        touch(facility, at)
        _add_demo_licences(session, facility, [room for room in added if room.facility is facility], at)
    return added


def _load_facility(
    session: Session, facility: Facility | None, fact: dict[str, Any], at: datetime
) -> Facility:
    values, about = shipped_values(fact), {name: fact.get(name) for name in OF_THE_RECORD}
    if facility is None:
        facility = Facility(slug=fact["id"], shipped=values, **_typed(values), **about)
        session.add(facility)
        session.flush()
        event = FacilityAdded(
            actor_id=None, facility_id=facility.id, slug=facility.slug, facility_name=facility.name
        )
        record(session, event, at=at)
        return facility
    if facility.shipped == values and all(getattr(facility, name) == about[name] for name in about):
        return facility
    _update(session, facility, values, about, at)
    return facility


def _update(
    session: Session, facility: Facility, values: dict[str, Any], about: dict[str, Any], at: datetime
) -> None:
    if facility.shipped is None:  # somebody had added it here before the catalogue knew of it
        facility.local_fields = sorted(name for name in values if getattr(facility, name) is not None)
    typed, kept = _typed(values), set(facility.local_fields)
    changes: dict[str, Any] = {}
    for name, value in typed.items():
        before = getattr(facility, name)
        if name not in kept and before != value:
            changes[name] = {"from": before, "to": value}
            setattr(facility, name, value)
    for name, value in about.items():
        setattr(facility, name, value)
    facility.shipped = values
    event = ShippedFactsLoaded(
        actor_id=None, facility_id=facility.id, changes=changes, kept=tuple(sorted(kept))
    )
    record(session, event, at=at)


def shipped_values(fact: dict[str, Any]) -> dict[str, Any]:
    """Return a shipped record as a facility keeps it, in plain values."""
    permits = fact.get("permits")
    return {
        **{name: fact.get(name) for name in SAME_NAME},
        "operator_name": fact["operator"],
        "kind": fact["kind"],
        "status": fact["status"],
        "permits": "\n".join(permits) if permits else None,
    }


def _typed(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "kind": FacilityKind(values["kind"]), "status": FacilityStatus(values["status"])}


def _add_demo_room(
    session: Session, facility: Facility, fact: dict[str, Any], place: int, at: datetime
) -> Cleanroom:
    today = day_at(at, facility.time_zone)
    room = Cleanroom(
        slug=fact["id"],
        facility=facility,
        code=fact["id"].rsplit("_", 1)[1].upper(),
        name=fact["name"],
        kind=RoomKind(fact["stage"]),
        grade=Grade(fact["grade"]),
        area_m2=fact["area_m2"],
        bsl=fact["bsl"],
        vector_level=VectorLevel(fact["vector_work"]),
        gmo_class=fact["gmo_permit_class"],
        isolator=fact["isolator"],
        equipment=fact["equipment"],
        unit=BookingUnit.DAY,
        open_weekdays=fact["open_weekdays"],
        min_units=fact["min_days"],
        max_units=fact["max_days"],
        notice_days=fact["notice_days"],
        air_handling=fact["shared_air_handling_group"],
        # The file is silent on this; spread out, so that some qualifications end within a planning year.
        qualified_until=today + timedelta(days=300 + 61 * (place % 9)),
        is_demo=True,
    )
    session.add(room)
    session.flush()
    session.add_all(_demo_rate(room, rate) for rate in fact["rates"])
    event = CleanroomAdded(
        actor_id=None,
        facility_id=facility.id,
        cleanroom_id=room.id,
        code=room.code,
        facts={"kind": room.kind, "grade": room.grade, "bsl": room.bsl, "is_demo": True},
    )
    record(session, event, at=at)
    return room


def _demo_rate(room: Cleanroom, rate: dict[str, Any]) -> Rate:
    if rate["unit"] != room.unit or rate["vat_included"]:
        raise ValueError(f"a demo rate of {room.slug} is not for an open booking unit without VAT")
    return Rate(
        cleanroom_id=room.id,
        customer_kind=CustomerKind(rate["customer_kind"]),
        amount=rate["amount"] * 100,
        currency=rate["currency"],
        valid_from=date(rate["year"], 1, 1),
        is_demo=True,
    )


def _add_demo_licences(session: Session, facility: Facility, rooms: list[Cleanroom], at: datetime) -> None:
    today = day_at(at, facility.time_zone)
    kinds = [DEMO_GMP] if any(room.kind is RoomKind.GMP for room in rooms) else []
    kinds += [DEMO_GMO] if any(room.gmo_class for room in rooms) else []
    for kind in kinds:
        session.add(
            Licence(
                facility_id=facility.id,
                kind=kind,
                number=f"DEMO-{facility.id}-{kind[:3].upper()}",
                authority=DEMO_AUTHORITY,
                valid_from=today - timedelta(days=365),
                valid_until=today + timedelta(days=730),
                needed_for=NeededFor.GMP_ROOMS if kind == DEMO_GMP else NeededFor.GMO_WORK,
                is_demo=True,
            )
        )
