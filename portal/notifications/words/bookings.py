"""What messages about requests, bookings, rooms and long work say."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from portal.facilities.words import label, licence_kind
from portal.notifications.queries import Told
from portal.web.filters import day, moment, window
from portal.web.locale import local
from portal.work.kinds import title_of
from portal.work.models import JobState


def _at(value: Any) -> datetime:
    return datetime.fromisoformat(str(value))


def _window(told: Told, start: str = "starts_at", end: str = "ends_at") -> str:
    if told.facts.get(start) is None or told.facts.get(end) is None:
        return ""
    return window(_at(told.facts[start]), _at(told.facts[end]), told.zone)


def _place(told: Told) -> dict[str, str]:
    return {"room": told.room, "facility": told.facility, "reference": told.reference}


def _offered(told: Told) -> str:
    until = moment(_at(told.facts["held_until"]), told.zone)
    return _(
        "%(facility)s: %(room)s is offered for %(window)s and held until %(until)s (%(reference)s).",
        **_place(told),
        window=_window(told),
        until=until,
    )


def _validity_ends(told: Told) -> str:
    until = day(date.fromisoformat(told.facts["valid_until"]))
    thing = str(told.facts["thing"])
    if told.facts["item"] == "licence":
        return _(
            "%(licence)s of %(facility)s ends on %(day)s; what needs it can’t be booked after that.",
            licence=licence_kind(thing),
            facility=told.facility,
            day=until,
        )
    if told.facts["item"] == "equipment":
        return _(
            "%(equipment)s in %(room)s, %(facility)s, is qualified until %(day)s; work that needs it can’t be booked after that.",
            equipment=label("equipment", thing),
            room=told.room,
            facility=told.facility,
            day=until,
        )
    return _(
        "After %(day)s too few people are trained for %(room)s, %(facility)s; nothing can be booked there after that.",
        day=until,
        room=told.room,
        facility=told.facility,
    )


def _offer_expired(told: Told) -> str:
    if told.facts["request_state"] == "waitlisted":
        return _(
            "The offer of %(room)s lapsed without an answer; %(reference)s waits again at its old place.",
            **_place(told),
        )
    return _("The offer of %(room)s lapsed for the second time; %(reference)s has expired.", **_place(told))


def _approved(told: Told) -> str:
    if told.facts.get("condition_until"):
        return _(
            "%(room)s is yours for %(window)s on a condition that must be met by %(until)s (%(reference)s).",
            **_place(told),
            window=_window(told),
            until=moment(_at(told.facts["condition_until"]), told.zone),
        )
    return _(
        "%(facility)s approved %(reference)s: %(room)s is booked for %(window)s.",
        **_place(told),
        window=_window(told),
    )


def _offer_ends(told: Told) -> str:
    until = moment(_at(told.facts["held_until"]), told.zone)
    if told.facts["is_conditional"]:
        return _(
            "The condition for %(room)s, %(window)s, must be met by %(until)s (%(reference)s).",
            **_place(told),
            window=_window(told),
            until=until,
        )
    return _(
        "The offer of %(room)s, %(window)s, ends at %(until)s: accept or decline it (%(reference)s).",
        **_place(told),
        window=_window(told),
        until=until,
    )


def _job_ended(told: Told) -> str:
    if told.facts["state"] == JobState.DONE.value:
        return _("%(work)s: it is done.", work=title_of(told.job_kind))
    return _("%(work)s: it could not be done, and its page says why.", work=title_of(told.job_kind))


WORDS: dict[str, Callable[[Told], str]] = {
    "request.submitted": lambda told: _(
        "%(reference)s asks for %(room)s, %(window)s.", **_place(told), window=_window(told)
    ),
    "request.window_changed": lambda told: _(
        "%(reference)s asks for another window now: %(room)s, %(window)s.",
        **_place(told),
        window=_window(told),
    ),
    "request.information_given": lambda told: _(
        "Your question about %(reference)s (%(room)s) was answered.", **_place(told)
    ),
    "request.offer_accepted": lambda told: _(
        "Your offer of %(room)s was accepted (%(reference)s).", **_place(told)
    ),
    "request.offer_declined": lambda told: _(
        "Your offer of %(room)s was declined; the room is free again (%(reference)s).", **_place(told)
    ),
    "request.withdrawn": lambda told: _("%(reference)s for %(room)s was withdrawn.", **_place(told)),
    "request.information_asked": lambda told: _(
        "%(facility)s has a question about %(reference)s.", **_place(told)
    ),
    "request.offered": _offered,
    "request.approved": _approved,
    "request.time_given_away": lambda told: _(
        "%(room)s was given to another request for %(window)s. %(reference)s stays: choose another window or wait.",
        **_place(told),
        window=_window(told),
    ),
    "request.condition_met": lambda told: _(
        "The condition is met: %(room)s is booked (%(reference)s).", **_place(told)
    ),
    "request.condition_lapsed": lambda told: _(
        "The condition was not met in time; %(room)s is free again and %(reference)s has expired.",
        **_place(told),
    ),
    "request.offer_expired": _offer_expired,
    "request.waitlisted": lambda told: _(
        "%(facility)s put %(reference)s on its waiting list.", **_place(told)
    ),
    "request.rejected": lambda told: _(
        "%(facility)s rejected %(reference)s; its reason is on the page.", **_place(told)
    ),
    "request.handed_over": lambda told: _(
        "%(reference)s for %(room)s was handed over to you.", **_place(told)
    ),
    "booking.cancelled": lambda told: _("A booking of %(room)s was cancelled.", **_place(told)),
    "booking.moved": lambda told: _(
        "A booking has moved to %(room)s, %(window)s.", **_place(told), window=_window(told)
    ),
    "booking.move_proposed": lambda told: _(
        "It is proposed to move a booking of %(room)s to %(window)s. Please answer.",
        **_place(told),
        window=_window(told),
    ),
    "booking.move_declined": lambda told: _(
        "A proposal to move a booking of %(room)s was declined or withdrawn.", **_place(told)
    ),
    "booking.no_show": lambda told: _(
        "Nobody came to a booking of %(room)s; the rest of its time is free.", **_place(told)
    ),
    "booking.operators_named": lambda told: _(
        "You are named to run what is booked in %(room)s, %(facility)s, %(window)s.",
        **_place(told),
        window=_window(told),
    ),
    "booking.operator_released": lambda told: _(
        "You are no longer named to run what is booked in %(room)s, %(facility)s, %(window)s.",
        **_place(told),
        window=_window(told),
    ),
    "reminder.request_waits": lambda told: _(
        "%(reference)s for %(room)s has waited for your answer since %(day)s.",
        **_place(told),
        day=day(local(_at(told.facts["since"]), told.zone).date()),
    ),
    "reminder.information_missing": lambda told: _(
        "%(facility)s has waited for your answer about %(reference)s since %(day)s.",
        **_place(told),
        day=day(local(_at(told.facts["since"]), told.zone).date()),
    ),
    "reminder.offer_ends": _offer_ends,
    "reminder.booking_starts": lambda told: _(
        "Your booking of %(room)s at %(facility)s begins soon: %(window)s.",
        **_place(told),
        window=_window(told),
    ),
    "reminder.qualification_ends": lambda told: _(
        "The qualification of %(room)s, %(facility)s, ends on %(day)s; nothing can be booked after that.",
        **_place(told),
        day=day(date.fromisoformat(told.facts["qualified_until"])),
    ),
    "reminder.validity_ends": _validity_ends,
    "job.ended": _job_ended,
}
