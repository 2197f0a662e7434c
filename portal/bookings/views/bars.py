"""Stretches of a cleanroom's time as bars of a timeline: with names for people with a duty there, without for others."""

from collections.abc import Collection, Iterable

from flask import url_for
from flask_babel import gettext as _

from portal.bookings import words
from portal.bookings.desk import Stretch
from portal.bookings.forms.facility import closure_kind
from portal.bookings.models import BlockKind, Booking
from portal.bookings.queries import Shade
from portal.bookings.roomtime import local_day
from portal.bookings.views.ruler import MOMENT, Bar, Ruler
from portal.core.slots import Slot
from portal.web.filters import day, window


def stretch_bar(ruler: Ruler, stretch: Stretch, known: Collection[int]) -> Bar | None:
    """Return the bar of what takes a cleanroom, for people with a duty there, or None where it lies outside."""
    place = ruler.place(stretch.block.slot)
    if place is None:
        return None
    column, span = place
    when = window(stretch.block.starts_at, stretch.block.ends_at, ruler.zone)
    if stretch.block.kind is BlockKind.CHANGEOVER:
        return Bar("change", column, span, words=_("Changeover %(window)s", window=when))
    if stretch.booking is None:
        what = closure_kind(stretch.closure.kind) if stretch.closure else _("Closed")
        if span < 4:
            return Bar("closed", column, span, words=_("%(what)s, closed %(window)s", what=what, window=when))
        return Bar("closed", column, span, title=what, detail=_short(stretch.block.slot, ruler.zone))
    kind, state = words.booking_badge(stretch.booking)
    title = booking_title(stretch.booking, known)
    url = url_for("bookings.show_booking", booking_id=stretch.booking.id)
    if span < 3:
        return Bar(kind, column, span, words=f"{title}, {state}, {when}", url=url)
    short = _short(stretch.block.slot, ruler.zone)
    return Bar(kind, column, span, title=title, detail=short, words=state, url=url)


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
    short = _short(slot, ruler.zone)
    return Bar(
        "asked", *place, title=title, detail=short, selected=selected, conflict=conflict, row=row, url=url
    )


def stretch_words(stretch: Stretch, known: Collection[int]) -> tuple[str, words.Badge]:
    """Return what takes a cleanroom and its state, for people with a duty there."""
    if stretch.block.kind is BlockKind.CHANGEOVER:
        return _("Changeover"), ("wait", _("Changeover"))
    if stretch.booking is None:
        what = closure_kind(stretch.closure.kind) if stretch.closure else _("Closed")
        return what, ("no", _("Closed"))
    return booking_title(stretch.booking, known), words.booking_badge(stretch.booking)


def changeover_bar(ruler: Ruler, slot: Slot | None, row: int) -> Bar | None:
    """Return the bar of the changeover that would follow a request, or None where there would be none in sight."""
    place = ruler.place(slot) if slot is not None else None
    if slot is None or place is None:
        return None
    when = window(slot.start, slot.end, ruler.zone)
    return Bar("change", *place, words=_("Changeover %(window)s would follow", window=when), row=row)


def taken_bars(ruler: Ruler, shades: Iterable[Shade]) -> list[Bar]:
    """Return when a cleanroom is taken, run together, so that nobody reads how, or by how many."""
    found: list[Bar] = []
    for slot in taken_together(shades):
        place = ruler.place(slot)
        if place is not None:
            when = window(slot.start, slot.end, ruler.zone)
            found.append(Bar("taken", *place, words=_("Taken %(window)s", window=when)))
    return found


def taken_together(shades: Iterable[Shade]) -> list[Slot]:
    """Return the stretches that are taken, those that touch as one."""
    joined: list[Slot] = []
    for shade in sorted(shades, key=lambda one: one.starts_at):
        if joined and shade.starts_at <= joined[-1].end:
            joined[-1] = Slot(joined[-1].start, max(joined[-1].end, shade.ends_at))
        else:
            joined.append(Slot(shade.starts_at, shade.ends_at))
    return joined


def booking_title(booking: Booking, known: Collection[int]) -> str:
    """Return what a booking is called for people with a duty at the facility."""
    if booking.project_id is None:
        return booking.title or words.run_kind(booking.run_kind)
    if booking.organisation is not None and booking.project_id in known:
        return booking.organisation.name
    return booking.request.reference if booking.request is not None else words.run_kind(booking.run_kind)


def _short(slot: Slot, zone: str) -> str:
    """Return the first and the last day of a stretch of time without the year, which stands over the bar."""
    first, last = local_day(slot.start, zone), local_day(slot.end - MOMENT, zone)
    if first == last:
        return day(first, "d MMM")
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day(last, 'd MMM')}"
    return f"{day(first, 'd MMM')} – {day(last, 'd MMM')}"
