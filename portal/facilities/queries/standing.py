"""What a facility has said of one cleanroom, all in one question: every decision asks it under the cleanroom's lock."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    CompoundSelect,
    Date,
    Integer,
    String,
    bindparam,
    cast,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from portal.facilities.changeovers import Pair
from portal.facilities.models import ChangeoverTime, Cleanroom, ExtraHoliday, RunLimit
from portal.facilities.queries.validity import Period, ends_of, validity_of
from portal.facilities.rules.opening import Opening
from portal.facilities.rules.validity import Validity

_own, _extra, _limit = (model.__table__.c for model in (ChangeoverTime, ExtraHoliday, RunLimit))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a facility has said of a cleanroom: its changeover days, its opening, its runs at once, and what runs out."""

    own_days: dict[Pair, int]
    opening: Opening
    periods: list[Period]
    validity: Validity


def standing_of(
    session: Session, room: Cleanroom, *, first: date, last: date, since: date, until: date
) -> Standing:
    """Return what stands for a cleanroom: its opening from `first` to `last`, its runs at once from `since` to `until`."""
    said: dict[str, list[Any]] = defaultdict(list)
    asked = {"room": room.id, "facility": room.facility_id}
    days = {"first": first, "last": last, "since": since, "until": until}
    rows = session.execute(_STANDING, asked | days).all()
    for _room_id, what, *rest in rows:
        said[what].append(rest)
    return Standing(
        own_days={(before, after): days for before, after, _, _, days in said["changeover"]},
        opening=Opening(
            weekdays=frozenset(room.open_weekdays),
            country=room.facility.country,
            exceptions={day: bool(is_open) for _, _, day, _, is_open in said["exception"]},
        ),
        periods=sorted((first_day, last_day, most) for _, _, first_day, last_day, most in said["runs"]),
        validity=validity_of(room, (row[1:6] for row in rows)),
    )


def _standing() -> CompoundSelect[Any]:
    room, facility = (bindparam(name, type_=BigInteger()) for name in ("room", "facility"))
    word, day, number = cast(null(), String), cast(null(), Date), cast(null(), Integer)
    return union_all(
        *(end.add_columns(number) for end in ends_of(lambda column: column == room)),
        select(
            _own.cleanroom_id,
            literal("changeover"),
            cast(_own.before, String),
            cast(_own.after, String),
            day,
            day,
            _own.days,
        ).where(_own.cleanroom_id == room),
        select(room, literal("exception"), word, word, _extra.day, day, cast(_extra.is_open, Integer)).where(
            _extra.facility_id == facility, _extra.day.between(bindparam("first"), bindparam("last"))
        ),
        select(room, literal("runs"), word, word, _limit.first_day, _limit.last_day, _limit.most_runs).where(
            _limit.facility_id == facility,
            _limit.last_day >= bindparam("since"),
            _limit.first_day <= bindparam("until"),
        ),
    )


_STANDING = _standing()
