"""A facility's calendar: its cleanrooms over sixteen weeks, with names only for people with a duty there."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import flask
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.bookings import desk, queries
from portal.bookings.desk import Stretch
from portal.bookings.models import RequestState
from portal.bookings.queries import Shade
from portal.bookings.roomtime import local_day
from portal.bookings.views import asked, bars
from portal.bookings.views.blueprint import bp
from portal.bookings.views.ruler import Bar, Row, Ruler
from portal.core import clock
from portal.core.actors import Actor, Role
from portal.facilities import queries as facilities
from portal.facilities.models import Cleanroom, Facility
from portal.store import db
from portal.web.actors import maybe_actor
from portal.web.filters import day, window
from portal.web.forms import FIRST_DAY, LAST_DAY

DAYS = 112
STEP = timedelta(days=56)


@bp.get("/facilities/<slug>/calendar")
def calendar(slug: str) -> ResponseReturnValue:
    """Show when a facility's cleanrooms are free, and to people with a duty there what takes them."""
    session, actor, at = db.session(), maybe_actor(), clock.now()
    facility = facilities.facility_named(session, slug)
    today = local_day(at, facility.time_zone)
    first, is_understood = _first_day(today)
    ruler = Ruler.around(first, DAYS, facility.time_zone)
    is_inside = actor is not None and facility.id in actor.facility_ids
    rooms = [room for room in desk.rooms_of(session, facility.id) if is_inside or room.is_bookable]
    if actor is not None and is_inside:
        rows, lines = _with_names(session, actor, rooms, ruler)
    else:
        rows, lines = _without_names(session, rooms, ruler)
    return flask.render_template(
        "bookings/facility/calendar.html",
        facility=facility,
        rooms=rooms,
        rows=rows,
        lines=lines,
        ruler=ruler,
        now=ruler.now(at),
        week_now=str(today.isocalendar().week) if ruler.now(at) else None,
        is_inside=is_inside,
        manages=actor is not None and actor.holds(Role.FACILITY_MANAGER, facility.id),
        is_understood=is_understood,
        weeks=_weeks(facility, ruler, today),
        label=_(
            "Cleanrooms of %(name)s, sixteen weeks from %(day)s", name=facility.name, day=day(ruler.first)
        ),
        years=ruler.years,
    )


def _first_day(today: date) -> tuple[date, bool]:
    """Return the day that the address asks for, and whether it was understood; without one, last week's."""
    written = flask.request.args.get("from", "").strip()
    usual = today - timedelta(days=7)
    if not written:
        return usual, True
    try:
        asked_day = date.fromisoformat(written)
    except ValueError:
        return usual, False
    if not FIRST_DAY + STEP <= asked_day <= LAST_DAY - timedelta(days=DAYS) - STEP:
        return usual, False
    return asked_day, True


def _weeks(facility: Facility, ruler: Ruler, today: date) -> list[tuple[str, str]]:
    def address(first: date) -> str:
        return url_for("bookings.calendar", slug=facility.slug, **{"from": first.isoformat()})  # type: ignore[arg-type]

    return [
        (_("Earlier"), address(ruler.first - STEP)),
        (_("Today"), address(today - timedelta(days=7))),
        (_("Later"), address(ruler.first + STEP)),
    ]


def _with_names(
    session: Session, actor: Actor, rooms: list[Cleanroom], ruler: Ruler
) -> tuple[list[Row], list[dict[str, Any]]]:
    ids, at = [room.id for room in rooms], clock.now()
    taken = desk.stretches(session, ids, since=ruler.slot.start, until=ruler.slot.end)
    requests = [
        one for one in desk.open_requests_in(session, ids) if one.state is not RequestState.WAITLISTED
    ]
    projects = [stretch.booking.project for stretch in taken if stretch.booking is not None]
    known = desk.identified(session, actor, [*projects, *(one.project for one in requests)], at=at)
    by_room: dict[int, list[Bar]] = defaultdict(list)
    for stretch in taken:
        bar = bars.stretch_bar(ruler, stretch, known)
        if bar is not None:
            by_room[stretch.block.cleanroom_id].append(bar)
    lanes: dict[int, list[list[Bar]]] = defaultdict(list)
    for request in requests:
        title = asked.requester(request, known)
        url = url_for("bookings.in_inbox", request_id=request.id)
        bar = bars.asked_bar(ruler, request.slot, title, row=2, url=url)
        if bar is not None:
            _put_beside(lanes[request.cleanroom_id or 0], bar)
    names = {room.id: room for room in rooms}
    lines = [_line(stretch, names[stretch.block.cleanroom_id], known) for stretch in taken]
    rows = []
    for room in rooms:
        first, *others = lanes[room.id] or [[]]
        rows.append(_row(room, [*by_room[room.id], *first]))
        rows += [Row(room.code, room.grade, _("more requests"), found) for found in others]
    return rows, lines


def _put_beside(lanes: list[list[Bar]], bar: Bar) -> None:
    """Put a bar into the first lane where it lies over no other; only the first one is a second line of its room."""
    for place, lane in enumerate(lanes):
        if all(bar.column >= one.column + one.span or one.column >= bar.column + bar.span for one in lane):
            lane.append(bar if place == 0 else replace(bar, row=1))
            return
    lanes.append([bar if not lanes else replace(bar, row=1)])


def _line(stretch: Stretch, room: Cleanroom, known: frozenset[int]) -> dict[str, Any]:
    what, state = bars.stretch_words(stretch, known)
    booking = stretch.booking
    return {
        "room": room,
        "when": window(stretch.block.starts_at, stretch.block.ends_at, room.facility.time_zone),
        "what": what,
        "state": state,
        "url": url_for("bookings.show_booking", booking_id=booking.id) if booking is not None else None,
    }


def _without_names(
    session: Session, rooms: list[Cleanroom], ruler: Ruler
) -> tuple[list[Row], list[dict[str, Any]]]:
    shades: dict[int, list[Shade]] = defaultdict(list)
    for shade in queries.shades(
        session, [room.id for room in rooms], since=ruler.slot.start, until=ruler.slot.end
    ):
        shades[shade.cleanroom_id].append(shade)
    lines = [
        {
            "room": room,
            "when": window(slot.start, slot.end, room.facility.time_zone),
            "what": _("Taken"),
            "state": None,
            "url": None,
        }
        for room in rooms
        for slot in bars.taken_together(shades[room.id])
    ]
    return [_row(room, bars.taken_bars(ruler, shades[room.id])) for room in rooms], lines


def _row(room: Cleanroom, found: list[Bar]) -> Row:
    url = url_for("facilities.show_cleanroom", slug=room.facility.slug, room_slug=room.slug)
    return Row(room.code, room.grade, room.name, found, url)
