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
from portal.matching.queries.notes import follow_ups_due, follow_ups_of, note_to_end, notes_of
from portal.matching.queries.rooms import (
    LATEST_OPENINGS,
    DataRoom,
    count_openings,
    data_room,
    document_of,
    groups_in_profile,
    openings_of,
)

__all__ = [
    "LATEST_OPENINGS",
    "PROGRAMME",
    "PROPOSED",
    "DataRoom",
    "Seen",
    "Sight",
    "board",
    "count_openings",
    "count_waiting",
    "data_room",
    "document_of",
    "follow_ups_due",
    "follow_ups_of",
    "groups_in_profile",
    "id_of",
    "introduction_history",
    "introduction_seen",
    "introductions_of",
    "needs_of",
    "note_to_end",
    "notes_of",
    "open_counts",
    "openings_of",
    "seats_of",
    "side_of",
    "sight",
    "unanswered",
    "visible_introductions",
]
