"""Rounds: ask for one, read what it came to and what each limit costs, take pairs out, and apply it."""

from collections.abc import Callable
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.core import clock
from portal.core.actors import Role
from portal.matching import queries, services, words
from portal.matching.forms import AddPairForm, ApplyForm, RoundForm
from portal.matching.models import MatchRound
from portal.matching.views import shown
from portal.matching.views.blueprint import bp
from portal.partners.models import Partner
from portal.projects import queries as projects
from portal.projects.models import Project
from portal.store import db
from portal.web.actors import back, current_actor, for_roles
from portal.web.exports import Kind, export, file_links
from portal.web.filters import moment
from portal.web.sorting import in_order

SORTS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "name": lambda row: row["name"].casefold(),
    "made": lambda row: row["made_at"],
    "pairs": lambda row: row["pairs"],
    "state": lambda row: row["state"],
}


@bp.get("/matching/rounds")
@for_roles(Role.ADVISER)
def list_rounds() -> ResponseReturnValue:
    """Show the adviser's rounds, and the form for a new one."""
    return _list_page(RoundForm(data={"per_project": 3}))


@bp.get("/matching/rounds.<any(csv, xlsx):kind>")
@for_roles(Role.ADVISER)
def rounds_file(kind: Kind) -> ResponseReturnValue:
    """Hand out the list that the same address without its ending shows."""
    columns = [_("Round"), _("Asked for"), _("Pairs"), _("State")]
    names = ("name", "made", "pairs", "state")
    return export(kind, "rounds", columns, [[row[name] for name in names] for row in _listed()[0]])


@bp.post("/matching/rounds")
@for_roles(Role.ADVISER)
def ask_for_round() -> ResponseReturnValue:
    """Ask for a round; it is worked out while the page may be left."""
    actor, at, form = current_actor(), clock.now(), RoundForm(request.form)
    if form.validate() and form.attempt(
        lambda session: services.ask_for_round(
            session,
            actor,
            name=form.name.data or "",
            per_project=int(form.per_project.data or 0),
            parties=form.parties,
            at=at,
        )
    ):
        return back("jobs.show", job_id=form.result)
    return _list_page(form), 422


@bp.get("/matching/rounds/<int:round_id>")
@for_roles(Role.ADVISER)
def show_round(round_id: int) -> ResponseReturnValue:
    """Show what a round came to: the pairs, who is left, and what each limit costs."""
    return _round_page(round_id, None)


@bp.post("/matching/rounds/<int:round_id>")
@for_roles(Role.ADVISER)
def apply_round(round_id: int) -> ResponseReturnValue:
    """Put the ticked pairs on the shortlists."""
    actor, at, form = current_actor(), clock.now(), ApplyForm(request.form)
    if form.validate() and form.attempt(
        lambda session: services.ask_to_apply(
            session, actor, round_id, form.chosen, version=form.shown_version, at=at
        )
    ):
        return back("jobs.show", job_id=form.result)
    return _round_page(round_id, form), 409 if form.stale else 422


@bp.post("/matching/rounds/<int:round_id>/again")
@for_roles(Role.ADVISER)
def solve_again(round_id: int) -> ResponseReturnValue:
    """Keep the ticked pairs and work out the rest anew, as a round of its own."""
    actor, at, form = current_actor(), clock.now(), ApplyForm(request.form)
    if form.validate() and form.attempt(
        lambda session: services.solve_again(
            session, actor, round_id, form.chosen, version=form.shown_version, at=at
        )
    ):
        return back("jobs.show", job_id=form.result)
    return _round_page(round_id, form), 409 if form.stale else 422


@bp.post("/matching/rounds/<int:round_id>/pairs")
@for_roles(Role.ADVISER)
def add_pair(round_id: int) -> ResponseReturnValue:
    """Add a pair that was not proposed, if no rule and no limit stands against it."""
    actor, at, form = current_actor(), clock.now(), AddPairForm(request.form)
    if form.validate() and form.attempt(
        lambda session: (
            services.add_pair(
                session,
                actor,
                round_id,
                reference=form.reference.data or "",
                partner_name=form.partner_name.data or "",
                version=form.shown_version,
                at=at,
            ).id
        )
    ):
        flash(_("Added. It goes on the shortlist with the others."), "done")
        return back("matching.show_round", round_id=round_id)
    return _round_page(round_id, None, add_form=form), 409 if form.stale else 422


def _list_page(form: RoundForm) -> str:
    rows, sort = _listed()
    return render_template(
        "matching/rounds.html",
        form=form,
        rows=rows,
        sort=sort,
        exports=file_links("matching.rounds_file"),
    )


def _listed() -> tuple[list[dict[str, Any]], str]:
    found = queries.rounds(db.session(), current_actor())
    return in_order([_line(one) for one in found], SORTS)


def _line(one: MatchRound) -> dict[str, Any]:
    return {
        "name": one.name,
        "url": url_for("matching.show_round", round_id=one.id),
        "made": moment(one.made_at),
        "made_at": one.made_at,
        "pairs": len(one.result["pairs"]) if one.result else None,
        "state": _("On the shortlists")
        if one.applied_at
        else _("Proposed")
        if one.result
        else _("Being worked out"),
    }


def _round_page(round_id: int, form: ApplyForm | None, *, add_form: AddPairForm | None = None) -> str:
    actor, at, session = current_actor(), clock.now(), db.session()
    one = queries.own_round(session, actor, round_id)
    known, partners = queries.records_of_round(session, actor, one, at=at)
    groups = projects.groups_of_each(session, actor, list(known.values()), at=at)
    titles = {key: shown.title_of(project, groups[project.id]) for key, project in known.items()}
    result = one.result or {"pairs": [], "unserved": [], "costs": [], "total": 0.0, "worst": None}
    ticked = {f"{project}:{partner}" for project, partner in form.chosen} if form else None
    shown_form = form or ApplyForm()
    shown_add_form = add_form or AddPairForm()
    shown_form.version.data = shown_add_form.version.data = str(one.version)
    return render_template(
        "matching/round.html",
        one=one,
        form=shown_form,
        tried=form or add_form,
        add_form=shown_add_form,
        is_worked_out=one.result is not None,
        made=moment(one.made_at),
        taking_part=_taking_part(one),
        served=_served(result["pairs"], known, titles, partners, ticked),
        unserved=[
            {
                "title": titles[row["project"]],
                "reference": known[row["project"]].reference,
                "url": url_for("matching.matches", project_id=known[row["project"]].id),
                "codes": [str(words.AGAINST[code]) for code in row["codes"]],
            }
            for row in result["unserved"]
            if row["project"] in known
        ],
        conflicts=_conflicts(result.get("conflicts", []), known, titles, partners),
        costs=[_cost(row, partners) for row in result["costs"] if row["partner"] in partners],
        pair_count=len(result["pairs"]),
        total=round(result["total"], 1),
        worst=None if result["worst"] is None else round(result["worst"], 1),
    )


def _conflicts(
    pairs: list[dict[str, str]],
    known: dict[str, Project],
    titles: dict[str, str],
    partners: dict[str, Partner],
) -> list[dict[str, Any]]:
    """Return the projects that a conflict keeps apart from partners, each with these partners."""
    found: dict[str, dict[str, Any]] = {}
    for pair in pairs:
        project, partner = pair["project"], pair["partner"]
        if project in known and partner in partners:
            row = {
                "title": titles[project],
                "reference": known[project].reference,
                "url": url_for("matching.matches", project_id=known[project].id),
                "partners": [],
            }
            found.setdefault(project, row)["partners"].append(partners[partner].name)
    return list(found.values())


def _taking_part(one: MatchRound) -> str:
    """Return in words who takes part and what was kept from an earlier round."""
    terms = one.terms or {}
    said = [
        ngettext("%(num)s chosen project", "%(num)s chosen projects", len(terms["projects"]))
        if terms.get("projects") is not None
        else _("every project that you read"),
        ngettext("%(num)s chosen partner", "%(num)s chosen partners", len(terms["partners"]))
        if terms.get("partners") is not None
        else _("every open partner"),
    ]
    if kept := terms.get("kept"):
        said.append(ngettext("%(num)s pair kept", "%(num)s pairs kept", len(kept)))
    if gone := terms.get("left_out"):
        said.append(ngettext("%(num)s pair taken out", "%(num)s pairs taken out", len(gone)))
    return " · ".join(said)


def _served(
    pairs: list[dict[str, Any]],
    known: dict[str, Project],
    titles: dict[str, str],
    partners: dict[str, Partner],
    ticked: set[str] | None,
) -> list[dict[str, Any]]:
    """Return the projects that are served, each with its pairs, best first."""
    found: dict[str, dict[str, Any]] = {}
    for pair in sorted(pairs, key=lambda row: (row["project"], -row["score"], row["partner"])):
        project, partner = pair["project"], pair["partner"]
        if project not in known or partner not in partners:
            continue
        key = f"{project}:{partner}"
        row = found.setdefault(
            project,
            {
                "title": titles[project],
                "reference": known[project].reference,
                "url": url_for("matching.matches", project_id=known[project].id),
                "is_demo": known[project].is_demo,
                "pairs": [],
            },
        )
        row["pairs"].append(
            {
                "value": key,
                "name": partners[partner].name,
                "score": round(pair["score"], 1),
                "by_hand": bool(pair.get("by_hand")),
                "is_ticked": ticked is None or key in ticked,
            }
        )
    return list(found.values())


def _cost(row: dict[str, Any], partners: dict[str, Partner]) -> dict[str, Any]:
    return {
        "name": partners[row["partner"]].name,
        "url": url_for("partners.show", partner_id=partners[row["partner"]].id),
        "capacity": row["capacity"],
        "more_served": row["more_served"],
        "better_worst": round(row["better_worst"], 1),
        "more_total": round(row["more_total"], 1),
    }
