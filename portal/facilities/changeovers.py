"""The shipped table of changeover days, as a cleanroom's own figures stand beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from portal.reference import shipped, vocabulary

Pair = tuple[str, str]
"""A class that ran before, and the class that comes next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippedDays:
    """What the shipped table says of one pair: the usual days, their range, and what is done."""

    days: int
    least: int
    most: int
    kind: str


def process_classes() -> tuple[str, ...]:
    """Return the process classes between which changeover is counted, in the order of the shared words."""
    return vocabulary.ids("process_class")


@cache
def shipped_days() -> Mapping[Pair, ShippedDays]:
    """Return the shipped changeover between every two process classes."""
    known = set(process_classes())
    return {
        (before, after): ShippedDays(
            days=row["days"]["default"], least=row["days"]["min"], most=row["days"]["max"], kind=row["kind"]
        )
        for row in shipped.records("changeovers")
        if (before := row["from"].get("class")) in known
        and (after := row["to"].get("class")) in known
        and not row["to"].get("same_product")
    }


@cache
def longest_shipped_days() -> int:
    """Return the longest changeover of the shipped table."""
    return max((row.days for row in shipped_days().values()), default=0)


def days_between(own: Mapping[Pair, int], before: str, after: str) -> int | None:
    """Return a cleanroom's own days between two classes, else the shipped ones, else None."""
    if (before, after) in own:
        return own[before, after]
    row = shipped_days().get((before, after))
    return None if row is None else row.days
