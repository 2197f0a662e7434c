"""The catalogue's search, read from the address, and its answer as a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from portal.facilities import queries, words
from portal.facilities.models import Cleanroom, Facility
from portal.facilities.rules.finding import (
    LONGEST_SEARCH,
    SORTS,
    FacilityFacts,
    Ranks,
    RoomFacts,
    Search,
    found,
)
from portal.reference import shipped, vocabulary
from portal.web.forms import tidy
from portal.web.sheets import Value

LEVELS = ("1", "2", "3")
PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A facility that was found, with its cleanrooms that take requests and those among them that fit."""

    facility: Facility
    rooms: list[Cleanroom]
    fitting: list[Cleanroom]
    checked: date | None

    @property
    def cleanest(self) -> Cleanroom | None:
        """Return the cleanroom of the highest grade."""
        return max(self.rooms, key=lambda room: ranks().grade[room.grade], default=None)

    @property
    def most_demanding(self) -> Cleanroom | None:
        """Return the cleanroom whose permits reach furthest in viral-vector work."""
        return max(self.rooms, key=lambda room: ranks().vector_level[room.vector_level], default=None)

    @property
    def highest_level(self) -> int | None:
        """Return the highest biosafety level of the cleanrooms."""
        return max((room.bsl for room in self.rooms), default=None)

    @property
    def is_demo(self) -> bool:
        """Say whether any of the cleanrooms is invented for demonstration."""
        return any(room.is_demo for room in self.rooms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the address asks, and what of it nobody understands."""

    search: Search
    ignored: list[str]


@cache
def ranks() -> Ranks:
    """Return the order of grades and vector work."""
    return Ranks(
        grade={word.id: word.rank or 0 for word in vocabulary.words("grade")},
        vector_level={word.id: word.rank or 0 for word in vocabulary.words("vector_level")},
    )


def read_search(args: MultiDict[str, str], countries: set[str]) -> Asked:
    """Return what the parameters of an address ask; a value that is on no list is left out and named."""
    ignored: list[str] = []

    def one(name: str, known: Any) -> str | None:
        written = tidy(args.get(name, ""))
        if not written or written in known:
            return written or None
        ignored.append(_ignored(name, written))
        return None

    equipment = {tidy(written) for written in args.getlist("equipment")} - {""}
    known_equipment = set(vocabulary.ids("equipment"))
    ignored.extend(_ignored("equipment", written) for written in sorted(equipment - known_equipment))
    text = tidy(args.get("q", ""))
    if len(text) > LONGEST_SEARCH:
        ignored.append(
            _("Only the first %(most)s characters of the searched text are looked for.", most=LONGEST_SEARCH)
        )
    level = one("bsl", LEVELS)
    return Asked(
        search=Search(
            text=text[:LONGEST_SEARCH],
            country=one("country", countries),
            kind=one("kind", vocabulary.ids("facility_kind")),
            grade=one("grade", vocabulary.ids("grade")),
            vector_level=one("vector_level", vocabulary.ids("vector_level")),
            bsl=int(level) if level else None,
            equipment=frozenset(equipment & known_equipment),
            takes_requests=one("requests", ("yes",)) is not None,
            sort=one("sort", {*SORTS, *(f"-{name}" for name in SORTS)}) or "name",
        ),
        ignored=ignored,
    )


def search_catalogue(session: Session, args: MultiDict[str, str]) -> tuple[Asked, list[Row], list[Facility]]:
    """Return what is asked, the facilities that fit in their order, and all of them, in two queries."""
    facilities = queries.facilities(session)
    rooms = queries.cleanrooms_by_facility(session, [facility.id for facility in facilities])
    open_rooms = {key: [room for room in found if room.is_bookable] for key, found in rooms.items()}
    asked = read_search(args, {facility.country for facility in facilities})
    by_slug = {facility.slug: facility for facility in facilities}
    facts = [_facts(facility, open_rooms[facility.id]) for facility in facilities]
    rows = []
    for hit in found(facts, asked.search, ranks()):
        facility = by_slug[hit.slug]
        here = open_rooms[facility.id]
        rows.append(
            Row(
                facility=facility,
                rooms=here,
                fitting=[room for room in here if room.code in hit.rooms],
                checked=_checked(facility),
            )
        )
    return asked, rows, facilities


def columns() -> list[str]:
    """Return the headings of the exported list."""
    return [
        _("Facility"),
        _("Operator"),
        _("Kind"),
        _("State"),
        _("City"),
        _("Country"),
        _("Cleanrooms"),
        _("Cleanrooms that fit"),
        _("Demonstration"),
        _("Cleanest grade"),
        _("Viral-vector work up to"),
        _("Biosafety level up to"),
        _("Takes requests"),
        _("Checked"),
        _("Confidence"),
    ]


def exported(row: Row) -> list[Value]:
    """Return a row of the list as a file keeps it: what the page shows, and nothing else."""
    facility = row.facility
    return [
        facility.name,
        facility.operator_name,
        words.label("facility_kind", facility.kind),
        words.label("facility_status", facility.status),
        facility.city,
        words.country(facility.country),
        rooms_in_words(row),
        ", ".join(room.code for room in row.fitting) if row.rooms else "",
        _("yes") if row.is_demo else _("no"),
        words.label("grade", row.cleanest.grade) if row.cleanest else words.value("grade", None),
        words.label("vector_level", row.most_demanding.vector_level)
        if row.most_demanding
        else words.value("vector_level", None),
        row.highest_level if row.highest_level is not None else words.value("bsl", None),
        _("yes") if facility.is_open_for_requests else _("no"),
        row.checked,
        words.label("confidence", facility.confidence)
        if facility.confidence
        else _("stated by the facility"),
    ]


def rooms_in_words(row: Row) -> str:
    """Return how many cleanrooms a facility lists or says that it has."""
    if row.rooms:
        return str(len(row.rooms))
    count = row.facility.cleanroom_count
    return _("%(count)s, not listed", count=count) if count else _("not published")


def _facts(facility: Facility, rooms: list[Cleanroom]) -> FacilityFacts:
    said = [
        facility.name,
        facility.operator_name,
        facility.city,
        facility.region or "",
        *facility.former_names,
    ]
    said += [words.country(facility.country), words.labels("facility_modality", facility.modalities)]
    said += [f"{room.code} {room.name}" for room in rooms]
    return FacilityFacts(
        slug=facility.slug,
        name=facility.name,
        city=facility.city,
        country=facility.country,
        kind=facility.kind,
        takes_requests=facility.is_open_for_requests,
        words=" ".join(said),
        rooms=tuple(
            RoomFacts(
                code=room.code,
                kind=room.kind,
                grade=room.grade,
                bsl=room.bsl,
                vector_level=room.vector_level,
                gmo_class=room.gmo_class,
                equipment=frozenset(room.equipment),
            )
            for room in rooms
        ),
    )


def _checked(facility: Facility) -> date | None:
    source = shipped.source_of({"source": facility.source})
    return source.checked if source else None


def _ignored(name: str, written: str) -> str:
    named: Mapping[str, str] = {
        "country": _("Country"),
        "kind": _("Kind"),
        "grade": _("Grade"),
        "vector_level": _("Vector work"),
        "bsl": _("Biosafety level"),
        "equipment": _("Equipment"),
        "requests": _("Takes requests"),
        "sort": _("Order"),
    }
    return _(
        "%(field)s: “%(written)s” is not among the choices and was left out.",
        field=named[name],
        written=written[:40],
    )
