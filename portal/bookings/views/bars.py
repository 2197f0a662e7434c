"""Stretches of a cleanroom's time as bars of a timeline: with names for people with a duty there, without for others."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.bookings import words
from portal.bookings.forms.facility import closure_kind, write_slot
from portal.bookings.models import BlockKind, Booking, BookingState, ClosureKind, RunKind
from portal.bookings.queries import Shade
from portal.bookings.roomtime import local_day
from portal.bookings.rules.decisions import BOOKING_STEPS
from portal.bookings.takings import OwnTaking, Taking
from portal.bookings.views.answers import wall_hour
from portal.bookings.views.ruler import MOMENT, Bar, Handle, Ruler
from portal.core.slots import Slot
from portal.web.filters import day, window
from portal.web.locale import local

WIDE_ENOUGH = 3 / 112
"""The share of the picture from which on a bar has room for words."""
WORK = frozenset({"firm", "held", "offered", "imported", "use", "done", "no", "own", "taken", "many"})


STAND_IN = 987_654_321
"""Where a number stands in an address that is made once for many records; a stretch of time stands there in a sentence."""


class Addresses:
    """The addresses of many records of one kind: a busy quarter names hundreds, and each costs as much as a query."""

    def __init__(self, endpoint: str, argument: str) -> None:
        """Make the address once."""
        values: dict[str, Any] = {argument: STAND_IN}
        self._before, _, self._after = url_for(endpoint, **values).partition(str(STAND_IN))

    def __call__(self, record_id: int) -> str:
        """Return the address of a record."""
        return f"{self._before}{record_id}{self._after}"


class Teller:
    """What takes cleanrooms in words; what is said again and again is put into words once."""

    def __init__(self, zone: str, known: Collection[int]) -> None:
        """Speak of stretches at a place, and name the projects that are known."""
        self.zone, self._known = zone, known

    def title(self, taking: Taking) -> str:
        """Return what takes the room."""
        if taking.kind is BlockKind.CHANGEOVER:
            return self._changeover
        if taking.booking_id is None:
            return self._closures[taking.closure_kind] if taking.closure_kind else self._closed
        run_kind = self._run_kinds[taking.run_kind or RunKind.OTHER]
        if taking.project_id is None:
            return taking.title or run_kind
        if taking.organisation is not None and taking.project_id in self._known:
            return taking.organisation
        return taking.reference or run_kind

    def badge(self, taking: Taking) -> words.Badge:
        """Return the state of what takes the room."""
        if taking.kind is BlockKind.CHANGEOVER:
            return "wait", self._changeover
        if taking.state is None:
            return "no", self._closed
        kind = words.BOOKING_KINDS[taking.state]
        return kind, self._offered if taking.is_offered else self._states[taking.state]

    def bar(self, ruler: Ruler, taking: Taking) -> Bar | None:
        """Return the bar of what takes a cleanroom, or None where it lies outside."""
        place = ruler.place(taking.slot)
        return None if place is None else self.draw(taking, *place, ruler.columns)

    def draw(self, taking: Taking, column: int, span: int, columns: int) -> Bar:
        """Return the bar of what takes a cleanroom in some of so many columns; with words where it has room for them."""
        kind = kind_of(taking)
        if kind == "change":
            when = window(taking.starts_at, taking.ends_at, self.zone)
            return Bar(kind, column, span, words=self._changeover_in.replace(str(STAND_IN), when))
        url = None if taking.booking_id is None else self._booking_page(taking.booking_id)
        if span < WIDE_ENOUGH * columns:
            when = window(taking.starts_at, taking.ends_at, self.zone)
            told = f"{self.title(taking)}, {self.badge(taking)[1]}, {when}"
            return Bar(kind, column, span, words=told, url=url)
        state = "" if kind == "closed" else self.badge(taking)[1]
        when = short(taking.slot, self.zone)
        return Bar(kind, column, span, title=self.title(taking), detail=when, words=state, url=url)

    def handled(self, bar: Bar, taking: Taking, *, at: datetime) -> Bar:
        """Return a bar with what a script needs to move it, if it may be moved."""
        if not may_move(taking, at=at):
            return bar
        start, end = (wall_hour(moment, self.zone) for moment in (taking.starts_at, taking.ends_at))
        if taking.closure_id is not None:
            handle = Handle(
                ask=self._closure_question(taking.closure_id),
                start=start,
                end=end,
                shown=write_slot(taking.slot),
                stays=True,
            )
            return replace(bar, handle=handle, url=self._closure_page(taking.closure_id))
        handle = Handle(
            ask=self._move_question(taking.booking_id or 0),
            start=start,
            end=end,
            version=str(taking.version),
            prefix="move-",
            length_follows=taking.request_id is not None,
        )
        return replace(bar, handle=handle)

    @cached_property
    def _booking_page(self) -> Addresses:
        return Addresses("bookings.show_booking", "booking_id")

    @cached_property
    def _move_question(self) -> Addresses:
        return Addresses("bookings.ask_move", "booking_id")

    @cached_property
    def _closure_page(self) -> Addresses:
        return Addresses("bookings.show_closure", "closure_id")

    @cached_property
    def _closure_question(self) -> Addresses:
        return Addresses("bookings.ask_closure", "closure_id")

    @cached_property
    def _changeover_in(self) -> str:
        return _("Changeover %(window)s", window=STAND_IN)

    @cached_property
    def _changeover(self) -> str:
        return _("Changeover")

    @cached_property
    def _closed(self) -> str:
        return _("Closed")

    @cached_property
    def _offered(self) -> str:
        return _("Offered")

    @cached_property
    def _closures(self) -> dict[ClosureKind, str]:
        return {kind: closure_kind(kind) for kind in ClosureKind}

    @cached_property
    def _run_kinds(self) -> dict[RunKind, str]:
        return {kind: words.run_kind(kind) for kind in RunKind}

    @cached_property
    def _states(self) -> dict[BookingState, str]:
        return {state: words.booking_state(state) for state in BookingState}


def kind_of(taking: Taking) -> str:
    """Return how what takes a cleanroom is drawn."""
    if taking.kind is BlockKind.CHANGEOVER:
        return "change"
    if taking.state is None:
        return "closed"
    if taking.is_offered:
        return "offered"
    if taking.state is BookingState.CONFIRMED and taking.import_key is not None:
        return "imported"
    return words.BOOKING_KINDS[taking.state]


def address_of(booking_id: int) -> str:
    """Return the page of a booking for people with a duty at its facility."""
    return url_for("bookings.show_booking", booking_id=booking_id)


def may_move(taking: Taking, *, at: datetime) -> bool:
    """Say whether a manager may move what takes a cleanroom."""
    if taking.closure_id is not None:
        return True
    return taking.state is not None and taking.state.value in BOOKING_STEPS["move"] and at < taking.ends_at


def asked_bar(
    ruler: Ruler,
    slot: Slot | None,
    title: str,
    *,
    selected: bool = False,
    conflict: bool = False,
    row: int = 1,
    url: str | None = None,
) -> Bar | None:
    """Return the bar of a window that is asked for, or None where it lies outside."""
    place = ruler.place(slot) if slot is not None else None
    if slot is None or place is None:
        return None
    detail = short(slot, ruler.zone)
    return Bar(
        "asked", *place, title=title, detail=detail, selected=selected, conflict=conflict, row=row, url=url
    )


def changeover_bar(ruler: Ruler, slot: Slot | None, row: int) -> Bar | None:
    """Return the bar of the changeover that would follow a request, or None where there would be none in sight."""
    place = ruler.place(slot) if slot is not None else None
    if slot is None or place is None:
        return None
    when = window(slot.start, slot.end, ruler.zone)
    return Bar("change", *place, words=_("Changeover %(window)s would follow", window=when), row=row)


def own_bar(taking: OwnTaking, column: int, span: int, ruler: Ruler) -> Bar:
    """Return the bar of a booking of the reader's own organisation."""
    url = url_for("bookings.show_own_booking", booking_id=taking.booking_id)
    title = taking.title or words.run_kind(taking.run_kind)
    told = _("Your booking: %(state)s", state=words.booking_state(taking.state))
    if span < WIDE_ENOUGH * ruler.columns:
        when = window(taking.starts_at, taking.ends_at, ruler.zone)
        return Bar("own", column, span, words=f"{told}, {title}, {when}", url=url)
    when = short(taking.slot, ruler.zone)
    return Bar("own", column, span, title=title, detail=told, words=when, url=url)


def taken_bar(slot: Slot, column: int, span: int, ruler: Ruler) -> Bar:
    """Return the bar that says that a cleanroom is taken, and not how, or by how many."""
    when = window(slot.start, slot.end, ruler.zone)
    return Bar("taken", column, span, words=_("Taken %(window)s", window=when))


def barred_bar(told: str, slot: Slot, column: int, span: int, ruler: Ruler) -> Bar:
    """Return the bar that says that nothing may run, and why where the reader may know."""
    when = window(slot.start, slot.end, ruler.zone)
    if span < WIDE_ENOUGH * ruler.columns:
        return Bar("barred", column, span, words=f"{told}, {when}")
    return Bar("barred", column, span, title=told, words=when)


def taken_together(shades: Iterable[Shade]) -> list[Slot]:
    """Return the stretches that are taken, those that touch as one."""
    joined: list[Slot] = []
    for shade in sorted(shades, key=lambda one: one.starts_at):
        if joined and shade.starts_at <= joined[-1].end:
            joined[-1] = Slot(joined[-1].start, max(joined[-1].end, shade.ends_at))
        else:
            joined.append(Slot(shade.starts_at, shade.ends_at))
    return joined


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a bar would stand, and how it is drawn there; what is not drawn in the end costs no words."""

    kind: str
    column: int
    span: int
    draw: Callable[[int, int], Bar]

    @property
    def after_last(self) -> int:
        """Return the column after it."""
        return self.column + self.span


def side_by_side(marks: Iterable[Mark], ruler: Ruler, page_of_day: str) -> list[Bar]:
    """Return bars of which no two stand in one column: on a day on which some would, one bar counts them all.

    Changeovers and closures give way to work beside them, and what is barred gives way to all. `page_of_day` is the address that shows a day, without it.
    """
    work: list[Mark] = []
    others: list[Mark] = []
    barred: list[Mark] = []
    for mark in marks:
        (work if mark.kind in WORK else barred if mark.kind == "barred" else others).append(mark)
    found: list[Bar] = []
    for start, end, group in _groups(work, ruler.per_day):
        if len(group) == 1:
            found.append(group[0].draw(group[0].column, group[0].span))
        else:
            found.append(_several(group, start, end, ruler, page_of_day))
    taken = [(bar.column, bar.after_last) for bar in found]
    for mark in others:
        column, end = _beside(mark, taken)
        if end > column:
            found.append(mark.draw(column, end - column))
    for mark in barred:
        found += [mark.draw(column, end - column) for column, end in _left(mark, found)]
    return found


def _groups(work: Iterable[Mark], per_day: int) -> list[tuple[int, int, list[Mark]]]:
    """Return marks in groups with the columns that each takes: whole days where two stand in one column."""
    ordered = sorted(work, key=lambda one: (one.column, one.span))
    crowded: set[int] = set()
    taken_until = 0
    for one in ordered:
        if one.column < taken_until:
            last = min(one.after_last, taken_until)
            crowded.update(range((one.column - 1) // per_day, (last - 2) // per_day + 1))
        taken_until = max(taken_until, one.after_last)
    groups: list[tuple[int, int, list[Mark]]] = []
    for one in ordered:
        start, end = one.column, one.after_last
        first, last_day = (start - 1) // per_day, (end - 2) // per_day
        if not crowded.isdisjoint(range(first, last_day + 1)):
            start, end = first * per_day + 1, (last_day + 1) * per_day + 1
        if groups and start < groups[-1][1]:
            before, until, group = groups.pop()
            groups.append((before, max(until, end), [*group, one]))
        else:
            groups.append((start, end, [one]))
    return groups


def _several(group: list[Mark], start: int, end: int, ruler: Ruler, page_of_day: str) -> Bar:
    first, kinds = ruler.day_of(start), {one.kind for one in group}
    if kinds == {"taken"}:
        return Bar("taken", start, end - start, words=_("Taken in parts on %(day)s", day=day(first)))
    if "taken" in kinds:  # beside one's own, how many others there are is nobody's business
        told = _("Your own bookings and others, on %(day)s", day=day(first))
        return Bar("own", start, end - start, words=told, url=f"{page_of_day}&from={first.isoformat()}")
    told = ngettext("%(num)s booking on %(day)s", "%(num)s bookings on %(day)s", len(group), day=day(first))
    url = f"{page_of_day}&from={first.isoformat()}"
    return Bar("many", start, end - start, title=str(len(group)), words=told, url=url)


def _beside(mark: Mark, taken: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """Return the columns of a mark that others leave it."""
    column, end = mark.column, mark.after_last
    for first, after_last in taken:
        if first <= column < after_last:
            column = after_last
        elif first < end <= after_last:
            end = first
    return column, end


def _left(mark: Mark, drawn: Iterable[Bar]) -> list[tuple[int, int]]:
    """Return the stretches of columns of a mark that bars leave it, each with the column after it."""
    found, start = [], mark.column
    for column, end in sorted((bar.column, bar.after_last) for bar in drawn):
        if start < min(column, mark.after_last):
            found.append((start, min(column, mark.after_last)))
        start = max(start, end)
    if start < mark.after_last:
        found.append((start, mark.after_last))
    return found


def booking_title(booking: Booking, known: Collection[int]) -> str:
    """Return what a booking is called for people with a duty at the facility."""
    if booking.project_id is None:
        return booking.title or words.run_kind(booking.run_kind)
    if booking.organisation is not None and booking.project_id in known:
        return booking.organisation.name
    return booking.request.reference if booking.request is not None else words.run_kind(booking.run_kind)


def short(slot: Slot, zone: str) -> str:
    """Return the first and the last day of a stretch of time without the year, or the hours of one day."""
    start, end = local(slot.start, zone), local(slot.end, zone)
    first, last = start.date(), local_day(slot.end - MOMENT, zone)
    if first == last:
        if (start.hour, end.hour) != (0, 0):
            return f"{start:%H:%M}–{end:%H:%M}"
        return day(first, "d MMM")
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day(last, 'd MMM')}"
    return f"{day(first, 'd MMM')} – {day(last, 'd MMM')}"
