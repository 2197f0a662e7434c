"""Whether help that a project may have comes in time, as far as that is known; it warns and closes nothing."""

from datetime import date, timedelta

from portal.core.errors import Reason


def reasons_about_time(
    *, closes: date | None, lead_days: int | None, by: date | None, in_calls: bool, today: date
) -> list[Reason]:
    """Return what speaks against a partner's dates, beside the day by which its help is needed."""
    found = []
    if closes is not None and by is not None and closes > by:
        found.append(Reason("closes_after_need", {"closes": closes, "by": by}))
    if lead_days and by is not None and today + timedelta(days=lead_days) > by:
        found.append(Reason("help_comes_too_late", {"days": lead_days, "by": by}))
    if in_calls and closes is None:
        found.append(Reason("next_call_unknown"))
    return found
