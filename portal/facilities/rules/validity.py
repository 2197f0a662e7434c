"""What of a cleanroom runs out, and from when on it can't be booked for a piece of work because of it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

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
    """A kind of licence that some work needs, and its last day; None where no end is known."""

    kind: str
    needed_for: NeededFor
    last_day: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The last day on which something allows a piece of work: the reason's code, and what it is."""

    code: str
    what: str
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

    def training(self) -> list[Ending]:
        """Return the last day on which enough people are trained, where the room asks for some."""
        if self.trained_needed is None:
            return []
        last = last_day_trained(self.trained, self.trained_needed)
        return [Ending(code="training_ends", what=str(self.trained_needed), last_day=last)]

    def _licences_for(self, *, is_gmp: bool, gmo_class: int) -> Iterable[Ending]:
        asked = {
            NeededFor.EVERY_ROOM: True,
            NeededFor.GMP_ROOMS: is_gmp,
            NeededFor.GMO_WORK: gmo_class > 0,
            NeededFor.NOTHING: False,
        }
        for (kind, needed_for), day in last_days(self.licences).items():
            if asked[needed_for] and day is not None:
                yield Ending(code="licence_ends", what=kind, last_day=day)


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
