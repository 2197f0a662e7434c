"""The first step of the wizard: what will be done. It begins and changes drafts; the room and the check follow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import flask
from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.bookings import queries, search, services, words
from portal.bookings.forms.requests import REQUIREMENTS, WORK, WorkForm, least_values, values_of
from portal.bookings.models import RequestState, RunKind, SlotRequest, WorkMode
from portal.bookings.needs import Minimum, Need, minimum_for, need_from
from portal.bookings.search import Answer
from portal.bookings.views import choosing
from portal.bookings.views.blueprint import bp
from portal.core import clock
from portal.core.actors import Actor, Role
from portal.core.errors import NotFound
from portal.facilities.models import BookingUnit
from portal.facilities.queries import bookable_cleanrooms
from portal.facilities.words import label
from portal.projects import wording as project_words
from portal.projects.models import Project
from portal.projects.queries import stated_values
from portal.projects.rules.facts import SEPARATES, costs_of_unknown
from portal.segregation.words import background_cited
from portal.store import db
from portal.web.actors import back, current_actor, for_roles
from portal.web.filters import day, window
from portal.web.forms import ActionForm
from portal.web.sentences import sentence

SOONEST = 4
LONGEST_ID = 10
ONLY_SHOWS = frozenset({"refill", "look"})
"""The buttons of the first step that save nothing."""
LENGTH_OPEN = frozenset({"too_short_for_room", "too_long_for_room"})
"""What cannot be judged as long as nobody has said how long the work takes."""


@bp.route("/requests/new", methods=["GET", "POST"])
@for_roles(Role.FOUNDER)
def new_request() -> ResponseReturnValue:
    """Begin a slot request; what a room must offer comes from the project."""
    actor, at = current_actor(), clock.now()
    projects = queries.requestable_projects(db.session(), actor)
    if not projects:
        return render_template("bookings/requests/no_project.html")
    if flask.request.method == "GET":
        form = WorkForm(data=_first_values(actor, projects, at))
        return _work_page(form, projects)
    form = _typed(projects)
    if flask.request.form.get("go") in ONLY_SHOWS:
        return _shown_anew(form, projects)
    if form.validate() and form.attempt(
        lambda session: services.save_draft(session, actor, None, form.values, at=at).id
    ):
        return _go_on(form.result)
    return _work_page(form, projects), 422


@bp.route("/requests/<int:request_id>/work", methods=["GET", "POST"])
@for_roles(Role.FOUNDER)
def edit_work(request_id: int) -> ResponseReturnValue:
    """Change what a draft asks for; a window that was chosen for another need is forgotten."""
    actor, at = current_actor(), clock.now()
    draft = queries.own_request(db.session(), actor, request_id)
    if draft.state is not RequestState.DRAFT:
        return sent_already(request_id)
    projects = queries.requestable_projects(db.session(), actor)
    if flask.request.method == "GET":
        return _work_page(WorkForm(data=values_of(draft)), projects, draft)
    form = _typed(projects)
    if flask.request.form.get("go") in ONLY_SHOWS:
        return _shown_anew(form, projects, draft)
    if form.validate() and form.attempt(
        lambda session: (
            services.save_draft(
                session, actor, request_id, form.values, shown_version=form.shown_version, at=at
            ).id
        )
    ):
        return _go_on(request_id)
    draft = queries.own_request(db.session(), actor, request_id)
    differing = _differing(form, draft) if form.stale else []
    if form.stale:
        form.version.data = str(draft.version)
    return _work_page(form, projects, draft, differing=differing), 409 if form.stale else 422


@bp.post("/requests/fitting")
@for_roles(Role.FOUNDER)
def fitting() -> ResponseReturnValue:
    """Return how many rooms fit what is being typed, and the first free windows: the list beside the first step."""
    projects = queries.requestable_projects(db.session(), current_actor())
    form = _typed(projects)
    return render_template("bookings/requests/_fitting.html", beside=_beside(form, projects))


@bp.post("/requests/requirements")
@for_roles(Role.FOUNDER)
def requirements() -> ResponseReturnValue:
    """Return the requirements anew when another project or kind of run was chosen."""
    projects = queries.requestable_projects(db.session(), current_actor())
    form = _typed(projects)
    project = _project_of(form, projects)
    if project is not None:
        form.take_from(project)
    return render_template("bookings/requests/_requirements.html", form=form, least=_least(form, project))


@bp.post("/requests/<int:request_id>/discard")
@for_roles(Role.FOUNDER)
def discard_draft(request_id: int) -> ResponseReturnValue:
    """Throw a draft away."""
    actor, at, form = current_actor(), clock.now(), ActionForm(flask.request.form)
    queries.own_request(db.session(), actor, request_id)
    if form.attempt(
        lambda session: services.discard_draft(
            session, actor, request_id, shown_version=form.shown_version, at=at
        )
    ):
        flash(_("The draft is discarded."), "done")
        return back("bookings.own_requests")
    flash(" ".join(form.refusals), "refused")
    return back("bookings.show_request", request_id=request_id)


def sent_already(request_id: int) -> ResponseReturnValue:
    """Go to the page of a request that is a draft no longer, and say why."""
    flash(_("This request is no draft any more. This is where it stands."), "info")
    return back("bookings.show_request", request_id=request_id)


def steps(draft: SlotRequest | None) -> list[tuple[str, str | None]]:
    """Return the three steps of the wizard with their addresses, as far as they can be gone to."""
    if draft is None:
        return [(_("What you will do"), None), (_("Room and window"), None), (_("Check and submit"), None)]
    check = url_for("bookings.check_request", request_id=draft.id) if draft.slot else None
    return [
        (_("What you will do"), url_for("bookings.edit_work", request_id=draft.id)),
        (_("Room and window"), url_for("bookings.choose_window", request_id=draft.id)),
        (_("Check and submit"), check),
    ]


def lead(asked: SlotRequest) -> str:
    """Return what a request is about, in a line: project, work and length."""
    work = asked.title or words.run_kind(asked.run_kind)
    length = words.length(asked.duration, asked.duration_unit, asked.mode)
    return f"{asked.project.name} · {work} · {length}"


def needed_facts(asked: SlotRequest) -> list[tuple[str, str | None]]:
    """Return what a request needs, as rows of a list of facts."""
    facilities = asked.acceptable_facility_ids
    rows: list[tuple[str, str | None]] = [
        (_("Kind"), words.room_kind(asked.kind)),
        (_("Grade"), words.grade_or_cleaner(asked.grade.value)),
        (_("Biosafety"), _("Level %(level)s", level=asked.bsl)),
        (_("Vector"), label("vector_level", asked.vector_level.value)),
        (_("GMO class"), label("gmo_class", asked.gmo_class)),
        (_("What runs"), label("process_class", asked.process_class) if asked.process_class else None),
        (
            _("Equipment"),
            ", ".join(label("equipment", one) for one in asked.equipment) or _("nothing in particular"),
        ),
        (_("Length"), words.length(asked.duration, asked.duration_unit, asked.mode)),
        (_("When"), between(asked.earliest_start, asked.latest_end)),
    ]
    if facilities:
        named = {one.id: one.name for one in queries.requestable_facilities(db.session())}
        rows.append((_("Facilities"), ", ".join(named[one] for one in facilities if one in named) or None))
    return rows


def between(earliest_start: date, latest_end: date | None) -> str:
    """Return the days between which work may run."""
    if latest_end is None:
        return _("From %(start)s on", start=day(earliest_start))
    return _("Between %(start)s and %(end)s", start=day(earliest_start), end=day(latest_end))


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside the first step: how many rooms fit, the first windows, and what unknown facts cost."""

    title: str
    soonest: list[tuple[str, str, str]]
    """Room, place and window of the first free windows."""
    has_length: bool
    unknown: list[tuple[str, str]]
    project: Project


def _typed(projects: Sequence[Project]) -> WorkForm:
    form = WorkForm(flask.request.form)
    form.offer(projects, queries.requestable_facilities(db.session()))
    if form.project_id.data and form.project_id.data not in {project.id for project in projects}:
        raise NotFound
    return form


def _first_values(actor: Actor, projects: Sequence[Project], at: datetime) -> dict[str, Any]:
    """Return what the form of a new request begins with: an earlier request, or the project's facts."""
    like, asked = (_id_in_address(name) for name in ("like", "project"))
    if like is not None:
        earlier = values_of(queries.own_request(db.session(), actor, like))
        known = earlier["project_id"] in {project.id for project in projects}
        return {**earlier, "version": "", **({} if known else {"project_id": None})}
    project = next((one for one in projects if one.id == asked), None)
    if asked is not None and project is None:
        raise NotFound
    run_kind = _run_in_address()
    return {
        "project_id": (project or projects[0]).id,
        "run_kind": run_kind,
        "mode": WorkMode.WORKING,
        "duration_unit": BookingUnit.DAY,
        "earliest_start": at.date(),
        **least_values(project or projects[0], run_kind),
    }


def _run_in_address() -> RunKind:
    """Return the kind of run that the address names, or process development."""
    asked = flask.request.args.get("run", "")
    return next((kind for kind in RunKind if kind.value == asked), RunKind.PROCESS_DEVELOPMENT)


def _id_in_address(name: str) -> int | None:
    """Return the id that the address gives under a name, or None; raises `NotFound` for what is no id."""
    written = flask.request.args.get(name)
    if written is None:
        return None
    if not (written.isdecimal() and len(written) < LONGEST_ID):
        raise NotFound
    return int(written)


def _go_on(request_id: int) -> ResponseReturnValue:
    if flask.request.form.get("go") == "leave":
        flash(_("Saved as a draft. You find it in this list."), "done")
        return back("bookings.own_requests")
    return back("bookings.choose_window", request_id=request_id)


def _shown_anew(
    form: WorkForm, projects: Sequence[Project], draft: SlotRequest | None = None
) -> ResponseReturnValue:
    """Show the step with what was typed and the rooms that fit it, as a script does without asking."""
    project = _project_of(form, projects)
    if project is not None and flask.request.form.get("go") == "refill":
        form.take_from(project)
    return _work_page(form, projects, draft)


def _work_page(
    form: WorkForm,
    projects: Sequence[Project],
    draft: SlotRequest | None = None,
    *,
    differing: Sequence[tuple[str, str, str]] = (),
) -> str:
    form.offer(projects, queries.requestable_facilities(db.session()))
    project = _project_of(form, projects)
    return render_template(
        "bookings/requests/work.html",
        form=form,
        draft=draft,
        steps=steps(draft),
        least=_least(form, project),
        beside=_beside(form, projects),
        differing=differing,
    )


def _project_of(form: WorkForm, projects: Sequence[Project]) -> Project | None:
    return next((project for project in projects if project.id == form.project_id.data), None)


def _least(form: WorkForm, project: Project | None) -> Mapping[str, str]:
    """Return beside each requirement what the project asks for at least."""
    if project is None:
        return {}
    least = minimum_for(project, form.run_kind.data or RunKind.PROCESS_DEVELOPMENT)
    asked = {
        "process_class": label("process_class", least.process_class) if least.process_class else None,
        "grade": words.grade_or_cleaner(least.grade.value),
        "bsl": _("Level %(level)s", level=least.bsl),
        "vector_level": label("vector_level", least.vector_level.value),
        "gmo_class": label("gmo_class", least.gmo_class),
    }
    told = {name: _said(name, asked[name], least) for name in REQUIREMENTS}
    if least.background is not None:
        cited = background_cited(least.background.fact, least.background.process)
        told["grade"] = f"{told['grade']} {cited}"
    return told


def _said(name: str, asked: str | None, least: Minimum) -> str:
    if asked is None:
        return _("The project does not say.")
    if name in least.assumed or (name == "grade" and "process_state" in least.assumed):
        return _("The project does not say, so the most demanding is taken: %(least)s.", least=asked)
    if name == "process_class":
        return _("The project says: %(least)s.", least=asked)
    return _("The project asks for: %(least)s. You can ask for more.", least=asked)


def _beside(form: WorkForm, projects: Sequence[Project]) -> Beside | None:
    project, at = _project_of(form, projects), clock.now()
    if project is None:
        return None
    need = _need_so_far(form, project, at=at)
    has_length = isinstance(form.duration.data, int) and form.duration.data > 0
    if has_length:
        answers: Sequence[Answer] = search.answers(db.session(), need, at=at, count=1)
    else:
        answers = _rooms_whatever_the_length(need)
    return Beside(
        title=choosing.title_of(answers, need.kind),
        soonest=_soonest(answers),
        has_length=has_length,
        unknown=_unknown(form, project),
        project=project,
    )


def _soonest(answers: Sequence[Answer]) -> list[tuple[str, str, str]]:
    first = [(answer.windows[0], answer.cleanroom) for answer in answers if answer.windows][:SOONEST]
    return [
        (
            room.name,
            choosing.place_of(room),
            window(slot.start, slot.end, room.facility.time_zone),
        )
        for slot, room in first
    ]


def _rooms_whatever_the_length(need: Need) -> list[Answer]:
    return [
        Answer(
            cleanroom=room,
            reasons=tuple(
                reason for reason in search.reasons_against_room(room, need) if reason.code not in LENGTH_OPEN
            ),
            windows=(),
        )
        for room in bookable_cleanrooms(db.session(), need.kind)
    ]


def _need_so_far(form: WorkForm, project: Project, *, at: datetime) -> Need:
    """Return what is being asked for, with the project's facts wherever it is looser or says nothing yet."""
    run_kind = form.run_kind.data or RunKind.PROCESS_DEVELOPMENT
    stated = {name: form[name].data for name in WORK}
    today = at.date()
    start = stated["earliest_start"] or today
    return need_from(
        minimum_for(project, run_kind),
        run_kind,
        {
            **stated,
            "project_id": project.id,
            "duration": max(stated["duration"] or 1, 1),
            "duration_unit": stated["duration_unit"] or BookingUnit.DAY,
            "mode": stated["mode"] or WorkMode.WORKING,
            "earliest_start": start,
            "latest_end": stated["latest_end"] if (stated["latest_end"] or start) >= start else None,
            "facility_ids": frozenset(form.facilities.data) if form.facilities.data else None,
        },
    )


def _unknown(form: WorkForm, project: Project) -> list[tuple[str, str]]:
    assumed = minimum_for(project, form.run_kind.data or RunKind.PROCESS_DEVELOPMENT).assumed
    return [
        (project_words.label(reason.field or ""), sentence(reason))
        for reason in costs_of_unknown(stated_values(project))
        if reason.field in {*assumed, *SEPARATES}
    ]


def _differing(form: WorkForm, stored: SlotRequest) -> list[tuple[str, str, str]]:
    """Return where what was typed differs from what is stored now, both in words."""
    kept = WorkForm(formdata=None, data=values_of(stored))
    kept.project_id.choices = form.project_id.choices
    return [
        (str(form[name].label.text), _worded(kept[name]), _worded(form[name]))
        for name in WORK
        if kept[name].data != form[name].data
    ]


def _worded(field: Any) -> str:
    if hasattr(field, "iter_choices"):
        chosen = [str(choice.label) for choice in field.iter_choices() if choice.selected]
        return ", ".join(chosen) or _("nothing")
    if isinstance(field.data, date):
        return day(field.data)
    return str(field.data if field.data not in (None, "") else _("nothing"))
