"""Meetings of both sides: when both are free, and what stands against a time."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from portal.core.errors import Reason
from portal.core.slots import Slot
from portal.matching.rules.introductions import SHARING, State


class MeetingState(StrEnum):
    """Where a meeting stands."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    CANCELLED = "cancelled"
    OVER = "over"


STANDING = frozenset({MeetingState.PROPOSED, MeetingState.AGREED})
LENGTHS = (30, 45, 60, 90)
"""In minutes."""
USUAL_LENGTH = timedelta(hours=1)
STEP = timedelta(minutes=30)
"""Proposed meetings begin at the full or the half hour where the free time allows it."""
MOST_PROPOSED = 8
SHORTEST_FREE, LONGEST_FREE = timedelta(minutes=30), timedelta(hours=12)
MOST_FREE = 40
LONGEST_AHEAD = timedelta(days=180)


def common_times(
    some: Iterable[Slot], others: Iterable[Slot], *, length: timedelta, after: datetime
) -> list[Slot]:
    """Return the first times of a length, one after the other, at which both sides are free after a moment."""
    found = [
        slot
        for common in _shared(_joined(some), _joined(others))
        for slot in _within(common, length=length, after=after)
    ]
    return found[:MOST_PROPOSED]


def reasons_against_free_time(
    start: datetime, end: datetime, *, stated: Iterable[Slot], now: datetime
) -> list[Reason]:
    """Return what stands against stating a free time."""
    reasons = []
    if not SHORTEST_FREE <= end - start <= LONGEST_FREE:
        reasons.append(Reason("free_time_length", {}, "ends_at"))
    if not now <= start <= now + LONGEST_AHEAD:
        reasons.append(Reason("meeting_out_of_range", {}, "starts_at"))
    if len(list(stated)) >= MOST_FREE:
        reasons.append(Reason("too_many_free_times", {"most": MOST_FREE}, "starts_at"))
    return reasons


def reasons_against_meeting(
    slot: Slot, *, state: State, taken: Iterable[Slot], now: datetime, field: str | None = None
) -> list[Reason]:
    """Return what stands against a meeting at a time; `taken` are the other meetings that its asker has agreed to."""
    reasons = reasons_against_meeting_at_all(state)
    if not now <= slot.start <= now + LONGEST_AHEAD:
        reasons.append(Reason("meeting_out_of_range", {}, field))
    if any(slot.overlaps(other) for other in taken):
        reasons.append(Reason("meeting_at_another", {}, field))
    return reasons


def reasons_against_meeting_at_all(state: State) -> list[Reason]:
    """Return why nobody meets because of an introduction: only those meet who have both said yes."""
    return [] if state in SHARING else [Reason("meeting_without_yes")]


def _joined(slots: Iterable[Slot]) -> list[Slot]:
    """Return stretches of time in their order, those that touch as one."""
    joined: list[Slot] = []
    for slot in sorted(slots):
        if joined and slot.start <= joined[-1].end:
            joined[-1] = Slot(joined[-1].start, max(joined[-1].end, slot.end))
        else:
            joined.append(slot)
    return joined


def _shared(some: list[Slot], others: list[Slot]) -> Iterator[Slot]:
    for one in some:
        for other in others:
            if one.overlaps(other):
                yield Slot(max(one.start, other.start), min(one.end, other.end))


def _within(common: Slot, *, length: timedelta, after: datetime) -> Iterator[Slot]:
    start = common.start if common.start >= after else _next_step(after)
    while start + length <= common.end:
        yield Slot(start, start + length)
        start = max(start + length, _next_step(start + length))


def _next_step(moment: datetime) -> datetime:
    """Return the first full or half hour that is not before a moment."""
    whole = moment.replace(minute=0, second=0, microsecond=0)
    steps = -((whole - moment) // STEP)
    return whole + steps * STEP
