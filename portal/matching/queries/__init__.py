"""Named questions of matching; each hides what the actor may not see."""

from portal.matching.queries.cases import PROGRAMME, PROPOSED, Sight, id_of, needs_of, sight
from portal.matching.queries.introductions import (
    Seen,
    board,
    count_waiting,
    introduction_history,
    introduction_seen,
    introductions_of,
    open_counts,
    seats_of,
    side_of,
    unanswered,
    visible_introductions,
)

__all__ = [
    "PROGRAMME",
    "PROPOSED",
    "Seen",
    "Sight",
    "board",
    "count_waiting",
    "id_of",
    "introduction_history",
    "introduction_seen",
    "introductions_of",
    "needs_of",
    "open_counts",
    "seats_of",
    "side_of",
    "sight",
    "unanswered",
    "visible_introductions",
]
