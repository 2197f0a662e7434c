"""A pair that an adviser adds to a round: within the round's own limits, and counted in what it comes to."""

from collections.abc import Mapping, Sequence
from typing import Any

from portal.core.errors import Reason


def reasons_against_addition(
    pair: tuple[str, str], pairs: Sequence[Mapping[str, Any]], *, per_project: int, room: int
) -> list[Reason]:
    """Return which limits of a round stand against one more pair: `room` is what its partner has left this quarter."""
    project, partner = pair
    if any((row["project"], row["partner"]) == pair for row in pairs):
        return [Reason("round_pair_there", {}, "partner_name")]
    reasons = []
    if sum(row["project"] == project for row in pairs) >= per_project:
        reasons.append(Reason("round_project_full", {"most": per_project}, "reference"))
    if sum(row["partner"] == partner for row in pairs) >= room:
        reasons.append(Reason("round_partner_full", {"room": max(room, 0)}, "partner_name"))
    return reasons


def with_pair(result: Mapping[str, Any], project: str, partner: str, *, score: float) -> dict[str, Any]:
    """Return what a round came to with one more pair, marked as added by hand."""
    added = {"project": project, "partner": partner, "score": score, "by_hand": True}
    pairs = [*result["pairs"], added]
    best: dict[str, float] = {}
    for row in pairs:
        best[row["project"]] = max(row["score"], best.get(row["project"], 0.0))
    return {
        **result,
        "pairs": pairs,
        "unserved": [row for row in result["unserved"] if row["project"] != project],
        "total": result["total"] + score,
        "worst": min(best.values()),
    }
