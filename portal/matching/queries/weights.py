"""The weights that an adviser has kept."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.matching.models import AdviserWeights
from portal.matching.rules.shares import DEFAULT_WEIGHTS


def kept_weights(session: Session, user_id: int) -> AdviserWeights | None:
    """Return the weights that somebody has kept, or None where they rank by those shipped."""
    return session.scalars(select(AdviserWeights).where(AdviserWeights.user_id == user_id)).one_or_none()


def weights_for(session: Session, user_id: int) -> Mapping[str, float]:
    """Return by which weights somebody ranks; one that is newer than what they kept is as shipped."""
    kept = kept_weights(session, user_id)
    return {
        name: (kept.weights if kept else {}).get(name, weight) for name, weight in DEFAULT_WEIGHTS.items()
    }
