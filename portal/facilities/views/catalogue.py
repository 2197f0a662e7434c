"""The catalogue that anyone may read: the list, a facility, a cleanroom."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import flask
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.core import clock
from portal.core.errors import NotFound
from portal.facilities import queries, words
from portal.facilities.changeovers import days_between, process_classes
from portal.facilities.models import Cleanroom, Facility, Rate
from portal.facilities.prices import FALLBACK
from portal.facilities.rules.finding import Search
from portal.facilities.rules.opening import Holiday, coming_holidays, day_at
from portal.facilities.rules.positions import Picture, Place, picture
from portal.facilities.views import searching
from portal.facilities.views.base import bp, cleanroom_tabs, frame, has_duty
from portal.facilities.views.history import told
from portal.reference import shipped, vocabulary
from portal.store import db
from portal.web.actors import maybe_actor, signed_in
from portal.web.exports import Kind, export

HOLIDAYS_AHEAD = 365
LATEST = 6


@bp.get("/facilities")
def catalogue() -> ResponseReturnValue:
    """Show the facilities that fit what the address asks."""
    asked, rows, facilities = searching.search_catalogue(db.session(), flask.request.args)
    pages = max(1, -(-len(rows) // searching.PAGE))
    page = min(_page(), pages)
    return flask.render_template(
        "facilities/catalogue.html",
        asked=asked,
        rows=rows[(page - 1) * searching.PAGE : page * searching.PAGE],
        count=len(rows),
        total=len(facilities),
        page=page,
        pages=pages,
        is_searched=asked.search != Search(sort=asked.search.sort),
        countries=sorted(
            {(facility.country, words.country(facility.country)) for facility in facilities},
            key=lambda pair: pair[1],
        ),
        rooms_in_words=searching.rooms_in_words,
        chips=[
            (words.label("equipment", word), _without("equipment", word))
            for word in sorted(asked.search.equipment)
        ],
        kinds=vocabulary.choices("facility_kind", words.language()),
        grades=vocabulary.choices("grade", words.language()),
        vector_levels=vocabulary.choices("vector_level", words.language()),
        equipment=[
            choice
            for choice in vocabulary.choices("equipment", words.language())
            if choice[0] not in asked.search.equipment
        ],
        levels=[(level, level) for level in searching.LEVELS],
    )


@bp.get("/facilities.<any(csv, xlsx):kind>")
def download_catalogue(kind: Kind) -> ResponseReturnValue:
    """Hand out the list that the same address without its ending shows, all pages of it."""
    _asked, rows, _all = searching.search_catalogue(db.session(), flask.request.args)
    lines = [searching.exported(row) for row in rows]
    return export(kind, "facilities", searching.columns(), lines)


@bp.get("/facilities/<slug>")
def show(slug: str) -> ResponseReturnValue:
    """Show everything that is public about a facility, and to people with a duty there what happened."""
    session, at = db.session(), clock.now()
    facility = queries.facility_named(session, slug)
    place = frame(facility, "facilities.show")
    today = day_at(at, facility.time_zone)
    rooms = queries.cleanrooms_by_facility(session, [facility.id])[facility.id]
    return flask.render_template(
        "facilities/show.html",
        facility=facility,
        frame=place,
        rooms=[room for room in rooms if room.is_bookable],
        retired=[room for room in rooms if not room.is_bookable],
        licences=queries.licences_of(session, facility.id),
        holidays=_holidays(session, facility, today),
        map=_map(session, facility),
        source=shipped.source_of({"source": facility.source}),
        further=shipped.sources_of({"further_sources": facility.further_sources}),
        weak=set(facility.to_verify),
        today=today,
        history=told(session, "facility", facility.id, facility, limit=LATEST)
        if place.can_read_history
        else None,
    )


@bp.get("/facilities/<slug>/history")
@signed_in
def show_history(slug: str) -> ResponseReturnValue:
    """Show everything that happened to a facility, to people with a duty there and to administrators."""
    session = db.session()
    facility = queries.facility_named(session, slug)
    place = frame(facility, "facilities.show_history")
    if not place.can_read_history:
        raise NotFound
    return flask.render_template(
        "facilities/history.html",
        facility=facility,
        frame=place,
        history=told(session, "facility", facility.id, facility),
    )


@bp.get("/facilities/<slug>/<room_slug>")
def show_cleanroom(slug: str, room_slug: str) -> ResponseReturnValue:
    """Show everything that is public about a cleanroom, and more to people with a duty at its facility."""
    session, at = db.session(), clock.now()
    room = queries.cleanroom_named(session, slug, room_slug)
    is_inside = has_duty(maybe_actor(), room.facility)
    today = day_at(at, room.facility.time_zone)
    return flask.render_template(
        "facilities/cleanroom.html",
        room=room,
        facility=room.facility,
        frame=frame(room.facility, "facilities.show_cleanroom"),
        tabs=cleanroom_tabs(room, "facilities.show_cleanroom"),
        prices=prices(queries.rates_of(session, room.id), today, with_past=is_inside),
        zones=_zones(room),
        changeover=changeover_rows(queries.own_changeover_days(session, [room.id])[room.id]),
        classes=[(word, words.label("process_class", word)) for word in process_classes()],
        is_inside=is_inside,
        neighbours=_neighbours(session, room) if is_inside else [],
        today=today,
        history=told(session, "cleanroom", room.id, room.facility, limit=LATEST) if is_inside else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceLine:
    """One rate as the page shows it; `until` is the last day before the next one of its kind."""

    rate: Rate
    kinds: list[str]
    until: date | None
    state: str


def prices(rates: list[Rate], today: date, *, with_past: bool) -> list[PriceLine]:
    """Return the rates that hold or will, and those that held to who may see them, in the order of the customers."""
    own = {rate.customer_kind for rate in rates}
    lines: list[PriceLine] = []
    for kind in vocabulary.ids("customer_kind"):
        newer: date | None = None
        start = len(lines)
        for rate in sorted(
            (rate for rate in rates if rate.customer_kind == kind),
            key=lambda rate: rate.valid_from,
            reverse=True,
        ):
            until = None if newer is None else newer - timedelta(days=1)
            newer = rate.valid_from
            state = "coming" if rate.valid_from > today else "past" if until and until < today else "valid"
            if state == "past" and not with_past:
                continue
            kinds = [kind, *(poor for poor, rich in FALLBACK.items() if rich == kind and poor not in own)]
            lines[start:start] = [PriceLine(rate=rate, kinds=kinds, until=until, state=state)]
    return lines


def changeover_rows(own: dict[tuple[str, str], int]) -> list[tuple[str, list[tuple[str, int | None, bool]]]]:
    """Return the changeover table by rows: what ran before, and for each next class the days and whether they are own."""
    return [
        (
            words.label("process_class", before),
            [
                (
                    words.label("process_class", after),
                    days_between(own, before, after),
                    (before, after) in own,
                )
                for after in process_classes()
            ],
        )
        for before in process_classes()
    ]


def _zones(room: Cleanroom) -> list[dict[str, Any]]:
    graded = shipped.record("room_grades", room.grade)
    zones = []
    for part in ("critical_zone", "background"):
        if graded[part] and shipped.has_record("grades", graded[part]):
            fact = shipped.record("grades", graded[part])
            zones.append(
                {
                    "part": part,
                    "fact": fact,
                    "name": shipped.in_language(fact["name"], words.language()),
                    "source": shipped.source_of(fact),
                    "confidence": shipped.confidence_of(fact),
                }
            )
    return zones


def _neighbours(session: Session, room: Cleanroom) -> list[Cleanroom]:
    if not room.air_handling:
        return []
    rooms = queries.cleanrooms_by_facility(session, [room.facility_id])[room.facility_id]
    return [other for other in rooms if other.air_handling == room.air_handling and other.id != room.id]


def _holidays(session: Session, facility: Facility, today: date) -> list[Holiday]:
    own = {
        holiday.day: (holiday.name, holiday.is_open)
        for holiday in queries.exceptions_of(session, facility.id, since=today)
    }
    return coming_holidays(facility.country, own, first=today, days=HOLIDAYS_AHEAD, language=words.language())


def _map(session: Session, facility: Facility) -> Picture | None:
    places = {
        other.id: Place(other.city, other.latitude, other.longitude)
        for other in queries.facilities(session)
        if other.latitude is not None and other.longitude is not None
    }
    here = places.pop(facility.id, None)
    return None if here is None else picture(here, sorted(set(places.values()), key=lambda one: one.name))


def _without(name: str, value: str) -> str:
    """Return this page's query without one value of a parameter."""
    pairs = [
        (key, found) for key, found in flask.request.args.items(multi=True) if (key, found) != (name, value)
    ]
    return f"{flask.request.path}?{urlencode(pairs)}" if pairs else flask.request.path


def _page() -> int:
    written = flask.request.args.get("page", "")
    return max(1, int(written)) if written.isdecimal() and len(written) < 6 else 1
