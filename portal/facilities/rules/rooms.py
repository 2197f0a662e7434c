"""What a cleanroom and its rates can be."""

from collections.abc import Collection, Mapping
from datetime import date

from portal.core.errors import Reason


def reasons_against_room(values: Mapping[str, object]) -> list[Reason]:
    """Return what is wrong with a cleanroom's facts taken together."""
    reasons = []
    weekdays, units = values.get("open_weekdays"), (values.get("min_units"), values.get("max_units"))
    opens, closes = values.get("opens_hour"), values.get("closes_hour")
    if not weekdays:
        reasons.append(Reason("room_never_open", field="open_weekdays"))
    if isinstance(opens, int) and isinstance(closes, int) and opens >= closes:
        reasons.append(
            Reason("room_closes_before_opening", {"opens": opens, "closes": closes}, field="closes_hour")
        )
    if isinstance(units[0], int) and isinstance(units[1], int) and units[1] < units[0]:
        reasons.append(Reason("most_below_least", {"least": units[0], "most": units[1]}, field="max_units"))
    return reasons


def reasons_against_rate(valid_from: date, *, known: Collection[date], customer_kind: str) -> list[Reason]:
    """Return the reason against a rate that begins on the very day on which another one does."""
    if valid_from in known:
        return [
            Reason("rate_begins_that_day", {"day": valid_from, "kind": customer_kind}, field="valid_from")
        ]
    return []
