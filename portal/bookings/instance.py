"""The file format `campaign-instance/1`: cleanrooms, what occupies them, and requests, in the rules' own words.

Every mistake is noted at its path and reading goes on, so whoever reads looks at the mistakes before using anything.
Keys that the format does not know are passed over. Fixed bookings are taken as they are, even where two of them break
a rule; a room's days are its ticks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from portal.bookings.rules.fitting import GRADES, Requirement, RoomProfile
from portal.bookings.rules.timetables import (
    Calendar,
    Campaign,
    ChangeoverTable,
    Mode,
    Occupation,
    Span,
    Timetable,
    Work,
)
from portal.core.reading import Place

INSTANCE_FORMAT = "campaign-instance/1"
KINDS = ("pre-GMP", "GMP")
WEEK = 7
HIGHEST_BSL = 3
HIGHEST_VECTOR = 3
LONGEST_HORIZON = 36_525
"""A hundred years of days."""
LARGEST = 1_000_000_000
"""No day, duration, rank or cost may be larger, so that no sum of them surprises anybody."""

# What has to be there; whatever else the format speaks of may be absent or null.
INSTANCE_KEYS = ("format", "name", "start_date", "horizon", "rooms", "classes", "changeover", "requests", "fixed")  # fmt: skip
ROOM_KEYS = ("id", "facility", "kind", "grade", "bsl", "equipment", "max_vector", "day_rate", "open_weekdays", "closures")  # fmt: skip
REQUEST_KEYS = (
    "id", "org", "project", "submitted", "kind", "grade", "bsl", "equipment", "product_class", "mode", "duration",
    "release", "due", "priority", "unmet_penalty", "predecessors",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceRoom:
    """A cleanroom, the days on which it works, and the process class that ran in it before the first day."""

    id: str
    profile: RoomProfile
    calendar: Calendar
    last_class: str | None
    day_rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedBooking:
    """A booking that nobody may move."""

    id: str
    room: str
    occupation: Occupation


@dataclass(frozen=True, slots=True, kw_only=True)
class Predecessor:
    """What has to have ended before a request starts, and by how many days."""

    request: str
    lag: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceRequest:
    """A campaign that asks for a room and a time."""

    id: str
    org: str
    submitted: int
    need: Requirement
    campaign: Campaign
    release: int
    due: int
    deadline: int | None
    priority: int
    unmet_penalty: int
    preferred: str | None
    predecessors: tuple[Predecessor, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """What all requests of one instance have in common."""

    name: str
    horizon: int
    rooms: tuple[InstanceRoom, ...]
    vectors: Mapping[str, int]
    changeover: ChangeoverTable
    fixed: tuple[FixedBooking, ...]
    orgs: tuple[str, ...]

    @property
    def process_classes(self) -> tuple[str, ...]:
        """Return the process classes that the instance knows."""
        return tuple(self.vectors)

    @property
    def room_ids(self) -> tuple[str, ...]:
        """Return the ids of the rooms, in their order."""
        return tuple(room.id for room in self.rooms)

    def timetables(self) -> dict[str, Timetable]:
        """Return each room's time, as far as fixed bookings and what ran before them take it."""
        taken: dict[str, list[Occupation]] = {room.id: [] for room in self.rooms}
        for booking in self.fixed:
            taken[booking.room].append(booking.occupation)
        for room in self.rooms:
            if room.last_class is not None:
                taken[room.id].append(Occupation(Span(0, 0), Work(room.last_class)))
        return {room.id: Timetable.of(room.calendar, taken[room.id]) for room in self.rooms}


def read_instance(top: Place) -> Instance:
    """Return what all requests have in common, noting mistakes."""
    top.has(INSTANCE_KEYS, others=True)
    top.at("format").one_of((INSTANCE_FORMAT,))
    horizon = top.at("horizon").whole(least=1, most=LONGEST_HORIZON)
    holidays = top.at("holidays").maybe(_holidays) or {}
    vectors = _vectors(top.at("classes"))
    classes = tuple(vectors)
    rooms = _rooms(top.at("rooms"), classes, _Days(top.at("start_date").day(), horizon, holidays))
    return Instance(
        name=top.at("name").text(),
        horizon=horizon,
        rooms=rooms,
        vectors=vectors,
        changeover=_changeover(top.at("changeover"), classes),
        fixed=_fixed(top.at("fixed"), tuple(room.id for room in rooms), classes, horizon),
        orgs=_org_ids(top.at("orgs")),
    )


def read_request(place: Place, instance: Instance) -> InstanceRequest:
    """Return the request that stands at a place, noting mistakes."""
    place.has(REQUEST_KEYS, others=True)
    work = Work(place.at("product_class").one_of(instance.process_classes), place.at("project").text())
    mode = Mode(place.at("mode").one_of(tuple(Mode)) or Mode.WORKING)
    org = place.at("org")
    return InstanceRequest(
        id=place.at("id").text(),
        org=org.one_of(instance.orgs) if instance.orgs else org.text(),
        submitted=_amount(place.at("submitted")),
        need=Requirement(
            kind=place.at("kind").one_of(KINDS),
            grade=place.at("grade").one_of(GRADES),
            bsl=place.at("bsl").whole(least=1, most=HIGHEST_BSL),
            equipment=_texts(place.at("equipment")),
            vector=instance.vectors.get(work.process_class, 0),
            every_day=mode is Mode.CONTINUOUS,
            facilities=place.at("acceptable").maybe(_texts),
            rooms=place.at("rooms").maybe(lambda rooms: rooms.some_of(instance.room_ids)),
        ),
        campaign=Campaign(work, place.at("duration").whole(least=1, most=LARGEST), mode),
        release=_amount(place.at("release")),
        due=_amount(place.at("due")),
        deadline=place.at("deadline").maybe(_amount),
        priority=place.at("priority").whole(least=1, most=LARGEST),
        unmet_penalty=_amount(place.at("unmet_penalty")),
        preferred=place.at("preferred").maybe(Place.text),
        predecessors=tuple(_predecessor(entry) for entry in place.at("predecessors").items()),
    )


def note_repeats(entries: Sequence[Place]) -> None:
    """Note each entry that has the id of an earlier one."""
    first: dict[str, str] = {}
    for entry in entries:
        place = entry.at("id")
        if isinstance(place.value, str) and first.setdefault(place.value, place.path) != place.path:
            place.wrong(f"is the same as {first[place.value]}")


@dataclass(frozen=True, slots=True)
class _Days:
    first: date
    count: int
    holidays: Mapping[str, Sequence[int]]

    def of(self, facility: str, weekdays: frozenset[int], closures: Sequence[Span]) -> Calendar:
        """Return the calendar of a room that works on these weekdays (0 is Monday)."""
        week = bytes((self.first.weekday() + day) % WEEK in weekdays for day in range(WEEK))
        opening = bytearray((week * (self.count // WEEK + 1))[: self.count])
        for day in self.holidays.get(facility, ()):
            if day < self.count:
                opening[day] = False
        return Calendar.of(opening, closures)


def _rooms(place: Place, classes: tuple[str, ...], days: _Days) -> tuple[InstanceRoom, ...]:
    entries = place.items()
    note_repeats(entries)
    return tuple(_room(entry, classes, days) for entry in entries)


def _room(place: Place, classes: tuple[str, ...], days: _Days) -> InstanceRoom:
    place.has(ROOM_KEYS, others=True)
    room_id, facility = place.at("id").text(), place.at("facility").text()
    weekdays = frozenset(day.whole(least=0, most=WEEK - 1) for day in place.at("open_weekdays").items())
    closures = [_closure(pair) for pair in place.at("closures").items()]
    return InstanceRoom(
        id=room_id,
        profile=RoomProfile(
            room=room_id,
            facility=facility,
            kind=place.at("kind").one_of(KINDS),
            grade=place.at("grade").one_of(GRADES),
            bsl=place.at("bsl").whole(least=1, most=HIGHEST_BSL),
            equipment=_texts(place.at("equipment")),
            max_vector=place.at("max_vector").whole(least=0, most=HIGHEST_VECTOR),
            open_every_day=len(weekdays) == WEEK,
        ),
        calendar=days.of(facility, weekdays, closures),
        last_class=place.at("last_class").maybe(lambda last: last.one_of(classes)),
        day_rate=place.at("day_rate").number(least=0),
    )


def _closure(place: Place) -> Span:
    ends = place.items()
    if len(ends) == 2:
        return _span(ends[0], ends[1], most=LARGEST)
    if isinstance(place.value, list):
        place.wrong(f"has to be a start and an end, not {len(ends)} entries")
    return Span(0, 0)


def _span(start_place: Place, end_place: Place, *, most: int) -> Span:
    start, end = (day.whole(least=0, most=most) for day in (start_place, end_place))
    if end <= start and end == end_place.value and start == start_place.value:
        end_place.wrong(f"has to be after the start, {start}, not {end}")
    return Span(start, max(start, end))


def _holidays(place: Place) -> dict[str, list[int]]:
    return {facility: [_amount(day) for day in days.items()] for facility, days in place.entries()}


def _vectors(place: Place) -> dict[str, int]:
    entries = place.items()
    note_repeats(entries)
    for entry in entries:
        entry.has(("id", "vector"), others=True)
    return {
        entry.at("id").text(): entry.at("vector").whole(least=0, most=HIGHEST_VECTOR) for entry in entries
    }


def _changeover(place: Place, classes: tuple[str, ...]) -> ChangeoverTable:
    place.has(("days", "same_project_days"), others=True)
    days = place.at("days")
    days.has(classes)
    for before in classes:
        days.at(before).has(classes)
    return ChangeoverTable(
        {before: {after: _amount(days.at(before).at(after)) for after in classes} for before in classes},
        same_project=_amount(place.at("same_project_days")),
    )


def _fixed(
    place: Place, rooms: tuple[str, ...], classes: tuple[str, ...], horizon: int
) -> tuple[FixedBooking, ...]:
    entries = place.items()
    note_repeats(entries)
    for entry in entries:
        entry.has(("id", "room", "start", "end", "product_class"), others=True)
    return tuple(
        FixedBooking(
            id=entry.at("id").text(),
            room=entry.at("room").one_of(rooms),
            occupation=Occupation(
                _span(entry.at("start"), entry.at("end"), most=horizon or LONGEST_HORIZON),
                Work(
                    entry.at("product_class").one_of(classes),
                    entry.at("project").maybe(Place.text),
                ),
                key=entry.at("id").text(),
            ),
        )
        for entry in entries
    )


def _org_ids(place: Place) -> tuple[str, ...]:
    """Return the ids that can be read; organisations are somebody else's to check."""
    entries = place.items() if isinstance(place.value, list) else []
    ids = (entry.at("id").value for entry in entries)
    return tuple(org for org in ids if isinstance(org, str))


def _predecessor(place: Place) -> Predecessor:
    place.has(("request", "lag"), others=True)
    return Predecessor(request=place.at("request").text(), lag=_amount(place.at("lag")))


def _texts(place: Place) -> frozenset[str]:
    return frozenset(item.text() for item in place.items())


def _amount(place: Place) -> int:
    return place.whole(least=0, most=LARGEST)
