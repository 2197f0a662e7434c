"""The first page for everybody who has not signed in: what the portal is, ways in, rooms, pipeline."""

from datetime import datetime
from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from portal.facilities import queries, words
from portal.facilities.models import Cleanroom, Facility, FacilityStatus
from portal.projects.rules.counts import SMALLEST_SHOWN
from portal.projects.views.pipeline import counts_shown
from portal.reference import shipped, vocabulary
from portal.web.filters import number

SHOWN = 6
MOST_SQUARES = 40
"""More squares than this nobody counts; the number alone says it then."""


def page(session: Session, *, at: datetime) -> str:
    """Return the landing page."""
    facilities = queries.facilities(session)
    rooms = queries.cleanrooms_by_facility(session, [facility.id for facility in facilities])
    bookable = {key: [room for room in found if room.is_bookable] for key, found in rooms.items()}
    chosen = sorted(facilities, key=lambda one: _place(one, bookable[one.id]))[:SHOWN]
    return render_template(
        "home/landing.html",
        facilities=[_card(facility, bookable[facility.id]) for facility in chosen],
        facility_count=len(facilities),
        room_count=sum(len(found) for found in bookable.values()),
        has_demo_rooms=any(room.is_demo for found in bookable.values() for room in found),
        checked=max((day for one in chosen if (day := _checked(one))), default=None),
        smallest=SMALLEST_SHOWN,
        on=at,
        **_pipeline(),
    )


def _pipeline() -> dict[str, Any]:
    counts = counts_shown()
    totals = counts["totals"]
    return {
        "phases": [
            (label, [_unit(cell)]) for label, cell in zip(counts["phases"], totals.cells, strict=True)
        ],
        "areas": [(row.label, [_unit(row.total)]) for row in counts["areas"]],
        "silent": counts["silent"],
        "total": totals.total,
    }


def _unit(count: str) -> tuple[str, int | None]:
    """Return a count in words and in squares: none for one that is not shown."""
    known = count.removesuffix("+")
    if not known.isdecimal():
        return _("not shown"), None
    return count, int(known) if int(known) <= MOST_SQUARES else 0


def _place(facility: Facility, rooms: list[Cleanroom]) -> tuple[bool, bool, bool, str]:
    """Return what a facility is ordered by: those that take requests, those with rooms, those nearby, then the name."""
    return not facility.is_open_for_requests, not rooms, facility.region != "Skåne", facility.name


def _card(facility: Facility, rooms: list[Cleanroom]) -> dict[str, Any]:
    grades = sorted({room.grade for room in rooms}, key=lambda grade: vocabulary.rank("grade", grade))
    known = [ngettext("%(num)s room", "%(num)s rooms", len(rooms))] if rooms else []
    if any(room.is_demo for room in rooms):
        known = [ngettext("%(num)s demo room", "%(num)s demo rooms", len(rooms))]
    return {
        "name": facility.name,
        "url": url_for("facilities.show", slug=facility.slug),
        "grade": grades[-1] if grades else "",
        "grades": grades,
        "place": " · ".join([facility.city, *known]),
        "text": _text(facility),
    }


def _text(facility: Facility) -> str:
    said = []
    if facility.area_m2:
        said.append(_("%(area)s m².", area=number(facility.area_m2)))
    if facility.status is FacilityStatus.UNDER_CONSTRUCTION:
        said.append(f"{words.label('facility_status', facility.status)}.")
    services = [words.label("facility_service", service) for service in facility.services[:3]]
    if services:
        said.append(f"{', '.join(services)}.")
    return " ".join(said)


def _checked(facility: Facility) -> Any:
    source = shipped.source_of({"source": facility.source})
    return source.checked if source else None
