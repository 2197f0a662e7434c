"""The long work of this room, and what it does about what happens elsewhere."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from portal.bookings import gating
from portal.bookings.calendar_files import Event, read_calendar
from portal.bookings.services.decisions import confirm_at_gate
from portal.bookings.services.imports import Action, Line, Plan, Target, import_events
from portal.gates.events import GateMet
from portal.gates.rules import Gate
from portal.ledger import Entry
from portal.web.sentences import sentence
from portal.work.kinds import Kind, Outcome
from portal.work.reasons import as_plain, reason_of
from portal.work.task import Task

IMPORT_CALENDAR = "bookings.import_calendar"
IN_ONE_STEP = 10


def import_calendar(task: Task) -> dict[str, Any]:
    """Enter the events of a calendar that a preview showed as free, a few in each step, and return what became of them."""
    given = task.arguments
    rows = set(given["rows"])
    file = read_calendar(given["content"], room_column=given["room_column"])
    events = [event for event in file.events if event.row in rows]
    target = Target(facility_id=given["facility_id"], cleanroom_id=given["cleanroom_id"])
    told = dict(task.kept) or {"entered": 0, "known": 0, "left": []}
    for first in range(task.done, len(events), IN_ONE_STEP):
        part = events[first : first + IN_ONE_STEP]
        told = _step(task, part, target, told, done=first + len(part))
    return {"facility_id": target.facility_id, **told}


def _step(
    task: Task, part: list[Event], target: Target, told: dict[str, Any], *, done: int
) -> dict[str, Any]:
    found: dict[str, Any] = {}

    def change(session: Session) -> None:
        plan = import_events(
            session,
            task.actor(session),
            part,
            target,
            process_class=task.arguments["process_class"],
            at=task.at,
        )
        found.clear()
        found.update(_counted(told, plan))

    task.step(change, done=done, keep=found)
    return found


def _counted(told: Mapping[str, Any], plan: Plan) -> dict[str, Any]:
    return {
        "entered": told["entered"] + plan.number(Action.ENTER),
        "known": told["known"] + plan.number(Action.KNOWN),
        "left": [*told["left"], *(_left(line) for line in plan.lines if line.action is Action.REFUSED)],
    }


def _left(line: Line) -> dict[str, Any]:
    return {"row": line.row, "title": line.title, "reasons": [as_plain(one.reason) for one in line.mistakes]}


def _imported(outcome: Mapping[str, Any]) -> Outcome:
    number, known = outcome["entered"], outcome["known"]
    words = ngettext("%(num)s booking was entered.", "%(num)s bookings were entered.", number)
    if known:
        words += " " + ngettext("%(num)s was there already.", "%(num)s were there already.", known)
    further = tuple(
        _(
            "Row %(row)s, %(title)s: %(reasons)s",
            row=one["row"],
            title=one["title"],
            reasons=" ".join(sentence(reason_of(reason)) for reason in one["reasons"]),
        )
        for one in outcome["left"]
    )
    return Outcome(
        sentence=words,
        url=url_for("bookings.facility_bookings"),
        label=_("See the bookings"),
        further=further,
    )


def confirm_holds(session: Session, entry: Entry, at: datetime) -> None:
    """Confirm the holds that waited for a gate that is met now."""
    facts = entry.facts
    waiting = gating.holds_awaiting(
        session, facts["project_id"], facts["facility_id"], Gate(facts["gate"]), at=at
    )
    for booking_id in waiting:
        confirm_at_gate(session, booking_id, at=at)


HANDLERS: Mapping[str, tuple[Callable[[Session, Entry, datetime], None], ...]] = {
    GateMet.name: (confirm_holds,)
}

WORK: Mapping[str, Kind] = {
    IMPORT_CALENDAR: Kind(work=import_calendar, title=lambda: _("Import of a calendar"), outcome=_imported),
}
