"""The rows and the lines of a facility's calendar: for people with a duty there, and for everybody else."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import groupby
from typing import NamedTuple

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from portal.bookings import desk, queries, words
from portal.bookings.barring import Barred, barred_times
from portal.bookings.models import BlockKind, MoveProposal, RequestState, SlotRequest
from portal.bookings.queries import Shade
from portal.bookings.roomtime import TICKS_PER_DAY, local_day
from portal.bookings.separation import FULL
from portal.bookings.takings import OwnTaking, Taking, identified_projects, own_takings, takings
from portal.bookings.views import asked, bars
from portal.bookings.views.bars import Mark, Teller
from portal.bookings.views.ruler import MOMENT, Bar, Row, Ruler
from portal.bookings.views.shown import Asked, Drawn
from portal.core.actors import Actor
from portal.core.slots import Slot
from portal.facilities.models import BookingUnit, Cleanroom
from portal.facilities.opening import openings_of
from portal.facilities.rules.opening import Opening
from portal.facilities.words import label, licence_kind

DRAWN_AS = {
    BlockKind.BOOKING: Drawn.BOOKINGS,
    BlockKind.HOLD: Drawn.HOLDS,
    BlockKind.CLOSURE: Drawn.CLOSURES,
    BlockKind.CHANGEOVER: Drawn.CHANGEOVERS,
}


def barred_words(one: Barred) -> str:
    """Return why nothing may run in a cleanroom, or no work that needs what has run out."""
    if one.code == "licence_begins":
        return _("%(licence)s does not hold yet: nothing may run", licence=licence_kind(one.what))
    if one.code == "licence_ends":
        name = licence_kind(one.what)
        if one.every_work:
            return _("%(licence)s does not hold any more: nothing may run", licence=name)
        return _("%(licence)s does not hold any more: no work with GMOs", licence=name)
    if one.code == "equipment_ends":
        return _("%(what)s is not qualified: no work that needs it", what=label("equipment", one.what))
    if one.code == "training_ends":
        return ngettext(
            "Nobody is trained for it: nothing may run",
            "Fewer than %(num)s people are trained for it: nothing may run",
            int(one.what),
        )
    if one.code == FULL:
        return _("As many runs in other rooms as staff and QA carry at once")
    return _("The qualification of the room has run out: nothing may run")


class Line(NamedTuple):
    """One stretch of a cleanroom's time in the table, in a file, and in the data."""

    room: Cleanroom
    starts_at: datetime
    ends_at: datetime
    kind: str
    what: str
    badge: words.Badge | None = None
    booking_id: int | None = None
    closure_id: int | None = None
    request_id: int | None = None
    is_movable: bool = False
    operators: str = ""
    """Who is named to run it, for people with a duty at the facility."""

    @property
    def url(self) -> str | None:
        """Return the page of what takes the room, for those who may read it."""
        if self.request_id is not None:
            return url_for("bookings.in_inbox", request_id=self.request_id)
        if self.booking_id is None:
            return None
        if self.kind == "own":
            return url_for("bookings.show_own_booking", booking_id=self.booking_id)
        return bars.address_of(self.booking_id)

    @property
    def move_url(self) -> str | None:
        """Return the page where it is moved, for those who may."""
        if not self.is_movable:
            return None
        if self.closure_id is not None:
            return url_for("bookings.show_closure", closure_id=self.closure_id)
        return url_for("bookings.move_page", booking_id=self.booking_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """What takes a facility's cleanrooms, what is asked for, and what of it the reader may name."""

    taken: list[Taking]
    requests: list[SlotRequest]
    proposals: list[MoveProposal]
    known: frozenset[int]
    barred: list[Barred]

    @classmethod
    def loaded(
        cls,
        session: Session,
        actor: Actor,
        rooms: Collection[Cleanroom],
        slot: Slot,
        asking: Asked,
        at: datetime,
    ) -> "Inside":
        """Return what people with a duty at the facility see in a stretch of time, in six queries at most."""
        ids = [room.id for room in rooms]
        taken = takings(session, ids, since=slot.start, until=slot.end)
        requests: list[SlotRequest] = []
        proposals: list[MoveProposal] = []
        if asking.draws(Drawn.ASKED):
            requests = [
                one
                for one in desk.open_requests_in(session, ids, within=slot)
                if one.state is not RequestState.WAITLISTED
            ]
            proposals = desk.proposals_in(session, ids, within=slot)
        projects = [one.project_id for one in taken] + [one.project_id for one in requests]
        projects += [one.booking.project_id for one in proposals]
        known = identified_projects(session, actor, projects, at=at)
        drawn = [one for one in taken if asking.draws(DRAWN_AS[one.kind])]
        barred = barred_times(session, rooms, slot) if asking.draws(Drawn.BARRED) else []
        return cls(
            taken=drawn,
            requests=requests,
            proposals=proposals,
            known=known,
            barred=barred,
        )

    def lines(self, rooms: Collection[Cleanroom], zone: str, *, manages: bool, at: datetime) -> list[Line]:
        """Return everything as lines, by start."""
        teller, by_id = Teller(zone, self.known), {room.id: room for room in rooms}
        found = [
            Line(
                room=by_id[one.cleanroom_id],
                starts_at=one.starts_at,
                ends_at=one.ends_at,
                kind=bars.kind_of(one),
                what=teller.title(one),
                badge=teller.badge(one),
                booking_id=one.booking_id,
                closure_id=one.closure_id,
                is_movable=manages and bars.may_move(one, at=at),
                operators=", ".join(one.operators),
            )
            for one in self.taken
        ]
        found += [
            Line(
                room=by_id[request.cleanroom_id or 0],
                starts_at=request.slot.start,
                ends_at=request.slot.end,
                kind="asked",
                what=asked.requester(request, self.known),
                badge=("asked", _("Asked")),
                request_id=request.id,
            )
            for request in self.requests
            if request.slot is not None
        ]
        found += [
            Line(
                room=by_id[proposal.cleanroom_id],
                starts_at=proposal.starts_at,
                ends_at=proposal.ends_at,
                kind="proposed",
                what=bars.booking_title(proposal.booking, self.known),
                badge=("asked", _("Move proposed")),
                booking_id=proposal.booking_id,
            )
            for proposal in self.proposals
        ]
        found += [
            Line(
                room=by_id[one.cleanroom_id],
                starts_at=one.slot.start,
                ends_at=one.slot.end,
                kind="barred" if one.every_work else "limited",
                what=barred_words(one),
                badge=("no", _("Barred")) if one.every_work else ("late", _("Barred for some work")),
            )
            for one in self.barred
        ]
        return sorted(found, key=lambda line: (line.starts_at, line.room.code))

    def rows(
        self,
        rooms: Iterable[Cleanroom],
        ruler: Ruler,
        closed: Mapping[int, list[tuple[int, int]]],
        *,
        page_of_day: str,
        manages: bool,
        at: datetime,
    ) -> list[Row]:
        """Return a row for each cleanroom, and one more wherever requests for it lie over one another."""
        teller = Teller(ruler.zone, self.known)
        by_room: dict[int, list[Mark]] = defaultdict(list)
        for one in self.taken:
            mark = self._mark(one, ruler, teller, manages=manages, at=at)
            if mark is not None:
                by_room[one.cleanroom_id].append(mark)
        for barred in self.barred:
            place = ruler.place(barred.slot)
            if barred.every_work and place is not None:
                told = partial(bars.barred_bar, barred_words(barred), barred.slot, ruler=ruler)
                by_room[barred.cleanroom_id].append(Mark("barred", *place, told))
        lanes = self._asked_lanes(ruler)
        found = []
        for room in rooms:
            first, *others = lanes[room.id] or [[]]
            drawn = bars.side_by_side(by_room[room.id], ruler, page_of_day)
            found.append(row_of(room, [*drawn, *first], closed[room.id]))
            found += [Row(room.code, room.grade, _("more requests"), lane) for lane in others]
        return found

    def _mark(
        self, taking: Taking, ruler: Ruler, teller: Teller, *, manages: bool, at: datetime
    ) -> Mark | None:
        place = ruler.place(taking.slot)
        if place is None:
            return None

        def draw(column: int, span: int) -> Bar:
            bar = teller.draw(taking, column, span, ruler.columns)
            return teller.handled(bar, taking, at=at) if manages else bar

        return Mark(bars.kind_of(taking), *place, draw)

    def _asked_lanes(self, ruler: Ruler) -> dict[int, list[list[Bar]]]:
        lanes: dict[int, list[list[Bar]]] = defaultdict(list)
        for request in self.requests:
            url = url_for("bookings.in_inbox", request_id=request.id)
            title = asked.requester(request, self.known)
            bar = bars.asked_bar(ruler, request.slot, title, row=2, url=url)
            if bar is not None:
                _put_beside(lanes[request.cleanroom_id or 0], bar)
        for proposal in self.proposals:
            title = _("Proposed: %(what)s", what=bars.booking_title(proposal.booking, self.known))
            slot, url = Slot(proposal.starts_at, proposal.ends_at), bars.address_of(proposal.booking_id)
            bar = bars.asked_bar(ruler, slot, title, row=2, url=url)
            if bar is not None:
                _put_beside(lanes[proposal.cleanroom_id], bar)
        return lanes


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """When a facility's cleanrooms are taken, and which of it is the reader's own."""

    taken: Mapping[int, list[Slot]]
    own: list[OwnTaking]
    barred: list[Barred]
    """When nothing may run; why is the facility's own business."""

    @classmethod
    def loaded(
        cls, session: Session, actor: Actor | None, rooms: Collection[Cleanroom], slot: Slot, at: datetime
    ) -> "Outside":
        """Return what anybody may see in a stretch of time, in five queries at most."""
        ids = [room.id for room in rooms]
        own = own_takings(session, actor, ids, since=slot.start, until=slot.end)
        mine = {(one.cleanroom_id, one.starts_at) for one in own}
        shades: dict[int, list[Shade]] = defaultdict(list)
        for shade in queries.shades(session, ids, since=slot.start, until=slot.end, at=at):
            is_work = shade.kind in (BlockKind.BOOKING, BlockKind.HOLD)
            if not (is_work and (shade.cleanroom_id, shade.starts_at) in mine):
                shades[shade.cleanroom_id].append(shade)
        taken = {room_id: bars.taken_together(found) for room_id, found in shades.items()}
        barred = [one for one in barred_times(session, rooms, slot) if one.every_work]
        return cls(taken=taken, own=own, barred=barred)

    def lines(self, rooms: Collection[Cleanroom]) -> list[Line]:
        """Return everything as lines, by start."""
        by_id = {room.id: room for room in rooms}
        found = [
            Line(
                room=by_id[room_id],
                starts_at=slot.start,
                ends_at=slot.end,
                kind="taken",
                what=_("Room taken"),
            )
            for room_id, slots in self.taken.items()
            for slot in slots
        ]
        found += [
            Line(
                room=by_id[one.cleanroom_id],
                starts_at=one.starts_at,
                ends_at=one.ends_at,
                kind="own",
                what=_("Your booking: %(state)s", state=words.booking_state(one.state)),
                booking_id=one.booking_id,
            )
            for one in self.own
        ]
        found += [
            Line(
                room=by_id[one.cleanroom_id],
                starts_at=one.slot.start,
                ends_at=one.slot.end,
                kind="barred",
                what=_("Can’t be booked"),
            )
            for one in self.barred
        ]
        return sorted(found, key=lambda line: (line.starts_at, line.room.code))

    def rows(
        self,
        rooms: Iterable[Cleanroom],
        ruler: Ruler,
        closed: Mapping[int, list[tuple[int, int]]],
        *,
        page_of_day: str,
    ) -> list[Row]:
        """Return a row for each cleanroom."""
        marks: dict[int, list[Mark]] = defaultdict(list)
        for room_id, slots in self.taken.items():
            marks[room_id] += [
                Mark("taken", *place, partial(bars.taken_bar, slot, ruler=ruler))
                for slot in slots
                if (place := ruler.place(slot)) is not None
            ]
        for one in self.own:
            place = ruler.place(one.slot)
            if place is not None:
                marks[one.cleanroom_id].append(Mark("own", *place, partial(bars.own_bar, one, ruler=ruler)))
        for barred in self.barred:
            place = ruler.place(barred.slot)
            if place is not None:
                told = partial(bars.barred_bar, _("Can’t be booked"), barred.slot, ruler=ruler)
                marks[barred.cleanroom_id].append(Mark("barred", *place, told))
        return [
            row_of(room, bars.side_by_side(marks[room.id], ruler, page_of_day), closed[room.id])
            for room in rooms
        ]


def row_of(room: Cleanroom, found: list[Bar], closed: list[tuple[int, int]]) -> Row:
    """Return the row of a cleanroom."""
    return Row(
        room.code,
        room.grade,
        room.name,
        found,
        url_for("facilities.show_cleanroom", slug=room.facility.slug, room_slug=room.slug),
        closed,
        room.id,
        24 // TICKS_PER_DAY[room.unit],
    )


def closed_columns(
    session: Session, rooms: Collection[Cleanroom], ruler: Ruler
) -> tuple[dict[int, list[tuple[int, int]]], dict[int, Opening]]:
    """Return in which columns each cleanroom is not open, and its opening, in one query."""
    openings = openings_of(session, rooms, ruler.first, days=ruler.days)
    return {room.id: _closed(room, openings[room.id], ruler) for room in rooms}, openings


def booked_share(
    taken: Iterable[Taking], rooms: Iterable[Cleanroom], openings: Mapping[int, Opening], ruler: Ruler
) -> int | None:
    """Return how many per cent of the open days of these cleanrooms are booked or held; None where none is open."""
    work: dict[int, set[date]] = defaultdict(set)
    for one in taken:
        if one.kind in (BlockKind.BOOKING, BlockKind.HOLD):
            first = max(local_day(one.starts_at, ruler.zone), ruler.first)
            last = min(local_day(one.ends_at - MOMENT, ruler.zone), ruler.after_last - timedelta(days=1))
            work[one.cleanroom_id] |= {first + timedelta(days=n) for n in range((last - first).days + 1)}
    open_days = booked = 0
    for room in rooms:
        days = openings[room.id].open_days(ruler.first, ruler.after_last)
        open_days += len(days)
        booked += sum(day in work[room.id] for day in days)
    return round(100 * booked / open_days) if open_days else None


def _closed(room: Cleanroom, opening: Opening, ruler: Ruler) -> list[tuple[int, int]]:
    hours = 24 // ruler.per_day
    by_day = room.unit is BookingUnit.DAY
    day = [
        not by_day and not (room.opens_hour < (part + 1) * hours and room.closes_hour > part * hours)
        for part in range(ruler.per_day)
    ]
    columns = [shut or not is_open for is_open in opening.days_from(ruler.first, ruler.days) for shut in day]
    found, column = [], 1
    for shut, stretch in groupby(columns):
        length = len(list(stretch))
        if shut:
            found.append((column, length))
        column += length
    return found


def _put_beside(lanes: list[list[Bar]], bar: Bar) -> None:
    """Put a bar into the first lane where it lies over no other; only the first one is a second line of its room."""
    for place, lane in enumerate(lanes):
        if all(bar.column >= one.after_last or one.column >= bar.after_last for one in lane):
            lane.append(bar if place == 0 else replace(bar, row=1))
            return
    lanes.append([bar if not lanes else replace(bar, row=1)])
