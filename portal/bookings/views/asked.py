"""Everything that a decision on one slot request needs, as the right side of the inbox shows it."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from portal.bookings import desk, gating, history, outlooks, queries, words
from portal.bookings.belonging import belongings
from portal.bookings.models import Booking, RequestState, SlotRequest
from portal.bookings.outlooks import Outlook
from portal.bookings.roomtime import local_day
from portal.bookings.rules.decisions import may_decide
from portal.bookings.search import Diary
from portal.bookings.subsidies import share_foreseen
from portal.bookings.takings import identified_projects, takings
from portal.bookings.views import bars, judgement
from portal.bookings.views.ruler import Row, Ruler
from portal.bookings.views.signed import signatures_shown
from portal.core.actors import Actor
from portal.core.errors import NotFound
from portal.core.slots import Slot
from portal.facilities.models import Cleanroom
from portal.facilities.words import label
from portal.gates import words as gate_words
from portal.gates.queries import dossier_of
from portal.projects import wording
from portal.projects.models import FieldGroup
from portal.projects.queries import visible_groups
from portal.web.filters import day, moment, money, window
from portal.web.sentences import sentence

MINI_DAYS = 56


def requester(request: SlotRequest, known: Collection[int]) -> str:
    """Return who asks, as far as the reader may know."""
    return request.organisation.name if request.project_id in known else request.reference


def state_words(state: RequestState) -> str:
    """Return the state of a request as the facility speaks of it."""
    if state is RequestState.NEEDS_INFO:
        return _("Waits for the requester’s answer")
    return words.request_state(state)


def shown(
    session: Session,
    actor: Actor,
    request: SlotRequest,
    found: Mapping[int, Outlook],
    diaries: Mapping[int, Diary],
    who: dict[int, str],
    known: Collection[int],
    holds: Mapping[int, Booking],
    *,
    at: datetime,
) -> dict[str, Any]:
    """Return everything that the right side shows of a request."""
    room = request.cleanroom
    if room is None or request.slot is None:
        raise NotFound
    zone, outlook = room.facility.time_zone, found.get(request.id)
    diary = diaries.get(room.id)
    groups = visible_groups(session, actor, request.project, at)
    shows_process = FieldGroup.PROCESS in groups
    named = [room.facility.operator_id, *([request.organisation_id] if request.project_id in known else [])]
    lines = history.happenings(
        session,
        "slot_request",
        request.id,
        groups=("bookings",),
        organisation_ids=[one for one in named if one is not None],
        zone=zone,
    )
    booking = holds.get(request.id) or queries.booking_of(session, request.id)
    decides = may_decide(actor, room.facility_id)
    is_own = request.organisation_id == actor.organisation_id
    moves = (
        [(other, outlooks.could_move_to(diary, request, other, at=at)) for other in outlook.competing]
        if outlook is not None and diary is not None
        else []
    )
    return {
        "request": request,
        "room": room,
        "zone": zone,
        "title": _(
            "%(who)s asks for %(room)s, %(window)s",
            who=who[request.id],
            room=room.code,
            window=window(request.slot.start, request.slot.end, zone),
        ),
        "badge": words.request_badge(
            request.state,
            hold=booking,
            place=queries.place_on_waiting_list(session, request),
            sent_at=request.submitted_at,
        )
        if request.state is not RequestState.NEEDS_INFO
        else ("late", state_words(request.state)),
        "booking": booking,
        "signatures": signatures_shown(session, request, booking),
        "is_barred": outlook is not None and bool(outlook.against),
        "can_be_served": bool(
            moves and outlook is not None and not outlook.against and all(slot for _other, slot in moves)
        ),
        "moves": [_move_words(other, slot, who, zone) for other, slot in moves],
        "timeline": _timeline(session, actor, request, room, outlook, moves, who, at=at),
        "shows_gate": shows_process,
        "gate_url": _gate_url(session, request, room, at=at),
        "points": _gate_points(session, request, room, at=at)
        + judgement.points(request, outlook, diary, who=who, shows_process=shows_process, at=at)
        if outlook is not None and diary is not None
        else [],
        "if_approved": judgement.if_approved(
            request,
            outlook,
            diary,
            share_foreseen(
                session, request.estimate, request.slot, room, request.organisation, request.project_id
            ),
        )
        if outlook is not None and diary is not None and not outlook.against
        else [],
        "facts": [*_facts(request, groups), *belongings(session, actor, request, None)],
        "teaser": wording.teaser(request.project.words) if FieldGroup.TEASER in groups else None,
        "thread": _thread(session, request, named, zone),
        "history": lines,
        "decides": decides and not is_own,
        "why_not": _why_not(decides=decides, is_own=is_own, request=request),
    }


def _gate_points(
    session: Session, request: SlotRequest, room: Cleanroom, *, at: datetime
) -> list[judgement.Point]:
    """Return how the gate before the run stands, as a point for or against."""
    found = gating.before(session, request, room, at=at) if outlooks.is_open(request) else None
    if found is None:
        return []
    against = [("held", sentence(reason)) for reason in gating.reasons_against(found)]
    return against or [("ok", f"{gate_words.gate(found.gate)}: {gate_words.summary(found.verdict)}.")]


def _gate_url(session: Session, request: SlotRequest, room: Cleanroom, *, at: datetime) -> str | None:
    found = gating.before(session, request, room, at=at)
    dossier = dossier_of(session, request.project_id, room.facility_id) if found else None
    if found is None or dossier is None:
        return None
    return url_for("gates.show", dossier_id=dossier.id, gate=found.gate.value)


def _why_not(*, decides: bool, is_own: bool, request: SlotRequest) -> str | None:
    if not outlooks.is_open(request):
        return None
    if not decides:
        return _("You may read this request. A manager of the facility decides on it.")
    if is_own:
        return _(
            "This is your own organisation’s request, and nobody decides on their own. "
            "A manager who acts for another organisation has to."
        )
    return None


def _move_words(other: SlotRequest, slot: Slot | None, who: Mapping[int, str], zone: str) -> str:
    if slot is None or other.starts_at is None:
        return _("%(who)s: no other window in this cleanroom in the time it allows.", who=who[other.id])
    days = (local_day(slot.start, zone) - local_day(other.starts_at, zone)).days
    values = {"who": who[other.id], "window": window(slot.start, slot.end, zone)}
    if days >= 0:
        return ngettext(
            "%(who)s could move to %(window)s: %(num)s day later than asked.",
            "%(who)s could move to %(window)s: %(num)s days later than asked.",
            days,
            **values,
        )
    return ngettext(
        "%(who)s could move to %(window)s: %(num)s day earlier than asked.",
        "%(who)s could move to %(window)s: %(num)s days earlier than asked.",
        -days,
        **values,
    )


def _timeline(
    session: Session,
    actor: Actor,
    request: SlotRequest,
    room: Cleanroom,
    outlook: Outlook | None,
    moves: list[tuple[SlotRequest, Slot | None]],
    who: Mapping[int, str],
    *,
    at: datetime,
) -> dict[str, Any]:
    """Return eight weeks of the cleanroom around a request: what takes it, this request, and those that compete."""
    zone, slot = room.facility.time_zone, request.slot
    if slot is None:
        raise NotFound
    ruler = Ruler.around(local_day(slot.start, zone) - timedelta(days=7), MINI_DAYS, zone)
    taken = takings(session, [room.id], since=ruler.slot.start, until=ruler.slot.end)
    known = identified_projects(session, actor, [one.project_id for one in taken], at=at)
    teller = bars.Teller(zone, known)
    own = [bar for one in taken if (bar := teller.bar(ruler, one)) is not None]
    if request.state is not RequestState.APPROVED:
        row = 2 if any(one.slot.overlaps(slot) for one in taken) else 1
        this = bars.asked_bar(ruler, slot, _("This request"), selected=True, row=row)
        after = bars.changeover_bar(ruler, outlook.changeover, row) if outlook is not None else None
        own += [bar for bar in (this, after) if bar is not None]
    rows = [Row(room.code, room.grade, room.name, own)]
    for other, free in moves:
        found = [bars.asked_bar(ruler, other.slot, _("Asked"), conflict=True)] if other.slot else []
        if free is not None and free != other.slot:
            found.append(bars.asked_bar(ruler, free, _("Could move here")))
        rows.append(Row(who[other.id], room.grade, _("competes"), [bar for bar in found if bar]))
    return {
        "label": _("%(room)s, eight weeks from %(day)s", room=room.name, day=day(ruler.first)),
        "rows": rows,
        "months": ruler.months,
        "weeks": ruler.weeks,
        "now": ruler.now(at),
        "corner": _("%(year)s, week", year=ruler.years),
        "url": url_for("bookings.calendar", slug=room.facility.slug, **{"from": ruler.first.isoformat()}),  # type: ignore[arg-type]
    }


def _facts(request: SlotRequest, groups: Collection[FieldGroup]) -> list[tuple[str, Any]]:
    """Return the facts of a request, and those of its project as far as they are granted."""
    facts: list[tuple[str, Any]] = [(_("Reference"), request.reference)]
    project = request.project
    if FieldGroup.IDENTITY in groups:
        facts += [(_("Project"), project.name), (_("Organisation"), request.organisation.name)]
    if FieldGroup.TEASER in groups:
        facts.append((_("Phase"), wording.phase(project.phase.value)))
        facts.append((_("Product"), label("modality", project.modality)))
    if FieldGroup.BOOKINGS not in groups:
        return facts
    facts.append(
        (_("Work"), f"{words.run_kind(request.run_kind)}{': ' + request.title if request.title else ''}")
    )
    if FieldGroup.PROCESS in groups:
        facts += [
            (_("Autologous"), wording.truth(project.autologous)),
            (
                _("Open or closed process"),
                label("process_state", project.process_state) if project.process_state else _("unknown"),
            ),
        ]
    facts += [
        (_("Needs"), words.grade_or_cleaner(request.grade)),
        (
            _("Biosafety"),
            _("level %(level)s, %(gmo)s", level=request.bsl, gmo=label("gmo_class", request.gmo_class)),
        ),
        (_("Vector"), label("vector_level", request.vector_level)),
        (
            _("Runs in the room"),
            label("process_class", request.process_class) if request.process_class else _("unknown"),
        ),
        (
            _("Equipment"),
            words.listed([label("equipment", one) for one in request.equipment]) or _("nothing special"),
        ),
        (_("Length"), words.length(request.duration, request.duration_unit, request.mode)),
        (_("Can start from"), day(request.earliest_start)),
        (_("Must end by"), day(request.latest_end) if request.latest_end else _("open")),
        (_("Cost without VAT"), _cost(request)),
    ]
    if request.remark:
        facts.append((_("Remark"), request.remark))
    return facts


def _cost(request: SlotRequest) -> str:
    if not request.estimate:
        return _("no rate is published")
    amount = money(int(request.estimate["amount"]), str(request.estimate["currency"]))
    return (
        f"{amount}, {label('customer_kind', request.estimate['customer_kind'])}"
        if "customer_kind" in request.estimate
        else amount
    )


def _thread(
    session: Session, request: SlotRequest, named: list[int | None], zone: str
) -> list[dict[str, str]]:
    messages = queries.thread(session, request.id)
    names = desk.names_of(session, [message.author_id for message in messages], named)
    sides = {"facility": _("The facility"), "requester": _("The requester")}
    return [
        {
            "who": names.get(message.author_id, sides[message.side.value]),
            "when": moment(message.written_at, zone),
            "iso": message.written_at.isoformat(),
            "text": message.text,
        }
        for message in messages
    ]
