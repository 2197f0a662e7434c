"""What the days of a slot request must be, before any cleanroom is asked."""

from datetime import date, timedelta

from portal.core.errors import Reason


def reasons_against_days(
    *, earliest_start: date, latest_end: date | None, days_needed: int, today: date, known_days: int
) -> list[Reason]:
    """Return what is wrong with the days between which work may run.

    `days_needed` is the least that the work takes, `known_days` how far ahead cleanrooms can be booked.
    """
    reasons = []
    last_known = today + timedelta(days=known_days)
    if earliest_start < today:
        values = {"day": earliest_start, "today": today}
        reasons.append(Reason("earliest_start_past", values, field="earliest_start"))
    if earliest_start > last_known:
        values = {"day": earliest_start, "latest": last_known}
        reasons.append(Reason("earliest_start_too_far", values, field="earliest_start"))
    if latest_end is None:
        return reasons
    if latest_end < earliest_start:
        values = {"day": latest_end, "start": earliest_start}
        reasons.append(Reason("latest_end_before_start", values, field="latest_end"))
    elif (latest_end - earliest_start).days + 1 < days_needed:
        reasons.append(
            Reason(
                "days_too_few",
                {
                    "given": (latest_end - earliest_start).days + 1,
                    "needed": days_needed,
                    "first_end": earliest_start + timedelta(days=days_needed - 1),
                },
                field="latest_end",
            )
        )
    return reasons
