"""The facility's bookings: the list, one booking with what can be done with it, and bookings without a request."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import flask
from flask import flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import ColumnElement, case
from sqlalchemy.orm import Session

from portal.bookings import crews, desk, history, queries, services, signing, words
from portal.bookings.belonging import belongings
from portal.bookings.forms.facility import (
    AnswerForm,
    BookingForm,
    DecisionForm,
    OperatorsForm,
    SignedForm,
    WordsForm,
    place_in,
)
from portal.bookings.models import Block, Booking, BookingState, MoveProposal, MoveState, Side
from portal.bookings.roomtime import local_day
from portal.bookings.rules.decisions import BOOKING_STEPS, may_decide
from portal.bookings.rules.operators import may_name_operators
from portal.bookings.sentences import sentences_of
from portal.bookings.subsidies import Share, share_agreed
from portal.bookings.views.bars import booking_title
from portal.bookings.views.blueprint import bp
from portal.bookings.views.filtering import Asked, read_filters
from portal.bookings.views.signed import signatures_shown
from portal.core import clock
from portal.core.actors import Actor, Role
from portal.core.errors import NotFound
from portal.facilities.models import Cleanroom
from portal.facilities.queries import trained_for
from portal.facilities.words import label
from portal.store import db
from portal.web.actors import back, current_actor, for_roles
from portal.web.exports import Kind, export
from portal.web.filters import day, moment, money, window
from portal.web.making import in_pages
from portal.web.paging import page_number, pages_of
from portal.web.sheets import Value

ON_DUTY = (Role.FACILITY_MANAGER, Role.QA, Role.QP)
PAGE = 50
STANDING = tuple(
    state for state in BookingState if state not in (BookingState.CANCELLED, BookingState.EXPIRED)
)
"""What a list shows unless it is asked for something else: all but what took nothing."""
SORTS = ("start", "room", "what", "state")
SORTED_HERE = "what"
"""By what the list can be sorted; what it is depends on what the reader may know, so that it is sorted here."""


@bp.get("/bookings")
@for_roles(*ON_DUTY)
def facility_bookings() -> ResponseReturnValue:
    """Show the bookings at the reader's facilities that fit the address."""
    asked, rooms = _asked()
    count = desk.count_bookings_at(db.session(), current_actor(), _wanted(asked))
    page = page_number(count, PAGE)
    return flask.render_template(
        "bookings/facility/bookings.html",
        asked=asked,
        lines=_lines(asked, rooms, offset=(page - 1) * PAGE, limit=PAGE),
        count=count,
        page=page,
        pages=pages_of(count, PAGE),
        states=[
            ("all", _("All, cancelled ones too")),
            *((one.value, words.booking_state(one)) for one in BookingState),
        ],
        manages=bool(current_actor().facilities_as(Role.FACILITY_MANAGER)),
    )


@bp.get("/bookings.<any(csv, xlsx):kind>")
@for_roles(*ON_DUTY)
def download_bookings(kind: Kind) -> ResponseReturnValue:
    """Hand out the list that the same address without its ending shows, all pages of it."""
    asked, rooms = _asked()
    count = desk.count_bookings_at(db.session(), current_actor(), _wanted(asked))
    columns = [
        _("Facility"),
        _("Cleanroom"),
        _("First day"),
        _("Last day"),
        _("When"),
        _("What"),
        _("Kind of work"),
        _("State"),
        _("Reference"),
    ]
    lines = (line.exported() for line in _all_lines(asked, rooms, count=count))
    return export(kind, "bookings", columns, lines, count=count)


@bp.get("/bookings/new")
@for_roles(Role.FACILITY_MANAGER)
def new_booking() -> ResponseReturnValue:
    """Show the form for a booking without a request."""
    form = BookingForm(data=place_in(flask.request.args, clock.now().date()))
    return _new_page(form)


@bp.post("/bookings/new")
@for_roles(Role.FACILITY_MANAGER)
def record_booking() -> ResponseReturnValue:
    """Enter a booking without a request, or show what stands in the way."""
    actor, form, at = current_actor(), BookingForm(flask.request.form), clock.now()
    rooms = {room.id: room for room in queries.managed_rooms(db.session(), actor)}
    form.cleanroom.offer((room.id, room.name) for room in rooms.values())
    room = rooms.get(form.cleanroom.data or 0)
    is_read = form.validate()
    slot = form.slot_in(room) if room is not None and is_read else None
    if slot is not None and form.attempt(
        lambda session: services.record_booking(
            session,
            actor,
            cleanroom_id=form.cleanroom.data or 0,
            slot=slot,
            title=form.title.data or "",
            process_class=form.process_class.data,
            run_kind=form.run_kind.data,
            acknowledged=form.acknowledged.data,
            at=at,
        )
    ):
        flash(_("The booking is entered."), "done")
        return back("bookings.show_booking", booking_id=form.result.id)
    return _new_page(form), 422


@bp.get("/bookings/<int:booking_id>")
@for_roles(*ON_DUTY)
def show_booking(booking_id: int) -> ResponseReturnValue:
    """Show one booking with its history and what can be done with it now."""
    return _page(booking_id, {})


@bp.post("/bookings/<int:booking_id>/confirm")
@for_roles(*ON_DUTY)
def confirm_condition(booking_id: int) -> ResponseReturnValue:
    """Confirm a conditional approval: what it depended on is met."""
    actor, at = current_actor(), clock.now()
    booking = queries.booking_to_run(db.session(), actor, booking_id)
    form = SignedForm(flask.request.form, prefix="confirm-")
    if (
        form.validate()
        and signing.is_signed(booking.block.cleanroom)
        and booking.request_id is not None
        and not form.sign(actor, subject_kind=signing.SUBJECT, subject_id=booking.request_id, at=at)
    ):
        return _page(booking_id, {"confirm": form}), 422
    return _done(
        booking_id,
        "confirm",
        form,
        lambda session: services.confirm_condition(
            session,
            actor,
            booking_id,
            note=form.note.data or "",
            proof=form.proof,
            shown_version=form.shown_version,
            at=at,
        ),
        _("The booking is confirmed."),
    )


@bp.post("/bookings/<int:booking_id>/start")
@for_roles(*ON_DUTY)
def start_booking(booking_id: int) -> ResponseReturnValue:
    """Mark a booking as in use."""
    actor, at = current_actor(), clock.now()
    form = DecisionForm(flask.request.form, prefix="start-")
    return _done(
        booking_id,
        "start",
        form,
        lambda session: services.start_booking(
            session, actor, booking_id, shown_version=form.shown_version, at=at
        ),
        _("Marked as in use."),
    )


@bp.post("/bookings/<int:booking_id>/complete")
@for_roles(*ON_DUTY)
def complete_booking(booking_id: int) -> ResponseReturnValue:
    """Mark work as completed; what is left of the time is free."""
    return _note_step(booking_id, "complete", services.complete_booking, _("Marked as completed."))


@bp.post("/bookings/<int:booking_id>/no-show")
@for_roles(*ON_DUTY)
def mark_no_show(booking_id: int) -> ResponseReturnValue:
    """Note that nobody came; the rest of the time is free."""
    return _note_step(
        booking_id, "no_show", services.mark_no_show, _("Noted. The rest of the time is free again.")
    )


@bp.post("/bookings/<int:booking_id>/cancel")
@for_roles(*ON_DUTY)
def cancel_booking(booking_id: int) -> ResponseReturnValue:
    """Cancel a booking with a reason that the other side reads."""
    queries.booking_to_run(db.session(), current_actor(), booking_id)
    actor, at = current_actor(), clock.now()
    form = WordsForm(flask.request.form, prefix="cancel-")
    return _done(
        booking_id,
        "cancel",
        form,
        lambda session: services.cancel_booking(
            session, actor, booking_id, note=form.note.data or "", shown_version=form.shown_version, at=at
        ),
        _("Cancelled. The time is free again."),
    )


@bp.post("/bookings/<int:booking_id>/moves/<int:proposal_id>/<any(accept, decline, withdraw):answer>")
@for_roles(*ON_DUTY)
def answer_move_here(booking_id: int, proposal_id: int, answer: str) -> ResponseReturnValue:
    """Answer the requester's proposal to move a booking, or take the facility's own back."""
    actor, at = current_actor(), clock.now()
    queries.booking_to_run(db.session(), actor, booking_id)
    form = AnswerForm(flask.request.form, prefix="answer-")

    def work(session: Session) -> Any:
        if answer == "withdraw":
            return services.withdraw_move(session, actor, proposal_id, at=at)
        return services.answer_move(
            session,
            actor,
            proposal_id,
            accept=answer == "accept",
            note=form.note.data or "",
            acknowledged=form.acknowledged.data,
            at=at,
        )

    told = {
        "accept": _("Accepted. The booking is moved."),
        "decline": _("Declined. The booking stays where it is."),
        "withdraw": _("The proposal is taken back."),
    }
    return _done(booking_id, "answer", form, work, told[answer])


@bp.post("/bookings/<int:booking_id>/operators")
@for_roles(*ON_DUTY)
def name_operators(booking_id: int) -> ResponseReturnValue:
    """Say who runs what is booked, or show what stands in the way."""
    session, actor, at = db.session(), current_actor(), clock.now()
    booking = desk.booking_at_facility(session, actor, booking_id)
    if not may_name_operators(actor, booking.block.cleanroom.facility_id):
        raise NotFound
    form = OperatorsForm(None)
    form.people.offer(_choices(session, booking))
    form.process(flask.request.form)
    if form.validate() and form.attempt(
        lambda unit: services.name_operators(
            unit, actor, booking_id, form.people.data or [], shown_ids=form.shown_ids, at=at
        )
    ):
        flash(_("Saved. Only people with a duty at the facility read who is named."), "done")
        return back("bookings.show_booking", booking_id=booking_id)
    return _page(booking_id, {"operators": form}), 409 if form.stale else 422


@dataclass(frozen=True, slots=True)
class Line:
    """One booking in the list."""

    booking: Booking
    title: str
    badge: words.Badge

    @property
    def room(self) -> Cleanroom:
        """Return where it takes place."""
        return self.booking.block.cleanroom

    @property
    def when(self) -> str:
        """Return when it takes place."""
        block = self.booking.block
        return window(block.starts_at, block.ends_at, self.room.facility.time_zone)

    @property
    def work(self) -> str:
        """Return what the work is called."""
        return words.run_kind(self.booking.run_kind)

    @property
    def reference(self) -> str:
        """Return the request behind it."""
        return self.booking.request.reference if self.booking.request is not None else ""

    def exported(self) -> list[Value]:
        """Return the line as a file keeps it."""
        block, zone = self.booking.block, self.room.facility.time_zone
        return [
            self.room.facility.name,
            self.room.code,
            local_day(block.starts_at, zone),
            local_day(block.ends_at - timedelta(microseconds=1), zone),
            self.when,
            self.title,
            self.work,
            self.badge[1],
            self.reference,
        ]


def _asked() -> tuple[Asked, list[Cleanroom]]:
    """Return what the address asks of the list, and the rooms where the reader has a duty."""
    rooms = desk.rooms_at(db.session(), current_actor())
    today = clock.now().date()
    return read_filters(
        flask.request.args, rooms, states={"all", *BookingState}, sorts=SORTS, today=today
    ), rooms


def _wanted(asked: Asked) -> desk.Wanted:
    states: Collection[BookingState] = STANDING
    if asked.state is not None:
        states = tuple(BookingState) if asked.state == "all" else (BookingState(asked.state),)
    return desk.Wanted(
        since=asked.since,
        until=asked.until,
        facility_id=asked.facility_id,
        cleanroom_id=asked.cleanroom_id,
        states=states,
    )


def _lines(asked: Asked, rooms: Sequence[Cleanroom], *, offset: int, limit: int) -> list[Line]:
    """Return some lines of the list."""
    session, actor, at = db.session(), current_actor(), clock.now()
    name, falls = asked.sort.removeprefix("-"), asked.sort.startswith("-")
    cut_here = name == SORTED_HERE
    found = desk.bookings_at(
        session,
        actor,
        _wanted(asked),
        order=[column.desc() if falls else column.asc() for column in _order(name, rooms)],
        offset=0 if cut_here else offset,
        limit=None if cut_here else limit,
    )
    known = desk.identified(session, actor, [booking.project for booking in found], at=at)
    lines = [Line(booking, booking_title(booking, known), words.booking_badge(booking)) for booking in found]
    if not cut_here:
        return lines
    lines.sort(key=lambda line: line.title.casefold(), reverse=falls)
    return lines[offset : offset + limit]


def _all_lines(asked: Asked, rooms: Sequence[Cleanroom], *, count: int) -> Iterator[Line]:
    """Yield every line of the list; what is sorted here, not in the database, is read at once."""
    if asked.sort.removeprefix("-") == SORTED_HERE:
        yield from _lines(asked, rooms, offset=0, limit=count)
    else:
        yield from in_pages(lambda offset, limit: _lines(asked, rooms, offset=offset, limit=limit))


def _order(name: str, rooms: Sequence[Cleanroom]) -> list[ColumnElement[Any]]:
    """Return the columns by which the list is sorted; rooms and states have an order of ours, not of their letters."""
    by_start: list[ColumnElement[Any]] = [Block.starts_at.expression, Booking.id.expression]
    if name == "room":
        places = {room.id: place for place, room in enumerate(rooms)}
        return [case(places, value=Block.cleanroom_id, else_=len(places)), *by_start]
    if name == "state":
        return [
            case({state: place for place, state in enumerate(BookingState)}, value=Booking.state),
            *by_start,
        ]
    return by_start


def _note_step(booking_id: int, step: str, service: Callable[..., Booking], told: str) -> ResponseReturnValue:
    actor, at = current_actor(), clock.now()
    form = DecisionForm(flask.request.form, prefix=f"{step}-")
    return _done(
        booking_id,
        step,
        form,
        lambda session: service(
            session, actor, booking_id, note=form.note.data or "", shown_version=form.shown_version, at=at
        ),
        told,
    )


def _done(
    booking_id: int,
    step: str,
    form: Any,
    work: Callable[[Session], Any],
    told: str | Callable[[Any], str],
) -> ResponseReturnValue:
    queries.booking_to_run(db.session(), current_actor(), booking_id)
    if form.validate() and form.attempt(work):
        flash(told if isinstance(told, str) else told(form.result), "done")
        return back("bookings.show_booking", booking_id=booking_id)
    return _page(booking_id, {step: form}), 422


def _new_page(form: BookingForm) -> str:
    rooms = queries.managed_rooms(db.session(), current_actor())
    form.cleanroom.offer((room.id, f"{room.code} · {room.name}, {room.facility.name}") for room in rooms)
    return flask.render_template("bookings/facility/new_booking.html", form=form)


def _page(booking_id: int, refused: Mapping[str, Any]) -> str:
    session, actor, at = db.session(), current_actor(), clock.now()
    if refused:
        session.rollback()  # What was refused must not be seen as if it were stored.
    booking = desk.booking_at_facility(session, actor, booking_id)
    room = booking.block.cleanroom
    zone = room.facility.time_zone
    known = desk.identified(session, actor, [booking.project], at=at)
    named = [room.facility.operator_id, *([booking.organisation_id] if booking.project_id in known else [])]
    lines = [
        line
        for subject in ("booking", "crew")
        for line in history.happenings(
            session,
            subject,
            booking.id,
            groups=("bookings",),
            organisation_ids=[one for one in named if one is not None],
            zone=zone,
        )
    ]
    lines.sort(key=lambda line: line.iso, reverse=True)
    manages = may_decide(actor, room.facility_id)
    open_moves = [one for one in desk.proposals_of(session, booking.id) if one.state is MoveState.OPEN]
    return flask.render_template(
        "bookings/facility/booking.html",
        booking=booking,
        room=room,
        title=booking_title(booking, known),
        badge=words.booking_badge(booking),
        lead=_(
            "%(room)s, %(facility)s · %(window)s",
            room=room.name,
            facility=room.facility.name,
            window=_when(booking),
        ),
        facts=[
            *_facts(booking, known, zone, share_agreed(session, booking)),
            *belongings(session, actor, booking.request, booking),
        ],
        condition=words.condition(booking),
        crew=_crew(session, actor, booking),
        operators_form=_operators_form(session, booking, lines, refused.get("operators")),
        calendar_from=local_day(booking.block.starts_at, zone).isoformat(),
        history=lines,
        manages=manages,
        forms=_forms(booking, lines, refused, at=at) if manages else {},
        may_move=manages and may_take("move", booking, local_day(at, zone), at),
        proposal=_proposal(open_moves[0], zone) if open_moves else None,
        since=since_shown(lines, refused.values()),
        is_signed=signing.is_signed(room),
        signatures=signatures_shown(session, booking.request, booking) if booking.request else [],
        form=next(iter(refused.values()), None),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """Who is named for a run and what speaks against them, who is trained for its room to its end, and whether they are too few."""

    named: list[str]
    against: list[str]
    names: list[str]
    ending: list[str]
    lacking: str | None


def _crew(session: Session, actor: Actor, booking: Booking) -> Crew | None:
    """Return who runs what is booked and who may; None where nobody is named, and it is over or nobody entered or asked for."""
    room, needed = booking.block.cleanroom, booking.block.cleanroom.trained_needed
    is_ahead = booking.state in crews.AHEAD
    people = trained_for(session, room.id) if is_ahead else []
    found = crews.crews_of(session, actor, [booking]).get(booking.id)
    if found is None and (not is_ahead or (not people and needed is None)):
        return None
    last = crews.last_day_of(booking)
    names = [person.name for training, person in people if training.valid_until >= last]
    return Crew(
        named=found.names if found else [],
        against=sentences_of(found.against) if found else [],
        names=names,
        ending=[
            _("%(name)s, only until %(day)s", name=person.name, day=day(training.valid_until))
            for training, person in people
            if training.valid_until < last
        ],
        lacking=_too_few(room, needed, len(names), last) if is_ahead else None,
    )


def _too_few(room: Cleanroom, needed: int | None, found: int, last: date) -> str | None:
    if needed is None or found >= needed:
        return None
    return ngettext(
        "%(room)s asks for %(num)s person who is trained until %(day)s, and there are %(found)s. Renew a training or move "
        "the run: without them its record can’t be written.",
        "%(room)s asks for %(num)s people who are trained until %(day)s, and there are %(found)s. Renew a training or move "
        "the run: without them its record can’t be written.",
        needed,
        room=room.name,
        day=day(last),
        found=found,
    )


def _choices(session: Session, booking: Booking) -> list[tuple[str, str]]:
    """Return who can be named for a booking: those trained for its room to its end, and whoever is named already."""
    last, chosen = crews.last_day_of(booking), crews.operators_named(session, booking.id)
    found = dict(chosen)
    found |= {
        person.id: person.name
        for training, person in trained_for(session, booking.block.cleanroom_id)
        if training.valid_until >= last
    }
    return [(str(one), name) for one, name in sorted(found.items(), key=lambda pair: (pair[1], pair[0]))]


def _operators_form(
    session: Session, booking: Booking, lines: Sequence[history.Happening], refused: Any
) -> OperatorsForm | None:
    """Return the form that names who runs it; None for those who may not, and where it is over or nobody can be named."""
    facility_id = booking.block.cleanroom.facility_id
    if booking.state not in crews.AHEAD or not may_name_operators(current_actor(), facility_id):
        return None
    named = dict(crews.operators_named(session, booking.id))
    choices = _choices(session, booking)
    if not choices:
        return None
    form = refused or OperatorsForm(None, data={"people": sorted(named)})
    form.people.offer(choices)
    form.shown.data, form.seen.data = " ".join(map(str, sorted(named))), lines[0].iso if lines else ""
    return form


def _when(booking: Booking) -> str:
    zone = booking.block.cleanroom.facility.time_zone
    return window(booking.block.starts_at, booking.block.ends_at, zone)


def _facts(booking: Booking, known: Collection[int], zone: str, share: Share | None) -> list[tuple[str, Any]]:
    room = booking.block.cleanroom
    facts: list[tuple[str, Any]] = [
        (_("When"), _when(booking)),
        (_("Cleanroom"), f"{room.code} · {room.name}"),
        (_("Grade"), label("grade", room.grade)),
        (_("Work"), words.run_kind(booking.run_kind)),
    ]
    if booking.title:
        facts.append((_("Title"), booking.title))
    if booking.project is not None and booking.project_id in known:
        facts.append((_("Project"), booking.project.name))
    if booking.organisation is not None and (booking.project_id is None or booking.project_id in known):
        facts.append((_("Organisation"), booking.organisation.name))
    if booking.process_class and (booking.project_id is None or booking.project_id in known):
        facts.append((_("Runs in the room"), label("process_class", booking.process_class)))
    if booking.held_until is not None:
        facts.append((_("Held until"), moment(booking.held_until, zone)))
    if booking.condition:
        facts.append((_("Condition"), words.condition(booking)))
    if booking.estimate:
        facts.append(
            (
                _("Estimate without VAT"),
                money(int(booking.estimate["amount"]), str(booking.estimate["currency"])),
            )
        )
    if share is not None:
        left = int(booking.estimate["amount"]) - share.amount if booking.estimate else 0
        facts += words.subsidised(share, left, is_agreed=True)
    facts += words.charged(booking)
    if booking.ended_reason:
        facts.append((_("Reason"), booking.ended_reason))
    return facts


def _proposal(proposal: MoveProposal, zone: str) -> dict[str, Any]:
    return {
        "proposal": proposal,
        "is_ours": proposal.side is Side.FACILITY,
        "words": _(
            "%(room)s, %(window)s",
            room=proposal.cleanroom.name,
            window=window(proposal.starts_at, proposal.ends_at, zone),
        ),
        "when": moment(proposal.proposed_at, zone),
    }


STEPS: Mapping[str, type[Any]] = {
    "confirm": SignedForm,
    "start": DecisionForm,
    "complete": DecisionForm,
    "no_show": DecisionForm,
    "cancel": WordsForm,
    "answer": AnswerForm,
}


def _forms(
    booking: Booking,
    lines: list[history.Happening],
    refused: Mapping[str, Any],
    *,
    at: datetime,
) -> dict[str, Any]:
    """Return the forms of the steps that a booking may take now; the refused one keeps what was typed."""
    forms: dict[str, Any] = {}
    zone = booking.block.cleanroom.facility.time_zone
    today = local_day(at, zone)
    for step in STEPS:
        if step != "answer" and step not in refused and not may_take(step, booking, today, at):
            continue
        form = refused.get(step)
        if form is None:
            form = STEPS[step](prefix=f"{step}-")
        form.version.data, form.seen.data = str(booking.version), lines[0].iso if lines else ""
        forms[step] = form
    return forms


def may_take(step: str, booking: Booking, today: date, at: datetime) -> bool:
    """Say whether a step is worth a button: its state allows it, and so does the day."""
    if booking.state.value not in BOOKING_STEPS[step]:
        return False
    block, zone = booking.block, booking.block.cleanroom.facility.time_zone
    if step == "confirm":
        return booking.condition is not None
    if step == "start":
        return local_day(block.starts_at, zone) <= today and at < block.ends_at
    if step == "no_show":
        return block.starts_at <= at
    if step in ("cancel", "move"):
        return at < block.ends_at
    return True


def since_shown(lines: list[history.Happening], refused: Iterable[Any]) -> list[history.Happening]:
    """Return what has happened since the page of a refused form was made, if it was out of date."""
    form = next(iter(refused), None)
    if form is None or not form.stale:
        return []
    seen = (form.seen.raw_data or [""])[0] or ""
    return [line for line in lines if line.iso > str(seen)] or lines[:1]
