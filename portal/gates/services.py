"""Opening a dossier, giving evidence, reviewing, waiving, and publishing a checklist."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.core.actors import Actor, Role
from portal.core.errors import NotAllowed, NotFound, Reason, Refused, Stale
from portal.facilities.models import Facility
from portal.files.services import Kept, add_file
from portal.gates import checklists, events, queries, rules
from portal.gates.models import Checklist, Dossier, Evidence, GateItem, Waiver
from portal.gates.rules import Gate, Item, ItemState
from portal.ledger import record
from portal.projects.models import Project
from portal.projects.queries import own_project
from portal.projects.rules.access import owns
from portal.signatures.rules import Meaning, Proof
from portal.signatures.services import sign

SUBJECT, CHECKLIST = "gate_item", "gate_checklist"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What somebody shows: a file that is in the store, or a link."""

    title: str
    kept: Kept | None = None
    url: str | None = None
    stated_version: str = ""
    sha256: str | None = None
    note: str = ""


def open_dossier(
    session: Session, actor: Actor, project_id: int, facility_id: int, *, at: datetime
) -> Dossier:
    """Show a project's gates to a facility; once they are, nothing more happens.

    Raises `NotFound` for a facility without gates, and what `own_project` raises.
    """
    project = own_project(session, actor, project_id, at=at, lock=True)
    if facility_id not in {facility.id for facility in queries.facilities_with_gates(session)}:
        raise NotFound
    found = queries.dossier_of(session, project_id, facility_id)
    if found is not None:
        return found
    return make_dossier(session, project, facility_id, actor_id=actor.user_id, at=at)


def make_dossier(
    session: Session, project: Project, facility_id: int, *, actor_id: int, at: datetime
) -> Dossier:
    """Begin the dossier of a locked project at a facility, which has none yet."""
    dossier = Dossier(project_id=project.id, facility_id=facility_id, opened_at=at, opened_by_id=actor_id)
    session.add(dossier)
    session.flush()
    record(
        session,
        events.DossierOpened(
            actor_id=actor_id, dossier_id=dossier.id, project_id=project.id, facility_id=facility_id
        ),
        at=at,
    )
    return dossier


def give_evidence(
    session: Session, actor: Actor, dossier_id: int, item_id: str, given: Given, *, at: datetime
) -> Evidence:
    """Show an item to its reviewer; what was accepted before waits for the reviewer again.

    Raises `NotFound`, and `NotAllowed` for those who may read the dossier and do not answer for the item.
    """
    dossier, gate, item = _locked(session, actor, dossier_id, item_id, at=at)
    is_owner = owns(actor, dossier.project.organisation_id)
    if not rules.may_give(actor, item, facility_id=dossier.facility_id, owns_project=is_owner):
        raise NotAllowed
    stored = _stored(session, dossier, item_id)
    file = add_file(session, given.kept, by_id=actor.user_id, at=at) if given.kept else None
    evidence = Evidence(
        gate_item_id=stored.id,
        file_id=file.id if file else None,
        url=None if file else given.url,
        title=given.title or (file.name if file else given.url or ""),
        stated_version=given.stated_version,
        sha256=file.sha256 if file else given.sha256,
        note=given.note,
        given_by_id=actor.user_id,
        given_at=at,
    )
    session.add(evidence)
    stored.state, stored.valid_until = ItemState.GIVEN, None
    session.flush()
    record(
        session,
        events.EvidenceGiven(
            **_about(actor, dossier, gate, item_id, given.note),
            evidence_id=evidence.id,
            sha256=evidence.sha256,
        ),
        at=at,
    )
    return evidence


def review_item(
    session: Session,
    actor: Actor,
    dossier_id: int,
    item_id: str,
    *,
    accepts: bool,
    note: str = "",
    shown_version: int | None = None,
    today: date,
    at: datetime,
) -> GateItem:
    """Accept the evidence of an item for as long as it holds, or return it with what is missing.

    Raises `NotFound`, `NotAllowed`, `Stale` where there is newer evidence than the page showed, and `Refused`.
    """
    dossier, gate, item = _locked(session, actor, dossier_id, item_id, at=at)
    if not rules.may_review(actor, item, facility_id=dossier.facility_id):
        raise NotAllowed
    stored = _stored(session, dossier, item_id)
    if shown_version is not None and shown_version != stored.version:
        raise Stale({"item": item_id})
    newest = queries.evidence_of(session, stored)[:1]
    reasons = rules.reasons_against_review(
        actor,
        stored.state,
        given_by_ids=[one.given_by_id for one in newest],
        owner_organisation_id=dossier.project.organisation_id,
        accepts=accepts,
        note=note,
    )
    if reasons:
        raise Refused(reasons)
    was_met = _is_met(session, dossier, gate, today=today)
    stored.state = ItemState.ACCEPTED if accepts else ItemState.RETURNED
    stored.reviewed_at, stored.reviewed_by_id, stored.review_note = at, actor.user_id, note.strip()
    stored.valid_until = rules.valid_until(item, today) if accepts else None
    session.flush()
    about = _about(actor, dossier, gate, item_id, note)
    event: events.ItemEvent = (
        events.ItemAccepted(**about, valid_until=stored.valid_until)
        if accepts
        else events.ItemReturned(**about)
    )
    record(session, event, at=at)
    _tell_if_met(session, actor, dossier, gate, was_met=was_met, today=today, at=at)
    return stored


def waive_item(
    session: Session,
    actor: Actor,
    dossier_id: int,
    item_id: str,
    *,
    reason: str,
    until: date,
    proof: Proof | None,
    today: date,
    at: datetime,
) -> Waiver:
    """Let an item stand open until a day, with a reason that QA signs.

    Raises `NotFound`, `NotAllowed` for those who are not the facility's QA, and `Refused`.
    """
    dossier, gate, _item = _locked(session, actor, dossier_id, item_id, at=at)
    if not rules.may_waive(actor, facility_id=dossier.facility_id):
        raise NotAllowed
    book = queries.book(session, dossier, gate, today=today)
    reasons = rules.reasons_against_waiver(
        actor,
        book.verdict.standings[item_id],
        owner_organisation_id=dossier.project.organisation_id,
        until=until,
        today=today,
    )
    if reasons:
        raise Refused(reasons)
    stored = _stored(session, dossier, item_id)
    signature = sign(
        session,
        actor,
        proof,
        subject_kind=SUBJECT,
        subject_id=stored.id,
        content={
            "dossier_id": dossier.id,
            "project_id": dossier.project_id,
            "facility_id": dossier.facility_id,
            "facility": dossier.facility.name,
            "gate": gate,
            "checklist_version": book.checklist.version,
            "item": item_id,
            "item_name": (book.checklist.row(item_id) or {}).get("name"),
            "until": until,
        },
        meaning=Meaning.WAIVED,
        role=Role.QA,
        on_behalf_of=dossier.facility.name,
        reason=reason.strip(),
        asked_by_ids=[one.given_by_id for one in queries.evidence_of(session, stored)],
        at=at,
    )
    waiver = Waiver(
        gate_item_id=stored.id,
        reason=reason.strip(),
        until=until,
        signature_id=signature.id,
        waived_by_id=actor.user_id,
        waived_at=at,
    )
    session.add(waiver)
    session.flush()
    record(
        session,
        events.ItemWaived(
            **_about(actor, dossier, gate, item_id, reason), until=until, signature_id=signature.id
        ),
        at=at,
    )
    _tell_if_met(session, actor, dossier, gate, was_met=book.verdict.met, today=today, at=at)
    return waiver


def end_waiver(
    session: Session, actor: Actor, dossier_id: int, item_id: str, *, note: str, today: date, at: datetime
) -> None:
    """Take the waiver of an item back before its day; raises `NotFound`, `NotAllowed` and `Refused`."""
    dossier, gate, _item = _locked(session, actor, dossier_id, item_id, at=at)
    if not rules.may_waive(actor, facility_id=dossier.facility_id):
        raise NotAllowed
    waiver = queries.book(session, dossier, gate, today=today).waivers.get(item_id)
    if waiver is None:
        raise Refused([Reason("no_waiver_to_end")])
    waiver.ended_at, waiver.ended_by_id = at, actor.user_id
    record(session, events.WaiverEnded(**_about(actor, dossier, gate, item_id, note)), at=at)


def publish_checklist(
    session: Session,
    actor: Actor,
    facility_id: int,
    gate: Gate,
    *,
    rows: Sequence[dict[str, Any]],
    reason: str,
    shown_version: int,
    proof: Proof | None,
    at: datetime,
) -> Checklist:
    """Publish the next version of a facility's checklist, signed by its QA.

    Raises `NotFound` for those who are not the facility's QA, `Stale` where somebody published one meanwhile, and
    `Refused` for one without items.
    """
    if not rules.may_waive(actor, facility_id=facility_id):
        raise NotFound
    facility = session.get_one(Facility, facility_id, with_for_update=True)
    newest = queries.latest_checklists(session, [facility_id]).get((facility_id, gate))
    before = checklists.listed(gate, newest)
    if shown_version != before.version:
        raise Stale({"checklist": before.version})
    if not rows:
        raise Refused([Reason("checklist_without_items", field="used")])
    version = before.version + 1
    signature = sign(
        session,
        actor,
        proof,
        subject_kind=CHECKLIST,
        subject_id=facility_id,
        content={"facility": facility.name, "gate": gate, "version": version, "items": list(rows)},
        meaning=Meaning.APPROVED,
        role=Role.QA,
        on_behalf_of=facility.name,
        reason=reason.strip(),
        at=at,
    )
    checklist = Checklist(
        facility_id=facility_id,
        gate=gate,
        version=version,
        items=[dict(row) for row in rows],
        base_version=checklists.base_version(),
        reason=reason.strip(),
        published_at=at,
        published_by_id=actor.user_id,
        signature_id=signature.id,
    )
    session.add(checklist)
    session.flush()
    changed = checklists.changes(before.rows, rows)
    record(
        session,
        events.ChecklistPublished(
            actor_id=actor.user_id,
            facility_id=facility_id,
            checklist_id=checklist.id,
            gate=gate.value,
            version=version,
            added=_ids(changed.added),
            removed=_ids(changed.removed),
            changed=_ids([after for _before, after in changed.changed]),
            signature_id=signature.id,
        ),
        at=at,
    )
    return checklist


def _locked(
    session: Session, actor: Actor, dossier_id: int, item_id: str, *, at: datetime
) -> tuple[Dossier, Gate, Item]:
    dossier = queries.dossier_shown(session, actor, dossier_id, at=at, lock=True)
    gate = queries.gate_of(session, dossier, item_id)
    published = queries.latest_checklists(session, [dossier.facility_id]).get((dossier.facility_id, gate))
    row = checklists.listed(gate, published).row(item_id)
    if row is None:
        raise NotFound
    return dossier, gate, checklists.as_item(gate, row)


def _stored(session: Session, dossier: Dossier, item_id: str) -> GateItem:
    """Return the stored item of a locked dossier, made now if nothing was ever done about it."""
    found = queries.item_of(session, dossier, item_id)
    if found is None:
        found = GateItem(dossier_id=dossier.id, item=item_id)
        session.add(found)
        session.flush()
    return found


def _is_met(session: Session, dossier: Dossier, gate: Gate, *, today: date) -> bool:
    return queries.book(session, dossier, gate, today=today).verdict.met


def _tell_if_met(
    session: Session, actor: Actor, dossier: Dossier, gate: Gate, *, was_met: bool, today: date, at: datetime
) -> None:
    if was_met or not _is_met(session, dossier, gate, today=today):
        return
    record(
        session,
        events.GateMet(
            actor_id=actor.user_id,
            dossier_id=dossier.id,
            project_id=dossier.project_id,
            facility_id=dossier.facility_id,
            gate=gate.value,
        ),
        at=at,
    )


def _about(actor: Actor, dossier: Dossier, gate: Gate, item_id: str, note: str) -> dict[str, Any]:
    return {
        "actor_id": actor.user_id,
        "dossier_id": dossier.id,
        "project_id": dossier.project_id,
        "facility_id": dossier.facility_id,
        "gate": gate.value,
        "item": item_id,
        "note": note.strip(),
    }


def _ids(rows: Collection[checklists.Row]) -> tuple[str, ...]:
    return tuple(str(row["id"]) for row in rows)
