"""The room's verbs: shortlist and wish, ask and give consent, send, answer, introduce, conclude, decline and withdraw."""

from portal.matching.services.beginning import shortlist, wish
from portal.matching.services.ending import decline, note_outcome, tend_introductions, withdraw_consent
from portal.matching.services.going import (
    answer_later,
    answer_yes,
    ask_consent,
    begin_discussion,
    give_consent,
    introduce,
    send_teaser,
    take_up,
)

__all__ = [
    "answer_later",
    "answer_yes",
    "ask_consent",
    "begin_discussion",
    "decline",
    "give_consent",
    "introduce",
    "note_outcome",
    "send_teaser",
    "shortlist",
    "take_up",
    "tend_introductions",
    "wish",
    "withdraw_consent",
]
