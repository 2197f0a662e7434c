"""What waits for a founder: gathered from projects, requests and bookings, and put into words."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from portal.bookings import words as booking_words
from portal.bookings.models import Booking, BookingState, MoveProposal, RequestState, Side, SlotRequest
from portal.bookings.queries import places_on_waiting_lists
from portal.core.actors import Actor
from portal.home import words
from portal.home.queries import own
from portal.home.rules.next import Action, Waits
from portal.projects import wording
from portal.projects.models import Project
from portal.projects.rules.facts import DECIDES_ROOMS
from portal.roadmap import queries as roadmaps
from portal.roadmap.models import RoadmapPlan
from portal.roadmap.rules.next import Because
from portal.roadmap.words import in_words
from portal.web.filters import window

NEEDS_ROOMS = "manufacturing"
LONGEST_QUOTE = 180
FEW_DAYS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything of a founder's organisation that is under way, read once for the whole page."""

    projects: list[Project]
    requests: list[SlotRequest]
    bookings: list[Booking]
    moves: list[MoveProposal]
    questions: Mapping[int, str]
    taken: Collection[int]
    places: Mapping[int, int]
    requested: Collection[int]
    plans: Mapping[int, RoadmapPlan]

    def booking_for(self, request: SlotRequest) -> Booking | None:
        """Return the live booking or hold of a request."""
        return next((one for one in self.bookings if one.request_id == request.id), None)


def desk_of(session: Session, actor: Actor) -> Desk:
    """Return what is under way, in as many questions however much it is."""
    projects = own.projects(session, actor)
    requests, bookings = own.requests_under_way(session, actor), own.live_bookings(session, actor)
    ids = [request.id for request in requests]
    return Desk(
        projects=projects,
        requests=requests,
        bookings=bookings,
        moves=own.moves_to_answer(session, [booking.id for booking in bookings], by=Side.FACILITY),
        questions=own.questions(session, ids),
        taken=own.taken_windows(session, ids),
        places=places_on_waiting_lists(session, requests),
        requested=own.projects_with_requests(session, actor),
        plans=roadmaps.ahead(session, [project.id for project in projects]),
    )


def everything_waiting(desk: Desk, *, at: datetime) -> Iterator[Action]:
    """Yield everything that waits for the founder, in no order."""
    yield from _lapsing(desk, at)
    yield from _moves(desk, at)
    yield from _requests(desk)
    yield from _projects(desk)


def shown(action: Action, *, at: datetime) -> dict[str, Any]:
    """Return an action as the page shows it: title, reason, date, and one way in."""
    return WRITERS[action.waits](action, at)


def unknown_facts(project: Project) -> list[str]:
    """Return the facts that decide about cleanrooms and are unknown, as they are called."""
    return [wording.label(name) for name in DECIDES_ROOMS if getattr(project, name) is None]


def _lapsing(desk: Desk, at: datetime) -> Iterator[Action]:
    for booking in desk.bookings:
        if booking.state is not BookingState.HELD or booking.held_until is None or booking.held_until <= at:
            continue
        waits = Waits.CONDITION if booking.condition else Waits.OFFER
        yield Action(waits=waits, due=booking.held_until, values={"booking": booking})


def _moves(desk: Desk, at: datetime) -> Iterator[Action]:
    by_id = {booking.id: booking for booking in desk.bookings}
    for move in desk.moves:
        booking = by_id[move.booking_id]
        starts = min(move.starts_at, booking.block.starts_at)
        yield Action(
            waits=Waits.MOVE,
            due=starts if starts > at else None,
            since=move.proposed_at,
            values={"move": move, "booking": booking},
        )


def _requests(desk: Desk) -> Iterator[Action]:
    for request in desk.requests:
        values = {"request": request, "question": desk.questions.get(request.id, "")}
        if request.state is RequestState.NEEDS_INFO:
            yield Action(waits=Waits.QUESTION, since=request.waiting_since, values=values)
        elif request.id in desk.taken and request.state is RequestState.SUBMITTED:
            yield Action(waits=Waits.TAKEN_WINDOW, since=request.submitted_at, values=values)
        elif request.state is RequestState.DRAFT:
            yield Action(waits=Waits.DRAFT, values=values)


def _projects(desk: Desk) -> Iterator[Action]:
    if not desk.projects:
        yield Action(waits=Waits.FIRST_PROJECT)
    asked = set(desk.requested) | {request.project_id for request in desk.requests}
    for project in desk.projects:
        if project.on_hold:
            continue
        for step in _first_steps(desk, project):
            yield Action(waits=Waits.ROADMAP_STEP, values={"project": project, "step": step})
        if unknown_facts(project):
            yield Action(waits=Waits.UNKNOWN_FACTS, values={"project": project})
        if project.id not in asked and NEEDS_ROOMS in project.needs:
            yield Action(waits=Waits.FIRST_REQUEST, values={"project": project})


def _first_steps(desk: Desk, project: Project) -> list[dict[str, Any]]:
    """Return the roadmap's next action, where it decides a date or is late; what can wait is on the roadmap's page."""
    plan = desk.plans.get(project.id)
    urgent = [] if plan is None else [step for step in plan.outlook["next"] if _is_urgent(step)]
    return urgent[:1]


def _is_urgent(step: Mapping[str, Any]) -> bool:
    return step["name"] is not None and step["because"] in (Because.DECIDES_DATE, Because.LATE)


def _offer(action: Action, at: datetime) -> dict[str, Any]:
    booking: Booking = action.values["booking"]
    room = booking.block.cleanroom
    return {
        "title": _(
            "Accept or decline the offer of %(room)s, %(window)s",
            room=room.code,
            window=words.booked(booking),
        ),
        "text": _(
            "%(work)s. The room is held for you until %(when)s; then it goes to somebody else.",
            work=_work_of(booking),
            when=_until(booking),
        ),
        "url": _request_or_booking(booking),
        "label": _("Answer the offer"),
        "flags": [_time_left(booking, at)],
        "notes": [room.facility.name],
    }


def _condition(action: Action, at: datetime) -> dict[str, Any]:
    booking: Booking = action.values["booking"]
    room = booking.block.cleanroom
    return {
        "title": _(
            "Meet the condition for %(room)s, %(window)s", room=room.code, window=words.booked(booking)
        ),
        "text": _(
            "%(work)s: “%(condition)s”. Show it to the facility by %(when)s, or the room is free again.",
            work=_work_of(booking),
            condition=_short(booking_words.condition(booking) or ""),
            when=_until(booking),
        ),
        "url": _request_or_booking(booking),
        "label": _("See what is asked"),
        "flags": [_time_left(booking, at)],
        "notes": [room.facility.name],
    }


def _move(action: Action, at: datetime) -> dict[str, Any]:
    booking: Booking = action.values["booking"]
    move: MoveProposal = action.values["move"]
    there = move.cleanroom
    return {
        "title": _(
            "Answer the proposal to move %(room)s, %(window)s",
            room=booking.block.cleanroom.code,
            window=words.booked(booking),
        ),
        "text": _(
            "%(work)s. The facility proposes %(room)s, %(window)s: “%(why)s”",
            work=_work_of(booking),
            room=there.code,
            window=window(move.starts_at, move.ends_at, there.facility.time_zone),
            why=_short(move.why),
        ),
        "url": url_for("bookings.show_own_booking", booking_id=booking.id),
        "label": _("Answer the proposal"),
        "flags": [("wait", words.since(move.proposed_at, at, there.facility.time_zone))],
        "notes": [there.facility.name],
    }


def _question(action: Action, at: datetime) -> dict[str, Any]:
    request: SlotRequest = action.values["request"]
    shown_action = _about_request(
        request,
        title=_("Answer the question about %(work)s", work=words.work(request.title, request.run_kind)),
        text=_(
            "“%(question)s” The facility decides once it has your answer.",
            question=_short(action.values["question"]),
        ),
        label=_("Answer"),
    )
    if request.waiting_since is not None and request.cleanroom is not None:
        zone = request.cleanroom.facility.time_zone
        shown_action["flags"] = [("wait", words.since(request.waiting_since, at, zone))]
    return shown_action


def _taken_window(action: Action, _at: datetime) -> dict[str, Any]:
    request: SlotRequest = action.values["request"]
    return {
        **_about_request(
            request,
            title=_("Choose another window for %(work)s", work=words.work(request.title, request.run_kind)),
            text=_(
                "%(room)s is no longer free %(window)s. Your request stays: choose another window, or wait for the facility’s answer.",
                room=request.cleanroom.code if request.cleanroom is not None else _("The room"),
                window=words.asked(request) or "",
            ),
            label=_("Choose again"),
        ),
        "url": url_for("bookings.choose_window", request_id=request.id),
        "flags": [("late", _("The window is taken"))],
    }


def _draft(action: Action, _at: datetime) -> dict[str, Any]:
    request: SlotRequest = action.values["request"]
    return {
        **_about_request(
            request,
            title=_("Continue the draft “%(work)s”", work=words.work(request.title, request.run_kind)),
            text=_(
                "%(project)s: the request has not been sent, so no room is asked for yet.",
                project=request.project.name,
            ),
            label=_("Continue"),
        ),
        "url": url_for("bookings.edit_work", request_id=request.id),
    }


def _unknown(action: Action, _at: datetime) -> dict[str, Any]:
    project: Project = action.values["project"]
    names = unknown_facts(project)
    return {
        "title": _("Say what is unknown about %(project)s", project=project.name),
        "text": ngettext(
            "%(num)s fact that decides about cleanrooms is unknown, so a request takes the worst for granted and fewer rooms fit: %(facts)s.",
            "%(num)s facts that decide about cleanrooms are unknown, so a request takes the worst for granted and fewer rooms fit: %(facts)s.",
            len(names),
            facts=", ".join(names),
        ),
        "url": url_for("projects.edit", project_id=project.id),
        "label": _("Add facts"),
    }


def _first_request(action: Action, _at: datetime) -> dict[str, Any]:
    project: Project = action.values["project"]
    return {
        "title": _("Find a cleanroom for %(project)s", project=project.name),
        "text": _("The project needs manufacturing, and no slot has been asked for yet."),
        "url": url_for("bookings.new_request", project=project.id),
        "label": _("Request a slot"),
    }


def _roadmap_step(action: Action, _at: datetime) -> dict[str, Any]:
    project: Project = action.values["project"]
    step = action.values["step"]
    name = in_words(step["name"])
    effect = step["effect_days"]
    return {
        "title": _("%(project)s: %(step)s", project=project.name, step=name),
        "text": ngettext(
            "It decides the roadmap’s next date: a month of waiting costs %(num)s day.",
            "It decides the roadmap’s next date: a month of waiting costs %(num)s days.",
            effect,
        )
        if effect
        else _("Projects of this phase have done it, and the roadmap says that it is not done here."),
        "url": url_for("roadmap.step_of_project", project_id=project.id, step_id=step["step"]),
        "label": _("Open the step"),
        "flags": [("late", _("Late for the phase"))] if step["because"] == Because.LATE else [],
    }


def _first_project(_action: Action, _at: datetime) -> dict[str, Any]:
    return {
        "title": _("Register your first project"),
        "text": _(
            "Six answers are enough to begin with. Nobody outside your organisation sees more than its teaser until you say so."
        ),
        "url": url_for("projects.register"),
        "label": _("Register a project"),
    }


def _about_request(request: SlotRequest, *, title: str, text: str, label: str) -> dict[str, Any]:
    facility = request.cleanroom.facility.name if request.cleanroom is not None else None
    return {
        "title": title,
        "text": text,
        "url": url_for("bookings.show_request", request_id=request.id),
        "label": label,
        "notes": [request.reference, *([facility] if facility else [])],
    }


def _work_of(booking: Booking) -> str:
    work = words.work(booking.title, booking.run_kind)
    return f"{booking.project.name}: {work}" if booking.project is not None else work


def _until(booking: Booking) -> str:
    return words.clock_time(words.held_until(booking), booking.block.cleanroom.facility.time_zone)


def _time_left(booking: Booking, at: datetime) -> tuple[str, str]:
    zone, until = booking.block.cleanroom.facility.time_zone, words.held_until(booking)
    return "late" if (until - at).days < FEW_DAYS else "held", words.days_left(until, at, zone)


def _request_or_booking(booking: Booking) -> str:
    if booking.request_id is None:
        return url_for("bookings.show_own_booking", booking_id=booking.id)
    return url_for("bookings.show_request", request_id=booking.request_id)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_QUOTE else f"{text[: LONGEST_QUOTE - 1].rstrip()}…"


WRITERS: Mapping[Waits, Callable[[Action, datetime], dict[str, Any]]] = {
    Waits.OFFER: _offer,
    Waits.CONDITION: _condition,
    Waits.MOVE: _move,
    Waits.QUESTION: _question,
    Waits.TAKEN_WINDOW: _taken_window,
    Waits.DRAFT: _draft,
    Waits.ROADMAP_STEP: _roadmap_step,
    Waits.UNKNOWN_FACTS: _unknown,
    Waits.FIRST_REQUEST: _first_request,
    Waits.FIRST_PROJECT: _first_project,
}
