"""The room's verbs: shortlist and wish, consent, send, answer, introduce, share, conclude, decline, withdraw, note."""

from portal.matching.services.beginning import shortlist, wish
from portal.matching.services.cases import assign_case
from portal.matching.services.conflicts import declare_conflict, end_conflict
from portal.matching.services.ending import decline, note_outcome, tend_introductions, withdraw_consent
from portal.matching.services.going import (
    answer_later,
    answer_yes,
    ask_consent,
    begin_discussion,
    give_consent,
    introduce,
    renew_teaser,
    send_teaser,
    take_up,
)
from portal.matching.services.meetings import (
    agree_to_meeting,
    cancel_meeting,
    drop_free_time,
    propose_meeting,
    state_free_time,
)
from portal.matching.services.needs import state_needs
from portal.matching.services.notes import end_note, tend_follow_ups, write_note
from portal.matching.services.rooms import accept_terms, add_document, open_document, remove_document
from portal.matching.services.rounds import (
    Parties,
    add_pair,
    ask_for_round,
    ask_to_apply,
    keep_round,
    solve_again,
)
from portal.matching.services.weights import keep_weights

__all__ = [
    "Parties",
    "accept_terms",
    "add_document",
    "add_pair",
    "agree_to_meeting",
    "answer_later",
    "answer_yes",
    "ask_consent",
    "ask_for_round",
    "ask_to_apply",
    "assign_case",
    "begin_discussion",
    "cancel_meeting",
    "declare_conflict",
    "decline",
    "drop_free_time",
    "end_conflict",
    "end_note",
    "give_consent",
    "introduce",
    "keep_round",
    "keep_weights",
    "note_outcome",
    "open_document",
    "propose_meeting",
    "remove_document",
    "renew_teaser",
    "send_teaser",
    "shortlist",
    "solve_again",
    "state_free_time",
    "state_needs",
    "take_up",
    "tend_follow_ups",
    "tend_introductions",
    "wish",
    "withdraw_consent",
    "write_note",
]
