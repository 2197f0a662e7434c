"""The use of each cleanroom over five years: who was in it when, kept apart by changeover, on open days only."""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from benchmarks.national.people import Story
from benchmarks.national.pipeline import Pipeline, Work
from benchmarks.national.places import ZONE, Place
from portal.bookings.roomtime import RoomTime, days_later
from portal.bookings.rules.timetables import Span
from portal.bookings.rules.timetables import Work as Changing
from portal.bookings.work import days_between
from portal.core.slots import Slot
from portal.facilities.models import BookingUnit, Cleanroom, VectorLevel
from portal.facilities.opening import Opening

AHEAD = 183
"""Days for which work is booked ahead; the rest of the five years is past."""

UP_TO = {
    VectorLevel.NONE: ("none",),
    VectorLevel.AAV: ("none", "aav"),
    VectorLevel.LENTIVIRAL_RETROVIRAL: ("none", "aav", "lentiviral_retroviral"),
    VectorLevel.REPLICATION_COMPETENT: ("replication_competent",),
}
"""What runs in a room; one with a permit for replicating vectors is kept for them."""

LENGTHS = {BookingUnit.DAY: (2, 5), BookingUnit.HALF_DAY: (1, 4), BookingUnit.HOUR: (3, 9)}
GAPS = {BookingUnit.DAY: (0, 4), BookingUnit.HALF_DAY: (0, 2), BookingUnit.HOUR: (0, 4)}
FULL_MONTH = 200
"""Bookings of each of the ten rooms that are booked by the hour in the month around the present."""


@dataclass(slots=True)
class Stay:
    """A stretch of a cleanroom's time and what runs in it; None for what the facility does itself, without a class."""

    place: Place
    room: Cleanroom
    slot: Slot
    work: Work | None
    units: int

    @property
    def changing(self) -> Changing:
        """Return the work as changeover asks for it."""
        return Changing("") if self.work is None else Changing(self.work.process_class, self.work.id)


def stays_of(story: Story, pipeline: Pipeline, place: Place) -> list[Stay]:
    """Return the stays in each room of a facility, ascending."""
    walk = _full_walk if place.is_busy else _walk
    return [stay for room in place.rooms for stay in walk(story, pipeline, place, room)]


def changeover_end(stay: Stay, following: Stay | None) -> datetime:
    """Return when the changeover after a stay ends."""
    days = days_between(stay.place.facility, {}, stay.changing, following.changing if following else None)
    end = days_later(stay.slot.end, days, ZONE)
    return end if following is None else min(end, following.slot.start)


def _walk(story: Story, pipeline: Pipeline, place: Place, room: Cleanroom) -> list[Stay]:
    time, ticks = _clock(story, room)
    found: list[Stay] = []
    recent: list[Work] = []
    first, shortest, longest = 0, *LENGTHS[room.unit]
    while True:
        units = story.random.randint(shortest, longest)
        work = _next_work(story, pipeline, room, recent, time.moment(ticks[first]))
        if found:
            days = days_between(place.facility, {}, found[-1].changing, Changing(work.process_class, work.id))
            earliest = time.tick_from(days_later(found[-1].slot.end, days, ZONE))
            first = max(first, bisect_left(ticks, earliest))
        first += story.random.randint(*GAPS[room.unit])
        if first + units >= len(ticks):
            return found
        slot = time.slot(Span(ticks[first], ticks[first + units - 1] + 1))
        found.append(Stay(place, room, slot, work, units))
        first += units


def _full_walk(story: Story, _pipeline: Pipeline, place: Place, room: Cleanroom) -> list[Stay]:
    """Return stays of two or three hours: a full month around the present, and one a week in all other time."""
    time, _ = _clock(story, room)
    today = (story.now.date() - time.first_day).days * 24
    month = (today - 15 * 24, today + 15 * 24)
    starts = [tick for tick in range(9, month[1] + 150 * 24, 7 * 24) if not month[0] <= tick < month[1]]
    hours = sorted(story.random.sample(range(*month, 3), FULL_MONTH))
    return [
        Stay(
            place,
            room,
            time.slot(Span(tick, tick + (length := story.random.choice((2, 3))))),
            None,
            length,
        )
        for tick in sorted([*starts, *hours])
    ]


def _clock(story: Story, room: Cleanroom) -> tuple[RoomTime, list[int]]:
    """Return a room's clock from the beginning, and the ticks in which it is open."""
    start: date = story.begins.date()
    opening = Opening(weekdays=frozenset(room.open_weekdays), country="SE", exceptions={})
    days = opening.days_from(start, (story.now.date() + timedelta(days=AHEAD) - start).days)
    time = RoomTime.of(room, start)
    if time.per_day == 1:
        return time, [tick for tick, is_open in enumerate(days) if is_open]
    hours = 24 // time.per_day
    parts = [
        part
        for part in range(time.per_day)
        if room.opens_hour < (part + 1) * hours and room.closes_hour > part * hours
    ]
    return time, [day * time.per_day + part for day, is_open in enumerate(days) if is_open for part in parts]


def _next_work(
    story: Story, pipeline: Pipeline, room: Cleanroom, recent: list[Work], start: datetime
) -> Work:
    if recent and story.random.random() < 0.5:
        return story.random.choice(recent)
    asked = max(start - timedelta(days=30), story.begins + timedelta(days=61))
    work = pipeline.drawn(story, UP_TO[room.vector_level], min(asked, story.now - timedelta(days=25)))
    recent[:] = [work, *recent[:2]]
    return work
