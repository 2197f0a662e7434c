"""How the room's closed lists are called, in the reader's language."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from portal.bookings.estimates import kept_estimate
from portal.bookings.gating import CONDITIONS
from portal.bookings.models import Booking, BookingState, RequestState, RunKind, WorkMode
from portal.bookings.roomtime import local_day
from portal.bookings.subsidies import Share
from portal.facilities.models import BookingUnit, RoomKind
from portal.facilities.words import label, units
from portal.gates.words import gate as gate_word
from portal.web.filters import day, money

Badge = tuple[str, str]
"""The kind of line with which a state is drawn, and its words."""

REQUEST_KINDS = {
    RequestState.DRAFT: "asked",
    RequestState.SUBMITTED: "asked",
    RequestState.NEEDS_INFO: "late",
    RequestState.OFFERED: "held",
    RequestState.APPROVED: "firm",
    RequestState.WAITLISTED: "wait",
    RequestState.REJECTED: "no",
    RequestState.WITHDRAWN: "no",
    RequestState.EXPIRED: "no",
}
BOOKING_KINDS = {
    BookingState.HELD: "held",
    BookingState.CONFIRMED: "firm",
    BookingState.IN_USE: "use",
    BookingState.COMPLETED: "done",
    BookingState.CANCELLED: "no",
    BookingState.NO_SHOW: "no",
    BookingState.EXPIRED: "no",
}

# Tables of words that are looked up one at a time: a list of hundreds of bookings translates only what it shows.
RUN_KINDS = {
    RunKind.PROCESS_DEVELOPMENT: _l("Process development"),
    RunKind.ENGINEERING_RUN: _l("Engineering run"),
    RunKind.ASEPTIC_PROCESS_SIMULATION: _l("Aseptic process simulation"),
    RunKind.PROCESS_PERFORMANCE_QUALIFICATION: _l("Process performance qualification"),
    RunKind.CLINICAL_BATCH: _l("Clinical batch"),
    RunKind.STABILITY: _l("Stability study"),
    RunKind.OTHER: _l("Other work outside GMP"),
}
ROOM_KINDS = {RoomKind.PRE_GMP: _l("pre-GMP"), RoomKind.GMP: _l("GMP")}
MODES = {
    WorkMode.WORKING: _l("On open days only; weekends and holidays interrupt it"),
    WorkMode.CONTINUOUS: _l("Without a break, through weekends and holidays"),
}
UNITS = {
    BookingUnit.DAY: _l("days"),
    BookingUnit.HALF_DAY: _l("half days"),
    BookingUnit.HOUR: _l("hours"),
}
REQUEST_STATES = {
    RequestState.DRAFT: _l("Draft"),
    RequestState.SUBMITTED: _l("Submitted"),
    RequestState.NEEDS_INFO: _l("Waits for your answer"),
    RequestState.OFFERED: _l("Offered"),
    RequestState.APPROVED: _l("Approved"),
    RequestState.WAITLISTED: _l("On the waiting list"),
    RequestState.REJECTED: _l("Rejected"),
    RequestState.WITHDRAWN: _l("Withdrawn"),
    RequestState.EXPIRED: _l("Expired"),
}
BOOKING_STATES = {
    BookingState.HELD: _l("Held"),
    BookingState.CONFIRMED: _l("Confirmed"),
    BookingState.IN_USE: _l("In use"),
    BookingState.COMPLETED: _l("Completed"),
    BookingState.CANCELLED: _l("Cancelled"),
    BookingState.NO_SHOW: _l("Nobody came"),
    BookingState.EXPIRED: _l("Expired"),
}


def run_kind(kind: RunKind) -> str:
    """Return what the work is called."""
    return str(RUN_KINDS[kind])


def room_kind(kind: RoomKind) -> str:
    """Return the kind of a room: pre-GMP or GMP."""
    return label("stage", kind.value)


def room_kind_inside(kind: RoomKind) -> str:
    """Return the kind of a room inside a sentence."""
    return str(ROOM_KINDS[kind])


def mode(value: WorkMode) -> str:
    """Return whether work rests on closed days."""
    return str(MODES[value])


def unit(value: BookingUnit) -> str:
    """Return the unit of a duration, for a choice."""
    return str(UNITS[value])


def length(count: int, value: BookingUnit, how: WorkMode) -> str:
    """Return how long work takes: 10 open days, or 10 days without a break."""
    counted = {
        (BookingUnit.DAY, WorkMode.WORKING): ngettext("%(num)s open day", "%(num)s open days", count),
        (BookingUnit.HALF_DAY, WorkMode.WORKING): ngettext(
            "%(num)s open half day", "%(num)s open half days", count
        ),
        (BookingUnit.HOUR, WorkMode.WORKING): ngettext("%(num)s open hour", "%(num)s open hours", count),
        (BookingUnit.DAY, WorkMode.CONTINUOUS): ngettext(
            "%(num)s day without a break", "%(num)s days without a break", count
        ),
        (BookingUnit.HALF_DAY, WorkMode.CONTINUOUS): ngettext(
            "%(num)s half day without a break", "%(num)s half days without a break", count
        ),
        (BookingUnit.HOUR, WorkMode.CONTINUOUS): ngettext(
            "%(num)s hour without a break", "%(num)s hours without a break", count
        ),
    }
    return counted[value, how]


def grade_or_cleaner(grade: str) -> str:
    """Return the least grade that will do."""
    if grade == "A_in_B":
        return label("grade", grade)
    if grade == "CNC":
        return _("Any, classified or not")
    return _("%(grade)s or cleaner", grade=label("grade", grade))


def request_state(state: RequestState) -> str:
    """Return the state of a slot request, for a badge or a filter."""
    return str(REQUEST_STATES[state])


def booking_state(state: BookingState) -> str:
    """Return the state of a booking, for a badge or a filter."""
    return str(BOOKING_STATES[state])


def request_badge(
    state: RequestState, *, hold: Booking | None, place: int | None, sent_at: datetime | None
) -> Badge:
    """Return the badge of a slot request; `hold` is the offer of an offered one, `place` that on a waiting list."""
    words = request_state(state)
    if state is RequestState.OFFERED and hold is not None and hold.held_until is not None:
        zone = hold.block.cleanroom.facility.time_zone
        words = _("Offered to %(day)s", day=day(local_day(hold.held_until, zone)))
    elif state is RequestState.WAITLISTED and place is not None:
        words = _("Waiting list, place %(place)s", place=place)
    elif state is RequestState.SUBMITTED and sent_at is not None:
        words = _("Submitted %(day)s", day=day(sent_at.date()))
    elif state is RequestState.APPROVED and hold is not None and hold.state is BookingState.HELD:
        return "held", _("Approved on a condition")
    return REQUEST_KINDS[state], words


def booking_badge(booking: Booking) -> Badge:
    """Return the badge of a booking."""
    return BOOKING_KINDS[booking.state], booking_state(booking.state)


def condition(booking: Booking) -> str | None:
    """Return what must be met before a hold is confirmed; a gate that stands for itself in the reader's language."""
    gate = next((gate for gate, written in CONDITIONS.items() if written == booking.condition), None)
    if gate is None:
        return booking.condition
    return _("The gate “%(gate)s” is met", gate=gate_word(gate))


def listed(items: Sequence[str]) -> str:
    """Return words as a list in a sentence: a, b and c."""
    if len(items) < 2:
        return "".join(items)
    return _("%(first)s and %(last)s", first=", ".join(items[:-1]), last=items[-1])


def subsidised(share: Share, left: int, *, is_agreed: bool) -> list[tuple[str, str]]:
    """Return what a programme pays of a price, and what is left of it without VAT, each with its label."""
    paid = _(
        "%(amount)s (%(percent)s %% of %(units)s)",
        amount=money(share.amount, share.currency),
        percent=share.percent,
        units=units(share.units, share.unit),
    )
    heading = (
        _("%(programme)s pays", programme=share.programme)
        if is_agreed
        else _("%(programme)s would pay", programme=share.programme)
    )
    return [
        (heading, paid),
        (_("Left to pay without VAT"), money(left, share.currency)),
    ]


def charged(booking: Booking) -> list[tuple[str, str]]:
    """Return what a booking that is over is charged, without VAT, with its label; nothing while that is open."""
    if booking.fee is not None and booking.fee_currency is not None:
        heading = _("Fee for not coming") if booking.state is BookingState.NO_SHOW else _("Cancellation fee")
        return [(heading, money(booking.fee, booking.fee_currency))]
    used = kept_estimate(booking.actual)
    if used is None:
        return []
    words = f"{money(used.amount, used.currency)} ({units(used.units + used.extra_units, used.unit)})"
    return [(_("Charged without VAT"), words)]
