"""A project's roadmap as it is read: the grid or the list, what decides its date, and what comes next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.core import clock
from portal.projects.queries import SeenProject
from portal.projects.rules.phases import day_of
from portal.projects.rules.values import FieldGroup
from portal.projects.views import shown
from portal.roadmap import queries, words
from portal.roadmap.instances import stated_by
from portal.roadmap.queries import Laid
from portal.roadmap.rules.grid import Scale
from portal.roadmap.rules.standing import Standing, may_apply, premature_steps
from portal.roadmap.rules.values import Actual, Edge, EdgeKind
from portal.roadmap.views import happened
from portal.roadmap.views import lines as step_lines
from portal.roadmap.views.blueprint import bp
from portal.roadmap.views.gantt import gantt_of, window_asked
from portal.roadmap.views.lines import StepLine
from portal.roadmap.views.typical import against_the_usual
from portal.store import db
from portal.web.actors import current_actor, signed_in
from portal.web.filters import day

CLOSER = 5


@dataclass(frozen=True, slots=True)
class Reading:
    """A roadmap as somebody reads it; without one, only the project and whether they may make it."""

    seen: SeenProject
    laid: Laid | None
    may_plan: bool
    booked: Mapping[str, date]
    today: date


def reading(project_id: int) -> Reading:
    """Return a project's roadmap for the reader.

    Raises `NotFound` where they may not read it.
    """
    session, actor, at = db.session(), current_actor(), clock.now()
    seen = queries.seen_roadmap(session, actor, project_id, at=at)
    may_plan = seen.project.archived_at is None and queries.may_plan(session, actor, seen, at=at)
    return Reading(
        seen,
        queries.laid(session, seen.project),
        may_plan,
        queries.booked_steps(session, project_id),
        day_of(at),
    )


@bp.get("/projects/<int:project_id>/roadmap")
@signed_in
def show(project_id: int) -> ResponseReturnValue:
    """Show a project's roadmap as a grid of time or as a list, with what decides its date and what comes next."""
    found = reading(project_id)
    if found.laid is None:
        return render_template("roadmap/none.html", may_plan=found.may_plan, **shown.frame(found.seen))
    as_list = request.args.get("view") == "list"
    rows = step_lines.lines_of(found.laid, found.booked)
    track = request.args.get("track", "")
    if track in found.laid.book.tracks:
        rows = [line for line in rows if line.track == track]
    return render_template(
        "roadmap/show.html",
        **around(found),
        as_list=as_list,
        lines=rows,
        gantt=None if as_list else _gantt(found, found.laid, rows),
        address=address(),
        track=track,
        links=_links_asked(),
        scales=[
            (Scale.WEEK, _("Weeks")),
            (Scale.MONTH, _("Months")),
            (Scale.QUARTER, _("Quarters")),
            (Scale.YEAR, _("Years")),
        ],
        tracks=[(track_id, words.track(track_id)) for track_id in found.laid.book.tracks],
        cards=step_lines.milestone_cards(found.laid),
        deciding=_deciding(found.laid, rows),
        closer=_closer(found.laid),
        actions=step_lines.next_items(
            found.laid,
            found.booked,
            queries.support_for(db.session(), found.seen.project, on=found.today),
            may_request=found.seen.is_own,
        ),
        usual=against_the_usual(found.laid, today=found.today),
        warnings=_warnings(found.laid, found.booked, found.today),
        update=queries.latest_version(db.session()),
    )


@bp.get("/projects/<int:project_id>/roadmap/history")
@signed_in
def roadmap_history(project_id: int) -> ResponseReturnValue:
    """Show who changed what of a roadmap, and when."""
    found = reading(project_id)
    return render_template(
        "roadmap/history.html",
        entries=history_entries(found),
        **shown.frame(found.seen),
    )


def around(found: Reading) -> dict[str, Any]:
    """Return what every page of a made roadmap shows around its own content."""
    laid = found.laid
    open_questions = [] if laid is None else open_steps(laid)
    return {
        **shown.frame(found.seen),
        "laid": laid,
        "may_plan": found.may_plan,
        "words": words,
        "open_steps": open_questions,
        "today": found.today,
    }


def open_steps(laid: Laid) -> list[str]:
    """Return the steps that may apply, because something has not been answered."""
    states = stated_by(laid.roadmap.project).states
    return [
        step["id"] for step in laid.plan.plan["not_applicable"] if may_apply(tuple(step["because"]), states)
    ]


def address() -> dict[str, str]:
    """Return the parameters that make the page what it is."""
    return {
        name: value
        for name in ("view", "scale", "from", "track", "links")
        if (value := request.args.get(name))
    }


def _links_asked() -> str:
    return request.args.get("links", "critical")


def _gantt(found: Reading, laid: Laid, rows: list[StepLine]) -> Any:
    window = window_asked(request.args.get("scale", ""), request.args.get("from", ""), found.today)
    movable = (
        {line.id: laid.marks[line.id].version if line.id in laid.marks else 0 for line in rows}
        if found.may_plan
        else {}
    )
    return gantt_of(
        rows,
        laid.plan.plan["milestones"],
        window,
        project_id=found.seen.project.id,
        today=found.today,
        links=_links_asked(),
        movable=movable,
    )


def _deciding(laid: Laid, rows: list[StepLine]) -> list[dict[str, Any]]:
    by_id = {line.id: line for line in rows}
    return [
        {
            "name": line.name,
            "url": url_for("roadmap.step_of_project", project_id=laid.roadmap.project_id, step_id=line.id),
            "days": words.days((line.finish - line.start).days),
            "until": day(line.finish, "MMM yyyy"),
            "statutory": bool((laid.book.steps.get(line.id, {}).get("duration_days") or {}).get("statutory")),
        }
        for step in laid.plan.plan["path"]
        if (line := by_id.get(step)) is not None and line.standing is not Standing.DONE
    ]


def _closer(laid: Laid) -> list[tuple[str, int, int]]:
    gains = laid.plan.plan["gains"]
    best = sorted((step for step, days in gains.items() if days > 0), key=lambda step: -gains[step])[:CLOSER]
    return [
        (
            words.name_in(laid.book, laid.marks, step),
            _least(laid, step),
            gains[step],
        )
        for step in best
    ]


def _least(laid: Laid, step_id: str) -> int:
    record = laid.book.steps.get(step_id)
    if record is not None:
        return int((record["duration_days"] or {"min": 0})["min"])
    mark = laid.marks[step_id]
    return int((mark.own or {"least": 0})["least"])


def _warnings(laid: Laid, booked: Mapping[str, date], today: date) -> list[str]:
    plan = laid.plan.plan
    fixed = {mark.step_id: mark.not_before for mark in laid.marks.values() if mark.not_before is not None}
    found = premature_steps(
        {step["id"]: date.fromisoformat(step["earliest_start"]) for step in plan["steps"]},
        {
            step: [Edge(before, EdgeKind(kind), lag) for before, kind, lag in edges]
            for step, edges in plan["edges"].items()
        },
        {
            step: Actual(mark.started, mark.finished)
            for step, mark in laid.marks.items()
            if mark.started or mark.finished
        },
        {**fixed, **booked},
        today=today,
    )
    said = []
    for one in found:
        step, missing = (words.name_in(laid.book, laid.marks, name) for name in (one.step, one.missing))
        if one.in_days is None:
            said.append(
                _("“%(step)s” has begun, although “%(missing)s” is not finished.", step=step, missing=missing)
            )
        else:
            said.append(
                _(
                    "“%(missing)s” is not finished, although “%(step)s” begins in %(days)s.",
                    step=step,
                    missing=missing,
                    days=words.days(one.in_days),
                )
            )
    return said


def history_entries(found: Reading) -> list[dict[str, Any]]:
    """Return what happened to a roadmap and its readiness, newest first, in words."""
    from_ledger = queries.roadmap_history(
        db.session(), found.seen.project, {group.value for group in found.seen.groups}
    )
    named = found.seen.shows(FieldGroup.IDENTITY)
    return happened.history_entries(db.session(), from_ledger, found.laid, names_people=named)
