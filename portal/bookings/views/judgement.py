"""What speaks for and against a request in sentences: every rule's answer, and what becomes of it if it is approved."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.bookings import words
from portal.bookings.models import SlotRequest
from portal.bookings.needs import Need, minimum_for, need_of, vector_rank
from portal.bookings.outlooks import Outlook
from portal.bookings.roomtime import local_day
from portal.bookings.search import Diary
from portal.bookings.subsidies import Share
from portal.facilities.words import label, units
from portal.projects import wording
from portal.web.filters import day, money, window
from portal.web.sentences import sentence

Point = tuple[str, str]
"""A sentence with its kind: no, held (to do) or ok."""

NEIGHBOURS = frozenset({"changeover_before_too_short", "changeover_after_too_short", "slot_taken"})


def points(
    request: SlotRequest,
    outlook: Outlook,
    diary: Diary,
    *,
    who: dict[int, str],
    shows_process: bool,
    at: datetime,
) -> list[Point]:
    """Return everything that speaks against a request, what is still to do, and what holds, in this order."""
    against: list[Point] = [("no", sentence(reason)) for reason in outlook.against]
    to_do: list[Point] = [
        ("held", _("%(sentence)s You may waive that.", sentence=sentence(reason)))
        for reason in outlook.waived
    ]
    to_do.extend(("held", sentence(reason)) for reason in outlook.warned)
    to_do.extend(("held", _overlap(request, other, diary, who)) for other in outlook.competing)
    if shows_process:
        to_do.extend(("held", sentence) for sentence in _assumed(request))
    holding = [("ok", sentence) for sentence in _holding(request, outlook, diary, at=at)]
    return [*against, *to_do, *holding]


def if_approved(
    request: SlotRequest, outlook: Outlook, diary: Diary, share: Share | None = None
) -> list[str]:
    """Return what happens with an approval, in sentences; `share` is what a programme would pay of it."""
    room, slot = diary.cleanroom, request.slot
    if slot is None:
        return []
    zone = room.facility.time_zone
    booked = window(slot.start, slot.end, zone)
    if outlook.changeover is None:
        told = [_("%(room)s is booked %(booked)s; no changeover follows.", room=room.code, booked=booked)]
    else:
        told = [
            _(
                "%(room)s is booked %(booked)s and in changeover %(changeover)s.",
                room=room.code,
                booked=booked,
                changeover=window(outlook.changeover.start, outlook.changeover.end, zone),
            )
        ]
    if outlook.competing:
        told.append(
            ngettext(
                "%(num)s competing request stays as it is; its organisation is told, and may take another window or wait.",
                "%(num)s competing requests stay as they are; their organisations are told, and may take another window or wait.",
                len(outlook.competing),
            )
        )
    if request.estimate:
        told.append(
            _(
                "It costs %(amount)s without VAT.",
                amount=money(int(request.estimate["amount"]), str(request.estimate["currency"])),
            )
        )
    if share is not None:
        told.append(
            _(
                "%(programme)s pays %(amount)s of it: %(percent)s %% of %(units)s, taken from its budget.",
                programme=share.programme,
                amount=money(share.amount, share.currency),
                percent=share.percent,
                units=units(share.units, share.unit),
            )
        )
    told.append(_("With a condition the window is held, not booked, until the condition is met."))
    return told


def _overlap(request: SlotRequest, other: SlotRequest, diary: Diary, who: dict[int, str]) -> str:
    zone = diary.cleanroom.facility.time_zone
    values = {
        "who": who[other.id],
        "window": window(other.starts_at or other.created_at, other.ends_at or other.created_at, zone),
    }
    ours, theirs = request.submitted_at, other.submitted_at
    if ours is None or theirs is None:
        return _("Overlaps a request of %(who)s, %(window)s.", **values)
    days = (local_day(theirs, zone) - local_day(ours, zone)).days
    if days > 0:
        return ngettext(
            "Overlaps a request of %(who)s, %(window)s, made %(num)s day later.",
            "Overlaps a request of %(who)s, %(window)s, made %(num)s days later.",
            days,
            **values,
        )
    if days < 0:
        return ngettext(
            "Overlaps a request of %(who)s, %(window)s, made %(num)s day earlier.",
            "Overlaps a request of %(who)s, %(window)s, made %(num)s days earlier.",
            -days,
            **values,
        )
    return _("Overlaps a request of %(who)s, %(window)s, made on the same day.", **values)


def _assumed(request: SlotRequest) -> Iterator[str]:
    for name in minimum_for(request.project, request.run_kind).assumed:
        yield _(
            "%(fact)s: the project does not say, and the worst was assumed.",
            fact=wording.label(name),
        )


def _holding(request: SlotRequest, outlook: Outlook, diary: Diary, *, at: datetime) -> Iterator[str]:
    codes = {reason.code for reason in (*outlook.against, *outlook.waived)}
    need = need_of(request)
    yield from _room_holds(need, diary, codes)
    yield from _time_holds(request, outlook, diary, codes, at=at)


def _room_holds(need: Need, diary: Diary, codes: set[str]) -> Iterator[str]:
    room = diary.cleanroom
    if not codes & {"wrong_kind", "grade_too_low"}:
        yield _(
            "%(kind)s, %(grade)s; needed: %(needed)s.",
            kind=words.room_kind(room.kind),
            grade=label("grade", room.grade),
            needed=words.grade_or_cleaner(need.grade),
        )
    if not codes & {"bsl_too_low", "vector_not_permitted", "gmo_class_not_permitted"}:
        yield _(
            "Biosafety level %(level)s, %(vector)s and %(gmo)s are permitted.",
            level=need.bsl,
            vector=label("vector_level", need.vector_level)
            if vector_rank(need.vector_level)
            else _("work without viral vectors"),
            gmo=_("GMO class %(number)s", number=need.gmo_class) if need.gmo_class else _("work without GMO"),
        )
    if need.equipment and "equipment_missing" not in codes:
        yield _(
            "The equipment is there: %(equipment)s.",
            equipment=words.listed([label("equipment", one) for one in sorted(need.equipment)]),
        )
    if not codes & {"too_short_for_room", "too_long_for_room", "shorter_than_campaign"}:
        yield _(
            "The length suits the room: %(length)s.",
            length=words.length(need.duration, need.duration_unit, need.mode),
        )


def _time_holds(
    request: SlotRequest, outlook: Outlook, diary: Diary, codes: set[str], *, at: datetime
) -> Iterator[str]:
    room, slot = diary.cleanroom, request.slot
    if slot is None:
        return
    zone = room.facility.time_zone
    if not codes & {"slot_taken", "room_closed"}:
        yield _("No booking, hold or closure is in the way.")
    if outlook.changeover_before and not codes & NEIGHBOURS:
        yield ngettext(
            "%(num)s day of changeover after what runs before fits.",
            "%(num)s days of changeover after what runs before fit.",
            outlook.changeover_before,
        )
    if outlook.changeover is not None and not codes & NEIGHBOURS:
        yield _(
            "Changeover %(window)s fits before what comes next.",
            window=window(outlook.changeover.start, outlook.changeover.end, zone),
        )
    if room.notice_days and not codes & {"notice_too_short", "in_the_past"}:
        ahead = (local_day(slot.start, zone) - local_day(at, zone)).days
        yield _(
            "It starts in %(ahead)s days; the notice of %(room)s is %(notice)s.",
            ahead=ahead,
            room=room.code,
            notice=room.notice_days,
        )
    if room.qualified_until is not None and "qualification_ends" not in codes:
        yield _("%(room)s is qualified until %(day)s.", room=room.code, day=day(room.qualified_until))
