"""An adviser's desk: whom to help next and why, and the conflicts of interest that they have declared."""

from datetime import date, datetime
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Select

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
from portal.reference import vocabulary
from portal.store import db, in_one_unit
from portal.web.actors import back, current_actor, for_roles
from portal.web.exports import Kind, export, file_links
from portal.web.filters import day
from portal.web.locale import language
from portal.web.making import in_pages
from portal.web.paging import page_number, pages_of

A_PAGE = 50


@bp.get("/matching")
@for_roles(Role.ADVISER)
def desk() -> ResponseReturnValue:
    """Show an adviser whom to help next, and why."""
    return _desk_page(ConflictForm())


@bp.get("/matching.<any(csv, xlsx):kind>")
@for_roles(Role.ADVISER)
def desk_file(kind: Kind) -> ResponseReturnValue:
    """Hand out the list that the same address without its ending shows, all pages of it."""
    columns = [
        _("Project"),
        _("Reference"),
        _("Area"),
        _("Phase"),
        _("Next deadline"),
        _("Unmet needs"),
        _("Last contact"),
        _("Looked after by"),
    ]
    question = _question()
    rows = (
        [
            row["title"],
            row["reference"],
            row["area"],
            row["phase"],
            row["deadline"][1] if row["deadline"] else None,
            row["unmet"] or _("all looked after"),
            row["contact"],
            row["advisers"] or _("nobody yet"),
        ]
        for row in in_pages(lambda offset, limit: _rows(question.offset(offset).limit(limit)))
    )
    return export(kind, "matching", columns, rows, count=projects.count(db.session(), question))


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
    actor, session = current_actor(), db.session()
    question = _question()
    number = projects.count(session, question)
    page = page_number(number, A_PAGE)
    return render_template(
        "matching/desk.html",
        form=form,
        rows=_rows(question.limit(A_PAGE).offset((page - 1) * A_PAGE)),
        sort=_sort(),
        exports=file_links("matching.desk_file"),
        conflicts=[
            {"name": one.name, "since": day(one.declared_at.date()), "id": one.id}
            for one in queries.conflicts_of(session, actor.user_id)
        ],
        number=number,
        page=page,
        pages=pages_of(number, A_PAGE),
        mine=_is_mine(),
        asked_words=_words(),
        asked_need=_unmet(),
        needs=vocabulary.choices("need", language()),
        reader_id=actor.user_id,
    )


def _question() -> Select[Any]:
    """Return the question for the projects that the address asks for."""
    wanted = ProjectFilter(words=_words(), language=language())
    return queries.desk(
        current_actor(), wanted, mine=_is_mine(), unmet=_unmet(), sort=_sort(), at=clock.now()
    )


def _rows(question: Select[Any]) -> list[dict[str, Any]]:
    session, at = db.session(), clock.now()
    found = session.execute(question).all()
    groups = projects.groups_of_each(session, current_actor(), [row[0] for row in found], at=at)
    return [_row(one, groups[one.project.id], at=at) for one in queries.standings(session, found)]


def _words() -> str:
    return request.args.get("q", "")[:100].strip()


def _unmet() -> str:
    asked = request.args.get("need", "")
    return asked if asked in vocabulary.ids("need") else ""


def _is_mine() -> bool:
    return request.args.get("mine") == "1"


def _sort() -> str:
    asked = request.args.get("sort", "")
    return asked if asked.removeprefix("-") in queries.DESK_SORTS else ""


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
        "can_take_on": not one.is_taken_on,
        "assign_url": url_for("matching.assign", project_id=project.id),
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
