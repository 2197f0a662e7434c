"""The steps of a plan as lines that pages, files and calendars show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.bookings.models import RunKind
from portal.roadmap import words
from portal.roadmap.instances import RUN_OF_STEP
from portal.roadmap.queries import Laid, Support
from portal.roadmap.rules.next import Because
from portal.roadmap.rules.standing import Standing, standing_of
from portal.roadmap.rules.values import Actual
from portal.web.filters import day

Record = Mapping[str, Any]
HELPERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """A step of a plan as it is shown."""

    id: str
    name: str
    track: str
    start: date
    finish: date
    standing: Standing
    started: bool
    critical: bool
    slack: int
    at_least: bool
    optional: bool
    late_by: int | None
    owner: str
    remark: str
    day_unknown: bool
    baseline: tuple[date, date] | None
    after: tuple[str, ...]
    criticality: float

    @property
    def mark(self) -> str:
        """Return the kind of bar and badge that its standing has."""
        return words.STANDINGS[self.standing][0]

    @property
    def words(self) -> str:
        """Return its standing in words."""
        return str(words.STANDINGS[self.standing][1])


def lines_of(laid: Laid, booked: Mapping[str, date]) -> list[StepLine]:
    """Return the steps of a plan by track, and in each as they follow one another."""
    plan = laid.plan.plan
    late = {found["id"]: found["by_days"] for found in plan["late"]}
    found = [_line(step, laid, late, booked) for step in plan["steps"]]
    tracks = {track: place for place, track in enumerate(laid.book.tracks)}
    return sorted(found, key=lambda line: (tracks[line.track], line.start, line.finish, line.name))


def _line(step: Record, laid: Laid, late: Mapping[str, int | None], booked: Mapping[str, date]) -> StepLine:
    step_id, mark = step["id"], laid.marks.get(step["id"])
    actual = Actual(mark.started, mark.finished) if mark else Actual()
    kept = (laid.roadmap.baseline or {}).get(step_id)
    record = laid.book.steps.get(step_id)
    return StepLine(
        id=step_id,
        name=words.name_in(laid.book, laid.marks, step_id),
        track=record["track"] if record else mark.own["track"] if mark and mark.own else laid.book.tracks[0],
        start=date.fromisoformat(step["earliest_start"]),
        finish=date.fromisoformat(step["earliest_finish"]),
        standing=standing_of(actual, late=step_id in late, booked=step_id in booked),
        started=actual.started is not None,
        critical=step_id in laid.plan.plan["path"],
        slack=step["slack_days"],
        at_least=step["at_least"],
        optional=step["optional"],
        late_by=late.get(step_id),
        owner=mark.owner if mark else "",
        remark=mark.remark if mark else "",
        day_unknown=bool(mark and mark.day_unknown),
        baseline=(date.fromisoformat(kept[0]), date.fromisoformat(kept[1])) if kept else None,
        after=tuple(edge[0] for edge in laid.plan.plan["edges"].get(step_id, ())),
        criticality=step["criticality"],
    )


def milestone_cards(laid: Laid) -> list[dict[str, Any]]:
    """Return each milestone with its range, or why it has none."""
    found = []
    for name, span in laid.plan.plan["milestones"].items():
        step = laid.plan.plan["steps"]
        reached = _reached(name, laid)
        found.append(
            {
                "name": name,
                "words": str(words.MILESTONES[name]),
                "range": words.span(span),
                "likely": day(date.fromisoformat(span["p50"]), "MMMM yyyy") if span["p50"] else None,
                "at_least": span["at_least"],
                "reached": day(reached) if reached else None,
                "has_steps": bool(step),
                "is_target": laid.plan.plan["target"] == name,
            }
        )
    return found


def _reached(name: str, laid: Laid) -> date | None:
    from_step = {"first_patient": ("fih_trial", False), "authorisation": ("ec_decision", True)}
    step, at_finish = from_step.get(name, ("nt_recommendation", True))
    mark = laid.marks.get(step)
    if mark is None or mark.skipped is not None:
        return None
    return mark.finished if at_finish else (mark.started or mark.finished)


def next_items(
    laid: Laid, booked: Mapping[str, date], known: Support, *, may_request: bool
) -> list[dict[str, Any]]:
    """Return the next actions of a roadmap as pages show them: reason, effect, deadline, who helps, and one button."""
    return [
        _next_item(laid, action, booked, helpers_of(laid, known, action["step"]), may_request=may_request)
        for action in laid.plan.outlook["next"]
    ]


def helpers_of(laid: Laid, known: Support, step_id: str) -> list[str]:
    """Return who helps with a step in a few words: offers of the portal's providers, then what names the step."""
    record, mark = laid.book.steps.get(step_id), laid.marks.get(step_id)
    track = record["track"] if record else mark.own["track"] if mark and mark.own else ""
    offers = [_with_whose(offer.name, offer.organisation.name) for offer in known.offers_for(track)]
    linked = [
        _with_whose(fact.record["name"], fact.record["provider"]) for fact in known.programmes_for(step_id)
    ]
    return [*offers[:1], *linked][:HELPERS]


def _with_whose(name: str, provider: str) -> str:
    return name if name == provider else f"{name}, {provider}"


def _next_item(
    laid: Laid, action: Record, booked: Mapping[str, date], helpers: list[str], *, may_request: bool
) -> dict[str, Any]:
    step_id, project, target = action["step"], laid.roadmap.project, laid.plan.plan["target"]
    name = words.name_in(laid.book, laid.marks, step_id)
    run = RUN_OF_STEP.get(step_id)
    asks_room = may_request and run is not None and step_id not in booked and not action["running"]
    return {
        "title": _("Finish: %(step)s", step=name) if action["running"] else name,
        "text": " ".join(_reasons(action, target)),
        "flags": [_deadline(action)],
        "notes": helpers,
        "help_url": f"{url_for('roadmap.step_of_project', project_id=project.id, step_id=step_id)}#helps"
        if helpers
        else None,
        "url": _room_url(project.id, run)
        if asks_room and run
        else url_for("roadmap.step_of_project", project_id=project.id, step_id=step_id),
        "label": _("Request a slot") if asks_room else _("Open the step"),
    }


def _room_url(project_id: int, run: RunKind) -> str:
    return url_for("bookings.new_request", project=project_id, run=run.value)


def _reasons(action: Record, target: str | None) -> list[str]:
    found = [str(words.BECAUSE[Because(action["because"])])]
    if target is not None:
        milestone = str(words.MILESTONES[target])
        if action["effect_days"]:
            found.append(
                ngettext(
                    "A month of waiting costs %(num)s day until: %(milestone)s.",
                    "A month of waiting costs %(num)s days until: %(milestone)s.",
                    action["effect_days"],
                    milestone=milestone,
                )
            )
        else:
            found.append(_("A month of waiting does not move: %(milestone)s.", milestone=milestone))
    return found


def _deadline(action: Record) -> tuple[str, str]:
    """Return until when a step is to begin or end; a late one whose days are unknown is late for its phase."""
    if action["late_by"]:
        return "late", _("%(days)s late", days=words.days(action["late_by"]))
    if action["by"] is None:
        return "late", _("Late for the phase")
    by = date.fromisoformat(action["by"])
    if action["running"]:
        return "wait", _("Done by %(day)s", day=day(by))
    return "wait", _("Begin by %(day)s", day=day(by))
