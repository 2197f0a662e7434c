"""What happened to a slot request or a booking, in words, for those who take part in it."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portal.accounts.models import Membership, User
from portal.facilities.models import Cleanroom
from portal.facilities.words import units
from portal.ledger import HistoryLine, history
from portal.web.filters import moment, money, window

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Happening:
    """One entry as the page shows it: `kind` is how its line is drawn, `quote` what somebody wrote."""

    when: str
    iso: str
    text: str
    who: str
    kind: str
    quote: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry with what is needed to tell it: its facts, what of it is private, and the rooms that it names."""

    facts: Facts
    private: Facts
    rooms: Mapping[int, Cleanroom]
    zone: str
    people: Mapping[int, str]

    def named(self, name: str) -> str:
        """Return the people of a list of ids by name, as far as they may be named."""
        return ", ".join(self.people.get(one) or _("somebody") for one in self.facts.get(name) or ())

    def room(self, name: str = "cleanroom_id") -> Cleanroom | None:
        """Return a cleanroom that the entry names."""
        return self.rooms.get(self.facts.get(name) or 0)

    def place(self) -> str:
        """Return the cleanroom and its facility."""
        room = self.room("to_cleanroom_id") or self.room()
        return f"{room.name}, {room.facility.name}" if room else _("a cleanroom")

    def window(self, start: str = "starts_at", end: str = "ends_at") -> str:
        """Return a stretch of time, as the facility's clock shows it."""
        room = self.room("to_cleanroom_id") or self.room()
        zone = room.facility.time_zone if room else self.zone
        return window(_at(self.facts[start]), _at(self.facts[end]), zone)

    def moment(self, name: str) -> str:
        """Return a moment, as the facility's clock shows it."""
        room = self.room()
        return moment(_at(self.facts[name]), room.facility.time_zone if room else self.zone)


def happenings(
    session: Session,
    kind: str,
    subject_id: int,
    *,
    groups: Collection[str],
    organisation_ids: Collection[int],
    zone: str,
) -> list[Happening]:
    """Return what happened, newest first, in three queries; only people of these organisations are named."""
    lines = [line for line in history(session, kind, subject_id, groups=groups) if line.name in SENTENCES]
    rooms = _rooms(session, lines)
    people = {line.actor_id for line in lines if line.actor_id}
    people |= {one for line in lines for one in line.facts.get("operator_ids") or ()}
    names = _names(session, people, organisation_ids)
    return [_told(line, Entry(line.facts, line.private, rooms, zone, names), names) for line in lines]


def _told(line: HistoryLine, entry: Entry, names: Mapping[int, str]) -> Happening:
    kind, write = SENTENCES[line.name]
    return Happening(
        when=moment(line.at, entry.zone),
        iso=line.at.isoformat(),
        text=write(entry),
        who=_("The portal") if line.actor_id is None else names.get(line.actor_id) or _("Somebody"),
        kind=kind,
        quote=line.private.get("note") or None,
    )


def _rooms(session: Session, lines: Iterable[HistoryLine]) -> dict[int, Cleanroom]:
    keys = ("cleanroom_id", "to_cleanroom_id", "previous_cleanroom_id")
    wanted = {line.facts[key] for line in lines for key in keys if line.facts.get(key)}
    if not wanted:
        return {}
    rooms = session.scalars(
        select(Cleanroom).where(Cleanroom.id.in_(wanted)).options(joinedload(Cleanroom.facility))
    )
    return {room.id: room for room in rooms}


def _names(session: Session, user_ids: set[int], organisation_ids: Collection[int]) -> dict[int, str]:
    if not user_ids:
        return {}
    rows = session.execute(
        select(User.id, User.name)
        .join(Membership, Membership.user_id == User.id)
        .where(User.id.in_(user_ids), Membership.organisation_id.in_(organisation_ids))
    )
    return {row.id: row.name for row in rows}


def _at(written: Any) -> datetime:
    return datetime.fromisoformat(str(written))


def _approved(entry: Entry) -> str:
    if entry.facts.get("condition_until"):
        return _(
            "Approved on a condition, to be met by %(until)s: %(place)s, %(window)s.",
            until=entry.moment("condition_until"),
            place=entry.place(),
            window=entry.window(),
        )
    return _("Approved: %(place)s, %(window)s.", place=entry.place(), window=entry.window())


def _offered(entry: Entry) -> str:
    values = {"place": entry.place(), "window": entry.window(), "until": entry.moment("held_until")}
    if entry.facts.get("from_waitlist"):
        return _("Time became free, and was offered: %(place)s, %(window)s, held until %(until)s.", **values)
    return _("Offered: %(place)s, %(window)s, held until %(until)s.", **values)


def _offer_expired(entry: Entry) -> str:
    if entry.facts.get("request_state") == "waitlisted":
        return _("The offer lapsed without an answer. The request waits again at its old place.")
    return _("The offer lapsed for the second time. The request has expired.")


def _cancelled(entry: Entry) -> str:
    by_facility = entry.facts.get("by") == "facility"
    text = _("Cancelled by the facility.") if by_facility else _("Cancelled by the requester.")
    fee = entry.private.get("fee")
    if fee:
        text += " " + _("Fee: %(fee)s.", fee=money(int(fee), entry.facts.get("currency")))
    return text


def _no_show(entry: Entry) -> str:
    if entry.facts.get("freed_from"):
        return _("Nobody came. The room is free again from %(moment)s.", moment=entry.moment("freed_from"))
    return _("Nobody came.")


def _move_proposed(entry: Entry) -> str:
    values = {"place": entry.place(), "window": entry.window()}
    if entry.facts.get("by") == "facility":
        return _("The facility proposed to move it: %(place)s, %(window)s.", **values)
    return _("The requester proposed to move it: %(place)s, %(window)s.", **values)


def _move_declined(entry: Entry) -> str:
    if entry.facts.get("withdrawn"):
        return _("The proposal to move it was taken back.")
    return _("The proposal to move it was declined.")


def _subsidy_taken(entry: Entry) -> str:
    covered = units(entry.facts["units"], entry.facts["unit"])
    programme, amount = entry.private.get("programme"), entry.private.get("amount")
    if programme is None or amount is None:
        return _("A programme pays a share of %(units)s.", units=covered)
    return _(
        "%(programme)s pays %(amount)s of the price, for %(units)s.",
        programme=programme,
        amount=money(int(amount), entry.facts["currency"]),
        units=covered,
    )


def _operators_named(entry: Entry) -> str:
    names = entry.named("operator_ids")
    if not names:
        return _("Nobody is named to run it any more.")
    return _("Named to run it: %(names)s.", names=names)


Write = Callable[[Entry], str]

SENTENCES: Mapping[str, tuple[str, Write]] = {
    "request.drafted": ("asked", lambda _e: _("The request was begun.")),
    "request.discarded": ("no", lambda _e: _("The draft was discarded.")),
    "request.submitted": (
        "asked",
        lambda e: _("Sent: %(place)s, %(window)s.", place=e.place(), window=e.window()),
    ),
    "request.window_changed": (
        "asked",
        lambda e: _(
            "Another window is asked for: %(place)s, %(window)s.", place=e.place(), window=e.window()
        ),
    ),
    "request.information_asked": ("late", lambda _e: _("The facility asked a question.")),
    "request.information_given": ("asked", lambda _e: _("The question was answered.")),
    "request.approved": ("firm", _approved),
    "request.offered": ("held", _offered),
    "request.offer_accepted": ("firm", lambda _e: _("The offer was accepted.")),
    "request.offer_declined": ("no", lambda _e: _("The offer was declined.")),
    "request.offer_expired": ("wait", _offer_expired),
    "request.condition_met": ("firm", lambda _e: _("The condition is met; the booking is confirmed.")),
    "request.condition_lapsed": (
        "no",
        lambda _e: _("The condition was not met in time. The request has expired, and the room is free."),
    ),
    "request.waitlisted": ("wait", lambda _e: _("Put on the facility’s waiting list.")),
    "request.rejected": ("no", lambda _e: _("Rejected.")),
    "request.withdrawn": ("no", lambda _e: _("Withdrawn.")),
    "request.handed_over": ("asked", lambda _e: _("Another colleague at the facility looks after it now.")),
    "booking.recorded": (
        "firm",
        lambda e: _("Entered: %(place)s, %(window)s.", place=e.place(), window=e.window()),
    ),
    "booking.started": ("firm", lambda _e: _("Work began.")),
    "booking.completed": ("done", lambda e: _("Work ended on %(moment)s.", moment=e.moment("ended_at"))),
    "booking.cancelled": ("no", _cancelled),
    "booking.no_show": ("no", _no_show),
    "booking.move_proposed": ("held", _move_proposed),
    "booking.move_declined": ("no", _move_declined),
    "booking.operators_named": ("asked", _operators_named),
    "booking.subsidy_taken": ("firm", _subsidy_taken),
    "booking.subsidy_given_back": (
        "done",
        lambda e: _(
            "%(units)s went back to the budget of %(programme)s.",
            units=units(e.facts["units"], e.facts["unit"]),
            programme=e.private.get("programme") or _("the programme"),
        ),
    ),
    "booking.moved": (
        "firm",
        lambda e: _("Moved to %(place)s, %(window)s.", place=e.place(), window=e.window()),
    ),
}
