"""What a project needs: stated by its founder, with what the portal proposes; read by those who see its roadmap."""

from collections.abc import Collection, Mapping
from typing import Any

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.core import clock
from portal.core.errors import NotFound
from portal.matching import queries, services
from portal.matching.forms import NeedsForm
from portal.matching.models import StatedNeed
from portal.matching.rules.needs import NO_WAY, Proposal, Way, proposals
from portal.matching.rules.values import CAPITAL
from portal.matching.views import shown
from portal.matching.views.blueprint import bp
from portal.partners import words as partner_words
from portal.partners.words import INSTRUMENTS
from portal.projects import queries as projects
from portal.projects import wording
from portal.projects.models import FieldGroup, Project
from portal.projects.rules.phases import day_of
from portal.projects.tabs import tabs_of
from portal.reference import vocabulary
from portal.roadmap.words import MILESTONES, in_words
from portal.store import db
from portal.web.actors import back, current_actor, signed_in
from portal.web.filters import day


@bp.get("/projects/<int:project_id>/needs")
@signed_in
def needs(project_id: int) -> ResponseReturnValue:
    """Show what a project needs, and to its founder the form and what the portal proposes."""
    return _page(project_id, None)


@bp.post("/projects/<int:project_id>/needs")
@signed_in
def state_needs(project_id: int) -> ResponseReturnValue:
    """Say what the project needs."""
    actor, at, form = current_actor(), clock.now(), NeedsForm(request.form)
    projects.own_project(db.session(), actor, project_id, at=at)
    if form.validate() and form.attempt(
        lambda session: (
            services.state_needs(
                session,
                actor,
                project_id,
                form.asked,
                funding=form.funding,
                version=form.shown_version,
                at=at,
            ).id
        )
    ):
        flash(_("Saved. Rankings use it from now on."), "done")
        return back("matching.needs", project_id=project_id)
    return _page(project_id, form), 409 if form.stale else 422


def _page(project_id: int, form: NeedsForm | None) -> str:
    session, at = db.session(), clock.now()
    seen = projects.seen_project(session, current_actor(), project_id, at=at)
    if not seen.shows(FieldGroup.ROADMAP):
        raise NotFound
    stated, way = queries.stated_needs(session, project_id), queries.way_of(session, seen.project)
    found = proposals(
        seen.project.phase.value,
        queries.next_steps(session, seen.project),
        stated=seen.project.needs,
        today=day_of(at),
        way=way,
    )
    shown_form = (form or NeedsForm.of(seen.project, stated, found)) if seen.is_own else None
    if shown_form is not None:
        shown_form.version.data = str(seen.project.version)
        shown_form.offer(way)
    return render_template(
        "matching/needs.html",
        seen=seen,
        project=seen.project,
        title=shown.title_of(seen.project, seen.groups),
        tabs=tabs_of(seen),
        form=shown_form,
        kinds=_kinds(shown_form, {one.kind for one in found}) if shown_form else [],
        proposed=[(one.kind, *_proposed(one, seen.project.phase.value, way)) for one in found],
        moved=_moved(seen.project, stated, way),
        has_roadmap=bool(way.steps),
        stated=stated_rows(seen.project, seen.groups),
    )


def stated_rows(project: Project, groups: Collection[FieldGroup]) -> list[tuple[str, str]]:
    """Return what a project asks for, one row for each kind of help, as far as these field groups tell it."""
    if FieldGroup.ROADMAP not in groups:
        return []
    stated = queries.stated_needs(db.session(), project.id)
    has_steps = any(one.steps for one in stated.values())
    way = queries.way_of(db.session(), project) if has_steps else NO_WAY
    rows = []
    for kind in project.needs:
        one, said = stated.get(kind), []
        if kind == CAPITAL and FieldGroup.MONEY in groups:
            said += [wording.funding(project)]
            said += [str(INSTRUMENTS[one.instrument])] if one and one.instrument else []
        if one and one.by:
            said.append(_("by %(day)s", day=day(one.by)))
        if one and (names := _names(one.steps, way)):
            said.append(
                _("pays for %(steps)s", steps=names) if kind == CAPITAL else _("for %(steps)s", steps=names)
            )
        if one and one.words:
            said.append(one.words)
        rows.append((partner_words.word("serves", kind), " · ".join(filter(None, said)) or _("not detailed")))
    return rows


def _names(step_ids: Collection[str], way: Way) -> str:
    return ", ".join(in_words(step.name) for step in way.chosen(step_ids))


def _moved(project: Project, stated: Mapping[str, StatedNeed], way: Way) -> list[str]:
    """Return of which needs the roadmap begins the first step on an earlier day by now than the help is asked for."""
    found = []
    for kind in project.needs:
        one = stated.get(kind)
        begins = way.begins(one.steps) if one else None
        if one and one.by and begins and begins < one.by:
            found.append(
                _(
                    "%(kind)s is asked for by %(day)s, but the first of its steps begins on %(begins)s.",
                    kind=partner_words.word("serves", kind),
                    day=day(one.by),
                    begins=day(begins),
                )
            )
    return found


def _kinds(form: NeedsForm, proposed: set[str]) -> list[dict[str, Any]]:
    """Return the kinds of help with their fields: those that are wanted or proposed first."""
    found = [
        {
            "kind": kind,
            "label": partner_words.word("serves", kind),
            "fields": form.of_kind(kind),
            "is_wanted": bool(form.of_kind(kind)["wanted"].data),
            "is_proposed": kind in proposed,
        }
        for kind in vocabulary.ids("need")
    ]
    return sorted(found, key=lambda row: (not row["is_wanted"], not row["is_proposed"]))


def _proposed(one: Proposal, phase: str, way: Way) -> tuple[str, str]:
    label = partner_words.word("serves", one.kind)
    if one.step is None and one.steps and way.target is not None and way.target in MILESTONES:
        return label, _(
            "Projects in this phase usually need it next: %(phase)s. On the way to “%(milestone)s” it pays for %(steps)s.",
            phase=wording.phase(phase),
            milestone=MILESTONES[way.target],
            steps=_names(one.steps, way),
        )
    if one.step is None:
        return label, _("Projects in this phase usually need it next: %(phase)s.", phase=wording.phase(phase))
    name = in_words(one.step.name)
    if one.step.by is None:
        return label, _("Your roadmap’s next step calls for it: %(step)s.", step=name)
    return label, _(
        "Your roadmap calls for it: %(step)s, to be begun by %(day)s.", step=name, day=day(one.step.by)
    )
