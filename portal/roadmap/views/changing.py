"""Making a roadmap, answering its questions, saying what is done, keeping a baseline, and taking a newer catalogue."""

from collections.abc import Iterable
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.core import clock
from portal.core.errors import NotFound
from portal.projects.rules.values import Phase
from portal.roadmap import queries, services, words
from portal.roadmap.books import book_of
from portal.roadmap.forms import answers_form, done_form
from portal.roadmap.forms.catalogue import written
from portal.roadmap.forms.steps import NO, YES, AnswersForm, DoneForm
from portal.roadmap.instances import stated_by
from portal.roadmap.queries import Laid
from portal.roadmap.rules.applicability import truths_of
from portal.roadmap.rules.standing import implied_by_phase, may_apply
from portal.roadmap.rules.updates import Update
from portal.roadmap.views.blueprint import bp
from portal.roadmap.views.lines import lines_of
from portal.roadmap.views.pages import Reading, around, reading
from portal.store import db
from portal.web.actors import back, current_actor, signed_in
from portal.web.forms import ActionForm


@bp.post("/projects/<int:project_id>/roadmap")
@signed_in
def make(project_id: int) -> ResponseReturnValue:
    """Make a project's roadmap; a project in mid-course is asked next what is done already."""
    actor, at, form = current_actor(), clock.now(), ActionForm(request.form)
    queries.project_to_plan(db.session(), actor, project_id, at=at)
    if form.validate() and form.attempt(
        lambda session: services.make_roadmap(session, actor, project_id, at=at).project.phase
    ):
        flash(_("The roadmap is made. It is computed anew with everything that you say."), "done")
        if form.result is Phase.DISCOVERY:
            return back("roadmap.show", project_id=project_id)
        return back("roadmap.done", project_id=project_id)
    found = reading(project_id)
    page = render_template("roadmap/none.html", may_plan=found.may_plan, form=form, **around(found))
    return page, 422


@bp.route("/projects/<int:project_id>/roadmap/questions", methods=["GET", "POST"])
@signed_in
def questions(project_id: int) -> ResponseReturnValue:
    """Ask what decides which steps apply and the project does not say."""
    found, laid = planned(project_id)
    asked = list(_questions(laid))
    typed = request.form if request.method == "POST" else None
    form = answers_form(
        [(one["id"], one["words"], one["left_open"]) for one in asked],
        typed,
        version=str(laid.roadmap.version),
        **{f"answer-{fact}": YES if said else NO for fact, said in laid.roadmap.answers.items()},
    )
    if request.method == "GET":
        return _questions_page(found, form, asked)
    actor, at = current_actor(), clock.now()
    if form.validate() and form.attempt(
        lambda session: (
            services.answer_questions(
                session, actor, project_id, form.answers, version=form.shown_version, at=at
            ).id
        )
    ):
        flash(_("Saved. The roadmap is computed anew."), "done")
        return back("roadmap.show", project_id=project_id)
    code = 409 if form.stale else 422
    found, laid = planned(project_id)
    if form.stale:
        form.version.data = str(laid.roadmap.version)
    return _questions_page(found, form, asked), code


@bp.route("/projects/<int:project_id>/roadmap/done", methods=["GET", "POST"])
@signed_in
def done(project_id: int) -> ResponseReturnValue:
    """Ask on one page which steps are done, with those ticked that the project's phase implies."""
    found, laid = planned(project_id)
    lines = lines_of(laid, found.booked)
    form = done_form(
        [(line.id, line.name) for line in lines],
        request.form if request.method == "POST" else None,
        _ticked(found, laid),
    )
    if request.method == "GET":
        return _done_page(found, form)
    actor, at = current_actor(), clock.now()
    if form.validate():
        finished = form.finished
        before = {line.id for line in lines if (mark := laid.marks.get(line.id)) and mark.finished}
        if form.attempt(
            lambda session: services.report_steps(
                session,
                actor,
                project_id,
                finished,
                not_done=frozenset(before - set(finished)),
                version=form.shown_version,
                at=at,
            )
        ):
            flash(
                ngettext("%(num)s step has changed.", "%(num)s steps have changed.", form.result)
                if form.result
                else _("Nothing has changed."),
                "done",
            )
            return back("roadmap.show", project_id=project_id)
    found, laid = planned(project_id)
    if form.stale:
        form.version.data = str(laid.roadmap.version)
    return _done_page(found, form), 409 if form.stale else 422


@bp.post("/projects/<int:project_id>/roadmap/baseline")
@signed_in
def baseline(project_id: int) -> ResponseReturnValue:
    """Keep the present plan to compare later ones with."""
    actor, at, form = current_actor(), clock.now(), ActionForm(request.form)
    if form.validate() and form.attempt(
        lambda session: (
            services.set_baseline(session, actor, project_id, version=form.shown_version, at=at).id
        )
    ):
        flash(_("Kept. The grid shows how the plan differs from today’s."), "done")
    else:
        for words_of in form.refusals:
            flash(words_of, "refused")
    return back("roadmap.show", project_id=project_id)


@bp.route("/projects/<int:project_id>/roadmap/catalogue", methods=["GET", "POST"])
@signed_in
def newer_catalogue(project_id: int) -> ResponseReturnValue:
    """Show what the newest version of the catalogue would change, and take it when told to."""
    found, laid = planned(project_id)
    actor, at = current_actor(), clock.now()
    form = ActionForm(request.form if request.method == "POST" else None)
    if (
        request.method == "POST"
        and form.validate()
        and form.attempt(
            lambda session: (
                services.take_latest_catalogue(
                    session, actor, project_id, version=form.shown_version, at=at
                ).catalogue.label
            )
        )
    ):
        flash(_("The roadmap stands on version %(label)s now.", label=form.result), "done")
        return back("roadmap.show", project_id=project_id)
    found, laid = planned(project_id)
    form.version.data = str(laid.roadmap.version)
    newest = queries.latest_version(db.session())
    update = services.what_would_change(db.session(), laid.roadmap, at=at)
    page = render_template(
        "roadmap/newer.html",
        form=form,
        newest=newest,
        update=None if update is None else _shown(update, laid),
        **around(found),
    )
    return page, (409 if form.stale else 422) if request.method == "POST" else 200


def planned(project_id: int) -> tuple[Reading, Laid]:
    """Return a roadmap that the reader may change.

    Raises `NotFound` and `NotAllowed` as a change would, and `NotFound` where none is made yet.
    """
    queries.project_to_plan(db.session(), current_actor(), project_id, at=clock.now())
    found = reading(project_id)
    if found.laid is None:
        raise NotFound
    return found, found.laid


def _questions(laid: Laid) -> Iterable[dict[str, Any]]:
    """Return each question that decides about a step that is not excluded for another reason."""
    states = stated_by(laid.roadmap.project)
    because = {step["id"]: tuple(step["because"]) for step in laid.plan.plan["not_applicable"]}
    derived = truths_of(laid.book.catalogue, states, {})
    hanging: dict[str, list[str]] = {}
    for step in laid.book.catalogue.steps:
        reasons = because.get(step.id, ())
        if step.applies_to.condition is None or set(reasons) - {"condition", "condition_unanswered"}:
            continue
        condition = step.applies_to.condition
        for facts in (condition.all_of, condition.any_of, condition.none_of):
            for fact in facts or ():
                hanging.setdefault(fact, []).append(step.id)
    for fact, record in laid.book.facts.items():
        if fact not in hanging:
            continue
        known = derived[fact]
        yield {
            "id": fact,
            "words": words.in_words(record["question"]),
            "help": words.in_words(record.get("help")),
            "left_open": {
                None: _("Not known yet"),
                True: _("As the project says: yes"),
                False: _("As the project says: no"),
            }[known],
            "is_open": known is None and fact not in laid.roadmap.answers,
            "steps": [words.name_in(laid.book, laid.marks, step) for step in hanging[fact]],
        }


def _questions_page(found: Reading, form: AnswersForm, asked: list[dict[str, Any]]) -> str:
    laid = found.laid
    states = stated_by(found.seen.project).states
    missing = sorted(
        {
            reason
            for step in (laid.plan.plan["not_applicable"] if laid else ())
            if may_apply(tuple(step["because"]), states)
            for reason in step["because"]
            if reason != "condition_unanswered"
        }
    )
    return render_template(
        "roadmap/questions.html",
        form=form,
        open_ones=[one for one in asked if one["is_open"]],
        answered=[one for one in asked if not one["is_open"]],
        facts_missing=[str(words.QUESTIONS_OF_FACTS[reason]) for reason in missing],
        edit_url=url_for("projects.edit", project_id=found.seen.project.id) if found.seen.is_own else None,
        **around(found),
    )


def _ticked(found: Reading, laid: Laid) -> dict[str, object]:
    kept: dict[str, object] = {"version": str(laid.roadmap.version)}
    reported = {step for step, mark in laid.marks.items() if mark.finished is not None}
    implied = (
        frozenset[str]()
        if reported
        else implied_by_phase(
            laid.book.catalogue,
            [step["id"] for step in laid.plan.plan["steps"]],
            found.seen.project.phase.value,
        )
    )
    for step in reported | implied:
        kept[f"done-{step}"] = True
        mark = laid.marks.get(step)
        if mark is not None and mark.finished is not None and not mark.day_unknown:
            kept[f"day-{step}"] = mark.finished
    return kept


def _done_page(found: Reading, form: DoneForm) -> str:
    laid = found.laid
    lines = lines_of(laid, found.booked) if laid else []
    groups: dict[str, list[Any]] = {}
    for line in lines:
        groups.setdefault(line.track, []).append(line)
    return render_template(
        "roadmap/done.html",
        form=form,
        by_track=[(track, words.track(track), found_lines) for track, found_lines in groups.items()],
        prefilled=bool(laid) and not any(mark.finished for mark in laid.marks.values()) if laid else False,
        **around(found),
    )


def _shown(update: Update, laid: Laid) -> dict[str, Any]:
    newest = queries.latest_version(db.session())
    names = {**laid.book.steps}
    if newest is not None:
        names = {**book_of(newest).steps, **names}

    def name(step: str) -> str:
        return words.step_name(names[step]) if step in names else step

    return {
        "is_empty": update.is_empty,
        "added": [name(step) for step in update.added],
        "removed": [name(step) for step in update.removed],
        "changed": [
            (
                name(step),
                [(words.field_name(field), written(old), written(new)) for field, old, new in changes],
            )
            for step, changes in update.changed.items()
        ],
        "milestones": [
            (str(words.MILESTONES[milestone]), before.likely, after.likely)
            for milestone, (before, after) in update.milestones.items()
        ],
    }
