"""How ready a project is in seven dimensions: the team's own view with evidence, agreed by an adviser."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.core import clock
from portal.core.actors import Role
from portal.core.errors import NotFound
from portal.projects.queries import SeenProject, own_project, seen_project
from portal.projects.rules.values import FieldGroup, Phase
from portal.projects.views import shown
from portal.reference import shipped, vocabulary
from portal.roadmap import queries, services, words
from portal.roadmap.forms import AgreeForm, AssessForm
from portal.roadmap.models import Assessment
from portal.roadmap.rules.readiness import (
    HIGHEST,
    NEEDS_THAT_RAISE,
    Expected,
    gap,
    next_step,
    weakest,
)
from portal.roadmap.views.blueprint import bp
from portal.store import db
from portal.web.actors import back, current_actor, signed_in
from portal.web.locale import language

TOLD_THE_LEVELS = frozenset({Role.INVESTOR, Role.SUPPORT_PROVIDER})
"""Who reads the levels, and nothing more, with a teaser."""

CENTRE_X, CENTRE_Y, RADIUS = 182.0, 146.0, 96.0
RINGS = (3, 6, 9)


@bp.get("/projects/<int:project_id>/readiness")
@signed_in
def readiness(project_id: int) -> ResponseReturnValue:
    """Show how ready a project is: in full to those who read its roadmap, as levels to those who read its teaser."""
    return _page(project_id, None)


@bp.route("/projects/<int:project_id>/readiness/<dimension>", methods=["GET", "POST"])
@signed_in
def assess(project_id: int, dimension: str) -> ResponseReturnValue:
    """Place the project on a level of one dimension, with what shows it."""
    actor, at = current_actor(), clock.now()
    project = own_project(db.session(), actor, project_id, at=at)
    if not shipped.has_record("readiness_dimensions", dimension):
        raise NotFound
    present = queries.latest_assessments(db.session(), project).get(dimension)
    form = AssessForm(
        request.form if request.method == "POST" else None,
        data={"level": str(present.level), "evidence": present.evidence} if present else {},
    )
    form.offer(_levels(dimension))
    if (
        request.method == "POST"
        and form.validate()
        and form.attempt(
            lambda session: (
                services.assess(
                    session,
                    actor,
                    project_id,
                    dimension,
                    level=form.chosen,
                    evidence=form.evidence.data or "",
                    at=at,
                ).id
            )
        )
    ):
        flash(_("Saved. The earlier view stays in the history."), "done")
        return back("roadmap.readiness", project_id=project_id)
    seen = seen_project(db.session(), actor, project_id, at=at)
    page = render_template(
        "roadmap/assess.html",
        form=form,
        dimension_name=words.in_words(shipped.record("readiness_dimensions", dimension)["name"]),
        **shown.frame(seen),
    )
    return page, 422 if request.method == "POST" else 200


@bp.post("/projects/<int:project_id>/readiness/<int:assessment_id>/agree")
@signed_in
def agree(project_id: int, assessment_id: int) -> ResponseReturnValue:
    """Keep that an adviser has read the evidence and agrees."""
    actor, at = current_actor(), clock.now()
    form = AgreeForm(request.form, prefix=f"agree-{assessment_id}")
    if form.validate() and form.attempt(
        lambda session: (
            services.confirm_assessment(
                session,
                actor,
                project_id,
                assessment_id,
                remark=form.remark.data or "",
                version=form.shown_version,
                at=at,
            ).id
        )
    ):
        flash(_("Your agreement is kept with the level."), "done")
        return back("roadmap.readiness", project_id=project_id)
    page = _page(project_id, form)
    return page, 409 if form.stale else 422


def _page(project_id: int, refused: AgreeForm | None) -> str:
    session, actor, at = db.session(), current_actor(), clock.now()
    seen = seen_project(session, actor, project_id, at=at)
    in_full = seen.shows(FieldGroup.ROADMAP)
    if not in_full and not actor.roles & TOLD_THE_LEVELS:
        raise NotFound
    present = queries.latest_assessments(session, seen.project)
    levels = {name: assessment.level for name, assessment in present.items()}
    expected = expectations(seen.project.phase)
    return render_template(
        "roadmap/readiness.html",
        form=refused,
        in_full=in_full,
        rows=[
            _row(dimension, present.get(dimension["id"]), expected, in_full=in_full)
            for dimension in shipped.records("readiness_dimensions")
        ],
        radar=radar(levels, expected),
        may_agree=in_full
        and not seen.is_own
        and Role.ADVISER in actor.roles
        and seen.project.archived_at is None
        and queries.may_plan(session, actor, seen, at=at),
        may_assess=seen.is_own and seen.project.archived_at is None,
        weak=_weakest(seen, levels, expected) if in_full else None,
        past=_past(queries.assessments(session, seen.project), seen) if in_full else [],
        frame_source=shipped.document("readiness")["frame"],
        agree_form=_agree_forms(present),
        **shown.frame(seen),
    )


def expectations(phase: Phase) -> dict[str, Expected]:
    """Return the levels that are usual for a phase; the last one that is stated holds for those after it."""
    stated = {record["phase"]: record["levels"] for record in shipped.records("readiness_expectations")}
    order = [one.value for one in Phase]
    known = [name for name in order[: order.index(phase.value) + 1] if name in stated]
    levels = stated[known[-1]]
    return {name: Expected(low=found["low"], high=found["high"]) for name, found in levels.items()}


def radar(levels: Mapping[str, int], expected: Mapping[str, Expected]) -> dict[str, Any]:
    """Return the picture of the levels: rings, axes with their names, the shape of today and the one expected."""
    dimensions = shipped.records("readiness_dimensions")
    count = len(dimensions)
    ids = [dimension["id"] for dimension in dimensions]
    axes = []
    for place, dimension in enumerate(dimensions):
        x, y = _point(place, count, HIGHEST)
        label_x, label_y = _point(place, count, HIGHEST * 1.17)
        across = label_x - CENTRE_X
        axes.append(
            {
                "x": x,
                "y": y,
                "label_x": label_x,
                "label_y": label_y,
                "anchor": "middle" if abs(across) < 5 else "start" if across > 0 else "end",
                "name": words.in_words(dimension["name"]),
                "level": levels.get(dimension["id"]),
            }
        )
    return {
        "rings": [_shape([ring] * count) for ring in RINGS],
        "axes": axes,
        "today": _shape([levels.get(name, 0) for name in ids]) if levels else None,
        "dots": [_point(place, count, levels[name]) for place, name in enumerate(ids) if name in levels],
        "expected": _shape([expected[name].low for name in ids]),
        "text": "; ".join(
            _(
                "%(name)s %(level)s of 9, usual from %(low)s",
                name=axis["name"],
                level=axis["level"],
                low=expected[name].low,
            )
            if axis["level"] is not None
            else _("%(name)s not assessed", name=axis["name"])
            for name, axis in zip(ids, axes, strict=True)
        ),
    }


def _point(place: int, count: int, level: float) -> tuple[float, float]:
    angle = 2 * math.pi * place / count
    reach = RADIUS * level / HIGHEST
    return round(CENTRE_X + reach * math.sin(angle), 1), round(CENTRE_Y - reach * math.cos(angle), 1)


def _shape(levels: Sequence[float]) -> str:
    points = (_point(place, len(levels), level) for place, level in enumerate(levels))
    return " ".join(f"{x},{y}" for x, y in points)


def _levels(dimension: str) -> list[tuple[int, str, str]]:
    known = [
        (record["level"], f"{record['level']} · {words.in_words(record['name'])}", _criteria(record))
        for record in shipped.records("readiness_levels")
        if record["dimension"] == dimension
    ]
    return [(0, _("0 · Not begun"), ""), *sorted(known)]


def _criteria(record: Mapping[str, Any]) -> str:
    stated = record["criteria"]
    return " ".join(stated.get(language()) or stated["en"])


def _row(
    dimension: Mapping[str, Any],
    present: Assessment | None,
    expected: Mapping[str, Expected],
    *,
    in_full: bool,
) -> dict[str, Any]:
    usual = expected[dimension["id"]]
    found: dict[str, Any] = {
        "id": dimension["id"],
        "name": words.in_words(dimension["name"]),
        "level": present.level if present else None,
        "usual": f"{usual.low}–{usual.high}",
        "gap": gap(present.level, usual) if present else None,
        "is_agreed": present is not None and present.confirmed_at is not None,
        "assessment": present if in_full else None,
    }
    if present is not None and present.level > 0:
        level = shipped.record("readiness_levels", f"{dimension['id']}_{present.level}")
        found["level_name"] = words.in_words(level["name"])
    return found


def _weakest(
    seen: SeenProject, levels: Mapping[str, int], expected: Mapping[str, Expected]
) -> dict[str, Any] | None:
    name = weakest(levels, expected)
    if name is None:
        return None
    laid = queries.laid(db.session(), seen.project)
    step = None
    if laid is not None:
        done = {step_id for step_id, mark in laid.marks.items() if mark.finished is not None}
        ahead = tuple(one["id"] for one in laid.plan.plan["steps"] if one["id"] not in done)
        step = next_step(name, ahead)
    need = NEEDS_THAT_RAISE[name]
    return {
        "name": words.in_words(shipped.record("readiness_dimensions", name)["name"]),
        "gap": gap(levels[name], expected[name]),
        "step": words.name_in(laid.book, laid.marks, step) if laid and step else None,
        "url": url_for("roadmap.step_of_project", project_id=seen.project.id, step_id=step) if step else None,
        "need": vocabulary.label("need", need, language()),
        "is_stated": need in seen.project.needs,
    }


def _past(rows: Sequence[Assessment], seen: SeenProject) -> list[dict[str, Any]]:
    named = seen.shows(FieldGroup.IDENTITY)
    return [
        {
            "at": row.assessed_at,
            "name": words.in_words(shipped.record("readiness_dimensions", row.dimension)["name"]),
            "level": row.level,
            "who": row.assessed_by.name if named else None,
            "agreed": row.confirmed_by.name if named and row.confirmed_by else None,
            "is_agreed": row.confirmed_at is not None,
        }
        for row in rows
    ]


def _agree_forms(present: Mapping[str, Assessment]) -> dict[int, AgreeForm]:
    return {
        found.id: AgreeForm(None, prefix=f"agree-{found.id}", data={"version": found.version})
        for found in present.values()
    }
