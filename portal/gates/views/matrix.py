"""Every project's gates at a glance, and one gate with its items."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import flask
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.core import clock
from portal.core.actors import Actor, Role
from portal.gates import queries, rules, words
from portal.gates.checklists import Row as ItemRow
from portal.gates.checklists import as_item, facts_of
from portal.gates.models import Dossier
from portal.gates.queries import GateBook, GateStand
from portal.gates.rules import Gate, Standing, Verdict
from portal.gates.views.blueprint import bp
from portal.projects.queries import groups_of_each
from portal.projects.rules.values import FieldGroup
from portal.projects.wording import title_without_name
from portal.store import db
from portal.web.actors import current_actor, for_roles
from portal.web.exports import Kind, export, file_links
from portal.web.filters import day
from portal.web.paging import page_number, pages_of

READERS = (Role.FOUNDER, Role.FACILITY_MANAGER, Role.QA, Role.QP, Role.ADVISER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One gate of one dossier in the matrix."""

    url: str
    kind: str
    words: str
    items: list[str]
    """What holds it, or only warns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One dossier in the matrix."""

    name: str
    dossier: Dossier
    cells: list[Cell]


PAGE = 30
SORTS = ("name", "facility", *(gate.value for gate in Gate))
"""By what the list can be sorted; a gate sorts by how much is open at it."""


@bp.get("/gates")
@for_roles(*READERS)
def matrix() -> ResponseReturnValue:
    """Show what is open at each gate of every project that the reader may see."""
    session, actor, at = db.session(), current_actor(), clock.now()
    count = queries.count_dossiers(session, actor, at=at)
    page, sort = page_number(count, PAGE), _sort()
    return flask.render_template(
        "gates/matrix.html",
        gates=[(words.gate(gate), gate.value) for gate in Gate],
        rows=_rows(_dossiers(sort, at=at, offset=(page - 1) * PAGE, limit=PAGE), at=at),
        count=count,
        page=page,
        pages=pages_of(count, PAGE),
        sort=sort,
        exports=file_links("gates.matrix_file"),
        is_founder=Role.FOUNDER in actor.roles,
        checklists=_own_checklists(session, actor, at=at),
    )


@bp.get("/gates.<any(csv, xlsx):kind>")
@for_roles(*READERS)
def matrix_file(kind: Kind) -> ResponseReturnValue:
    """Hand out the list that the same address without its ending shows, all pages of it, with what holds each gate or warns."""
    at = clock.now()
    columns = [_("Project"), _("Facility")]
    for gate in Gate:
        columns += [words.gate(gate), _("%(gate)s: open", gate=words.gate(gate))]
    rows = [
        [
            row.name,
            row.dossier.facility.name,
            *(value for one in row.cells for value in (one.words, "; ".join(one.items))),
        ]
        for row in _rows(_dossiers(_sort(), at=at), at=at)
    ]
    return export(kind, "gates", columns, rows)


@bp.get("/gates/<int:dossier_id>/<any(pre_gmp_exit, gmp_entry, first_clinical_batch_release):gate>")
@for_roles(*READERS)
def show(dossier_id: int, gate: str) -> ResponseReturnValue:
    """Show one gate of a project at a facility: each item, how it stands, and who answers for it."""
    session, actor, at = db.session(), current_actor(), clock.now()
    dossier = queries.dossier_shown(session, actor, dossier_id, at=at)
    book = queries.book(session, dossier, Gate(gate), today=at.date())
    return flask.render_template(
        "gates/show.html",
        dossier=dossier,
        title=f"{words.gate(Gate(gate))}: {titles([dossier])[dossier.id]}",
        lead=f"{dossier.facility.name} · {words.stands_before(Gate(gate))}",
        badge=badge(book.verdict),
        groups=_groups(book),
        verdict=book.verdict,
        checklist=book.checklist,
        tabs=[
            (
                words.gate(other),
                url_for("gates.show", dossier_id=dossier.id, gate=other.value),
                other.value == gate,
            )
            for other in Gate
        ],
        gate=gate,
    )


def _sort() -> str:
    asked = flask.request.args.get("sort", "")
    return asked if asked.removeprefix("-") in SORTS else ""


def _dossiers(sort: str, *, at: datetime, offset: int = 0, limit: int | None = None) -> list[Dossier]:
    """Return the dossiers that the reader may see, or some of them, in the order that the address asks for."""
    session, actor = db.session(), current_actor()
    word = sort.removeprefix("-")
    if word not in set(Gate):
        return queries.dossiers_shown(session, actor, at=at, sort=sort or "name", offset=offset, limit=limit)
    ids = queries.dossiers_by_open(session, actor, Gate(word), at=at, most_first=sort.startswith("-"))
    last = None if limit is None else offset + limit
    return queries.dossiers_in_order(session, actor, ids[offset:last], at=at)


def _rows(dossiers: list[Dossier], *, at: datetime) -> list[Row]:
    found, names = queries.stands(db.session(), dossiers, today=at.date()), titles(dossiers)
    return [
        Row(name=names[one.id], dossier=one, cells=[cell(found[one.id, gate]) for gate in Gate])
        for one in dossiers
    ]


def titles(dossiers: list[Dossier]) -> dict[int, str]:
    """Return what each dossier's project is called, as far as the reader may know."""
    session, actor, at = db.session(), current_actor(), clock.now()
    groups = groups_of_each(session, actor, {one.project for one in dossiers}, at=at)
    return {
        one.id: one.project.name
        if FieldGroup.IDENTITY in groups[one.project_id]
        else title_without_name(one.project)
        for one in dossiers
    }


def badge(verdict: Verdict) -> tuple[str, str]:
    """Return how a gate is marked: kind and words."""
    kind = "late" if not verdict.met else "held" if verdict.warning else "done"
    return kind, words.summary(verdict)


def cell(book: GateStand) -> Cell:
    """Return a gate as the matrix shows it."""
    kind, said = badge(book.verdict)
    listed = [*book.verdict.holding, *book.verdict.warning]
    names = {row["id"]: row["name"] for row in book.rows}
    return Cell(
        url=url_for("gates.show", dossier_id=book.dossier.id, gate=book.checklist.gate.value),
        kind=kind,
        words=said,
        items=[words.said(names[item_id]) for item_id in listed],
    )


def shown_item(book: GateBook, row: ItemRow) -> dict[str, Any]:
    """Return an item as the part of a gate draws it."""
    standing = book.verdict.standings[row["id"]]
    stored, waiver = book.known.get(row["id"]), book.waivers.get(row["id"])
    who = _(
        "%(owner)s → %(reviewer)s",
        owner=words.role(row["owner_role"]),
        reviewer=words.role(row["reviewer_role"]),
    )
    if standing is Standing.ACCEPTED and stored is not None and stored.reviewed_at is not None:
        note = _("Accepted %(day)s", day=day(stored.reviewed_at.date()))
        if stored.valid_until is not None:
            note = _("%(note)s, until %(until)s", note=note, until=day(stored.valid_until))
    elif standing is Standing.WAIVED and waiver is not None:
        note = _("Waived until %(day)s", day=day(waiver.until))
    else:
        note = words.standing(standing)
    unknown = rules.unknown_facts(as_item(book.checklist.gate, row), facts_of(book.dossier.project))
    why = words.said(row.get("why"))
    if unknown and standing is not Standing.NOT_NEEDED:
        why = _(
            "%(why)s Asked for because the project does not say: %(facts)s.",
            why=why,
            facts=words.facts(unknown),
        ).strip()
    return {
        "kind": words.KINDS[standing],
        "title": words.said(row["name"]),
        "url": url_for("gates.item", dossier_id=book.dossier.id, item_id=row["id"]),
        "why": why,
        "evidence": note,
        "who": who,
        "id": row["id"],
    }


def _groups(book: GateBook) -> list[tuple[str, list[dict[str, Any]]]]:
    shown = {row["id"]: shown_item(book, row) for row in book.rows}
    verdict = book.verdict
    not_needed = [one for one, standing in verdict.standings.items() if standing is Standing.NOT_NEEDED]
    others = [one for one in shown if one not in {*verdict.holding, *verdict.warning, *not_needed}]
    groups = [
        (_("What holds the gate"), verdict.holding),
        (_("What warns, and holds once QA has adopted the checklist"), verdict.warning),
        (_("Settled, or asked for without holding the gate"), others),
        (_("Not needed for this project"), not_needed),
    ]
    return [(title, [shown[one] for one in ids]) for title, ids in groups if ids]


def _own_checklists(session: Session, actor: Actor, *, at: datetime) -> list[tuple[str, str]]:
    return [
        (place.name, url_for("gates.checklist", slug=place.slug, gate=Gate.GMP_ENTRY.value))
        for place in queries.facilities_of_dossiers(session, actor, at=at)
    ]
