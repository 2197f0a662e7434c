"""One step of a project's roadmap: what it is, when it comes, what the team says of it; and steps of its own."""

from collections.abc import Mapping
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.core import clock
from portal.core.errors import NotFound
from portal.reference import queries as reference
from portal.roadmap import services, words
from portal.roadmap.books import STEPS
from portal.roadmap.forms import MoveForm, OwnStepForm, SkipForm, StepForm
from portal.roadmap.instances import RUN_OF_STEP, own_step_of
from portal.roadmap.queries import Laid
from portal.roadmap.rules.standing import Standing
from portal.roadmap.views.blueprint import bp
from portal.roadmap.views.catalogue import cited
from portal.roadmap.views.changing import planned
from portal.roadmap.views.lines import StepLine, lines_of
from portal.roadmap.views.pages import Reading, around, reading
from portal.roadmap.views.support import helps_of
from portal.store import db
from portal.web.actors import back, current_actor, signed_in
from portal.web.forms import ActionForm

SKIP = "skip"
"""What the fields of the form for leaving out are called before their names, as two forms share the page."""


@bp.get("/projects/<int:project_id>/roadmap/steps/<step_id>")
@signed_in
def step_of_project(project_id: int, step_id: str) -> ResponseReturnValue:
    """Show a step of a roadmap: what it is, when it comes, what it waits for, who helps, and what was said of it."""
    found = reading(project_id)
    laid = _laid(found, step_id)
    return _page(found, laid, step_id, StepForm.of(laid.marks.get(step_id)), None)


@bp.post("/projects/<int:project_id>/roadmap/steps/<step_id>")
@signed_in
def mark_step(project_id: int, step_id: str) -> ResponseReturnValue:
    """Keep what the team says of a step; the plan is computed anew."""
    found, laid = planned(project_id)
    actor, at, form = current_actor(), clock.now(), StepForm(request.form)
    _laid(found, step_id)
    if form.validate() and form.attempt(
        lambda session: (
            services.mark_step(
                session,
                actor,
                project_id,
                step_id,
                form.said(laid.marks.get(step_id)),
                version=form.shown_version,
                at=at,
            ).version
        )
    ):
        flash(_("Saved. The roadmap is computed anew."), "done")
        return back("roadmap.step_of_project", project_id=project_id, step_id=step_id)
    return _refused(project_id, step_id, form, None, stale=form.stale)


@bp.post("/projects/<int:project_id>/roadmap/steps/<step_id>/plan")
@signed_in
def plan_step(project_id: int, step_id: str) -> ResponseReturnValue:
    """Plan a step for another day, as when its bar is moved in the grid."""
    found, _found_laid = planned(project_id)
    actor, at, form = current_actor(), clock.now(), MoveForm(request.form)
    _laid(found, step_id)
    if form.validate() and form.attempt(
        lambda session: (
            services.plan_step(
                session,
                actor,
                project_id,
                step_id,
                not_before=form.not_before.data,
                version=form.shown_version,
                at=at,
            ).version
        )
    ):
        flash(_("Planned. The roadmap is computed anew."), "done")
        return back("roadmap.show", project_id=project_id)
    again = StepForm.of(reading_laid(project_id).marks.get(step_id))
    again.refusals = [*form.refusals, *(words_of for errors in form.errors.values() for words_of in errors)]
    return _refused(project_id, step_id, again, None, stale=form.stale)


@bp.post("/projects/<int:project_id>/roadmap/steps/<step_id>/skip")
@signed_in
def skip_step(project_id: int, step_id: str) -> ResponseReturnValue:
    """Leave a step out, for a reason."""
    found, laid = planned(project_id)
    actor, at, form = current_actor(), clock.now(), SkipForm(request.form, prefix=SKIP)
    _laid(found, step_id)
    if form.validate() and form.attempt(
        lambda session: (
            services.skip_step(
                session,
                actor,
                project_id,
                step_id,
                reason=form.reason.data or "",
                version=form.shown_version,
                at=at,
            ).version
        )
    ):
        flash(_("Left out. The order of the steps around it stays."), "done")
        return back("roadmap.step_of_project", project_id=project_id, step_id=step_id)
    return _refused(project_id, step_id, StepForm.of(laid.marks.get(step_id)), form, stale=form.stale)


@bp.post("/projects/<int:project_id>/roadmap/steps/<step_id>/take-up")
@signed_in
def take_up_step(project_id: int, step_id: str) -> ResponseReturnValue:
    """Put a step that was left out back into the plan."""
    found, laid = planned(project_id)
    actor, at, form = current_actor(), clock.now(), ActionForm(request.form)
    _laid(found, step_id)
    if form.validate() and form.attempt(
        lambda session: (
            services.take_up_step(
                session, actor, project_id, step_id, version=form.shown_version, at=at
            ).version
        )
    ):
        flash(_("The step is in the plan again."), "done")
        return back("roadmap.step_of_project", project_id=project_id, step_id=step_id)
    again = StepForm.of(laid.marks.get(step_id))
    again.refusals = form.refusals
    return _refused(project_id, step_id, again, None, stale=form.stale)


@bp.route("/projects/<int:project_id>/roadmap/own-step", methods=["GET", "POST"])
@signed_in
def new_own_step(project_id: int) -> ResponseReturnValue:
    """Add a step of the team's own."""
    found, laid = planned(project_id)
    form = OwnStepForm(request.form if request.method == "POST" else None)
    _offer(form, laid)
    actor, at = current_actor(), clock.now()
    if (
        request.method == "POST"
        and form.validate()
        and form.attempt(
            lambda session: services.add_own_step(session, actor, project_id, form.stated, at=at).step_id
        )
    ):
        flash(_("“%(name)s” is in the roadmap.", name=form.stated.name), "done")
        return back("roadmap.show", project_id=project_id)
    page = render_template("roadmap/own_step.html", form=form, step_id=None, **around(found))
    return page, 422 if request.method == "POST" else 200


@bp.route("/projects/<int:project_id>/roadmap/steps/<step_id>/edit", methods=["GET", "POST"])
@signed_in
def edit_own_step(project_id: int, step_id: str) -> ResponseReturnValue:
    """Change a step of the team's own."""
    _found, laid = planned(project_id)
    mark = laid.marks.get(step_id)
    if mark is None or mark.own is None:
        raise NotFound
    form = (
        OwnStepForm(request.form)
        if request.method == "POST"
        else OwnStepForm.of(own_step_of(mark), mark.version)
    )
    _offer(form, laid, but=step_id)
    actor, at = current_actor(), clock.now()
    if (
        request.method == "POST"
        and form.validate()
        and form.attempt(
            lambda session: (
                services.edit_own_step(
                    session, actor, project_id, step_id, form.stated, version=form.shown_version, at=at
                ).version
            )
        )
    ):
        flash(_("Saved. The roadmap is computed anew."), "done")
        return back("roadmap.step_of_project", project_id=project_id, step_id=step_id)
    if form.stale:
        form.version.data = str(_version(reading_laid(project_id), step_id))
    page = render_template("roadmap/own_step.html", form=form, step_id=step_id, **around(reading(project_id)))
    return page, (409 if form.stale else 422) if request.method == "POST" else 200


@bp.post("/projects/<int:project_id>/roadmap/steps/<step_id>/remove")
@signed_in
def remove_own_step(project_id: int, step_id: str) -> ResponseReturnValue:
    """Take a step of the team's own out of the roadmap."""
    planned(project_id)
    actor, at, form = current_actor(), clock.now(), ActionForm(request.form)
    if form.validate() and form.attempt(
        lambda session: services.remove_own_step(
            session, actor, project_id, step_id, version=form.shown_version, at=at
        )
    ):
        flash(_("Removed. The history keeps that it was there."), "done")
        return back("roadmap.show", project_id=project_id)
    again = StepForm.of(reading_laid(project_id).marks.get(step_id))
    again.refusals = form.refusals
    return _refused(project_id, step_id, again, None, stale=form.stale)


def reading_laid(project_id: int) -> Laid:
    """Return a roadmap as it is now.

    Raises `NotFound` where there is none.
    """
    laid = reading(project_id).laid
    if laid is None:
        raise NotFound
    return laid


def _laid(found: Reading, step_id: str) -> Laid:
    laid = found.laid
    if laid is None:
        raise NotFound
    mark = laid.marks.get(step_id)
    if step_id not in laid.book.steps and (mark is None or mark.own is None):
        raise NotFound
    return laid


def _version(laid: Laid, step_id: str) -> int:
    mark = laid.marks.get(step_id)
    return 0 if mark is None else mark.version


def _refused(
    project_id: int, step_id: str, form: StepForm, skip: SkipForm | None, *, stale: bool
) -> ResponseReturnValue:
    found = reading(project_id)
    laid = _laid(found, step_id)
    if stale:
        for shown in (form, skip):
            if shown is not None:
                shown.version.data = str(_version(laid, step_id))
    return _page(found, laid, step_id, form, skip), 409 if stale else 422


def _offer(form: OwnStepForm, laid: Laid, but: str | None = None) -> None:
    tracks = [(track, words.track(track)) for track in laid.book.tracks]
    names = {step: words.name_in(laid.book, laid.marks, step) for step in laid.book.steps}
    names |= {
        step: words.name_in(laid.book, laid.marks, step)
        for step, mark in laid.marks.items()
        if mark.own is not None and step != but
    }
    form.offer(tracks, sorted(names.items(), key=lambda pair: pair[1].casefold()))


def _page(found: Reading, laid: Laid, step_id: str, form: StepForm, skip: SkipForm | None) -> str:
    lines = {line.id: line for line in lines_of(laid, found.booked)}
    line, record = lines.get(step_id), laid.book.steps.get(step_id)
    out = {step["id"]: step["because"] for step in laid.plan.plan["not_applicable"]}
    mark = laid.marks.get(step_id)
    run = RUN_OF_STEP.get(step_id)
    project_id, version = found.seen.project.id, _version(laid, step_id)
    return render_template(
        "roadmap/step_of_project.html",
        step_id=step_id,
        step_name=words.name_in(laid.book, laid.marks, step_id),
        record=record,
        cited=_cited(step_id) if record else None,
        line=line,
        mark=mark,
        version=version,
        because=_because(out.get(step_id, [])),
        may_apply=step_id in around(found)["open_steps"],
        before=[_other(lines, edge, project_id) for edge in laid.plan.plan["edges"].get(step_id, ())],
        after=[
            (other.name, url_for("roadmap.step_of_project", project_id=project_id, step_id=other.id))
            for other in lines.values()
            if step_id in other.after
        ],
        delay=laid.plan.plan["delays"].get(step_id),
        target=words.MILESTONES.get(laid.plan.plan["target"] or ""),
        helps=helps_of(found, [line])[step_id]
        if line is not None and line.standing is not Standing.DONE
        else [],
        outline_url=url_for("roadmap.outline", project_id=project_id, step_id=step_id) if line else None,
        room_url=url_for("bookings.new_request", project=project_id, run=run.value)
        if run is not None and found.seen.is_own and found.may_plan and line is not None
        else None,
        booked=found.booked.get(step_id),
        form=form,
        skip=skip or SkipForm(None, prefix=SKIP, data={"version": version}),
        **around(found),
    )


def _cited(step_id: str) -> dict[str, Any] | None:
    try:
        return cited(reference.effective(db.session(), STEPS, step_id).record)
    except NotFound:
        return None


def _other(lines: Mapping[str, StepLine], edge: list[Any], project_id: int) -> tuple[StepLine, str, str]:
    step, kind, lag = edge
    if kind == "start_to_start":
        how = _("%(days)s after it has started", days=words.days(lag)) if lag else _("once it has started")
    else:
        how = _("%(days)s after it is finished", days=words.days(lag)) if lag else _("once it is finished")
    url = url_for("roadmap.step_of_project", project_id=project_id, step_id=step)
    return lines[step], url, how


def _because(reasons: list[str]) -> list[str]:
    said = {
        "product_class": _("It is for another product class."),
        "organisation": _("It is for another kind of organisation."),
        "gmo": _("It depends on whether there is a genetically modified organism."),
        "orphan": _("It depends on orphan designation."),
        "paediatric": _("It depends on whether the product is for children."),
        "autologous": _("It depends on whether the product is autologous."),
        "country": _("It belongs to another country."),
        "condition": _("Its conditions do not hold for this project."),
        "condition_unanswered": _("A question that decides about it has not been answered."),
        "skipped": _("The team has left it out."),
    }
    return [said[reason] for reason in reasons]
