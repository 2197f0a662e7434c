"""A stored chain as plain values, and back: its links in the diaries of the cleanrooms that fit them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from portal.bookings import search
from portal.bookings.needs import Need, need_of
from portal.bookings.rules.timetables import Span
from portal.bookings.running_out import Placed, what_runs_out
from portal.bookings.search import Diary
from portal.campaigns.queries import Seen
from portal.campaigns.rules import chains
from portal.campaigns.rules.chains import HOURS, Link, Place, Proposal, Stay
from portal.campaigns.rules.standing import Standing
from portal.core.errors import Reason
from portal.core.slots import Slot
from portal.facilities.models import Cleanroom
from portal.facilities.queries import bookable_cleanrooms

GIVEN = frozenset({Standing.OFFERED, Standing.HELD, Standing.BOOKED, Standing.RUNNING, Standing.DONE})
"""Links that have a room, and keep it unless they are the ones to move."""
MOVABLE = frozenset({Standing.HELD, Standing.BOOKED})
AHEAD = frozenset(Standing) - {Standing.LOST, Standing.DONE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Where and when a link would be."""

    room: Cleanroom
    slot: Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a chain could have: a window for each link that asks for one, and what binds the first that has none.

    `against` are the reasons, in the order in which they bind, in moments of the facility's clock.
    """

    windows: Mapping[int, Window]
    stuck: int | None
    against: tuple[Reason, ...]
    fits: Mapping[int, int]
    """How many cleanrooms fit each link that asks for a window."""


def present_order(links: Sequence[Seen], *, at: datetime) -> dict[int, list[Reason]]:
    """Return, for each link that starts too early for its chain as it stands, why, in moments."""
    day = _first_day(at)
    plain = [_plain(one) for one in _alive(links)]
    broken = chains.broken_order(plain, _stays(links, day))
    zones = {one.link.id: _zone(one) for one in links}
    return {key: [_in_moments(reason, day, zones[key]) for reason in found] for key, found in broken.items()}


def ends_too_soon(session: Session, links: Iterable[Seen]) -> dict[int, list[Reason]]:
    """Return, for each link ahead that has a window, what of its room's qualification or people runs out before it ends."""
    placed = {
        one.link.id: Placed(need=need_of(one.request), room=one.room, slot=Slot(*one.moments))
        for one in links
        if one.standing in AHEAD and one.room is not None and one.moments is not None
    }
    return what_runs_out(session, placed)


def outlook(
    session: Session,
    links: Sequence[Seen],
    *,
    at: datetime,
    moving: Mapping[int, date | None] | None = None,
) -> Outlook:
    """Return windows for every link that has no room yet, and for those that are `moving`, from the day named for them.

    Links that are over or lost are left alone. What moves stays in its facility; what it has now counts as free for it.
    """
    day, moved = _first_day(at), moving or {}
    alive = _alive(links)
    asking = [one for one in alive if one.standing not in GIVEN or one.link.id in moved]
    needs = {one.link.id: _need(one, moved, at=at) for one in asking}
    diaries = _diaries(session, asking, needs, at=at)
    places = {room_id: _place(diary, day) for room_id, diary in diaries.items()}
    stays = _stays([one for one in alive if one not in asking], day)
    fits = {key: _fits(diaries, need, at=at) for key, need in needs.items()}
    plain = [
        replace(_plain(one), stay=stays.get(one.link.id), fits=fits.get(one.link.id, {})) for one in alive
    ]
    found = chains.propose(places, plain)
    return Outlook(
        windows={
            key: _window(diaries[stay.room], places[stay.room], stay)
            for key, stay in found.stays.items()
            if key in needs
        },
        stuck=found.stuck,
        against=_against(found, places, plain, diaries, day),
        fits={key: len(rooms) for key, rooms in fits.items()},
    )


def _alive(links: Iterable[Seen]) -> list[Seen]:
    return [one for one in links if one.standing is not Standing.LOST]


def _plain(one: Seen) -> Link:
    row = one.link
    return Link(key=row.id, after=row.after_id, lag=row.lag_days, spacing=row.spacing_days)


def _need(one: Seen, moved: Mapping[int, date | None], *, at: datetime) -> Need:
    need = need_of(one.request)
    if one.link.id not in moved:
        return need
    wanted = moved[one.link.id] or at.date()
    if one.standing in GIVEN:
        need = replace(need, latest_end=None, earliest_start=wanted)
    else:
        need = replace(need, earliest_start=max(wanted, need.earliest_start))
    here = one.facility_id
    return replace(need, facility_ids=frozenset({here})) if here is not None else need


def _diaries(
    session: Session, asking: Collection[Seen], needs: Mapping[int, Need], *, at: datetime
) -> dict[int, Diary]:
    rooms = bookable_cleanrooms(session)
    wanted = {
        room.id: room
        for room in rooms
        if any(not search.reasons_against_room(room, need) for need in needs.values())
    }
    ignored = [one.booking.id for one in asking if one.booking is not None and one.standing in MOVABLE]
    return search.diaries_of(session, wanted.values(), at=at, ignored_booking_ids=ignored)


def _fits(diaries: Mapping[int, Diary], need: Need, *, at: datetime) -> dict[int, chains.Fit]:
    return {
        room_id: (need.campaign(diary.cleanroom), search.limits_of(diary, need, at=at))
        for room_id, diary in diaries.items()
        if not search.reasons_against_room(diary.cleanroom, need)
    }


def _place(diary: Diary, day: date) -> Place:
    return Place(
        room=diary.cleanroom.id,
        timetable=diary.timetable,
        changeover=diary.changeover_between,
        per_day=diary.time.per_day,
        first_day=(diary.time.first_day - day).days,
    )


def _stays(links: Iterable[Seen], day: date) -> dict[int, Stay]:
    found = {}
    for one in links:
        if one.moments is None or one.room is None:
            continue
        start, end = (_hour(moment, _zone(one), day) for moment in one.moments)
        found[one.link.id] = Stay(one.room.id, Span(start, max(end, start + 1)))
    return found


def _window(diary: Diary, place: Place, stay: Stay) -> Window:
    span = Span(place.tick_from(stay.hours.start), place.tick_until(stay.hours.end))
    return Window(room=diary.cleanroom, slot=diary.time.slot(span))


def _against(
    found: Proposal,
    places: Mapping[int, Place],
    links: Sequence[Link],
    diaries: Mapping[int, Diary],
    day: date,
) -> tuple[Reason, ...]:
    reasons = []
    for reason in chains.binding_on(places, links, found):
        diary = diaries.get(reason.values.get("room", 0))
        if diary is None:
            reasons.append(reason)
            continue
        room = diary.cleanroom
        zone = room.facility.time_zone
        start, end = (_moment(reason.values[name], day, zone) for name in ("start", "end"))
        values = {"room": room.name, "facility": room.facility.name, "start": start, "end": end, "zone": zone}
        reasons.append(Reason(reason.code, values))
    return tuple(reasons)


def _in_moments(reason: Reason, day: date, zone: str) -> Reason:
    return Reason(reason.code, {"earliest": _moment(reason.values["hour"], day, zone), "zone": zone})


def _first_day(at: datetime) -> date:
    return at.date() - timedelta(days=1)


def _zone(one: Seen) -> str:
    return one.room.facility.time_zone if one.room else "UTC"


def _hour(moment: datetime, zone: str, day: date) -> int:
    wall = moment.astimezone(ZoneInfo(zone))
    started = bool(wall.minute or wall.second)
    return (wall.toordinal() - day.toordinal()) * HOURS + wall.hour + started


def _moment(hour: int, day: date, zone: str) -> datetime:
    days, rest = divmod(hour, HOURS)
    wall = datetime.combine(day + timedelta(days=days), time(rest))
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
