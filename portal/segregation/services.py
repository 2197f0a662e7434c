"""What QA decides: which rules hold in its rooms, and what these share."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.actors import Actor, Role
from portal.core.errors import NotFound, Reason, Refused, Stale
from portal.facilities.models import Cleanroom, Facility
from portal.ledger import record
from portal.projects.models import FieldGroup, Project
from portal.projects.queries import visible_projects
from portal.reference.queries import effective_records
from portal.reference.shipped import records
from portal.segregation import queries, rules
from portal.segregation.casefile import read_ruleset
from portal.segregation.events import RuleDecided, SharingDeclared
from portal.segregation.models import StanceRecord
from portal.segregation.rulebooks import Record
from portal.segregation.rules import Effect, SegregationRule, Stance
from portal.signatures.rules import Meaning, Proof
from portal.signatures.services import sign

RULE, ROOM = "segregation_rule", "cleanroom_sharing"
SHARING = ("air_handling", "corridor", "staff_group", "dedicated_to_id")
MEANINGS: Mapping[Stance, Meaning] = {
    Stance.ADOPTED: Meaning.APPROVED,
    Stance.TIGHTENED: Meaning.APPROVED_WITH_CONDITIONS,
    Stance.SET_ASIDE: Meaning.WAIVED,
}


def decide_rule(
    session: Session,
    actor: Actor,
    facility_id: int,
    rule_id: str,
    *,
    stance: Stance,
    effect: Effect | None = None,
    shares: frozenset[str] = frozenset(),
    reason: str,
    shown_stance_id: int | None = None,
    proof: Proof | None,
    at: datetime,
) -> StanceRecord:
    """Adopt, tighten or set aside a rule for a facility's rooms; the signature binds the rule as it then holds.

    Raises `NotFound` for those who are not the facility's QA and for a rule that is not shipped, `Stale` where
    somebody decided meanwhile, and `Refused`.
    """
    if not rules.may_decide(actor, facility_id=facility_id):
        raise NotFound
    # The facility's row keeps two decisions about its rules apart.
    facility = session.get_one(Facility, facility_id, with_for_update=True)
    shipped = {fact.record_id: fact.record for fact in effective_records(session, queries.COLLECTION)}
    if rule_id not in shipped:
        raise NotFound
    newest = next(iter(queries.stances_of(session, facility_id, rule_id)), None)
    if shown_stance_id is not None and shown_stance_id != (newest.id if newest else 0):
        raise Stale({"rule": rule_id})
    as_shipped = shipped[rule_id]
    reasons = rules.reasons_against_stance(
        parsed(as_shipped), stance, effect=effect, shares=shares, reason=reason
    )
    if reasons:
        raise Refused(reasons)
    holds = _tightened(as_shipped, effect, shares) if stance is Stance.TIGHTENED else as_shipped
    signature = sign(
        session,
        actor,
        proof,
        subject_kind=RULE,
        subject_id=facility_id,
        content={"facility": facility.name, "rule": rule_id, "stance": stance, "holds": holds},
        meaning=MEANINGS[stance],
        role=Role.QA,
        on_behalf_of=facility.name,
        reason=reason.strip(),
        at=at,
    )
    stored = StanceRecord(
        facility_id=facility_id,
        rule_id=rule_id,
        stance=stance,
        rule=holds,
        reason=reason.strip(),
        signature_id=signature.id,
        decided_by_id=actor.user_id,
        decided_at=at,
    )
    session.add(stored)
    session.flush()
    record(
        session,
        RuleDecided(
            actor_id=actor.user_id,
            facility_id=facility_id,
            rule_id=rule_id,
            stance=stance.value,
            stance_id=stored.id,
            signature_id=signature.id,
            reason=stored.reason,
        ),
        at=at,
    )
    return stored


def declare_sharing(
    session: Session,
    actor: Actor,
    cleanroom_id: int,
    *,
    sharing: Mapping[str, str | int | None],
    reason: str,
    shown_version: int | None = None,
    proof: Proof | None,
    at: datetime,
) -> Cleanroom:
    """Say with whom a cleanroom shares air, corridor and staff, and to which project it is dedicated, signed.

    What is booked already stays; it counts in every decision from now on. Raises `NotFound`, `Stale` and `Refused`.
    """
    room = session.get(Cleanroom, cleanroom_id, with_for_update=True, populate_existing=True)
    if room is None or not rules.may_decide(actor, facility_id=room.facility_id):
        raise NotFound
    if shown_version is not None and shown_version != room.version:
        raise Stale({"cleanroom": room.id})
    wanted = {name: sharing.get(name) or None for name in SHARING}
    changes = {
        name: {"from": getattr(room, name), "to": value}
        for name, value in wanted.items()
        if getattr(room, name) != value
    }
    reasons = rules.reasons_against_text(reason)
    if not changes:
        reasons.append(Reason("sharing_unchanged"))
    if "dedicated_to_id" in changes and not _is_known(session, actor, wanted["dedicated_to_id"], at=at):
        reasons.append(Reason("project_not_known_here", field="dedicated_to_id"))
    if reasons:
        raise Refused(reasons)
    for name, change in changes.items():
        setattr(room, name, change["to"])
    session.flush()
    signature = sign(
        session,
        actor,
        proof,
        subject_kind=ROOM,
        subject_id=room.id,
        content={"facility": room.facility.name, "cleanroom": room.code, **wanted},
        meaning=Meaning.APPROVED,
        role=Role.QA,
        on_behalf_of=room.facility.name,
        reason=reason.strip(),
        at=at,
    )
    record(
        session,
        SharingDeclared(
            actor_id=actor.user_id,
            facility_id=room.facility_id,
            cleanroom_id=room.id,
            code=room.code,
            changes={name: change for name, change in changes.items() if name != "dedicated_to_id"},
            dedicated_to_id=room.dedicated_to_id,
            was_dedicated_to_id=changes.get("dedicated_to_id", {}).get("from", room.dedicated_to_id),
            signature_id=signature.id,
            reason=reason.strip(),
        ),
        at=at,
    )
    return room


def _is_known(session: Session, actor: Actor, project_id: str | int | None, *, at: datetime) -> bool:
    """Say whether a project is one whose name the actor may read; none at all is."""
    if project_id is None:
        return True
    seen = visible_projects(actor, at=at, group=FieldGroup.IDENTITY)
    return bool(session.scalar(select(Project.id).where(Project.id == project_id, seen)))


def parsed(rule: Record) -> SegregationRule:
    """Return one rule of the facts as the engine sees it; which others it overrides is left out."""
    alone: dict[str, Any] = {**rule, "overrides": []}
    classes = records("changeover_classes")
    return read_ruleset({"segregation": [alone], "changeover": [], "changeover_classes": classes}).rules[0]


def _tightened(rule: Record, effect: Effect | None, shares: frozenset[str]) -> Record:
    applies = rule["applies_when"]
    return {
        **rule,
        "effect": (effect or Effect(rule["effect"])).value,
        "applies_when": {**applies, "shares": sorted({*applies["shares"], *shares})},
    }
