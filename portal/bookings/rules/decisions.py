"""Who may decide, from which state a request or booking may go where, what a cancellation costs, who waits first."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portal.core.actors import Actor, Role
from portal.core.errors import Reason

REQUEST_STEPS: Mapping[str, frozenset[str]] = {
    "submit": frozenset({"draft"}),
    "ask": frozenset({"submitted", "waitlisted"}),
    "answer": frozenset({"needs_info"}),
    "approve": frozenset({"submitted", "needs_info", "waitlisted"}),
    "offer": frozenset({"submitted", "needs_info", "waitlisted"}),
    "waitlist": frozenset({"submitted", "needs_info"}),
    "reject": frozenset({"submitted", "needs_info", "waitlisted"}),
    "accept": frozenset({"offered"}),
    "decline": frozenset({"offered"}),
    "withdraw": frozenset({"submitted", "needs_info", "offered", "waitlisted"}),
    "change_window": frozenset({"submitted", "needs_info", "waitlisted"}),
    "hand_over": frozenset({"submitted", "needs_info", "offered", "waitlisted"}),
}
"""From which states a slot request may take each step; the states are those of the product's contract."""

BOOKING_STEPS: Mapping[str, frozenset[str]] = {
    "confirm": frozenset({"held"}),
    "start": frozenset({"confirmed"}),
    "complete": frozenset({"in_use"}),
    "no_show": frozenset({"confirmed"}),
    "cancel": frozenset({"held", "confirmed"}),
    "move": frozenset({"held", "confirmed"}),
}
"""From which states a booking may take each step."""

FINISHED = frozenset({"rejected", "withdrawn", "expired"})


def may_decide(actor: Actor, facility_id: int) -> bool:
    """Only a manager of the facility decides on its bookings."""
    return actor.holds(Role.FACILITY_MANAGER, facility_id)


def may_read_at_facility(actor: Actor, facility_id: int) -> bool:
    """Whoever has a duty at the facility may read what is asked of it."""
    return facility_id in actor.facility_ids


def reasons_against_step(
    step: str, state: str, *, steps: Mapping[str, frozenset[str]] = REQUEST_STEPS
) -> list[Reason]:
    """Return the reason against a step from this state, or nothing."""
    if state in steps[step]:
        return []
    return [Reason("not_in_this_state", {"step": step, "state": state})]


def reasons_against_deciding(
    actor: Actor, *, step: str, state: str, requesting_organisation_id: int, note: str = ""
) -> list[Reason]:
    """Return what stands against a manager's decision, whatever the calendar says.

    Nobody decides on their own organisation's request; a rejection and a question need words.
    """
    reasons = reasons_against_step(step, state)
    if requesting_organisation_id == actor.organisation_id:
        reasons.append(Reason("own_request"))
    if step in {"reject", "ask"} and not note.strip():
        reasons.append(Reason("words_needed", {"step": step}, field="note"))
    return reasons


def cancellation_fee(amount: int | None, percent: int) -> int | None:
    """Return the fee in minor units, rounded half up, or None where the estimate is not known."""
    if amount is None:
        return 0 if percent == 0 else None
    return (amount * percent + 50) // 100


def end_of_hold(start: date, working_days: int, holidays: Collection[date]) -> date:
    """Return the last day of a hold that begins on a day and lasts so many working days after it."""
    day, left = start, working_days
    while left > 0:
        day += timedelta(days=1)
        if day.isoweekday() <= 5 and day not in holidays:
            left -= 1
    return day


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A request on a waiting list, as far as its place depends on it."""

    request_id: int
    since: datetime
    clinical: bool


def waiting_order(waiting: Collection[Waiting], *, clinical_first: bool) -> list[Waiting]:
    """Return a waiting list in the order of the facility's stated rule; equal ones in the order of their number."""
    return sorted(
        waiting,
        key=lambda one: (clinical_first and not one.clinical, one.since, one.request_id),
    )
