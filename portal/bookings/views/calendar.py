"""A facility's calendar: its cleanrooms by day, week, month or quarter, with names only for people with a duty there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import flask
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.bookings import desk, places, queries
from portal.bookings.forms.facility import closure_kind, write_slot
from portal.bookings.models import Side
from portal.bookings.roomtime import local_day
from portal.bookings.takings import identified_projects
from portal.bookings.views import bars, lanes
from portal.bookings.views.answers import place_words
from portal.bookings.views.blueprint import bp
from portal.bookings.views.gaps import Gap, gaps
from portal.bookings.views.lanes import Inside, Line, Outside
from portal.bookings.views.ruler import MOMENT, Row, Ruler, Scale, heads_of
from portal.bookings.views.shown import Asked, Drawn, read_address
from portal.core import clock
from portal.core.actors import Actor, Role
from portal.core.errors import NotFound
from portal.core.slots import Slot
from portal.facilities.models import Cleanroom, Facility
from portal.facilities.opening import Opening
from portal.facilities.words import label
from portal.store import db
from portal.web.actors import maybe_actor
from portal.web.exports import Kind, Value, export
from portal.web.filters import window
from portal.web.locale import local
from portal.web.paging import page_number, pages_of

PAGE = 100


@bp.get("/facilities/<slug>/calendar")
def calendar(slug: str) -> ResponseReturnValue:
    """Show when a facility's cleanrooms are free, and to people with a duty there what takes them."""
    sheet = _Sheet.read(slug)
    ruler, asking = sheet.ruler, sheet.asking
    upper, lower, corner = heads_of(ruler, asking.scale)
    now = ruler.now(sheet.at)
    lines = sheet.lines()
    closed, openings = lanes.closed_columns(db.session(), sheet.rooms, ruler)
    page = page_number(len(lines), PAGE)
    return flask.render_template(
        "bookings/facility/calendar.html",
        facility=sheet.facility,
        asking=asking,
        rows=sheet.rows(closed),
        lines=[_shown(line) for line in lines[(page - 1) * PAGE : page * PAGE]],
        count=len(lines),
        page=page,
        pages=pages_of(len(lines), PAGE),
        ruler=ruler,
        upper=upper,
        lower=lower,
        corner=corner,
        now=now,
        lower_now=ruler.head_of(now, lower),
        rooms=sheet.every_room,
        is_inside=sheet.is_inside,
        manages=sheet.manages,
        has_barred=any(line.kind == "barred" for line in lines),
        has_own=isinstance(sheet.found, Outside) and bool(sheet.found.own),
        share=sheet.share(openings),
        ways=_ways(sheet),
        choices=_choices(sheet),
        files=[
            (words, _file(slug, kind)) for kind, words in (("csv", "CSV"), ("xlsx", "XLSX"), ("json", "JSON"))
        ],
        label=_label(sheet),
        free=[_free(gap) for gap in sheet.gaps(lines)],
        changed=_changed(sheet),
        editing=_editing(sheet) if sheet.manages else None,
    )


@bp.get("/facilities/<slug>/calendar.<any(csv, xlsx):kind>")
def calendar_file(slug: str, kind: Kind) -> ResponseReturnValue:
    """Hand out the table that the same address without its ending shows, all pages of it."""
    sheet = _Sheet.read(slug)
    columns = [_("Cleanroom"), _("Grade"), _("First day"), _("Last day"), _("When"), _("What")]
    if sheet.is_inside:
        columns += [_("State"), _("Operators of the run")]
    return export(
        kind, "calendar", columns, [_exported(line, is_inside=sheet.is_inside) for line in sheet.lines()]
    )


@bp.get("/facilities/<slug>/calendar.json")
def calendar_data(slug: str) -> ResponseReturnValue:
    """Hand out what the same address without its ending shows, as data: times with their offset from UTC."""
    sheet = _Sheet.read(slug)
    ruler = sheet.ruler
    return flask.jsonify(
        facility=slug,
        time_zone=ruler.zone,
        first_day=ruler.first.isoformat(),
        days=ruler.days,
        cleanrooms=[
            {"code": room.code, "name": room.name, "grade": room.grade.value, "unit": room.unit.value}
            for room in sheet.rooms
        ],
        taken=[_data(line, ruler.zone) for line in sheet.lines()],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """What one reader sees of one facility's calendar in one stretch of time."""

    facility: Facility
    actor: Actor | None
    at: datetime
    is_inside: bool
    manages: bool
    every_room: list[Cleanroom]
    rooms: list[Cleanroom]
    asking: Asked
    ruler: Ruler
    found: Inside | Outside

    @classmethod
    def read(cls, slug: str) -> "_Sheet":
        session, actor, at = db.session(), maybe_actor(), clock.now()
        facility, found_rooms = desk.facility_with_rooms(session, slug)
        is_inside = actor is not None and facility.id in actor.facility_ids
        every_room = [room for room in found_rooms if is_inside or room.is_bookable]
        today = local_day(at, facility.time_zone)
        asking = read_address(flask.request.args, every_room, today=today, is_inside=is_inside)
        rooms = [room for room in every_room if asking.fits(room)]
        ruler = asking.ruler(rooms, facility.time_zone)
        found: Inside | Outside
        if actor is not None and is_inside:
            found = Inside.loaded(session, actor, rooms, ruler.slot, asking, at)
        else:
            found = Outside.loaded(session, actor, rooms, ruler.slot, at)
        return cls(
            facility=facility,
            actor=actor,
            at=at,
            is_inside=is_inside,
            manages=actor is not None and actor.holds(Role.FACILITY_MANAGER, facility.id),
            every_room=every_room,
            rooms=rooms,
            asking=asking,
            ruler=ruler,
            found=found,
        )

    def lines(self) -> list[Line]:
        """Return everything as lines, by start."""
        if isinstance(self.found, Outside):
            return self.found.lines(self.rooms)
        return self.found.lines(self.rooms, self.ruler.zone, manages=self.manages, at=self.at)

    def gaps(self, lines: list[Line]) -> list[Gap]:
        """Return where cleanrooms are free for long; nothing where only a part of what takes them is shown."""
        if self.asking.kind is not None:
            return []
        return gaps((room for room in self.rooms if room.is_bookable), lines, self.ruler, at=self.at)

    def share(self, openings: Mapping[int, Opening]) -> int | None:
        """Return how many per cent of the open days are booked or held, for people with a duty at the facility."""
        if isinstance(self.found, Outside) or self.asking.kind is not None:
            return None
        return lanes.booked_share(self.found.taken, self.rooms, openings, self.ruler)

    def rows(self, closed: Mapping[int, list[tuple[int, int]]]) -> list[Row]:
        """Return the rows of the picture."""
        page_of_day = self.address(Scale.DAY)
        if isinstance(self.found, Outside):
            return self.found.rows(self.rooms, self.ruler, closed, page_of_day=page_of_day)
        return self.found.rows(
            self.rooms, self.ruler, closed, page_of_day=page_of_day, manages=self.manages, at=self.at
        )

    def address(self, scale: Scale, first: date | None = None) -> str:
        """Return the address of the same calendar on another scale, or from another day."""
        asked = {"room": self.asking.room, "grade": self.asking.grade, "kind": self.asking.kind}
        values = {"scale": scale.value, **{name: value for name, value in asked.items() if value}}
        if first is not None:
            values["from"] = first.isoformat()
        return url_for("bookings.calendar", slug=self.facility.slug, **values)  # type: ignore[arg-type]


def _file(slug: str, kind: str) -> str:
    if kind == "json":
        return url_for("bookings.calendar_data", slug=slug)
    return url_for("bookings.calendar_file", slug=slug, kind=kind)


def _label(sheet: _Sheet) -> str:
    ruler = sheet.ruler
    stretch = window(ruler.slot.start, ruler.slot.end, ruler.zone)
    return _("Cleanrooms of %(name)s, %(stretch)s", name=sheet.facility.name, stretch=stretch)


def _ways(sheet: _Sheet) -> list[tuple[str, str]]:
    scale, ruler, asking = sheet.asking.scale, sheet.ruler, sheet.asking
    today = local_day(sheet.at, ruler.zone)
    return [
        (_("Earlier"), sheet.address(scale, asking.earlier(ruler))),
        (_("Today"), sheet.address(scale, asking.usual(today))),
        (_("Later"), sheet.address(scale, ruler.after_last)),
    ]


def _choices(sheet: _Sheet) -> dict[str, list[tuple[str, str]]]:
    """Return what the filters offer."""
    grades = {room.grade.value: label("grade", room.grade) for room in sheet.every_room}
    return {
        "scales": [
            (Scale.DAY.value, _("One day")),
            (Scale.WEEK.value, _("One week")),
            (Scale.MONTH.value, _("One month")),
            (Scale.QUARTER.value, _("One quarter: 13 weeks")),
        ],
        "rooms": [(room.slug, f"{room.code} · {room.name}") for room in sheet.every_room],
        "grades": sorted(grades.items()),
        "kinds": [
            (Drawn.BOOKINGS.value, _("Bookings")),
            (Drawn.HOLDS.value, _("Holds and offers")),
            (Drawn.CLOSURES.value, _("Closures")),
            (Drawn.CHANGEOVERS.value, _("Changeovers")),
            (Drawn.ASKED.value, _("What is asked for")),
            (Drawn.BARRED.value, _("When nothing may run")),
        ],
    }


def _editing(sheet: _Sheet) -> dict[str, Any]:
    """Return what the script that moves bars needs to know of the ruler, and what it says."""
    return {
        "first": sheet.ruler.first.isoformat(),
        "hours": 24 // sheet.ruler.per_day,
        "seen": sheet.at.isoformat(),
        "close": _("Close"),
        "free": _("A new stretch in %(room)s", room="{room}"),
        "book": _("Add a booking here"),
        "book_url": url_for("bookings.new_booking"),
        "shut": _("Close the cleanroom here"),
        "shut_url": url_for("bookings.new_closure"),
        "asking": _("Asking the rules…"),
        "unreachable": _(
            "The portal could not be reached, and nothing was changed. Try again, or open the page of the booking."
        ),
        "returned": _("It is back where it was; nothing was changed."),
    }


def _shown(line: Line) -> dict[str, Any]:
    zone = line.room.facility.time_zone
    return {
        "room": line.room,
        "when": window(line.starts_at, line.ends_at, zone),
        "what": line.what,
        "state": line.badge,
        "url": line.url,
        "move_url": line.move_url,
        "operators": line.operators,
    }


def _free(gap: Gap) -> dict[str, Any]:
    return {
        "room": gap.room,
        "when": window(gap.slot.start, gap.slot.end, gap.room.facility.time_zone),
        "notice": gap.room.notice_days if gap.is_too_soon else None,
    }


def _exported(line: Line, *, is_inside: bool) -> list[Value]:
    zone = line.room.facility.time_zone
    found: list[Value] = [
        line.room.code,
        label("grade", line.room.grade),
        local_day(line.starts_at, zone),
        local_day(line.ends_at - MOMENT, zone),
        window(line.starts_at, line.ends_at, zone),
        line.what,
    ]
    return [*found, line.badge[1] if line.badge else "", line.operators] if is_inside else found


def _data(line: Line, zone: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "cleanroom": line.room.code,
        "start": local(line.starts_at, zone).isoformat(),
        "end": local(line.ends_at, zone).isoformat(),
        "kind": line.kind,
        "what": line.what,
    }
    if line.badge is not None:
        found["state"] = line.badge[1]
    if line.booking_id is not None:
        found["booking"] = line.booking_id
    if line.operators:
        found["operators"] = line.operators
    return found


def _changed(sheet: _Sheet) -> dict[str, Any] | None:
    """Return what the address says was moved last, with the button that takes it back, for a manager."""
    kind, _dash, written = flask.request.args.get("changed", "").partition("-")
    if sheet.actor is None or not sheet.manages or not written.isdecimal() or len(written) > 9:
        return None
    try:
        if kind == "booking":
            return _moved_booking(sheet, sheet.actor, int(written))
        return _moved_closure(sheet, sheet.actor, int(written)) if kind == "closure" else None
    except NotFound:
        return None


def _moved_booking(sheet: _Sheet, actor: Actor, booking_id: int) -> dict[str, Any] | None:
    session = db.session()
    booking = queries.booking_to_run(session, actor, booking_id)
    if booking.block.cleanroom.facility_id != sheet.facility.id:
        return None
    known = identified_projects(session, actor, [booking.project_id], at=sheet.at)
    values = {
        "what": bars.booking_title(booking, known),
        "now": place_words(booking.block.cleanroom, booking.slot),
    }
    asked = [one for one in queries.open_proposals(session, [booking_id]) if one.side is Side.FACILITY]
    if asked:
        proposal = asked[-1]
        values["there"] = place_words(proposal.cleanroom, Slot(proposal.starts_at, proposal.ends_at))
        return {
            "text": _("%(what)s stays at %(now)s until the requester agrees to %(there)s.", **values),
            "url": url_for(
                "bookings.answer_move_here", booking_id=booking_id, proposal_id=proposal.id, answer="withdraw"
            ),
            "label": _("Take the proposal back"),
            "fields": {},
        }
    before = places.place_before_move(session, booking)
    if before is None:
        return None
    room = next(
        (one for one in desk.rooms_of(session, sheet.facility.id) if one.id == before.cleanroom_id), None
    )
    if room is None:
        return None
    return {
        "text": _(
            "%(what)s moved from %(before)s to %(now)s.", before=place_words(room, before.slot), **values
        ),
        "url": url_for("bookings.undo_move", booking_id=booking_id),
        "label": _("Undo"),
        "fields": {"version": booking.version, "next": _here()},
    }


def _moved_closure(sheet: _Sheet, actor: Actor, closure_id: int) -> dict[str, Any] | None:
    session = db.session()
    closure = queries.closure_to_edit(session, actor, closure_id)
    before, room = places.slot_before_move(session, closure), closure.block.cleanroom
    if before is None or room.facility_id != sheet.facility.id:
        return None
    return {
        "text": _(
            "%(what)s moved from %(before)s to %(now)s.",
            what=closure_kind(closure.kind),
            before=place_words(room, before),
            now=place_words(room, closure.block.slot),
        ),
        "url": url_for("bookings.undo_closure_move", closure_id=closure_id),
        "label": _("Undo"),
        "fields": {"shown": write_slot(closure.block.slot), "next": _here()},
    }


def _here() -> str:
    return flask.request.full_path.rstrip("?")
