"""The calls of a programme: which one counts on a day, and what may be noted of one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from portal.core.errors import Reason

ROLLING = re.compile(r"\s*(rolling|with each application)\b", re.IGNORECASE)
BY_CALLS = re.compile(r"\b(calls?|yearly|cut-off|dates|periods|starts)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """From when, as far as that is known, until when a programme takes applications."""

    opens: date | None
    closes: date

    def is_open(self, on: date) -> bool:
        """Say whether it takes applications on a day."""
        return on <= self.closes and (self.opens is None or self.opens <= on)


def standing_call(calls: Iterable[Call], *, on: date) -> Call | None:
    """Return the call that counts on a day: the open one that closes first, else the next one, else the last that closed."""
    known = sorted(calls, key=lambda call: (call.closes, call.opens or date.min))
    ahead = [call for call in known if on <= call.closes]
    running = [call for call in ahead if call.is_open(on)]
    for found in (running, sorted(ahead, key=lambda call: call.opens or date.min), known[::-1]):
        if found:
            return found[0]
    return None


def takes_in_calls(deadlines: str | None) -> bool | None:
    """Say whether a programme takes applications in calls only, by its words in English; None where they do not tell."""
    if not deadlines:
        return None
    if ROLLING.match(deadlines):
        return False
    return True if BY_CALLS.search(deadlines) else None


def reasons_against_call(*, opens: date | None, closes: date) -> list[Reason]:
    """Return what is wrong with the days of a call."""
    if opens is not None and closes < opens:
        return [Reason("partner_closes_before_opening", {"opens": opens, "closes": closes}, "closes")]
    return []
