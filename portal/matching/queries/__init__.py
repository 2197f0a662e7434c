"""Named questions of matching; each hides what the actor may not see."""

from portal.matching.queries.cases import PROGRAMME, Sight, id_of, needs_of, sight
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
from portal.matching.queries.needs import next_steps, stated_needs
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
    "next_steps",
    "note_to_end",
    "notes_of",
    "open_counts",
    "openings_of",
    "seats_of",
    "side_of",
    "sight",
    "stated_needs",
    "unanswered",
    "visible_introductions",
]
