"""Where and when each request may stay, by its own dates and the rooms' calendars alone."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from portal.planning.rules.values import GRADES, WEEK, Instance, Mode, Request, Room


@dataclass(frozen=True, slots=True)
class Stays:
    """The starts that a request has in a room, in order, each with its end."""

    starts: tuple[int, ...]
    end_of: Mapping[int, int]

    def first_from(self, day: int) -> int | None:
        """Return the first start on a day or after it."""
        place = bisect_left(self.starts, day)
        return self.starts[place] if place < len(self.starts) else None


@dataclass(frozen=True, slots=True)
class Days:
    """A room's days: which are open, which are shut by a closure, and how many open ones lie before each."""

    open: tuple[bool, ...]
    shut: tuple[bool, ...]
    open_days: tuple[int, ...]
    """The open days, in order."""


def days_of(room: Room, instance: Instance) -> Days:
    """Return a room's days from the first to the horizon."""
    holidays = instance.holidays.get(room.facility, frozenset())
    weekday = instance.start_date.weekday()
    shut = [False] * instance.horizon
    for start, end in room.closures:
        for day in range(max(start, 0), min(end, instance.horizon)):
            shut[day] = True
    is_open = tuple(
        (weekday + day) % 7 in room.open_weekdays and day not in holidays and not shut[day]
        for day in range(instance.horizon)
    )
    return Days(is_open, tuple(shut), tuple(day for day, one in enumerate(is_open) if one))


def obstacles_to_room(request: Request, room: Room, instance: Instance) -> Iterator[str]:
    """Yield the facts of a room that keep a request out of it, whenever that would be."""
    if room.kind != request.kind:
        yield "kind"
    if GRADES[room.grade] < GRADES[request.grade]:
        yield "grade"
    if room.bsl < request.bsl:
        yield "bsl"
    if not request.equipment <= room.equipment:
        yield "equipment"
    if instance.vectors[request.product_class] > room.max_vector:
        yield "max_vector"
    if request.mode is Mode.CONTINUOUS and room.open_weekdays != WEEK:
        yield "open_weekdays"
    if request.rooms is not None and room.id not in request.rooms:
        yield "rooms"


def is_acceptable(request: Request, room: Room) -> bool:
    """Say whether a request accepts a room's facility."""
    return request.acceptable is None or room.facility in request.acceptable


def stays_of(request: Request, days: Days, horizon: int) -> Stays:
    """Return a request's stays in a room that it can use."""
    latest = horizon if request.deadline is None else min(request.deadline, horizon)
    end_of = dict(
        _continuous(request, days, latest)
        if request.mode is Mode.CONTINUOUS
        else _working(request, days, latest)
    )
    return Stays(tuple(end_of), end_of)


def _continuous(request: Request, days: Days, latest: int) -> Iterator[tuple[int, int]]:
    for start in range(max(request.release, 0), latest - request.duration + 1):
        end = start + request.duration
        if not any(days.shut[start:end]):
            yield start, end


def _working(request: Request, days: Days, latest: int) -> Iterator[tuple[int, int]]:
    last = request.duration - 1
    for place in range(len(days.open_days) - last):
        start, end = days.open_days[place], days.open_days[place + last] + 1
        if start >= request.release and end <= latest and not any(days.shut[start:end]):
            yield start, end
