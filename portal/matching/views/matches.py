"""Who fits a project, and why: for advisers with weights to turn, for founders their own matches."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.core import clock
from portal.core.actors import Actor, Role
from portal.core.errors import NotFound
from portal.matching import queries, services, words
from portal.matching.forms import CaseForm, NoteForm, PickForm, WishForm
from portal.matching.queries import Sight
from portal.matching.rules.introductions import OPEN
from portal.matching.rules.shares import DEFAULT_WEIGHTS
from portal.matching.services.beginning import OPENABLE
from portal.matching.views import shown
from portal.matching.views.blueprint import bp
from portal.matching.views.needs import stated_rows
from portal.partners import words as partner_words
from portal.projects import queries as projects
from portal.projects import wording
from portal.projects.models import FieldGroup, Project
from portal.projects.queries import SeenProject
from portal.store import db
from portal.web.actors import back, current_actor, for_roles, signed_in
from portal.web.filters import day, moment, number
from portal.web.forms import BaseForm

FIRST = 12
HEAVIEST = 100.0


@bp.get("/projects/<int:project_id>/matches")
@signed_in
def matches(project_id: int) -> ResponseReturnValue:
    """Show who fits a project, to an adviser or to its founder."""
    return matches_page(project_id, None)


@bp.post("/projects/<int:project_id>/shortlist")
@for_roles(Role.ADVISER)
def shortlist(project_id: int) -> ResponseReturnValue:
    """Put a partner on the project's shortlist."""
    actor, at, form = current_actor(), clock.now(), PickForm(request.form)
    if form.validate() and form.attempt(
        lambda session: (
            services.shortlist(session, actor, project_id, int(form.partner_id.data or 0), at=at).id
        )
    ):
        flash(_("Shortlisted. Ask the founder’s consent next."), "done")
        return back("matching.show", introduction_id=form.result)
    return matches_page(project_id, form), 422


@bp.post("/projects/<int:project_id>/wish")
@signed_in
def wish(project_id: int) -> ResponseReturnValue:
    """Ask, as the founder, to be introduced to a partner."""
    actor, at, form = current_actor(), clock.now(), WishForm(request.form)
    projects.own_project(db.session(), actor, project_id, at=at)
    if form.validate() and form.attempt(
        lambda session: (
            services.wish(
                session,
                actor,
                project_id,
                int(form.partner_id.data or 0),
                groups=form.chosen,
                read=form.read.data or "",
                at=at,
            ).id
        )
    ):
        flash(_("Asked. An adviser takes it up; nothing is sent before that."), "done")
        return back("matching.show", introduction_id=form.result)
    return matches_page(project_id, form), 422


def matches_page(project_id: int, form: BaseForm | None, *, note_form: NoteForm | None = None) -> str:
    """Return the page of a project's matches, with what was refused on it."""
    actor, at = current_actor(), clock.now()
    seen = _seen(actor, project_id)
    usual = queries.weights_for(db.session(), actor.user_id)
    weights, wrong = weights_in(request.args, usual), misread(request.args)
    sight = queries.sight(
        db.session(), actor, seen.project, at=at, weights=weights if not seen.is_own else None
    )
    known = queries.introductions_of(db.session(), actor, project_id)
    under_way = {one.partner_id: one for one in known if one.state in OPEN}
    need = request.args.get("need", "")
    everything = [
        shown.match_row(sight, match, place, is_own=seen.is_own)
        for place, match in enumerate(_wanted(sight, need), start=1)
    ]
    refusals = shown.refusal_rows(sight, is_own=seen.is_own)
    project = seen.project
    return render_template(
        "matching/matches.html",
        form=form or note_form,
        group_choices=_group_choices() if seen.is_own else [],
        warnings=shown.warnings_of(project) if seen.is_own else [],
        project=project,
        title=shown.title_of(project, seen.groups),
        is_own=seen.is_own,
        lead=_lead(sight),
        needs_are_proposed=sight.needs_are_proposed,
        sees_all=len(seen.groups) > 1,
        tabs=_tabs(sight, need, project_id),
        rows=everything[:FIRST] if "all" not in request.args else everything,
        number=len(everything),
        all_url=_address(project_id, {**request.args.to_dict(), "all": "1"}),
        refusals=refusals if "all" in request.args else refusals[:FIRST],
        refused_number=len(refusals),
        under_way={
            partner_id: {
                "url": url_for("matching.show", introduction_id=one.id),
                "mark": words.MARKS[one.state],
                "state": words.STATES[one.state],
            }
            for partner_id, one in under_way.items()
        },
        shortlist=[
            {
                "name": one.partner.name,
                "url": url_for("matching.show", introduction_id=one.id),
                "mark": words.MARKS[one.state],
                "state": words.STATES[one.state],
            }
            for one in known
        ],
        weights=[
            (
                name,
                str(words.CONTRIBUTIONS[name]),
                request.args[f"w_{name}"] if name in wrong else f"{weights[name]:g}",
                name in wrong,
            )
            for name in words.CONTRIBUTIONS
        ],
        weights_refused=misread_in_words(wrong) if wrong else None,
        are_tried=weights != dict(usual),
        are_own=dict(usual) != dict(DEFAULT_WEIGHTS),
        tried={f"w_{name}": f"{weight:g}" for name, weight in weights.items()},
        kept={name: value for name, value in request.args.items() if name == "need"},
        gains=_gains(everything),
        asked=stated_rows(seen.project, seen.groups),
        note_form=note_form or NoteForm(),
        **({} if seen.is_own else _case(actor, seen.project, form if isinstance(form, CaseForm) else None)),
        notes=[] if seen.is_own else _notes(actor, seen.project),
    )


def _case(actor: Actor, project: Project, form: CaseForm | None) -> dict[str, Any]:
    """Return who looks after a project, how that came, and the form that hands it over."""
    session = db.session()
    case = queries.case_of(session, project.id)
    form = form or CaseForm(data={"version": case.version if case else 0})
    form.version.data = str(case.version if case else 0)
    free = queries.free_advisers(session, project)
    form.adviser_id.choices = [
        (one.id, one.name) for one in free if case is None or one.id != case.adviser_id
    ]
    return {
        "case_form": form,
        "case": {"name": case.adviser.name, "since": day(case.since.date())} if case else None,
        "can_take_on": any(one.id == actor.user_id for one in free)
        and (case is None or case.adviser_id != actor.user_id),
        "reader_id": actor.user_id,
        "handed": [
            {
                "when": moment(one.at),
                "words": _("%(before)s → %(to)s", before=one.before, to=one.to) if one.before else one.to,
                "by": one.by,
                "reason": one.reason,
            }
            for one in queries.handed_on(session, case)
        ],
    }


def _notes(actor: Actor, project: Project) -> list[dict[str, Any]]:
    return [
        {
            "id": note.id,
            "words": note.words,
            "who": note.author.name,
            "when": moment(note.created_at),
            "due": day(note.follow_up_on) if note.follow_up_on else None,
            "is_open": note.follow_up_on is not None and note.done_at is None,
        }
        for note in queries.notes_of(db.session(), actor, project)
    ]


def _address(project_id: int, asked: dict[str, Any]) -> str:
    known = {name: value for name, value in asked.items() if name in ("need", "all") or name.startswith("w_")}
    return url_for("matching.matches", project_id=project_id, **known)


def _group_choices() -> list[tuple[str, str]]:
    return [(group.value, str(wording.GROUPS[group])) for group in FieldGroup if group in OPENABLE]


def _seen(actor: Actor, project_id: int) -> SeenProject:
    """Return a project for who may see matches of it: an adviser, or its own founder."""
    seen = projects.seen_project(db.session(), actor, project_id, at=clock.now())
    if not seen.is_own and Role.ADVISER not in actor.roles:
        raise NotFound
    return seen


def _wanted(sight: Sight, need: str) -> list[Any]:
    found = list(sight.ranking.matches())
    return [match for match in found if match.need == need] if need else found


def _tabs(sight: Sight, need: str, project_id: int) -> list[tuple[str, str, bool, int]]:
    found = list(sight.ranking.matches())
    kept = {name: value for name, value in request.args.items() if name.startswith("w_")}
    first = (_("All"), _address(project_id, kept), not need, len(found))
    kinds = [one.id for one in sight.ranking.project.needs]
    return [
        first,
        *(
            (
                partner_words.word("serves", kind),
                _address(project_id, {**kept, "need": kind}),
                need == kind,
                sum(match.need == kind for match in found),
            )
            for kind in kinds
        ),
    ]


def _lead(sight: Sight) -> str:
    project = sight.project
    said = [wording.area(project.indication_area), wording.phase(project.phase.value)]
    if sight.shows(FieldGroup.PROCESS):
        said.insert(0, wording.word("modality", project.modality))
    funding = wording.funding(project) if sight.shows(FieldGroup.MONEY) else None
    if funding:
        said.append(_("seeks %(amount)s", amount=funding))
    return " · ".join(said)


def _gains(rows: list[dict[str, Any]]) -> list[tuple[str, float, int]]:
    """Return what the founder could add, with the most that it adds to any score, and to how many."""
    found: dict[str, list[float]] = {}
    for row in rows:
        for label, gain in row["missing"]:
            found.setdefault(label, []).append(gain)
    return [(label, max(gains), len(gains)) for label, gains in found.items()]


def weights_in(typed: Mapping[str, str], usual: Mapping[str, float]) -> dict[str, float]:
    """Return the weights that somebody typed; what cannot be meant stays as it usually is, and is among the `misread`."""
    found = dict(usual)
    for name in DEFAULT_WEIGHTS:
        asked = _weight(typed.get(f"w_{name}", ""))
        if asked is not None:
            found[name] = asked
    return found


def misread(typed: Mapping[str, str]) -> list[str]:
    """Return the names of the weights for which something was typed that cannot be meant."""
    written = {name: typed.get(f"w_{name}", "").strip() for name in DEFAULT_WEIGHTS}
    return [name for name, value in written.items() if value and _weight(value) is None]


def misread_in_words(names: Sequence[str]) -> str:
    """Return which weights were not understood, what they may be, and that they count as before."""
    return _(
        "Give each weight a number from 0 to %(most)s. Not understood, and counted as before: %(names)s.",
        most=number(HEAVIEST),
        names=", ".join(str(words.CONTRIBUTIONS[name]) for name in names),
    )


def _weight(written: str) -> float | None:
    try:
        asked = float(written.replace(",", "."))
    except ValueError:
        return None
    return asked if 0.0 <= asked <= HEAVIEST else None
