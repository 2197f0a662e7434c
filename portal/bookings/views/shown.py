"""What an address asks of a facility's calendar: how much time, from when, which cleanrooms, and what is drawn."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from portal.bookings.views.ruler import Ruler, Scale
from portal.facilities.models import BookingUnit, Cleanroom
from portal.web.forms import FIRST_DAY, LAST_DAY, tidy

Word = TypeVar("Word", bound=StrEnum)
PER_DAY = {Scale.DAY: 24, Scale.WEEK: 24, Scale.MONTH: 4, Scale.QUARTER: 1}
QUARTER = 91
MARGIN = timedelta(days=2 * QUARTER)


class Drawn(StrEnum):
    """What a calendar may be narrowed to."""

    BOOKINGS = "bookings"
    HOLDS = "holds"
    CLOSURES = "closures"
    CHANGEOVERS = "changeovers"
    ASKED = "asked"
    BARRED = "barred"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an address asks of a calendar, and what of it nobody understood."""

    scale: Scale
    day: date
    room: str | None
    grade: str | None
    kind: Drawn | None
    ignored: list[str]

    @property
    def narrowed(self) -> bool:
        """Say whether something is left out."""
        return self.room is not None or self.grade is not None or self.kind is not None

    def fits(self, room: Cleanroom) -> bool:
        """Say whether a cleanroom is asked for."""
        return self.room in (None, room.slug) and self.grade in (None, room.grade.value)

    def draws(self, kind: Drawn) -> bool:
        """Say whether this is drawn."""
        return self.kind in (None, kind)

    def ruler(self, rooms: Collection[Cleanroom], zone: str) -> Ruler:
        """Return the ruler of the asked time; half days need two columns a day even over a quarter."""
        if self.scale is Scale.DAY:
            return Ruler(self.day, 1, zone, PER_DAY[self.scale])
        if self.scale is Scale.MONTH:
            first = self.day.replace(day=1)
            return Ruler(first, (_next_month(first) - first).days, zone, PER_DAY[self.scale])
        days = 7 if self.scale is Scale.WEEK else QUARTER
        monday = self.day - timedelta(days=self.day.weekday())
        by_half_days = any(room.unit is BookingUnit.HALF_DAY for room in rooms)
        per_day = 2 if self.scale is Scale.QUARTER and by_half_days else PER_DAY[self.scale]
        return Ruler(monday, days, zone, per_day)

    def earlier(self, ruler: Ruler) -> date:
        """Return the day to ask for in order to see the time before."""
        return ruler.first - timedelta(days=ruler.days if self.scale is not Scale.MONTH else 1)

    def usual(self, today: date) -> date:
        """Return the day to ask for in order to see the present."""
        return _usual(self.scale, today)


def read_address(
    args: MultiDict[str, str], rooms: Collection[Cleanroom], *, today: date, is_inside: bool
) -> Asked:
    """Return what an address asks; what is not among the choices is left out, and said."""
    ignored: list[str] = []

    def one(name: str, title: str, known: Collection[str]) -> str | None:
        written = tidy(args.get(name, ""))
        if not written or written in known:
            return written or None
        ignored.append(
            _(
                "%(field)s: “%(written)s” is not among the choices and was left out.",
                field=title,
                written=written[:40],
            )
        )
        return None

    scale = Scale(one("scale", _("Show"), set(Scale)) or Scale.QUARTER)
    kind = one("kind", _("What"), set(Drawn) if is_inside else ())
    return Asked(
        scale=scale,
        day=_day(args.get("from", "").strip(), ignored) or _usual(scale, today),
        room=one("room", _("Cleanroom"), {room.slug for room in rooms}),
        grade=one("grade", _("Grade"), {room.grade.value for room in rooms}),
        kind=Drawn(kind) if kind else None,
        ignored=ignored,
    )


def _day(written: str, ignored: list[str]) -> date | None:
    if not written:
        return None
    try:
        found = date.fromisoformat(written)
    except ValueError:
        found = None
    if found is None or not FIRST_DAY + MARGIN <= found <= LAST_DAY - MARGIN:
        ignored.append(_("That is not a day near ours, so the present is shown. Write a day as 2027-01-31."))
        return None
    return found


def _usual(scale: Scale, today: date) -> date:
    return today - timedelta(days=7) if scale is Scale.QUARTER else today


def _next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)
