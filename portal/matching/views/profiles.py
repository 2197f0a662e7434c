"""A project on one page, made from its own facts, as far as they are open to the partner: as page and as PDF."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import flask
import typst
from flask import current_app, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.core import clock
from portal.matching import queries
from portal.matching.views import shown
from portal.matching.views.blueprint import bp
from portal.matching.views.boards import READERS
from portal.matching.views.needs import stated_rows
from portal.projects import queries as projects
from portal.projects import wording
from portal.projects.models import FieldGroup, Project
from portal.projects.rules.fields import fields_of
from portal.roadmap import queries as roadmaps
from portal.roadmap.words import MILESTONES, span
from portal.store import db
from portal.web.actors import current_actor, for_roles
from portal.web.filters import day
from portal.web.locale import language

TEMPLATE = Path(__file__).with_name("profile.typ")
STANDARDS: "typst.PDFStandards" = ["ua-1"]
ELSEWHERE = frozenset(
    {
        *("teaser", "teaser_sv", "name", "visibility", "indication_area", "product_class", "phase"),
        *("funding_min", "funding_max", "funding_currency", "needs", "phase_since", "on_hold"),
    }
)
"""Fields that the profile tells in places of their own."""

Rows = list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What the one page says; a part that is not open to the partner, or not stated, is not there."""

    title: str
    organisation: str | None
    teaser: str
    parts: list[tuple[str, Rows]]
    footer: str
    is_demo: bool


@bp.get("/introductions/<int:introduction_id>/profile")
@for_roles(*READERS)
def profile(introduction_id: int) -> ResponseReturnValue:
    """Show the project on one page."""
    seen, made = _made(introduction_id)
    return render_template("matching/profile.html", it=seen.introduction, side=seen.side.value, profile=made)


@bp.get("/introductions/<int:introduction_id>/profile.pdf")
@for_roles(*READERS)
def profile_pdf(introduction_id: int) -> ResponseReturnValue:
    """Return the same page as a PDF."""
    seen, made = _made(introduction_id)
    said: dict[str, Any] = {
        "title": made.title,
        "organisation": made.organisation or "",
        "teaser": made.teaser,
        "parts": [[heading, [list(row) for row in rows]] for heading, rows in made.parts],
        "footer": made.footer,
        "portal": current_app.extensions["portal_settings"].portal_name,
        "demo": _("Demo data") if made.is_demo else "",
        "language": language(),
    }
    body = typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"said": json.dumps(said)},
        pdf_standards=STANDARDS,
        timestamp=clock.now().replace(microsecond=0),
    )
    response = flask.make_response(body)
    response.mimetype = "application/pdf"
    name = f"profile-{seen.introduction.project.reference}.pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _made(introduction_id: int) -> tuple[queries.Seen, Profile]:
    actor, at, session = current_actor(), clock.now(), db.session()
    seen = queries.introduction_seen(session, actor, introduction_id)
    groups = queries.groups_in_profile(session, actor, seen, at=at)
    project = seen.introduction.project
    named = FieldGroup.IDENTITY in groups
    parts = [
        (_("The product"), _product(project, groups)),
        (_("What is sought"), _sought(project, groups)),
        (_("The way to patients"), _ahead(project) if FieldGroup.ROADMAP in groups else []),
        (_("The team"), _team(project) if named else []),
    ]
    return seen, Profile(
        title=shown.title_of(project, groups),
        organisation=project.organisation.name if named else None,
        teaser=wording.teaser(project.words),
        parts=[(heading, rows) for heading, rows in parts if rows],
        footer=_("What the team had stated on %(day)s; nobody else has checked it.", day=day(at.date())),
        is_demo=project.is_demo,
    )


def _product(project: Project, groups: frozenset[FieldGroup]) -> Rows:
    rows = [
        (_("Product class"), wording.product_class(project.product_class.value)),
        (_("Indication area"), wording.area(project.indication_area)),
        (_("Phase"), wording.phase(project.phase.value)),
    ]
    for group in FieldGroup:
        if group in groups and group is not FieldGroup.TEASER:
            stated = (
                (field.name, wording.value_words(field.name, getattr(project, field.name)))
                for field in fields_of(group)
                if field.name not in ELSEWHERE
            )
            rows += [(wording.label(name), words) for name, words in stated if words is not None]
    return rows


def _sought(project: Project, groups: frozenset[FieldGroup]) -> Rows:
    needs = stated_rows(project, groups)
    if FieldGroup.MONEY in groups and (funding := wording.funding(project)):
        return [(_("Funding sought"), funding), *needs]
    return needs


def _team(project: Project) -> Rows:
    return [(member.task, member.name) for member in projects.team(db.session(), project)]


def _ahead(project: Project) -> Rows:
    plan = roadmaps.ahead(db.session(), [project.id]).get(project.id)
    if plan is None:
        return []
    dated = ((name, span(found)) for name, found in plan.outlook["milestones"].items())
    rows = [(str(MILESTONES[name]), words) for name, words in dated if words and name in MILESTONES]
    computed = _("From the team’s roadmap, computed on %(day)s", day=day(plan.computed_on))
    return [*rows, (_("Source"), computed)] if rows else []
