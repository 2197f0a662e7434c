"""Lists of projects: a founder's own, and the teasers that others read; exports of exactly what is shown."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import flask
from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.core import clock
from portal.core.actors import Actor, Role
from portal.core.errors import NotFound
from portal.projects import queries, wording
from portal.projects.forms import ListForm
from portal.projects.models import Project
from portal.projects.queries import SORTS, TEASER_SORTS, ProjectFilter
from portal.projects.rules import access, sheets
from portal.projects.rules.values import FieldGroup, Phase, ProductClass, TeaserWords
from portal.projects.views import workbook
from portal.projects.views.blueprint import bp
from portal.projects.views.shown import TEASER_READERS
from portal.reference import vocabulary
from portal.store import db
from portal.web.actors import current_actor, for_roles
from portal.web.exports import Kind, file_links
from portal.web.exports import export as web_export
from portal.web.filters import moment
from portal.web.locale import language
from portal.web.making import in_pages
from portal.web.sheets import Value

A_PAGE = 50


@bp.get("/projects")
@for_roles(Role.FOUNDER)
def index() -> ResponseReturnValue:
    """Show the projects of the reader's own organisation."""
    actor, wanted = current_actor(), _wanted()
    question = queries.own_projects(actor, wanted)
    number, page = queries.count(db.session(), question), ListForm(request.args).page()
    projects = db.session.scalars(question.limit(A_PAGE).offset((page - 1) * A_PAGE)).all()
    return render_template(
        "projects/index.html",
        rows=[_row(project) for project in projects],
        number=number,
        page=page,
        pages=max(1, -(-number // A_PAGE)),
        wanted=wanted,
        sort=wanted.sort,
        options=_options(),
        is_filtered=wanted != ProjectFilter(sort=wanted.sort, language=wanted.language),
        exports=file_links("projects.export"),
    )


@bp.get("/projects/export.<kind>")
@for_roles(Role.FOUNDER)
def export(kind: str) -> ResponseReturnValue:
    """Send the projects that the list shows, with everything stated of them, as a sheet that can be imported again."""
    actor = current_actor()
    if kind not in workbook.WRITERS:
        raise NotFound
    projects = db.session.scalars(queries.own_projects(actor, _wanted())).all()
    rows = [sheets.cells_of(queries.known(project)) for project in projects]
    return sheet_response(rows, kind=kind, name="projects")


@bp.get("/projects/teasers")
@for_roles(*TEASER_READERS)
def teasers() -> ResponseReturnValue:
    """Show the teasers that the reader may read, and what more of each they were shown."""
    actor, at, wanted = current_actor(), clock.now(), _wanted_teasers()
    question = queries.teasers(actor, wanted, at=at)
    number, page = queries.count(db.session(), question), ListForm(request.args).page()
    projects = db.session.scalars(question.limit(A_PAGE).offset((page - 1) * A_PAGE)).all()
    return render_template(
        "projects/teasers.html",
        rows=_teaser_rows(projects, actor, at=at),
        number=number,
        page=page,
        pages=max(1, -(-number // A_PAGE)),
        wanted=wanted,
        sort=wanted.sort,
        options=_options(),
        is_filtered=bool(request.args.keys() & {"q", "phase", "area", "class"}),
        is_adviser=Role.ADVISER in actor.roles,
        exports=file_links("projects.teasers_file"),
    )


@bp.get("/projects/teasers.<any(csv, xlsx):kind>")
@for_roles(*TEASER_READERS)
def teasers_file(kind: Kind) -> ResponseReturnValue:
    """Hand out the teasers that the same address without its ending shows, all pages of them."""
    actor, at = current_actor(), clock.now()
    question = queries.teasers(actor, _wanted_teasers(), at=at)
    rows = in_pages(
        lambda offset, limit: _teaser_rows(
            db.session.scalars(question.offset(offset).limit(limit)).all(), actor, at=at
        )
    )
    columns = [
        _("Reference"),
        _("Project"),
        _("Organisation"),
        _("Class"),
        _("Area"),
        _("Phase"),
        _("Teaser"),
        _("Funding sought"),
        _("Shown to you besides"),
        _("Changed"),
    ]
    count = queries.count(db.session(), question)
    return web_export(kind, "teasers", columns, map(_teaser_line, rows), count=count)


def sheet_response(rows: list[dict[str, str]], *, kind: str, name: str) -> Response:
    """Return rows as a file to keep, in one of the kinds that can be written."""
    content, mimetype = workbook.WRITERS[kind](rows)
    response = flask.make_response(content)
    response.mimetype = mimetype
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


def _wanted_teasers() -> ProjectFilter:
    """Return what the address asks of the teasers; they have no order by name, which would tell of names."""
    return replace(_wanted(), sort=ListForm(request.args).sort(TEASER_SORTS, "-updated"))


def _wanted() -> ProjectFilter:
    asked = ListForm(request.args)
    phase, product_class = asked.word("phase", "phase"), asked.word("class", "product_class")
    return ProjectFilter(
        words=asked.text("q"),
        phase=Phase(phase) if phase else None,
        indication_area=asked.word("area", "indication_area"),
        product_class=ProductClass(product_class) if product_class else None,
        on_hold=asked.truth("on_hold"),
        archived=asked.truth("archived") is True,
        sort=asked.sort(SORTS, "name"),
        language=language(),
    )


def _options() -> dict[str, list[tuple[str, str]]]:
    return {
        "phase": vocabulary.choices("phase", language()),
        "area": vocabulary.choices("indication_area", language()),
        "class": vocabulary.choices("product_class", language()),
        "on_hold": [("yes", _("On hold")), ("no", _("Going on"))],
        "archived": [("yes", _("Archived"))],
    }


def _row(project: Project) -> dict[str, object]:
    return {
        "project": project,
        "phase": wording.phase(project.phase.value),
        "area": wording.area(project.indication_area),
        "class": wording.product_class(project.product_class.value),
        "audience": str(wording.VISIBILITIES[project.visibility]),
    }


def _teaser_line(row: dict[str, Any]) -> list[Value]:
    shown = ("title", "organisation", "class", "area", "phase", "teaser", "funding")
    return [row["project"].reference, *(row[name] for name in shown), ", ".join(row["more"]), row["changed"]]


def _teaser_rows(projects: Sequence[Project], actor: Actor, *, at: datetime) -> list[dict[str, Any]]:
    groups = queries.groups_of_each(db.session(), actor, projects, at=at)
    teasers = queries.teasers_of_each(db.session(), actor, projects, at=at)
    return [_teaser_row(project, teasers[project.id], groups[project.id], actor) for project in projects]


def _teaser_row(
    project: Project, words: TeaserWords, groups: frozenset[FieldGroup], actor: Actor
) -> dict[str, Any]:
    named = FieldGroup.IDENTITY in groups
    return {
        "project": project,
        "title": project.name if named else wording.title_without_name(project),
        "organisation": project.organisation.name if named else None,
        "phase": wording.phase(project.phase.value),
        "area": wording.area(project.indication_area),
        "class": wording.product_class(project.product_class.value),
        "teaser": wording.teaser(words),
        "funding": wording.funding(project) if access.sees_funding_range(actor, groups) else None,
        "changed": moment(project.updated_at),
        "more": [str(wording.GROUPS[group]) for group in FieldGroup if group in groups - {FieldGroup.TEASER}],
    }
