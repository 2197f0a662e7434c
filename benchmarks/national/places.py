"""The facilities of the national portal, their cleanrooms, rates, licences and duties."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from benchmarks.national.book import Book
from benchmarks.national.people import CITIES, Body, Story, organisation, person
from portal.accounts.models import OrganisationKind
from portal.core.actors import Role
from portal.facilities.models import (
    BookingUnit,
    Cleanroom,
    CustomerKind,
    DutyRecord,
    ExtraHoliday,
    Facility,
    FacilityKind,
    FacilityStatus,
    Grade,
    Licence,
    Rate,
    RoomKind,
    VectorLevel,
)

SIZES = (10, 24, 18, 16, 14, 12, 12, 10, 10, 10, 8, 8, 6, 6, 6, 5, 5, 4, 4, 4, 3, 3, 2)
"""How many cleanrooms each facility has, 200 in all; the first is booked by the hour, and full."""

ZONE = "Europe/Stockholm"
EQUIPMENT = ("biosafety_cabinet_2", "co2_incubator", "centrifuge", "flow_cytometer", "qpcr", "bioreactor_10l", "tff_skid", "cold_room")  # fmt: skip
LEVELS = (
    VectorLevel.NONE,
    VectorLevel.AAV,
    VectorLevel.LENTIVIRAL_RETROVIRAL,
    VectorLevel.LENTIVIRAL_RETROVIRAL,
    VectorLevel.AAV,
    VectorLevel.NONE,
    VectorLevel.LENTIVIRAL_RETROVIRAL,
)


@dataclass(slots=True)
class Place:
    """A facility, the organisation that operates it, its people, and its cleanrooms."""

    facility: Facility
    operator: Body
    managers: list[int]
    rooms: list[Cleanroom]
    is_busy: bool


def tell_of_places(story: Story) -> list[Place]:
    """Make every facility with what belongs to it."""
    places = [_place(story, number, size) for number, size in enumerate(SIZES)]
    biggest = places[1]
    story.facts |= {
        "facility": biggest.facility.id,
        "operator": biggest.operator.id,
        "manager": biggest.managers[0],
        "busy facility": places[0].facility.id,
        "busy manager": places[0].managers[0],
        "room": biggest.rooms[0].id,
    }
    return places


def _place(story: Story, number: int, size: int) -> Place:
    city = CITIES[number % len(CITIES)]
    operator = organisation(
        story,
        f"Operator {number + 1}",
        OrganisationKind.FACILITY_OPERATOR,
        Role.FACILITY_MANAGER,
        3 if size > 9 else 2,
    )
    is_busy = number == 0
    facility = Facility(
        slug=f"benchmark_{number + 1}",
        name=f"Benchmark Facility {number + 1:02}",
        kind=FacilityKind.BOTH,
        operator_id=operator.id,
        operator_name=f"Benchmark Operator {number + 1}",
        operator_kind="public",
        city=city,
        country="SE",
        time_zone=ZONE,
        status=FacilityStatus.OPERATING,
        default_changeover_days=0 if is_busy else 1,
        same_project_changeover_days=0,
        confidentiality_terms="Benchmark terms: what is shown stays here." if number % 2 else None,
        confidentiality_version=1,
        hold_working_days=5,
        cancellation_steps=[{"days_before": 30, "percent": 25}, {"days_before": 7, "percent": 75}],
        moves_without_asking_days=45,
        is_open_for_requests=True,
        note="Invented for benchmarks.",
    )
    facility.id = story.book.add(Facility, **_values(facility))
    _belongings(story, facility)
    managers = list(operator.people)
    _duties(story, facility, operator, managers)
    rooms = [_room(story, facility, number, place) for place in range(size)]
    return Place(facility, operator, managers, rooms, is_busy)


def _belongings(story: Story, facility: Facility) -> None:
    today = story.now.date()
    for kind in ("manufacturing_authorisation", "gmo_notification"):
        licence = story.book.add(
            Licence,
            facility_id=facility.id,
            kind=kind,
            number=f"B-{facility.id}",
            authority="An authority",
            valid_from=today - timedelta(days=900),
            valid_until=today + timedelta(days=900),
            is_demo=True,
        )
        if facility.slug == "benchmark_2":
            story.facts["licence"] = licence
    for year in range(-4, 2):
        day = today.replace(month=6, day=23) + timedelta(days=365 * year)
        story.book.add(ExtraHoliday, facility_id=facility.id, day=day, name="Summer clean-up")


def _duties(story: Story, facility: Facility, operator: Body, managers: list[int]) -> None:
    starts = story.begins.date()
    quality = [person(story, operator.id, role, since=story.begins) for role in (Role.QA, Role.QP)]
    for user, role in (
        *((manager, Role.FACILITY_MANAGER) for manager in managers),
        (quality[0], Role.QA),
        (quality[1], Role.QP),
    ):
        story.book.add(DutyRecord, facility_id=facility.id, user_id=user, role=role, starts_on=starts)
    if facility.slug == "benchmark_2":
        story.facts |= {"qa": quality[0], "qp": quality[1]}


def _room(story: Story, facility: Facility, number: int, place: int) -> Cleanroom:
    is_gmp = number != 0 and place % 5 in {3, 4}
    unit = BookingUnit.HOUR if number == 0 or place == 9 else BookingUnit.DAY
    if place == 8 and number:
        unit = BookingUnit.HALF_DAY
    by_hour = unit is not BookingUnit.DAY
    level = VectorLevel.REPLICATION_COMPETENT if place == 7 and number < 4 else LEVELS[place % len(LEVELS)]
    room = Cleanroom(
        slug=f"{facility.slug}_{place + 1}",
        facility_id=facility.id,
        code=f"{'G' if is_gmp else 'P'}{place + 1}",
        name=f"{'GMP' if is_gmp else 'Pre-GMP'} suite {place + 1}",
        kind=RoomKind.GMP if is_gmp else RoomKind.PRE_GMP,
        grade=(Grade.B if place % 2 else Grade.C) if is_gmp else (Grade.D if place % 2 else Grade.C),
        area_m2=18 + place,
        bsl=2,
        vector_level=level,
        gmo_class=2,
        equipment=[word for word in EQUIPMENT if story.random.random() < 0.7],
        unit=unit,
        open_weekdays=[1, 2, 3, 4, 5, 6, 7] if number == 0 or place % 11 == 5 else [1, 2, 3, 4, 5],
        opens_hour=0 if number == 0 or not by_hour else 8,
        closes_hour=24 if number == 0 or not by_hour else 18,
        notice_days=0 if number == 0 else (7 if is_gmp else 2),
        qualified_until=story.now.date() + timedelta(days=700 + 10 * place),
        air_handling=f"AHU-{place // 4 + 1}",
        is_bookable=True,
        is_demo=True,
    )
    room.id = story.book.add(Cleanroom, **_values(room))
    room.facility = facility
    _rates(story.book, story, room)
    return room


def _rates(book: Book, story: Story, room: Cleanroom) -> None:
    for year in range(5):
        for kind, amount in ((CustomerKind.ACADEMIC, 600_000), (CustomerKind.COMPANY, 1_100_000)):
            rate = book.add(
                Rate,
                cleanroom_id=room.id,
                customer_kind=kind,
                amount=amount + 20_000 * year,
                currency="SEK",
                valid_from=story.begins.date() + timedelta(days=365 * year),
                is_demo=True,
            )
            story.facts.setdefault("rate", rate)


def _values(record: Facility | Cleanroom) -> dict[str, Any]:
    """Return what was said of a record, for a row."""
    return {
        name: value for name, value in vars(record).items() if not name.startswith("_") and name != "facility"
    }
