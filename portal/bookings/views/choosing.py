"""What a page shows of rooms and windows: those that fit with their first windows and price, the others with reasons."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from portal.accounts.models import Organisation
from portal.bookings import queries, search, words
from portal.bookings.estimates import (
    Estimate,
    Prices,
    changeover_after,
    changeover_before,
    prices_for,
)
from portal.bookings.forms.requests import write_window
from portal.bookings.models import BlockKind
from portal.bookings.needs import Need
from portal.bookings.queries import Shade
from portal.bookings.search import Answer, Diary
from portal.bookings.sentences import sentences_of, unit_count
from portal.bookings.views.ruler import Ruler
from portal.core.errors import Reason
from portal.core.slots import Slot
from portal.facilities import words as facility_words
from portal.facilities.models import BookingUnit, Cleanroom, RoomKind
from portal.web.filters import money, number, window
from portal.web.locale import HOME_ZONE

Card = dict[str, Any]
Bar = tuple[str, int, int]
Choice = tuple[int, Slot]

SHOWN_ROOMS = 12
SHOWN_REASONS = 5
RULER_DAYS = 112
A_DAY = timedelta(days=1)
COULD_DO_WITHOUT = frozenset({"equipment_missing", "facility_not_acceptable"})
"""What a requester may give up, so that it is worth saying when the room would be free."""
LAYERS = (
    ("change", {BlockKind.CHANGEOVER}),
    ("closed", {BlockKind.CLOSURE}),
    ("taken", {BlockKind.BOOKING, BlockKind.HOLD}),
)
"""How the time of a room is drawn, what lies on top last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The rooms and windows of one need: what a page draws, and what it asks further."""

    kind: RoomKind
    answers: tuple[Answer, ...]
    cards: list[Card]
    hidden: int
    """So many rooms fit besides those that are shown."""
    misses: list[Card]
    months: list[tuple[int, int, str]]
    prices_for: str
    lost: tuple[Reason, ...]
    """What stands in the way of the window that was chosen before, if anything does by now."""
    picked: str | None
    """The window that is chosen, or would be first."""

    @property
    def fitting(self) -> list[Answer]:
        """Return the rooms that fit and are free at some time."""
        return [answer for answer in self.answers if answer.windows]

    @property
    def has_hours(self) -> bool:
        """Say whether any room that fits begins at an hour, not with the day."""
        return any(answer.fits and answer.cleanroom.unit is not BookingUnit.DAY for answer in self.answers)

    @property
    def title(self) -> str:
        """Return how many rooms fit, of how many."""
        return title_of(self.answers, self.kind)

    @property
    def title_of_misses(self) -> str:
        """Return how many rooms do not fit or are not free."""
        return ngettext(
            "%(num)s room does not fit or is not free, and why",
            "%(num)s rooms do not fit or are not free, and why",
            len(self.misses),
        )


def title_of(answers: Collection[Answer], kind: RoomKind) -> str:
    """Return how many rooms fit, of how many of their kind."""
    return ngettext(
        "%(fitting)s of %(num)s %(kind)s room fits",
        "%(fitting)s of %(num)s %(kind)s rooms fit",
        len(answers),
        fitting=sum(answer.fits for answer in answers),
        kind=words.room_kind_inside(kind),
    )


def choices(
    session: Session,
    need: Need,
    organisation: Organisation,
    *,
    at: datetime,
    chosen: Choice | None = None,
    ignored: Collection[int] = (),
    everything: bool = False,
) -> Choices:
    """Return everything that is to be chosen from, in a number of queries that does not grow with the rooms."""
    answers = tuple(search.answers(session, need, at=at, count=1, ignored_booking_ids=ignored))
    fitting = [answer for answer in answers if answer.windows]
    lost = _reasons_against_chosen(session, answers, need, chosen, at=at, ignored=ignored)
    kept = None if lost else chosen
    shown = fitting if everything else _shown(fitting, kept)
    ids = [answer.cleanroom.id for answer in shown]
    ruler = ruler_of(need, at=at)
    shades = _shades(session, ids, ruler, at=at)
    prices = prices_for(session, organisation, ids)
    picked = kept or ((shown[0].cleanroom.id, shown[0].windows[0]) if shown else None)
    return Choices(
        kind=need.kind,
        answers=answers,
        cards=[
            _card(
                answer.diary,
                search.first_windows(answer.diary, need, at=at),
                need,
                prices,
                shades[answer.cleanroom.id],
                ruler,
                kept=kept,
                picked=picked,
            )
            for answer in shown
            if answer.diary is not None
        ],
        hidden=len(fitting) - len(shown),
        misses=_misses(session, [answer for answer in answers if not answer.windows], need, at=at),
        months=ruler.months,
        prices_for=facility_words.label("customer_kind", prices.kind.value),
        lost=lost,
        picked=_word_of(answers, picked),
    )


def ruler_of(need: Need, *, at: datetime) -> Ruler:
    """Return the ruler under all rooms: it begins with the week of today, or of the earliest start."""
    return Ruler.around(max(at.date(), need.earliest_start), RULER_DAYS, HOME_ZONE)


def cost_words(cost: Estimate | None) -> tuple[str | None, str]:
    """Return an estimate without VAT, and how it comes about."""
    if cost is None:
        return None, _("Price not published")
    units = facility_words.units(cost.units, cost.unit)
    if cost.extra_units:
        note = _(
            "%(units)s and %(extra)s of changeover × %(rate)s",
            units=units,
            extra=cost.extra_units,
            rate=number(cost.unit_amount / 100),
        )
    else:
        note = _("%(units)s × %(rate)s", units=units, rate=number(cost.unit_amount / 100))
    if cost.is_demo:
        note = _("%(note)s, demo price", note=note)
    return money(cost.amount, cost.currency), note


def place_of(room: Cleanroom) -> str:
    """Return a room's facility and its city, where the name does not say it."""
    facility = room.facility
    return facility.name if facility.city in facility.name else f"{facility.name}, {facility.city}"


def _shown(fitting: list[Answer], kept: Choice | None) -> list[Answer]:
    first = fitting[:SHOWN_ROOMS]
    if kept is None or any(answer.cleanroom.id == kept[0] for answer in first):
        return first
    return [*(answer for answer in fitting if answer.cleanroom.id == kept[0]), *first]


def _reasons_against_chosen(
    session: Session,
    answers: Iterable[Answer],
    need: Need,
    chosen: Choice | None,
    *,
    at: datetime,
    ignored: Collection[int],
) -> tuple[Reason, ...]:
    if chosen is None:
        return ()
    answer = next((one for one in answers if one.cleanroom.id == chosen[0]), None)
    if answer is not None and answer.diary is not None:
        return tuple(search.reasons_in_diary(answer.diary, need, chosen[1], at=at))
    room = session.get(Cleanroom, chosen[0])
    if room is None:
        return (Reason("no_window_asked"),)
    return tuple(search.reasons_against(session, room, need, chosen[1], at=at, ignored_booking_ids=ignored))


def _card(
    diary: Diary,
    found: Sequence[Slot],
    need: Need,
    prices: Prices,
    shades: Sequence[Shade],
    ruler: Ruler,
    *,
    kept: Choice | None,
    picked: Choice | None,
) -> Card:
    room = diary.cleanroom
    ruler = replace(ruler, zone=room.facility.time_zone)
    own = kept[1] if kept is not None and kept[0] == room.id else None
    windows = list(found)
    if own is not None and own not in windows:
        windows = sorted([*windows, own])
    marked = picked[1] if picked is not None and picked[0] == room.id else None
    costs = {slot: prices.estimate(diary, slot, need.work) for slot in windows}
    shown_cost = costs[marked or windows[0]]
    cost, cost_note = cost_words(shown_cost)
    return {
        "name": room.name,
        "url": url_for("facilities.show_cleanroom", slug=room.facility.slug, room_slug=room.slug),
        "facility": place_of(room),
        "grade": room.grade.value,
        "demo": room.is_demo,
        "bars": _bars(ruler, shades, windows, marked),
        "sentence": _sentence(room, windows, shades, ruler),
        "windows": [
            {
                "value": write_window(room, slot),
                "words": _window_words(room, slot, costs[slot], shown_cost),
                "picked": slot == marked,
            }
            for slot in windows
        ],
        "notes": _notes(diary, marked or windows[0], need),
        "cost": cost,
        "cost_note": cost_note,
    }


def _window_words(room: Cleanroom, slot: Slot, cost: Estimate | None, shown: Estimate | None) -> str:
    stretch = window(slot.start, slot.end, room.facility.time_zone)
    if cost is None or (shown is not None and cost.amount == shown.amount):
        return stretch
    return f"{stretch} ({money(cost.amount, cost.currency)})"


def _notes(diary: Diary, slot: Slot, need: Need) -> list[str]:
    notes = []
    if diary.cleanroom.notice_days:
        notes.append(_("Notice: %(days)s.", days=unit_count(diary.cleanroom.notice_days, "day")))
    before, after = changeover_before(diary, slot, need.work), changeover_after(diary, slot, need.work)
    if before:
        notes.append(_("%(days)s of changeover after what runs before.", days=unit_count(before, "day")))
    if after:
        notes.append(_("%(days)s of changeover after your work.", days=unit_count(after, "day")))
    return [" ".join(notes)] if notes else []


def _misses(session: Session, answers: Sequence[Answer], need: Need, *, at: datetime) -> list[Card]:
    near = [
        answer
        for answer in answers[: 2 * SHOWN_REASONS]
        if {reason.code for reason in answer.reasons} <= COULD_DO_WITHOUT
    ]
    diaries = search.diaries_of(session, [answer.cleanroom for answer in near], at=at)
    found = []
    for answer in answers:
        room = answer.cleanroom
        told = sentences_of(
            [replace(reason, values={**reason.values, "room": room.code}) for reason in answer.reasons]
        )
        if room.id in diaries:
            loosened = replace(need, equipment=need.equipment & set(room.equipment), facility_ids=None)
            free = search.first_window(diaries[room.id], loosened, at=at)
            if free is not None:
                stretch = window(free.start, free.end, room.facility.time_zone)
                told.append(_("It would be free %(window)s.", window=stretch))
        found.append(
            {"grade": room.grade.value, "name": f"{room.name} · {room.facility.name}", "reasons": told}
        )
    return found


def _shades(
    session: Session, cleanroom_ids: Collection[int], ruler: Ruler, *, at: datetime
) -> dict[int, list[Shade]]:
    found: dict[int, list[Shade]] = defaultdict(list)
    since, until = ruler.slot.start - A_DAY, ruler.slot.end + A_DAY
    for shade in queries.shades(session, cleanroom_ids, since=since, until=until, at=at):
        found[shade.cleanroom_id].append(shade)
    return found


def _bars(ruler: Ruler, shades: Sequence[Shade], windows: Sequence[Slot], marked: Slot | None) -> list[Bar]:
    """Return what a strip shows, one kind for each day, as stretches."""
    days: list[tuple[str, int] | None] = [None] * ruler.days
    for kind, kinds in LAYERS:
        for place, shade in enumerate(shades):
            if shade.kind in kinds:
                _fill(days, ruler, Slot(shade.starts_at, shade.ends_at), (kind, place))
    for place, slot in enumerate(windows):
        _fill(days, ruler, slot, ("picked" if slot == marked else "asked", place))
    bars, column = [], 1
    for mark, stretch in groupby(days):
        length = len(list(stretch))
        if mark is not None:
            bars.append((mark[0], column, length))
        column += length
    return bars


def _fill(days: list[tuple[str, int] | None], ruler: Ruler, slot: Slot, mark: tuple[str, int]) -> None:
    column, span = ruler.place(slot) or (1, 0)
    days[column - 1 : column - 1 + span] = [mark] * span


def _sentence(room: Cleanroom, windows: Sequence[Slot], shades: Sequence[Shade], ruler: Ruler) -> str:
    """Return a strip in words; how much is taken says enough, where each stretch would be a long list."""
    free = words.listed([window(slot.start, slot.end, ruler.zone) for slot in windows])
    text = _("%(room)s: free for this work %(windows)s.", room=room.name, windows=free)
    places = [
        (shade, ruler.place(Slot(shade.starts_at, shade.ends_at)))
        for shade in shades
        if shade.kind is not BlockKind.CHANGEOVER
    ]
    taken = sum(place[1] for shade, place in places if place and shade.kind is not BlockKind.CLOSURE)
    if taken:
        text += " " + _("Taken on %(taken)s of %(days)s days.", taken=taken, days=ruler.days)
    closed = [
        window(shade.starts_at, shade.ends_at, ruler.zone)
        for shade, place in places
        if place and shade.kind is BlockKind.CLOSURE
    ]
    if closed:
        text += " " + _("Closed %(stretches)s.", stretches=words.listed(closed))
    return text


def _word_of(answers: Iterable[Answer], picked: Choice | None) -> str | None:
    if picked is None:
        return None
    room = next((one.cleanroom for one in answers if one.cleanroom.id == picked[0]), None)
    return write_window(room, picked[1]) if room is not None else None
