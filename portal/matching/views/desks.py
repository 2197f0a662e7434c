"""An adviser's desk: whom to help next and why, and the conflicts of interest that they have declared."""

from datetime import date, datetime
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.core import clock
from portal.core.actors import Role
from portal.matching import queries, services
from portal.matching.forms import ConflictForm
from portal.matching.queries import Standing
from portal.matching.views import shown
from portal.matching.views.blueprint import bp
from portal.partners import words as partner_words
from portal.projects import queries as projects
from portal.projects import wording
from portal.projects.models import FieldGroup
from portal.projects.queries import ProjectFilter
from portal.store import db, in_one_unit
from portal.web.actors import back, current_actor, for_roles
from portal.web.filters import day

A_PAGE = 50


@bp.get("/matching")
@for_roles(Role.ADVISER)
def desk() -> ResponseReturnValue:
    """Show an adviser whom to help next, and why."""
    return _desk_page(ConflictForm())


@bp.post("/matching/conflicts")
@for_roles(Role.ADVISER)
def declare_conflict() -> ResponseReturnValue:
    """Declare a conflict of interest with an organisation."""
    actor, at, form = current_actor(), clock.now(), ConflictForm(request.form)
    if form.validate() and form.attempt(
        lambda session: services.declare_conflict(session, actor, name=form.name.data or "", at=at).id
    ):
        flash(_("Declared. You can no longer act for it; other advisers can."), "done")
        return back("matching.desk")
    return _desk_page(form), 422


@bp.post("/matching/conflicts/<int:conflict_id>/end")
@for_roles(Role.ADVISER)
def end_conflict(conflict_id: int) -> ResponseReturnValue:
    """Say that a conflict of interest has ended."""
    actor, at = current_actor(), clock.now()
    in_one_unit(lambda session: services.end_conflict(session, actor, conflict_id, at=at))
    flash(_("Ended."), "done")
    return back("matching.desk")


def _desk_page(form: ConflictForm) -> str:
    actor, at, session = current_actor(), clock.now(), db.session()
    wanted = ProjectFilter(words=request.args.get("q", "")[:100].strip())
    mine = request.args.get("mine") == "1"
    question = queries.desk(actor, wanted, mine=mine, at=at)
    number = projects.count(session, question)
    pages = max(1, -(-number // A_PAGE))
    page = min(_page(), pages)
    found = session.execute(question.limit(A_PAGE).offset((page - 1) * A_PAGE)).all()
    groups = projects.groups_of_each(session, actor, [row[0] for row in found], at=at)
    return render_template(
        "matching/desk.html",
        form=form,
        rows=[_row(one, groups[one.project.id], at=at) for one in queries.standings(session, found)],
        conflicts=[
            {"name": one.name, "since": day(one.declared_at.date()), "id": one.id}
            for one in queries.conflicts_of(session, actor.user_id)
        ],
        number=number,
        page=page,
        pages=pages,
        mine=mine,
        asked_words=wanted.words,
    )


def _row(one: Standing, groups: frozenset[FieldGroup], *, at: datetime) -> dict[str, Any]:
    project = one.project
    kinds = queries.needs_of(project, groups)
    unmet = [kind for kind in kinds if kind not in one.helped_with]
    return {
        "title": shown.title_of(project, groups),
        "url": url_for("matching.matches", project_id=project.id),
        "reference": project.reference,
        "area": wording.area(project.indication_area),
        "phase": wording.phase(project.phase.value),
        "on_hold": project.on_hold,
        "is_demo": project.is_demo,
        "unmet": partner_words.words("serves", unmet) if unmet else None,
        "are_proposed": FieldGroup.ROADMAP not in groups or not project.needs,
        "under_way": one.under_way,
        "deadline": _deadline(one.deadline, at.date()),
        "contact": _contact(one.last_contact, at),
        "advisers": ", ".join(one.advisers),
    }


def _deadline(deadline: date | None, today: date) -> tuple[str, str] | None:
    if deadline is None:
        return None
    return ("late" if deadline <= today else "wait", day(deadline))


def _contact(last: datetime | None, at: datetime) -> str:
    if last is None:
        return _("never")
    days = max((at - last).days, 0)
    return ngettext("%(num)s day ago", "%(num)s days ago", days) if days else _("today")


def _page() -> int:
    written = request.args.get("page", "")
    return max(1, int(written)) if written.isascii() and written.isdecimal() and len(written) < 7 else 1
