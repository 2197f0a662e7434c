"""Rounds: asked for, worked out, and put on the shortlists pair by pair."""

from collections.abc import Collection
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


def ask_for_round(session: Session, actor: Actor, *, name: str, per_project: int, at: datetime) -> int:
    """Ask for a round over every project whose teaser the adviser reads; return the job that works it out.

    Raises `NotFound` for anybody but an adviser, and `Refused` for a number that cannot be meant.
    """
    if Role.ADVISER not in actor.roles or actor.organisation_id is None:
        raise NotFound
    if not 1 <= per_project <= MOST_PER_PROJECT:
        raise Refused([Reason("round_per_project", {"most": MOST_PER_PROJECT}, "per_project")])
    made = MatchRound(
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
