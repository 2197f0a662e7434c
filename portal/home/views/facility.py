"""The homes of a facility's people: what needs my decision, and what runs and runs out."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from portal.bookings.crews import TooShort, trained_too_short
from portal.bookings.desk import identified
from portal.bookings.models import Booking, BookingState, Side, SlotRequest
from portal.bookings.roomtime import local_day, midnight
from portal.bookings.words import booking_badge
from portal.core.actors import Actor, Role
from portal.facilities import words as facility_words
from portal.facilities.models import Cleanroom
from portal.facilities.queries import RunsOut, running_out
from portal.facilities.rules.validity import LONG_AGO, NeededFor
from portal.home import words
from portal.home.queries import facility, own
from portal.home.queries.facility import Place
from portal.home.queries.year import Ending, endings
from portal.web.filters import day, window
from portal.web.locale import time_zone

WARNED_BEFORE = timedelta(days=90)
SHOWN, HOLDS = 8, 8
AHEAD = timedelta(days=21)


def manager(session: Session, actor: Actor, *, at: datetime, **around: Any) -> str:
    """Return the home of a facility manager: what waits for a decision, and what will need one soon."""
    managed = actor.facilities_as(Role.FACILITY_MANAGER)
    places = facility.places(session, managed)
    requests = facility.to_decide(session, managed, limit=SHOWN)
    week = _this_week(session, managed, places, at)
    held = facility.holds(session, managed, limit=HOLDS)
    moves = own.moves_to_answer(session, facility.booking_ids(session, managed), by=Side.REQUESTER)
    named = identified(
        session, actor, [*(one.project for one in requests), *(one.project for one in (*week, *held))], at=at
    )
    return render_template(
        "home/manager.html",
        places=places,
        count=facility.count_to_decide(session, managed),
        requests=_inbox(session, requests, named, at),
        moves=[
            {
                "url": url_for("bookings.show_booking", booking_id=move.booking_id),
                "text": _(
                    "Move to %(room)s, %(window)s",
                    room=words.room(move.cleanroom),
                    window=window(move.starts_at, move.ends_at, move.cleanroom.facility.time_zone),
                ),
                "since": words.since(move.proposed_at, at, move.cleanroom.facility.time_zone),
            }
            for move in moves
        ],
        week=[_line(booking, named) for booking in week],
        holds=[{**_line(booking, named), **_lapse(booking, at)} for booking in held],
        **_running_out(session, actor, managed, at=at),
        **around,
    )


def quality(session: Session, actor: Actor, *, at: datetime, **around: Any) -> str:
    """Return the home of QA and QP: what runs in their rooms now and next, and what runs out."""
    here = actor.facilities_as(Role.QA) | actor.facilities_as(Role.QP)
    places = facility.places(session, here)
    bookings = facility.bookings_between(session, here, since=at, until=at + AHEAD)
    named = identified(session, actor, [one.project for one in bookings], at=at)
    return render_template(
        "home/quality.html",
        places=places,
        now=[_line(one, named) for one in bookings if one.block.starts_at <= at and _stands(one)],
        coming=[_line(one, named) for one in bookings if one.block.starts_at > at],
        days=AHEAD.days,
        **_running_out(session, actor, here, at=at),
        **around,
    )


def _stands(booking: Booking) -> bool:
    return booking.state in (BookingState.IN_USE, BookingState.CONFIRMED)


def _this_week(
    session: Session, facility_ids: Collection[int], places: list[Place], at: datetime
) -> list[Booking]:
    zone = places[0].zone if places else time_zone()
    today = local_day(at, zone)
    next_monday = midnight(today + timedelta(days=7 - today.weekday()), zone)
    return facility.bookings_between(
        session,
        facility_ids,
        since=midnight(today, zone),
        until=next_monday,
        states=(BookingState.CONFIRMED, BookingState.IN_USE),
        starting=True,
    )


def _inbox(
    session: Session, requests: list[SlotRequest], named: Collection[int], at: datetime
) -> list[dict[str, Any]]:
    ids = [request.id for request in requests]
    taken, rivals = own.taken_windows(session, ids), facility.rivals(session, ids)
    return [
        _waiting(request, request.cleanroom, named, taken, rivals.get(request.id, 0), at)
        for request in requests
        if request.cleanroom is not None
    ]


def _waiting(
    request: SlotRequest,
    room: Cleanroom,
    named: Collection[int],
    taken: Collection[int],
    rivals: int,
    at: datetime,
) -> dict[str, Any]:
    flags = []
    if request.id in taken:
        flags.append(("no", _("The window is taken")))
    if rivals:
        flags.append(
            ("wait", ngettext("%(num)s other wants this time", "%(num)s others want this time", rivals))
        )
    work = words.work(request.title, request.run_kind)
    zone = room.facility.time_zone
    return {
        "url": url_for("bookings.in_inbox", request_id=request.id),
        "waits": max(0, (local_day(at, zone) - local_day(request.waiting_since or at, zone)).days),
        "title": f"{request.organisation.name}: {work}" if request.project_id in named else work,
        "grade": room.grade,
        "room": room.code,
        "words": f"{words.asked(request)} · {request.reference}",
        "flags": flags,
    }


def _line(booking: Booking, named: Collection[int]) -> dict[str, Any]:
    """Return a booking as a row: who works there only where the reader may know."""
    room = booking.block.cleanroom
    who = None
    if booking.organisation is not None and (booking.project_id is None or booking.project_id in named):
        who = booking.organisation.name
    mark, state = booking_badge(booking)
    return {
        "url": url_for("bookings.show_booking", booking_id=booking.id),
        "room": room,
        "facility": room.facility.name,
        "when": words.booked(booking),
        "work": words.work(booking.title, booking.run_kind),
        "who": who,
        "mark": mark,
        "state": state,
        "starts": booking.block.starts_at,
    }


def _lapse(booking: Booking, at: datetime) -> dict[str, Any]:
    zone = booking.block.cleanroom.facility.time_zone
    until = words.held_until(booking)
    today = local_day(at, zone)
    return {
        "day": words.clock_time(until, zone),
        "distance": words.distance(local_day(until, zone), today),
        "text": (
            _(
                "Condition for %(room)s, %(window)s",
                room=words.room(booking.block.cleanroom),
                window=words.booked(booking),
            )
            if booking.condition
            else _(
                "Offer of %(room)s, %(window)s",
                room=words.room(booking.block.cleanroom),
                window=words.booked(booking),
            )
        ),
    }


def _running_out(
    session: Session, actor: Actor, facility_ids: Collection[int], *, at: datetime
) -> dict[str, Any]:
    """Return what ends within weeks, the earliest first, what can't be booked because of it, and where it is renewed."""
    today = local_day(at, time_zone())
    until = today + WARNED_BEFORE
    found = [_ending(one, actor, today) for one in endings(session, facility_ids, until=until)]
    found += [
        _of_room(one, actor, today)
        for one in running_out(session, facility.bookable_rooms(session, facility_ids))
        if one.item != "licence" and one.last_day <= until
    ]
    found += [
        _of_operator(one, today)
        for one in trained_too_short(session, facility_ids, at=at)
        if one.trained_until is None or one.trained_until <= until
    ]
    return {
        "endings": sorted(found, key=lambda one: str(one["last_day"])),
        "ending_days": WARNED_BEFORE.days,
        "without_date": [
            {"text": words.room(room), "url": _kept_at("facilities.qualification", actor, room)}
            for room in facility.rooms_without_date(session, facility_ids)
        ],
    }


def _ending(ending: Ending, actor: Actor, today: date) -> dict[str, Any]:
    if ending.room_slug is not None:
        what = _("Qualification of %(room)s, %(facility)s", room=ending.name, facility=ending.facility)
        page = (
            "facilities.qualification" if _keeps(actor, ending.facility_id) else "facilities.show_cleanroom"
        )
        url = url_for(page, slug=ending.slug, room_slug=ending.room_slug)
        return _line_of_ending(
            ending.day, what, url, today, costs=_("The room can’t be booked after it."), is_room=True
        )
    licence = facility_words.licence_kind(ending.name)
    url = url_for("facilities.show", slug=ending.slug)
    if actor.holds(Role.FACILITY_MANAGER, ending.facility_id):
        url = url_for("facilities.edit_licence", slug=ending.slug, licence_id=ending.licence_id)
    return _line_of_ending(
        ending.day,
        f"{licence}, {ending.facility}",
        url,
        today,
        costs=_costs_of_licence(ending.needed_for or NeededFor.NOTHING),
    )


def _costs_of_licence(needed_for: str) -> str | None:
    if needed_for == NeededFor.NOTHING:
        return None
    return _("Can’t be booked after it: %(what)s.", what=facility_words.needed_for(needed_for))


def _of_room(one: RunsOut, actor: Actor, today: date) -> dict[str, Any]:
    url = _kept_at("facilities.upkeep", actor, one.room)
    names = {"room": one.room.code, "facility": one.room.facility.name}
    if one.item == "equipment":
        equipment = facility_words.label("equipment", one.thing)
        what = _("%(equipment)s in %(room)s, %(facility)s", equipment=equipment, **names)
        return _line_of_ending(
            one.last_day, what, url, today, costs=_("Work that needs it can’t be booked after it.")
        )
    what = _("People trained for %(room)s, %(facility)s", **names)
    return _line_of_ending(
        one.last_day,
        what,
        url,
        today,
        costs=_("The room can’t be booked while too few are trained."),
        is_room=True,
    )


def _of_operator(one: TooShort, today: date) -> dict[str, Any]:
    what = _(
        "Training of %(name)s, who is named to run %(window)s in %(room)s",
        name=one.name,
        window=words.booked(one.booking),
        room=words.room(one.booking.block.cleanroom),
    )
    url = url_for("bookings.show_booking", booking_id=one.booking.id)
    costs = _("Renew it, or name somebody else before the run.")
    return _line_of_ending(one.trained_until or LONG_AGO, what, url, today, costs=costs)


def _line_of_ending(
    last_day: date, what: str, url: str, today: date, *, costs: str | None, is_room: bool = False
) -> dict[str, Any]:
    never = last_day == LONG_AGO
    return {
        "last_day": last_day,
        "day": _("Now") if never else day(last_day),
        "distance": "" if never else words.distance(last_day, today),
        "text": what,
        "url": url,
        "is_over": last_day < today,
        "costs": costs,
        "is_room": is_room,
    }


def _kept_at(page: str, actor: Actor, room: Cleanroom) -> str:
    """Return where something of a cleanroom is kept, or, for those who may not, where the cleanroom is read."""
    leads_to = page if _keeps(actor, room.facility_id) else "facilities.show_cleanroom"
    return url_for(leads_to, slug=room.facility.slug, room_slug=room.slug)


def _keeps(actor: Actor, facility_id: int) -> bool:
    return any(actor.holds(role, facility_id) for role in (Role.FACILITY_MANAGER, Role.QA))
