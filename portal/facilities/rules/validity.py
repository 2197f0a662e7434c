"""What of a cleanroom runs out, and from when on it can't be booked for a piece of work because of it."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

A_DAY = timedelta(days=1)
LONG_AGO = date(2000, 1, 1)
"""The last day of what there never was enough of."""


class NeededFor(StrEnum):
    """Which work may not go on once a licence has run out, as the facility says."""

    NOTHING = "nothing"
    EVERY_ROOM = "every_room"
    GMP_ROOMS = "gmp_rooms"
    GMO_WORK = "gmo_work"


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceEnd:
    """A kind of licence that some work needs, and the days on which it holds; None where no bound is known."""

    kind: str
    needed_for: NeededFor
    last_day: date | None
    first_day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The last day on which something allows a piece of work: the reason's code, and what it is."""

    code: str
    what: str
    last_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Days up to one on which a kind of licence does not hold yet; without a first one from ever."""

    what: str
    first_day: date | None
    last_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """What is known of a cleanroom's licences, equipment and trained people."""

    licences: tuple[LicenceEnd, ...] = ()
    equipment: Mapping[str, date] = field(default_factory=dict)
    trained: tuple[date, ...] = ()
    """Until when each person is trained for the room."""
    trained_needed: int | None = None

    def endings(self, *, is_gmp: bool, gmo_class: int, equipment: Collection[str]) -> list[Ending]:
        """Return what runs out for a piece of work, of each kind the earliest."""
        return [
            *_earliest(self._licences_for(is_gmp=is_gmp, gmo_class=gmo_class)),
            *_earliest(
                Ending(code="equipment_ends", what=what, last_day=day)
                for what, day in self.equipment.items()
                if what in equipment
            ),
            *self.training(),
        ]

    def gaps(self, *, is_gmp: bool, gmo_class: int) -> list[Gap]:
        """Return on which days no licence of a kind that a piece of work needs holds yet, before the last one ends."""
        return [
            gap
            for kind, needed_for in last_days(self.licences)
            if _is_asked(needed_for, is_gmp=is_gmp, gmo_class=gmo_class)
            for gap in _gaps_of(
                kind, [one for one in self.licences if (one.kind, one.needed_for) == (kind, needed_for)]
            )
        ]

    def training(self) -> list[Ending]:
        """Return the last day on which enough people are trained, where the room asks for some."""
        if self.trained_needed is None:
            return []
        last = last_day_trained(self.trained, self.trained_needed)
        return [Ending(code="training_ends", what=str(self.trained_needed), last_day=last)]

    def _licences_for(self, *, is_gmp: bool, gmo_class: int) -> Iterable[Ending]:
        for (kind, needed_for), day in last_days(self.licences).items():
            if day is not None and _is_asked(needed_for, is_gmp=is_gmp, gmo_class=gmo_class):
                yield Ending(code="licence_ends", what=kind, last_day=day)


def _is_asked(needed_for: NeededFor, *, is_gmp: bool, gmo_class: int) -> bool:
    return {
        NeededFor.EVERY_ROOM: True,
        NeededFor.GMP_ROOMS: is_gmp,
        NeededFor.GMO_WORK: gmo_class > 0,
        NeededFor.NOTHING: False,
    }[needed_for]


def _gaps_of(kind: str, licences: Iterable[LicenceEnd]) -> Iterator[Gap]:
    """Yield the days before the first licence of a kind, and those between one and the next."""
    until: date | None = None
    for one in sorted(licences, key=lambda one: one.first_day or date.min):
        if one.first_day is not None and (until is None or one.first_day > until + A_DAY):
            first = None if until is None else until + A_DAY
            yield Gap(what=kind, first_day=first, last_day=one.first_day - A_DAY)
        if one.last_day is None:
            return
        until = one.last_day if until is None else max(until, one.last_day)


def last_days(licences: Iterable[LicenceEnd]) -> dict[tuple[str, NeededFor], date | None]:
    """Return the last day of each kind of licence: a renewed one counts by the licence that holds longest."""
    found: dict[tuple[str, NeededFor], date | None] = {}
    for one in licences:
        key = (one.kind, one.needed_for)
        known = found.get(key, LONG_AGO)
        found[key] = None if one.last_day is None or known is None else max(known, one.last_day)
    return found


def last_day_trained(days: Collection[date], needed: int) -> date:
    """Return the last day on which so many people are trained; long ago where there never were enough."""
    return sorted(days, reverse=True)[needed - 1] if len(days) >= needed else LONG_AGO


def most_runs_on(day: date, usual: int | None, periods: Iterable[tuple[date, date, int]]) -> int | None:
    """Return how many runs a facility carries at once on a day: the least of the periods that hold, else as usual."""
    held = [most for first, last, most in periods if first <= day <= last]
    return min(held) if held else usual


def _earliest(endings: Iterable[Ending]) -> list[Ending]:
    return sorted(endings, key=lambda one: (one.last_day, one.what))[:1]
