"""A roadmap as files: a table for spreadsheets, and dates for calendars."""

from datetime import date, timedelta

from flask import Response, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from icalendar import Calendar, Event

from portal.core.errors import NotFound
from portal.roadmap import words
from portal.roadmap.queries import Laid
from portal.roadmap.rules.standing import Standing
from portal.roadmap.views.blueprint import bp
from portal.roadmap.views.lines import StepLine, lines_of
from portal.roadmap.views.pages import Reading, reading
from portal.web.actors import signed_in
from portal.web.exports import Kind, Value, export


@bp.get("/projects/<int:project_id>/roadmap.<any(csv, xlsx):kind>")
@signed_in
def download(project_id: int, kind: Kind) -> ResponseReturnValue:
    """Hand out the steps of a roadmap as a table."""
    found, laid = _made(project_id)
    columns = [
        _("Track"),
        _("Step"),
        _("State"),
        _("Start"),
        _("Finish"),
        _("At least"),
        _("Slack, days"),
        _("Decides the date"),
        _("Share of simulated courses in which it may not wait"),
        _("Required"),
        _("Who has it"),
        _("Remark"),
        _("Kept plan: start"),
        _("Kept plan: finish"),
        _("Comes after"),
    ]
    lines = lines_of(laid, found.booked)
    names = {line.id: line.name for line in lines}
    name = f"roadmap-{found.seen.project.reference}"
    return export(kind, name, columns, [_cells(line, names) for line in lines])


@bp.get("/projects/<int:project_id>/roadmap.ics")
@signed_in
def calendar(project_id: int) -> ResponseReturnValue:
    """Hand out what lies ahead as a calendar of whole days."""
    found, laid = _made(project_id)
    file = Calendar()
    file.add("prodid", "-//ATMP portal//roadmap//EN")
    file.add("version", "2.0")
    reference = found.seen.project.reference
    for line in lines_of(laid, found.booked):
        if line.standing is not Standing.DONE:
            file.add_component(_event(line, laid, project_id, reference))
    for milestone, span in laid.plan.plan["milestones"].items():
        if span["p50"] is not None:
            file.add_component(_milestone(milestone, date.fromisoformat(span["p50"]), laid, reference))
    response = Response(file.to_ical(), mimetype="text/calendar")
    response.headers["Content-Disposition"] = f'attachment; filename="roadmap-{reference}.ics"'
    return response


def _made(project_id: int) -> tuple[Reading, Laid]:
    found = reading(project_id)
    if found.laid is None:
        raise NotFound
    return found, found.laid


def _cells(line: StepLine, names: dict[str, str]) -> list[Value]:
    kept = line.baseline or (None, None)
    return [
        words.track(line.track),
        line.name,
        line.words,
        line.start,
        line.finish,
        _("yes") if line.at_least else _("no"),
        line.slack,
        _("yes") if line.critical else _("no"),
        round(line.criticality, 3),
        _("no") if line.optional else _("yes"),
        line.owner,
        line.remark,
        kept[0],
        kept[1],
        ", ".join(names.get(step, step) for step in line.after),
    ]


def _event(line: StepLine, laid: Laid, project_id: int, reference: str) -> Event:
    event = Event()
    event.add("uid", f"{reference}-{line.id}@roadmap")
    event.add("summary", line.name)
    event.add("dtstart", line.start)
    event.add("dtend", line.finish + timedelta(days=1))
    event.add("dtstamp", laid.plan.computed_at)
    event.add("description", line.words)
    event.add(
        "url",
        url_for("roadmap.step_of_project", project_id=project_id, step_id=line.id, _external=True),
    )
    return event


def _milestone(name: str, day: date, laid: Laid, reference: str) -> Event:
    event = Event()
    event.add("uid", f"{reference}-{name}@roadmap")
    event.add("summary", _("%(milestone)s, most likely", milestone=words.MILESTONES[name]))
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("dtstamp", laid.plan.computed_at)
    return event
