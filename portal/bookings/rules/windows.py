"""When a cleanroom is free for a campaign, and everything that stands in the way of a window."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import nsmallest
from itertools import chain, islice
from typing import TypeVar

from portal.bookings.rules.timetables import (
    NO_LIMITS,
    Calendar,
    Campaign,
    Changeover,
    Limits,
    Mode,
    Occupation,
    Span,
    Timetable,
    Work,
)
from portal.core.errors import Reason

Room = TypeVar("Room", int, str)


def end_of(calendar: Calendar, start: int, campaign: Campaign) -> int | None:
    """Return the tick at which a campaign that starts here ends, or None if it outlasts the calendar."""
    if campaign.mode is Mode.CONTINUOUS:
        end = start + campaign.duration
        return end if end <= calendar.end else None
    last = bisect_left(calendar.open_ticks, start) + campaign.duration - 1
    return calendar.open_ticks[last] + 1 if last < len(calendar.open_ticks) else None


def earliest_windows(
    timetable: Timetable,
    campaign: Campaign,
    changeover: Changeover,
    limits: Limits = NO_LIMITS,
    *,
    count: int,
) -> list[Span]:
    """Return the first windows in which the campaign may run in this room, one for each start, ascending."""
    return list(islice(_windows(timetable, campaign, changeover, limits), count))


def separate_windows(
    timetable: Timetable,
    campaign: Campaign,
    changeover: Changeover,
    limits: Limits = NO_LIMITS,
    *,
    count: int,
) -> list[Span]:
    """Return the first windows that do not overlap one another: choices, and not the same one a tick later."""
    chosen: list[Span] = []
    for window in _windows(timetable, campaign, changeover, limits):
        if not chosen or window.start >= chosen[-1].end:
            chosen.append(window)
            if len(chosen) == count:
                break
    return chosen


def first_over_rooms(windows: Mapping[Room, Iterable[Span]], *, count: int) -> list[tuple[Room, Span]]:
    """Return the first of all these rooms' windows: by start, then end, then room."""
    choices = ((room, window) for room, found in windows.items() for window in found)
    return nsmallest(count, choices, key=lambda choice: (choice[1].start, choice[1].end, choice[0]))


def reasons_against_window(
    window: Span,
    timetable: Timetable,
    campaign: Campaign,
    changeover: Changeover,
    limits: Limits = NO_LIMITS,
) -> list[Reason]:
    """Return everything that stands in the way of this window; an empty list means that it may be booked.

    `earliest_windows` offers a window exactly if nothing stands in its way and it is no longer than it need be.
    """
    return [
        *_reasons_of_limits(window, limits),
        *_reasons_of_calendar(window, timetable.calendar, campaign),
        *_reasons_of_neighbours(window, timetable.occupations, campaign.work, changeover),
    ]


def _windows(
    timetable: Timetable, campaign: Campaign, changeover: Changeover, limits: Limits
) -> Iterator[Span]:
    free = _free_spans(timetable, campaign, changeover, limits)
    return chain.from_iterable(_windows_within(span, campaign, timetable.calendar) for span in free)


def _free_spans(
    timetable: Timetable, campaign: Campaign, changeover: Changeover, limits: Limits
) -> Iterator[Span]:
    """Yield, ascending, the spans in which nothing but their length and opening hours can stand in the way."""
    bounds = Span(
        max([0, *limits.earliest.values()]),
        min([timetable.calendar.end, *limits.latest.values()]),
    )
    closures: Sequence[Span] = timetable.calendar.closures
    for gap in _gaps(timetable.occupations, campaign, changeover, bounds):
        if gap.end - gap.start >= campaign.duration:
            yield from _outside(sorted(chain(closures, *limits.barred(gap).values())), gap)


def _gaps(
    occupations: Sequence[Occupation], campaign: Campaign, changeover: Changeover, bounds: Span
) -> Iterator[Span]:
    """Yield what occupations leave of the bounds, less the changeover that they and the campaign owe each other.

    Gaps that are too short even without changeover, most of those in a busy room, cost nothing more than a look.
    """
    work, duration, earliest = campaign.work, campaign.duration, bounds.start
    longest_wait = bounds.end - duration
    before: Occupation | None = None
    taken_until, start = 0, earliest
    for after in occupations:
        span = after.span
        if span.start - start >= duration:
            yield _gap(before, after, work, changeover, bounds)
        if span.end >= taken_until:
            before, taken_until = after, span.end
            if taken_until > earliest:
                start = taken_until
                if start > longest_wait:
                    return
    yield _gap(before, None, work, changeover, bounds)


def _gap(
    before: Occupation | None, after: Occupation | None, work: Work, changeover: Changeover, bounds: Span
) -> Span:
    start, end = bounds.start, bounds.end
    if before is not None:
        start = max(start, before.span.end + changeover(before.work, work))
    if after is not None:
        end = min(end, after.span.start - changeover(work, after.work))
    return Span(start, end)


def _outside(shut: Iterable[Span], gap: Span) -> Iterator[Span]:
    """Yield what the spans, sorted, leave of the gap."""
    start = gap.start
    for span in shut:
        if span.start >= gap.end:
            break
        if span.start > start:
            yield Span(start, span.start)
        start = max(start, span.end)
    yield Span(start, gap.end)


def _windows_within(span: Span, campaign: Campaign, calendar: Calendar) -> Iterator[Span]:
    if campaign.mode is Mode.CONTINUOUS:
        for start in range(span.start, span.end - campaign.duration + 1):
            yield Span(start, start + campaign.duration)
        return
    ticks, rest = calendar.open_ticks, campaign.duration - 1
    for first in range(bisect_left(ticks, span.start), bisect_left(ticks, span.end) - rest):
        yield Span(ticks[first], ticks[first + rest] + 1)


def _reasons_of_limits(window: Span, limits: Limits) -> Iterator[Reason]:
    for code, tick in limits.earliest.items():
        if window.start < tick:
            yield Reason(code, {"earliest": tick})
    for code, tick in limits.latest.items():
        if window.end > tick:
            yield Reason(code, {"latest": tick})
    for code, spans in limits.barred(window).items():
        for span in spans:
            if window.overlaps(span):
                yield Reason(code, {"start": span.start, "end": span.end})


def _reasons_of_calendar(window: Span, calendar: Calendar, campaign: Campaign) -> Iterator[Reason]:
    if window.start < 0 or window.end > calendar.end:
        yield Reason("outside_calendar", {"earliest": 0, "latest": calendar.end})
    closures = [closure for closure in calendar.closures if window.overlaps(closure)]
    for closure in closures:
        yield Reason("room_closed", {"start": closure.start, "end": closure.end})
    starts_in_closure = any(closure.start <= window.start for closure in closures)
    if campaign.mode is Mode.WORKING and not starts_in_closure and not calendar.works_at(window.start):
        yield Reason("not_open_at_start", {"start": window.start})
    end = end_of(calendar, window.start, campaign)
    if end is None or window.end < end:
        yield Reason("shorter_than_campaign", {"end": end})


def _reasons_of_neighbours(
    window: Span, occupations: Sequence[Occupation], work: Work, changeover: Changeover
) -> Iterator[Reason]:
    before: Occupation | None = None
    for other in occupations:
        if window.overlaps(other.span):
            yield Reason("slot_taken", {"start": other.span.start, "end": other.span.end, "by": other.key})
        elif other.span.end <= window.start and (before is None or other.span.end >= before.span.end):
            before = other
    if before is not None:
        needed = changeover(before.work, work)
        if window.start < before.span.end + needed:
            values = {"needed": needed, "earliest": before.span.end + needed, "by": before.key}
            yield Reason("changeover_before_too_short", values)
    after = next((other for other in occupations if other.span.start >= window.end), None)
    if after is not None:
        needed = changeover(work, after.work)
        if window.end > after.span.start - needed:
            values = {"needed": needed, "latest": after.span.start - needed, "by": after.key}
            yield Reason("changeover_after_too_short", values)
