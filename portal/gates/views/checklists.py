"""A facility's checklists: what holds now, what each version changed and for whom, and the next version by its QA."""

from typing import Any

import flask
from flask import flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.core import clock
from portal.core.actors import Role
from portal.core.errors import NotFound
from portal.facilities.models import Facility
from portal.facilities.queries import facility_for
from portal.gates import checklists, queries, rules, services, words
from portal.gates.checklists import OWN, Row
from portal.gates.forms import ChecklistForm
from portal.gates.models import Checklist
from portal.gates.rules import Gate
from portal.gates.services import CHECKLIST
from portal.gates.views.blueprint import bp
from portal.gates.views.matrix import titles
from portal.store import db
from portal.web.actors import back, current_actor, for_roles
from portal.web.filters import moment

STAFF = (Role.FACILITY_MANAGER, Role.QA, Role.QP)
MOST_NAMED = 30
"""So many projects are named for which a new version holds; of the others it is said how many they are."""


@bp.get("/facilities/<slug>/checklists/<any(pre_gmp_exit, gmp_entry, first_clinical_batch_release):gate>")
@for_roles(*STAFF)
def checklist(slug: str, gate: str) -> ResponseReturnValue:
    """Show a facility's checklist, its versions, and to its QA the form for the next one."""
    return _page(_own(slug), Gate(gate), None)


@bp.post("/facilities/<slug>/checklists/<any(pre_gmp_exit, gmp_entry, first_clinical_batch_release):gate>")
@for_roles(Role.QA)
def publish(slug: str, gate: str) -> ResponseReturnValue:
    """Publish the next version of a facility's checklist, signed."""
    actor, at, facility, kind = current_actor(), clock.now(), _own(slug), Gate(gate)
    if not rules.may_waive(actor, facility_id=facility.id):
        raise NotFound
    facility_id = facility.id
    form = ChecklistForm(None)
    offered = _offered(facility_id, kind)
    form.offer(offered)
    form.process(flask.request.form)
    rows = form.rows(offered, _next_own(offered)) if form.validate() else []
    if (
        not form.errors
        and form.sign(actor, subject_kind=CHECKLIST, subject_id=facility_id, at=at)
        and form.attempt(
            lambda session: (
                services.publish_checklist(
                    session,
                    actor,
                    facility_id,
                    kind,
                    rows=rows,
                    reason=form.reason.data or "",
                    shown_version=form.shown(),
                    proof=form.proof,
                    at=at,
                ).version
            )
        )
    ):
        flash(_("Version %(version)s is published. It holds from now on.", version=form.result), "done")
        return back("gates.checklist", slug=slug, gate=gate)
    return _page(_own(slug), kind, form), 409 if form.stale else 422


def _own(slug: str) -> Facility:
    return facility_for(db.session(), current_actor(), slug, *STAFF)


def _offered(facility_id: int, gate: Gate) -> list[Row]:
    """Return every item that can be ticked: those of the base, and the facility's own."""
    published = queries.latest_checklists(db.session(), [facility_id]).get((facility_id, gate))
    now = checklists.listed(gate, published)
    own = {row["id"]: row for row in now.rows}
    return [
        *(own.get(row["id"], row) for row in checklists.base(gate).rows),
        *(row for row in now.rows if str(row["id"]).startswith(OWN)),
    ]


def _next_own(offered: list[Row]) -> str:
    return f"{OWN}{sum(str(row['id']).startswith(OWN) for row in offered) + 1}"


def _page(facility: Facility, gate: Gate, form: ChecklistForm | None) -> str:
    session, actor, at = db.session(), current_actor(), clock.now()
    versions = queries.versions_of(session, facility.id, gate)
    now = checklists.listed(gate, versions[0] if versions else None)
    may_publish = rules.may_waive(actor, facility_id=facility.id)
    if may_publish and form is None:
        form = ChecklistForm(None)
        form.offer(_offered(facility.id, gate))
        form.used.data = [str(row["id"]) for row in now.rows]
        form.holding.data = [str(row["id"]) for row in now.rows if row["blocking"]]
    if form is not None:
        form.version.data = str(now.version)
    dossiers = queries.dossiers_shown(session, actor, at=at, facility_id=facility.id, limit=MOST_NAMED)
    names = titles(dossiers)
    return flask.render_template(
        "gates/checklist.html",
        facility=facility,
        gate=gate.value,
        title=_("Checklist: %(gate)s", gate=words.gate(gate)),
        lead=f"{facility.name} · {words.stands_before(gate)}",
        tabs=[
            (
                words.gate(other),
                flask.url_for("gates.checklist", slug=facility.slug, gate=other.value),
                other is gate,
            )
            for other in Gate
        ],
        now=now,
        rows=[_shown(row) for row in now.rows],
        versions=[
            _version(one, versions[number + 1 :][:1], gate, facility) for number, one in enumerate(versions)
        ],
        projects=[names[one.id] for one in dossiers],
        project_count=queries.count_dossiers(session, actor, at=at, facility_id=facility.id),
        form=form,
    )


def _shown(row: Row) -> dict[str, Any]:
    return {
        "name": words.said(row["name"]),
        "evidence": words.said(row.get("evidence")),
        "owner": words.role(row["owner_role"]),
        "reviewer": words.role(row["reviewer_role"]),
        "holds": bool(row["blocking"]),
        "confidence": row.get("confidence"),
    }


def _version(one: Checklist, before: list[Checklist], gate: Gate, facility: Facility) -> dict[str, Any]:
    earlier = before[0].items if before else checklists.base(gate).rows
    changed = checklists.changes(earlier, one.items)
    return {
        "title": _("Version %(version)s", version=one.version),
        "who": one.published_by.name,
        "when": moment(one.published_at, facility.time_zone),
        "reason": one.reason,
        "added": [words.said(row["name"]) for row in changed.added],
        "removed": [words.said(row["name"]) for row in changed.removed],
        "changed": [
            _("%(item)s: holds the gate now", item=words.said(after["name"]))
            if after["blocking"]
            else _("%(item)s: no longer holds the gate", item=words.said(after["name"]))
            for _before, after in changed.changed
        ],
        "is_same": not changed.any,
    }
