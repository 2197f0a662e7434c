"""The weights that an adviser keeps for their own rankings and rounds."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from portal.core.actors import Actor, Role
from portal.core.errors import NotFound, Reason, Refused
from portal.ledger import record
from portal.matching import queries
from portal.matching.events import WeightsKept
from portal.matching.models import AdviserWeights
from portal.matching.rules.shares import DEFAULT_WEIGHTS

HEAVIEST = 100.0


def keep_weights(session: Session, actor: Actor, weights: Mapping[str, float], *, at: datetime) -> None:
    """Rank by these weights from now on, wherever the actor looks as an adviser; without any, by those shipped.

    Raises `NotFound` for anybody but an adviser, and `Refused` for weights that are unknown, out of range or all zero.
    """
    if Role.ADVISER not in actor.roles:
        raise NotFound
    if weights and (
        set(weights) != set(DEFAULT_WEIGHTS)
        or not all(0.0 <= weight <= HEAVIEST for weight in weights.values())
        or not any(weights.values())
    ):
        raise Refused([Reason("weights_out_of_range", {"most": HEAVIEST})])
    kept = queries.kept_weights(session, actor.user_id)
    if kept is None and not weights:
        return
    if weights:
        kept = kept or AdviserWeights(user_id=actor.user_id)
        kept.weights, kept.kept_at = dict(weights), at
        session.add(kept)
    else:
        session.delete(kept)
    session.flush()
    record(session, WeightsKept(actor_id=actor.user_id, weights=dict(weights)), at=at)
