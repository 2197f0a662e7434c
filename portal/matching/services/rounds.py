"""Rounds: asked for, worked out, and put on the shortlists pair by pair."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.core.actors import Actor, Role
from portal.core.errors import NotFound, Reason, Refused, Stale
from portal.ledger import record
from portal.matching import queries
from portal.matching.events import RoundApplied, RoundAsked, RoundPairAdded, RoundProposed
from portal.matching.models import MatchRound
from portal.matching.rules.additions import reasons_against_addition, with_pair
from portal.matching.services.beginning import reasons_against_pair
from portal.matching.services.conflicts import refuse_conflicted
from portal.partners.rules.places import quarter_of
from portal.work.services import ask

PROPOSE_ROUND, APPLY_ROUND = "matching.propose_round", "matching.apply_round"
MOST_PER_PROJECT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Who is to take part in a round, as an adviser writes it; nothing written is everybody."""

    references: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    only_mine: bool = False


def ask_for_round(
    session: Session,
    actor: Actor,
    *,
    name: str,
    per_project: int,
    parties: Parties | None = None,
    at: datetime,
) -> int:
    """Ask for a round over projects whose teaser the adviser reads, all or the chosen ones; return the job that works it out.

    Raises `NotFound` for anybody but an adviser, and `Refused` for a number that cannot be meant, and for each party that
    nobody knows.
    """
    if Role.ADVISER not in actor.roles or actor.organisation_id is None:
        raise NotFound
    if not 1 <= per_project <= MOST_PER_PROJECT:
        raise Refused([Reason("round_per_project", {"most": MOST_PER_PROJECT}, "per_project")])
    terms = _terms(session, actor, parties or Parties(), at=at)
    return _ask(session, actor, name=name, per_project=per_project, terms=terms, at=at)


def solve_again(
    session: Session,
    actor: Actor,
    round_id: int,
    kept: Collection[tuple[str, str]],
    *,
    version: int | None,
    at: datetime,
) -> int:
    """Ask for a round anew that keeps some of its pairs and proposes none of the others again; return the job.

    Raises `NotFound`, `Stale`, and `Refused` where it was applied or is still being worked out.
    """
    made = queries.own_round(session, actor, round_id, lock=True)
    if version != made.version:
        raise Stale({"version": made.version})
    if made.applied_at is not None or made.result is None:
        raise Refused([Reason("round_applied_before" if made.applied_at else "round_not_worked_out")])
    proposed = {(row["project"], row["partner"]) for row in made.result["pairs"]}
    before, keeps = made.terms or {}, proposed & set(kept)
    gone = (proposed - keeps) | queries.pairs_in(before, "left_out")
    terms = {**before, "kept": sorted(keeps), "left_out": sorted(gone)}
    return _ask(session, actor, name=made.name, per_project=made.per_project, terms=terms, at=at)


def _terms(session: Session, actor: Actor, parties: Parties, *, at: datetime) -> dict[str, Any]:
    projects = {one: queries.project_for_round(session, actor, one, at=at) for one in parties.references}
    partners = {one: queries.partner_for_round(session, one) for one in parties.partners}
    reasons = [
        Reason("round_project_unknown", {"reference": one}, "references")
        for one, found in projects.items()
        if found is None
    ]
    reasons += [
        Reason("round_partner_unknown", {"name": one}, "partners")
        for one, found in partners.items()
        if found is None
    ]
    own = queries.looked_after_by(session, actor) if parties.only_mine else None
    if own is not None and not own:
        reasons.append(Reason("round_nothing_looked_after", {}, "only_mine"))
    if reasons:
        raise Refused(reasons)
    chosen = {found.id for found in projects.values() if found is not None} if projects else None
    if own is not None:
        chosen = set(own) if chosen is None else chosen & own
    return {
        "projects": None if chosen is None else sorted(chosen),
        "partners": sorted(found.id for found in partners.values() if found is not None)
        if partners
        else None,
    }


def _ask(
    session: Session, actor: Actor, *, name: str, per_project: int, terms: dict[str, Any], at: datetime
) -> int:
    made = MatchRound(
        terms=terms,
        name=name,
        per_project=per_project,
        made_by_id=actor.user_id,
        organisation_id=actor.organisation_id,
        made_at=at,
    )
    session.add(made)
    session.flush()
    record(session, RoundAsked(actor_id=actor.user_id, round_id=made.id), at=at)
    return ask(session, PROPOSE_ROUND, actor, {"round_id": made.id}, key=str(made.id), at=at).id


def keep_round(
    session: Session, actor: Actor, round_id: int, result: dict[str, Any], *, at: datetime
) -> None:
    """Keep what a round came to; raises `NotFound` once it is not the actor's."""
    made = queries.own_round(session, actor, round_id, lock=True)
    made.result, made.computed_at = result, at
    session.flush()
    event = RoundProposed(actor_id=actor.user_id, round_id=round_id, pairs=len(result["pairs"]))
    record(session, event, at=at)


def add_pair(
    session: Session,
    actor: Actor,
    round_id: int,
    *,
    reference: str,
    partner_name: str,
    version: int | None,
    at: datetime,
) -> MatchRound:
    """Add a pair that was not proposed to a round: it is judged by the same rules and within the same limits.

    Raises `NotFound`, `Stale`, and `Refused` with everything that stands against it.
    """
    made = queries.own_round(session, actor, round_id, lock=True)
    if version != made.version:
        raise Stale({"version": made.version})
    if made.applied_at is not None or made.result is None:
        raise Refused([Reason("round_applied_before" if made.applied_at else "round_not_worked_out")])
    project = queries.project_for_round(session, actor, reference, at=at)
    partner = queries.partner_for_round(session, partner_name)
    if project is None or partner is None:
        missing = (
            *(() if project else (Reason("round_project_unknown", {"reference": reference}, "reference"),)),
            *(() if partner else (Reason("round_partner_unknown", {"name": partner_name}, "partner_name"),)),
        )
        raise Refused(list(missing))
    refuse_conflicted(session, actor, project, partner)
    sight = queries.sight(session, actor, project, at=at)
    ids = (str(project.id), queries.id_of(partner.id))
    reasons = reasons_against_pair(sight, partner.id)
    if queries.has_met(session, project.id, partner.id):
        reasons.append(Reason("round_pair_met", {}, "partner_name"))
    room = partner.capacity - len(queries.seats_of(session, partner.id, quarter_of(at)))
    reasons += reasons_against_addition(ids, made.result["pairs"], per_project=made.per_project, room=room)
    if reasons:
        raise Refused(reasons)
    score = next(match.score for match in sight.ranking.matches() if match.partner == ids[1])
    made.result = with_pair(made.result, *ids, score=score)
    session.flush()
    event = RoundPairAdded(
        actor_id=actor.user_id, round_id=round_id, match_project_id=project.id, partner_id=partner.id
    )
    record(session, event, at=at)
    return made


def ask_to_apply(
    session: Session,
    actor: Actor,
    round_id: int,
    chosen: Collection[tuple[str, str]],
    *,
    version: int | None,
    at: datetime,
) -> int:
    """Ask to put the chosen pairs of a round on the shortlists; return the job that does it.

    Raises `NotFound`, `Stale`, and `Refused` where nothing is chosen, or it was applied before.
    """
    made = queries.own_round(session, actor, round_id, lock=True)
    if version != made.version:
        raise Stale({"version": made.version})
    proposed = {(row["project"], row["partner"]) for row in (made.result or {}).get("pairs", ())}
    if made.applied_at is not None:
        raise Refused([Reason("round_applied_before")])
    pairs = [pair for pair in sorted(proposed) if pair in set(chosen)]
    if not pairs:
        raise Refused([Reason("round_nothing_chosen")])
    made.applied_at = at
    session.flush()
    record(session, RoundApplied(actor_id=actor.user_id, round_id=round_id, pairs=len(pairs)), at=at)
    work = {"round_id": round_id, "pairs": [list(pair) for pair in pairs]}
    return ask(session, APPLY_ROUND, actor, work, total=len(pairs), key=str(round_id), at=at).id
