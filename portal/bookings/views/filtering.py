"""The filters of the facility's lists, read from the address: what is on no list is left out, and said."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from portal.bookings.roomtime import midnight
from portal.facilities.models import Cleanroom
from portal.web.asking import day_asked
from portal.web.forms import tidy
from portal.web.locale import HOME_ZONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an address asks of a list; None leaves a question open."""

    facility_id: int | None
    cleanroom_id: int | None
    state: str | None
    first: date | None
    last: date | None
    sort: str
    ignored: list[str]
    facilities: list[tuple[int, str]]
    rooms: list[tuple[int, str]]
    is_default: bool
    zone: str

    @property
    def since(self) -> datetime | None:
        """Return the moment from which on things count."""
        return None if self.first is None else midnight(self.first, self.zone)

    @property
    def until(self) -> datetime | None:
        """Return the moment until which things count."""
        return None if self.last is None else midnight(self.last + timedelta(days=1), self.zone)


def read_filters(
    args: MultiDict[str, str],
    rooms: Collection[Cleanroom],
    *,
    states: Collection[str],
    sorts: Collection[str],
    today: date,
) -> Asked:
    """Return what an address asks; without any days, everything from today on."""
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

    facilities = {room.facility_id: room.facility.name for room in rooms}
    facility = one("facility", _("Facility"), {str(key) for key in facilities})
    room = one("room", _("Cleanroom"), {str(found.id) for found in rooms})
    first = day_asked(args, "from", _("From"), ignored)
    last = day_asked(args, "to", _("To"), ignored)
    if first is not None and last is not None and last < first:
        ignored.append(_("To: the last day lies before the first, and was left out."))
        last = None
    has_days = "from" in args or "to" in args
    return Asked(
        facility_id=int(facility) if facility else None,
        cleanroom_id=int(room) if room else None,
        state=one("state", _("State"), states),
        first=first if has_days else today,
        last=last,
        sort=one("sort", _("Order"), {*sorts, *(f"-{name}" for name in sorts)}) or next(iter(sorts)),
        ignored=ignored,
        facilities=sorted(facilities.items(), key=lambda pair: pair[1]),
        rooms=[(found.id, f"{found.code} · {found.facility.name}") for found in rooms],
        is_default=not any(args.get(name) for name in ("facility", "room", "state", "from", "to")),
        zone=next((found.facility.time_zone for found in rooms), HOME_ZONE),
    )
