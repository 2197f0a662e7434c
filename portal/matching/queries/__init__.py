"""Named questions of matching; each hides what the actor may not see."""

from portal.matching.queries.cases import PROGRAMME, Sight, id_of, needs_of, partners_that_fit, sight
from portal.matching.queries.desk import Standing, conflicts_of, desk, is_conflicted, standings
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
from portal.matching.queries.learning import Answers, answers, decline_reasons
from portal.matching.queries.needs import next_steps, stated_needs
from portal.matching.queries.notes import follow_ups_due, note_to_end, notes_of
from portal.matching.queries.rooms import (
    LATEST_OPENINGS,
    DataRoom,
    count_openings,
    data_room,
    document_of,
    groups_in_profile,
    openings_of,
)
from portal.matching.queries.rounds import entered, own_round, records_of_round, rounds

__all__ = [
    "LATEST_OPENINGS",
    "PROGRAMME",
    "Answers",
    "DataRoom",
    "Seen",
    "Sight",
    "Standing",
    "answers",
    "board",
    "conflicts_of",
    "count_openings",
    "count_waiting",
    "data_room",
    "decline_reasons",
    "desk",
    "document_of",
    "entered",
    "follow_ups_due",
    "groups_in_profile",
    "id_of",
    "introduction_history",
    "introduction_seen",
    "introductions_of",
    "is_conflicted",
    "needs_of",
    "next_steps",
    "note_to_end",
    "notes_of",
    "open_counts",
    "openings_of",
    "own_round",
    "partners_that_fit",
    "records_of_round",
    "rounds",
    "seats_of",
    "side_of",
    "sight",
    "standings",
    "stated_needs",
    "unanswered",
    "visible_introductions",
]
