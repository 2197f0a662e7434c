"""The verbs of slot requests, bookings and closures: each loads, asks the rules, changes and records.

Locks are always taken in one order: cleanrooms in ascending id, then slot requests. A verb that gives time back locks
all cleanrooms of the facility, because the waiting list may offer any of them in the same transaction.
"""

from portal.bookings.services.bookings import (
    answer_move,
    cancel_booking,
    complete_booking,
    mark_no_show,
    propose_move,
    record_booking,
    start_booking,
    withdraw_move,
)
from portal.bookings.services.closures import close_cleanroom, lift_closure, move_closure
from portal.bookings.services.decisions import (
    approve_request,
    ask_for_information,
    confirm_at_gate,
    confirm_condition,
    hand_over,
    offer_window,
    reject_request,
    settle_condition,
    waitlist_request,
)
from portal.bookings.services.drafts import choose_window, discard_draft, save_draft
from portal.bookings.services.holds import release_due, tend_waiting_lists
from portal.bookings.services.operators import name_operators
from portal.bookings.services.requests import (
    accept_offer,
    answer_question,
    change_window,
    decline_offer,
    submit_request,
    withdraw_request,
)
from portal.bookings.services.subsidies import end_subsidy, grant_subsidy
from portal.bookings.services.undoing import undo_closure_move, undo_move

__all__ = [
    "accept_offer",
    "answer_move",
    "answer_question",
    "approve_request",
    "ask_for_information",
    "cancel_booking",
    "change_window",
    "choose_window",
    "close_cleanroom",
    "complete_booking",
    "confirm_at_gate",
    "confirm_condition",
    "decline_offer",
    "discard_draft",
    "end_subsidy",
    "grant_subsidy",
    "hand_over",
    "lift_closure",
    "mark_no_show",
    "move_closure",
    "name_operators",
    "offer_window",
    "propose_move",
    "record_booking",
    "reject_request",
    "release_due",
    "save_draft",
    "settle_condition",
    "start_booking",
    "submit_request",
    "tend_waiting_lists",
    "undo_closure_move",
    "undo_move",
    "waitlist_request",
    "withdraw_move",
    "withdraw_request",
]
