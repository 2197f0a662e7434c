"""What a facility may enter by itself: bookings and closures of a time that somebody can have meant."""

from datetime import datetime, timedelta

from portal.core.errors import Reason
from portal.core.slots import Slot

OLDEST = timedelta(days=5 * 366)
FURTHEST = timedelta(days=3 * 366)


def reasons_against_entry(slot: Slot, *, at: datetime) -> list[Reason]:
    """Return what is wrong with the days of a booking or closure: longer ago, or further ahead, than anybody plans."""
    reasons = []
    if slot.start < at - OLDEST:
        reasons.append(
            Reason(
                "entered_too_old",
                {"day": slot.start.date(), "first": (at - OLDEST).date()},
                field="starts_on",
            )
        )
    if slot.end > at + FURTHEST:
        reasons.append(
            Reason(
                "entered_too_far", {"day": slot.end.date(), "last": (at + FURTHEST).date()}, field="ends_on"
            )
        )
    return reasons
