"""What the rules answer before something is moved, in sentences: whether it fits, why not, and what comes with it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

import flask
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.bookings.blocks import ChangedChangeover
from portal.bookings.models import Booking
from portal.bookings.moves import ClosureOutlook, MoveOutlook
from portal.core.errors import Reason
from portal.core.slots import Slot
from portal.facilities.models import Cleanroom
from portal.web.filters import money, window
from portal.web.forms import ActionForm
from portal.web.locale import local
from portal.web.sentences import sentence
from portal.web.views import own_page


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a page says of a place before it is taken; the place is kept as hidden fields of the form that takes it."""

    fits: bool
    asks: bool
    place: str
    start: str
    end: str
    """When it would start and end, as the facility's clock shows it; a script puts the bar there."""
    points: list[tuple[str, str]]
    """Every reason against it; where there is none, what was checked, and what it does not keep to."""
    warns: bool = False
    """Whether a rule of segregation warns, so that whoever moves it says that they have read that."""
    consequences: list[str] = field(default_factory=list)
    fields: list[tuple[str, str]] = field(default_factory=list)


def answer_to_move(
    booking: Booking, room: Cleanroom, slot: Slot, outlook: MoveOutlook, *, fields: list[tuple[str, str]]
) -> Answer:
    """Return what a page says of another place for a booking."""
    return Answer(
        fits=not outlook.against,
        asks=outlook.asks,
        place=place_words(room, slot),
        start=wall_hour(slot.start, room.facility.time_zone),
        end=wall_hour(slot.end, room.facility.time_zone),
        points=[
            *_points(outlook.against, _checked(booking), outlook.waived),
            *(("held", words) for words in told(outlook.warned)),
        ],
        warns=bool(outlook.warned),
        consequences=list(_consequences(booking, outlook)) if not outlook.against else [],
        fields=fields,
    )


def answer_to_closure(
    room: Cleanroom, slot: Slot, outlook: ClosureOutlook, *, fields: list[tuple[str, str]]
) -> Answer:
    """Return what a page says of another time for a closure."""
    consequences = list(_for_others(outlook.competing, waits=outlook.waits)) if not outlook.against else []
    return Answer(
        fits=not outlook.against,
        asks=False,
        place=place_words(room, slot),
        start=wall_hour(slot.start, room.facility.time_zone),
        end=wall_hour(slot.end, room.facility.time_zone),
        points=_points(
            outlook.against,
            _(
                "Nothing is in the way. Bookings, holds and other closures were checked; a closure may lie over a changeover."
            ),
        ),
        consequences=consequences,
        fields=fields,
    )


def apart(saving: ActionForm | None) -> None:
    """Tell the fields of the form that saves from those of the form that asks: both stand on one page."""
    for one in saving or ():
        one.id = f"answer-{one.id}"


def told(reasons: Iterable[Reason]) -> list[str]:
    """Return what reasons say, each once."""
    return list(dict.fromkeys(sentence(reason) for reason in reasons))


def _points(against: Iterable[Reason], checked: str, waived: Iterable[Reason] = ()) -> list[tuple[str, str]]:
    refused = [("no", words) for words in told(against)]
    if refused:
        return refused
    return [
        ("ok", checked),
        *(
            ("held", _("%(sentence)s You may move it all the same.", sentence=words))
            for words in told(waived)
        ),
    ]


def _checked(booking: Booking) -> str:
    if booking.request_id is None:
        return _(
            "Nothing is in the way. Bookings, holds, closures and changeovers were checked; opening days are not asked of work without a request."
        )
    return _(
        "Nothing is in the way. Bookings, holds, closures, changeovers, opening days, and what the work needs of the cleanroom were checked."
    )


def place_words(room: Cleanroom, slot: Slot) -> str:
    """Return a cleanroom and a time in it."""
    return f"{room.code} · {window(slot.start, slot.end, room.facility.time_zone)}"


def wall_hour(moment: datetime, zone: str) -> str:
    """Return a moment to the hour, as a zone's clock shows it and scripts count it."""
    return f"{local(moment, zone):%Y-%m-%dT%H}"


def way_back(written: str | None, fallback: str, changed: str = "") -> str:
    """Return the page of the portal to go on to, told what was changed; the fallback where none was named."""
    written = written or ""
    parts = urlsplit(own_page(written))
    if not written or parts.path == "/" or not written.isprintable():
        return fallback
    asked = [(name, value) for name, value in parse_qsl(parts.query) if name != "changed"]
    return flask.request.script_root + parts.path + "?" + urlencode([*asked, ("changed", changed)])


def _consequences(booking: Booking, outlook: MoveOutlook) -> Iterator[str]:
    yield _who_agrees(booking, asks=outlook.asks)
    for change in outlook.changeovers:
        yield _changeover(change)
    yield from _for_others(outlook.competing, waits=outlook.waits)
    before = booking.estimate or {}
    after = outlook.price
    if after is not None and (before.get("amount"), before.get("currency")) != (after.amount, after.currency):
        values = {
            "after": money(after.amount, after.currency),
            "before": money(before.get("amount"), before.get("currency")),
        }
        yield _("The estimate becomes %(after)s without VAT; it was: %(before)s.", **values)
    if outlook.percents is not None and outlook.percents[0] != outlook.percents[1]:
        now, then = outlook.percents
        yield _(
            "If the requester cancelled today it would cost them %(then)s %% of the estimate, not %(now)s %%.",
            now=now,
            then=then,
        )


def _who_agrees(booking: Booking, *, asks: bool) -> str:
    if booking.request_id is None:
        return _("It came without a request, so nobody is asked: it moves at once.")
    if asks:
        return _(
            "The requester is asked. Until they agree the booking stays where it is, and nothing is held in the new place."
        )
    days = booking.block.cleanroom.facility.moves_without_asking_days
    return ngettext(
        "By your terms a booking that starts %(num)s day ahead or later moves without asking: it moves at once, and the requester is told.",
        "By your terms a booking that starts %(num)s days ahead or later moves without asking: it moves at once, and the requester is told.",
        days or 0,
    )


def _changeover(change: ChangedChangeover) -> str:
    zone = change.cleanroom.facility.time_zone
    was = window(change.was.start, change.was.end, zone) if change.was else ""
    becomes = window(change.becomes.start, change.becomes.end, zone) if change.becomes else ""
    values = {
        "room": change.cleanroom.code,
        "was": was,
        "becomes": becomes,
        "before": window(change.follows.start, change.follows.end, zone),
    }
    if change.is_own and change.becomes is None:
        return _("No changeover follows it there.")
    if change.is_own:
        return _("Its changeover is %(becomes)s in %(room)s.", **values)
    if change.becomes is None:
        return _("The changeover in %(room)s after the booking of %(before)s goes; it was %(was)s.", **values)
    if change.was is None:
        return _("The booking of %(before)s in %(room)s gets a changeover: %(becomes)s.", **values)
    return _(
        "The changeover in %(room)s after the booking of %(before)s becomes %(becomes)s; it was %(was)s.",
        **values,
    )


def _for_others(competing: int, *, waits: bool) -> Iterator[str]:
    if competing:
        yield ngettext(
            "%(num)s open request asks for a part of this time. It stays as it is, and can’t be approved for it any more.",
            "%(num)s open requests ask for a part of this time. They stay as they are, and can’t be approved for it any more.",
            competing,
        )
    if waits:
        yield _(
            "What becomes free is offered to the waiting list at once, so that it may not be free to go back to."
        )
