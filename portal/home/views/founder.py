"""A founder's home, which says what comes next."""

from datetime import date, datetime
from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.accounts.queries import organisation_names
from portal.bookings.models import Booking, BookingState, SlotRequest
from portal.bookings.roomtime import local_day
from portal.bookings.words import booking_badge, request_badge
from portal.core.actors import Actor
from portal.home import happened, waiting, words
from portal.home.queries import own
from portal.home.rules.next import next_actions
from portal.home.rules.year import INSTANT, days_of
from portal.home.waiting import Desk
from portal.projects import wording
from portal.projects.models import Project
from portal.web.filters import window
from portal.web.locale import local, time_zone

ROWS, DEADLINES = 10, 6


def page(session: Session, actor: Actor, *, at: datetime, **around: Any) -> str:
    """Return the page: the few next actions, requests, projects, deadlines and what happened."""
    desk = waiting.desk_of(session, actor)
    actions = list(waiting.everything_waiting(desk, at=at))
    projects = {project.id: project for project in desk.projects}
    return render_template(
        "home/founder.html",
        organisation=organisation_names(session, [actor.organisation_id]).get(actor.organisation_id or 0),
        project_count=len(desk.projects),
        waiting_count=len(actions),
        actions=[waiting.shown(action, at=at) for action in next_actions(actions, at=at)],
        requests=[_request_row(desk, request, at) for request in desk.requests[:ROWS]],
        request_count=own.count_requests(session, actor),
        projects=[_project_row(desk, project) for project in desk.projects[:ROWS]],
        deadlines=_deadlines(desk, at),
        happened=happened.latest(session, actor, projects),
        **around,
    )


def _request_row(desk: Desk, request: SlotRequest, at: datetime) -> dict[str, Any]:
    booking = desk.booking_for(request)
    room = booking.block.cleanroom if booking is not None else request.cleanroom
    start, end = (
        (booking.block.starts_at, booking.block.ends_at)
        if booking is not None
        else (request.starts_at, request.ends_at)
    )
    mark, state = _state(desk, request, booking, at)
    return {
        "title": words.work(request.title, request.run_kind),
        "url": url_for("bookings.show_request", request_id=request.id),
        "reference": request.reference,
        "project": request.project.name,
        "room": room,
        "facility": room.facility.name if room is not None else None,
        "when": window(start, end, room.facility.time_zone) if room and start and end else None,
        "mark": mark,
        "state": state,
    }


def _state(desk: Desk, request: SlotRequest, booking: Booking | None, at: datetime) -> tuple[str, str]:
    if booking is None or booking.state is BookingState.HELD:
        return request_badge(
            request.state, hold=booking, place=desk.places.get(request.id), sent_at=request.submitted_at
        )
    if booking.state is BookingState.IN_USE:
        zone = booking.block.cleanroom.facility.time_zone
        first, last = days_of(booking.block.starts_at, booking.block.ends_at, zone)
        number, days = (local_day(at, zone) - first).days + 1, (last - first).days + 1
        if 1 <= number <= days:
            return "use", _("In use, day %(number)s of %(days)s", number=number, days=days)
    return booking_badge(booking)


def _project_row(desk: Desk, project: Project) -> dict[str, Any]:
    return {
        "project": project,
        "phase": wording.phase(project.phase.value),
        "area": wording.area(project.indication_area),
        "unknown": waiting.unknown_facts(project),
        "edit_url": url_for("projects.edit", project_id=project.id),
        **_cleanroom(desk, project),
    }


def _cleanroom(desk: Desk, project: Project) -> dict[str, Any]:
    booking = next((one for one in desk.bookings if one.project_id == project.id), None)
    if booking is not None:
        mark, _state_words = booking_badge(booking)
        return {"mark": mark, "cleanroom": f"{booking.block.cleanroom.code}, {words.booked(booking)}"}
    if any(request.project_id == project.id for request in desk.requests):
        return {"mark": "asked", "cleanroom": _("Asked, not booked")}
    if project.id in desk.requested:
        return {"mark": None, "cleanroom": _("Nothing under way")}
    return {"mark": None, "cleanroom": _("Nothing asked yet")}


def _deadlines(desk: Desk, at: datetime) -> list[dict[str, Any]]:
    today = local(at, time_zone()).date()
    ahead = sorted(
        (
            (moment, place, booking)
            for place, booking in enumerate(desk.bookings)
            for moment in _moments(booking)
            if moment > at
        ),
        key=lambda one: one[:2],
    )
    return [_deadline(booking, moment, today) for moment, _place, booking in ahead[:DEADLINES]]


def _moments(booking: Booking) -> tuple[datetime, ...]:
    """Return what a booking has of deadlines: the end of a hold, or the first and the last moment of the work."""
    if booking.state is BookingState.HELD and booking.held_until is not None:
        return (booking.held_until,)
    return booking.block.starts_at, booking.block.ends_at - INSTANT


def _deadline(booking: Booking, moment: datetime, today: date) -> dict[str, Any]:
    day = local_day(moment, booking.block.cleanroom.facility.time_zone)
    return {
        "day": words.weekday(day),
        "distance": words.distance(day, today),
        "text": _at(booking, moment),
        "url": url_for("bookings.show_own_booking", booking_id=booking.id),
    }


def _at(booking: Booking, moment: datetime) -> str:
    room, zone = booking.block.cleanroom.code, booking.block.cleanroom.facility.time_zone
    work = words.work(booking.title, booking.run_kind)
    if booking.state is BookingState.HELD and booking.held_until is not None:
        time = f"{local(booking.held_until, zone):%H:%M}"
        if booking.condition:
            return _("%(work)s in %(room)s: condition due at %(time)s", work=work, room=room, time=time)
        return _("Offer of %(room)s lapses at %(time)s", room=room, time=time)
    if moment == booking.block.starts_at:
        return _("%(work)s starts in %(room)s", work=work, room=room)
    return _("Last day in %(room)s: leave it cleared", room=room)
