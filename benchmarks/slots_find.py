"""How long the first free windows of one request over 200 rooms take, beside a loop that tries every day.

Prints one row of a table: rooms, days, bookings, milliseconds of processor time of the search and of the loop (medians,
so that a busy machine disturbs little), and how many times as long the loop takes. Both have to give the same windows,
or there is no row.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable
from typing import TypeVar

from portal.bookings.rules.fitting import Requirement, RoomProfile, reasons_against_fit
from portal.bookings.rules.timetables import (
    Calendar,
    Campaign,
    ChangeoverTable,
    Limits,
    Mode,
    Occupation,
    Span,
    Timetable,
    Work,
)
from portal.bookings.rules.windows import earliest_windows, first_over_rooms

ROOMS, DAYS, COUNT, ROUNDS = 200, 730, 3, 50
CLASSES = ("nonviral_cell", "tissue_engineered", "aav", "lv_rv", "replication_competent")
CAMPAIGN = Campaign(Work("aav", "P1"), duration=12, mode=Mode.WORKING)
LIMITS = Limits(earliest={"before_release": 60}, latest={"after_deadline": DAYS - 30})
NEED = Requirement(kind="GMP", grade="C", bsl=2, equipment=frozenset({"isolator"}), vector=1, every_day=False)
ROOM = RoomProfile(
    room=0,
    facility=0,
    kind="GMP",
    grade="B",
    bsl=2,
    equipment=frozenset({"isolator", "bioreactor"}),
    max_vector=2,
    open_every_day=False,
)

T = TypeVar("T")
Answer = list[tuple[int, Span]]


def crowded_rooms(chance: random.Random) -> tuple[dict[int, Timetable], ChangeoverTable]:
    """Return rooms with five working days a week, holidays, closures and bookings for two thirds of the time."""
    changeover = ChangeoverTable(
        {before: {after: chance.randint(1, 4) for after in CLASSES} for before in CLASSES}, same_project=1
    )
    rooms = {}
    for room in range(ROOMS):
        opening = bytearray(day % 7 < 5 for day in range(DAYS))
        for holiday in chance.sample(range(DAYS), 20):
            opening[holiday] = False
        starts = [chance.randrange(DAYS) for _ in range(4)]
        calendar = Calendar.of(opening, [Span(start, start + chance.randint(3, 14)) for start in starts])
        taken, day, before = [], chance.randint(0, 10), Work(chance.choice(CLASSES))
        while day < DAYS - 40:
            work, length = Work(chance.choice(CLASSES), f"P{chance.randint(2, 90)}"), chance.randint(5, 25)
            day += changeover(before, work)
            taken.append(Occupation(Span(day, day + length), work))
            day, before = day + length + chance.choice((0, 0, 1, 3, 8, 20)), work
        rooms[room] = Timetable.of(calendar, taken)
    return rooms, changeover


def search(rooms: dict[int, Timetable], changeover: ChangeoverTable) -> Answer:
    """Return the answer of the search core, fit included."""
    return first_over_rooms(
        {
            room: earliest_windows(timetable, CAMPAIGN, changeover, LIMITS, count=COUNT)
            for room, timetable in rooms.items()
            if not reasons_against_fit(ROOM, NEED)
        },
        count=COUNT,
    )


def loop(rooms: dict[int, Timetable], changeover: ChangeoverTable) -> Answer:
    """Return the answer of whoever tries each room's days one after the other."""
    found = []
    for room, timetable in rooms.items():
        open_days = set(timetable.calendar.open_ticks)
        windows: list[tuple[int, Span]] = []
        for start in range(LIMITS.earliest["before_release"], DAYS):
            end, left = start, CAMPAIGN.duration
            while left and end < LIMITS.latest["after_deadline"]:
                left -= end in open_days
                end += 1
            window = Span(start, end)
            if left or start not in open_days or any(map(window.overlaps, timetable.calendar.closures)):
                continue
            if all(
                other.span.end + changeover(other.work, CAMPAIGN.work) <= start
                or end + changeover(CAMPAIGN.work, other.work) <= other.span.start
                for other in timetable.occupations
            ):
                windows.append((room, window))
                if len(windows) == COUNT:
                    break
        found += windows
    return sorted(found, key=lambda choice: (choice[1], choice[0]))[:COUNT]


def timed(rounds: int, work: Callable[[], T]) -> tuple[float, T]:
    """Return the median of some rounds in milliseconds, and the result."""
    times = []
    for _ in range(rounds):
        begun = time.process_time()
        result = work()
        times.append((time.process_time() - begun) * 1000)
    return statistics.median(times), result


def main() -> None:
    """Measure both on the same rooms in the same run."""
    rooms, changeover = crowded_rooms(random.Random(7))
    bookings = sum(len(timetable.occupations) for timetable in rooms.values())
    quick, found = timed(ROUNDS, lambda: search(rooms, changeover))
    slow, expected = timed(3, lambda: loop(rooms, changeover))
    if found != expected:
        sys.exit("the search and the loop do not agree")
    row = f"| first free windows, {ROOMS} rooms, {DAYS} days, {bookings} bookings"
    sys.stdout.write(f"{row} | {quick:.2f} ms | {slow:.1f} ms by the day | {slow / quick:.0f}x |\n")


if __name__ == "__main__":
    main()
