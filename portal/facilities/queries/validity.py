"""What of cleanrooms runs out, and in which periods a facility carries another number of runs: asked by every decision."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    String,
    bindparam,
    cast,
    exists,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, User
from portal.facilities.models import Cleanroom, EquipmentValidity, Facility, Licence, RunLimit, Training
from portal.facilities.rules.validity import LicenceEnd, NeededFor, Validity, last_days

Period = tuple[date, date, int]
"""The first and the last day, and how many runs at once."""
End = tuple[Any, ...]
"""What runs out, its name, what a licence is needed for, and the first and the last day on which it holds."""

_room, _facility, _licence, _equipment, _training, _limit, _member, _user = (
    model.__table__.c
    for model in (Cleanroom, Facility, Licence, EquipmentValidity, Training, RunLimit, Membership, User)
)


def ends_of(are_asked: Callable[[Any], ColumnElement[bool]]) -> list[Select[Any]]:
    """Return the questions for everything that runs out in some rooms, of the same columns, to be asked as one."""
    nothing, no_day = cast(null(), String), cast(null(), Date)
    return [
        select(
            _room.id,
            literal("licence"),
            cast(_licence.kind, String),
            cast(_licence.needed_for, String),
            _licence.valid_from,
            _licence.valid_until,
        ).where(
            are_asked(_room.id),
            _licence.facility_id == _room.facility_id,
            _licence.needed_for != NeededFor.NOTHING,
        ),
        select(
            _equipment.cleanroom_id,
            literal("equipment"),
            cast(_equipment.equipment, String),
            nothing,
            no_day,
            _equipment.valid_until,
        ).where(are_asked(_equipment.cleanroom_id)),
        select(
            _training.cleanroom_id,
            literal("training"),
            nothing,
            nothing,
            no_day,
            _training.valid_until,
        ).where(are_asked(_training.cleanroom_id), _belongs()),
    ]


def _belongs() -> Any:
    """Say whether somebody trained belongs to the cleanroom's operator still and can sign in: who has left runs nothing."""
    return exists().where(
        _room.id == _training.cleanroom_id,
        _facility.id == _room.facility_id,
        _member.organisation_id == _facility.operator_id,
        _member.user_id == _training.user_id,
        _member.ended_at.is_(None),
        _user.id == _training.user_id,
        _user.active,
    )


_ENDS = union_all(*ends_of(lambda column: column.in_(bindparam("rooms", expanding=True))))
_ENDS_AND_PERIODS = union_all(
    *(
        end.add_columns(cast(null(), Integer))
        for end in ends_of(lambda column: column.in_(bindparam("rooms", expanding=True)))
    ),
    select(
        _limit.facility_id,
        literal("runs"),
        cast(null(), String),
        cast(null(), String),
        _limit.first_day,
        _limit.last_day,
        _limit.most_runs,
    ).where(
        _limit.facility_id == bindparam("facility"),
        _limit.last_day >= bindparam("since"),
        _limit.first_day <= bindparam("until"),
    ),
)
_LIMITS = (
    select(_limit.facility_id, _limit.first_day, _limit.last_day, _limit.most_runs)
    .where(
        _limit.facility_id.in_(bindparam("facilities", expanding=True)),
        _limit.last_day >= bindparam("since"),
        _limit.first_day <= bindparam("until"),
    )
    .order_by(_limit.first_day, _limit.id)
)


def validities_of(session: Session, rooms: Iterable[Cleanroom]) -> dict[int, Validity]:
    """Return what runs out in each of these cleanrooms, in one query."""
    by_id = {room.id: room for room in rooms}
    ends: dict[int, list[End]] = defaultdict(list)
    for room_id, *end in session.execute(_ENDS, {"rooms": list(by_id)}):
        ends[room_id].append(tuple(end))
    return {room.id: validity_of(room, ends[room.id]) for room in by_id.values()}


def validities_and_periods(
    session: Session, rooms: Collection[Cleanroom], *, since: date, until: date
) -> tuple[dict[int, Validity], list[Period]]:
    """Return what runs out in each of these cleanrooms of one facility, and its periods of other numbers of runs, in one query."""
    facility_id = next(iter(rooms)).facility_id
    asked = {"rooms": [room.id for room in rooms], "facility": facility_id, "since": since, "until": until}
    ends: dict[int, list[End]] = defaultdict(list)
    periods: list[Period] = []
    for of_id, what, name, needed_for, first, last, most in session.execute(_ENDS_AND_PERIODS, asked):
        if what == "runs":
            periods.append((first, last, most))
        else:
            ends[of_id].append((what, name, needed_for, first, last))
    return {room.id: validity_of(room, ends[room.id]) for room in rooms}, sorted(periods)


def validity_of(room: Cleanroom, ends: Iterable[End]) -> Validity:
    """Return what runs out in a cleanroom, of the rows that `ends_of` asks for; others are passed over."""
    licences: list[LicenceEnd] = []
    equipment: dict[str, date] = {}
    trained: list[date] = []
    for what, name, needed_for, first, day in ends:
        if what == "licence":
            needed = NeededFor(needed_for)
            licences.append(LicenceEnd(kind=name, needed_for=needed, first_day=first, last_day=day))
        elif what == "equipment":
            equipment[name] = day
        elif what == "training":
            trained.append(day)
    return Validity(
        licences=tuple(licences),
        equipment=equipment,
        trained=tuple(trained),
        trained_needed=room.trained_needed,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsOut:
    """What makes work in a cleanroom impossible from the day after its last day on."""

    room: Cleanroom
    item: str
    """Whether it is a `licence`, `equipment` or `training`."""
    thing: str
    last_day: date


def running_out(session: Session, rooms: Iterable[Cleanroom]) -> list[RunsOut]:
    """Return what runs out in these cleanrooms, a licence once for its facility, the earliest first, in one query."""
    found = list(rooms)
    validities = validities_of(session, found)
    ends = [end for room in found for end in _of_room(room, validities[room.id])]
    firsts = {room.facility_id: room for room in reversed(found)}
    ends += [
        RunsOut(room=room, item="licence", thing=kind, last_day=day)
        for room in firsts.values()
        for (kind, _needed_for), day in last_days(validities[room.id].licences).items()
        if day is not None
    ]
    return sorted(ends, key=lambda one: (one.last_day, one.room.facility_id, one.room.code, one.thing))


def _of_room(room: Cleanroom, validity: Validity) -> Iterator[RunsOut]:
    for thing, day in validity.equipment.items():
        if thing in room.equipment:
            yield RunsOut(room=room, item="equipment", thing=thing, last_day=day)
    for ending in validity.training():
        yield RunsOut(room=room, item="training", thing=ending.what, last_day=ending.last_day)


def run_periods(
    session: Session, facility_ids: Collection[int], *, since: date, until: date
) -> dict[int, list[Period]]:
    """Return in which periods facilities carry another number of runs at once, in one query."""
    asked = {"facilities": sorted(facility_ids), "since": since, "until": until}
    found: dict[int, list[Period]] = defaultdict(list)
    for facility_id, first, last, most in session.execute(_LIMITS, asked):
        found[facility_id].append((first, last, most))
    return found


def run_limits_of(session: Session, facility_id: int, *, since: date) -> list[RunLimit]:
    """Return the periods of a facility that are not over, the earliest first."""
    return list(
        session.scalars(
            select(RunLimit)
            .where(RunLimit.facility_id == facility_id, RunLimit.last_day >= since)
            .order_by(RunLimit.first_day, RunLimit.id)
        )
    )


def trained_for(session: Session, cleanroom_id: int) -> list[tuple[Training, User]]:
    """Return who of the operator is trained for a cleanroom, whose training ends first above."""
    rows = session.execute(
        select(Training, User)
        .join(User, User.id == Training.user_id)
        .where(Training.cleanroom_id == cleanroom_id, _belongs())
        .order_by(Training.valid_until, User.name)
    )
    return [(training, person) for training, person in rows]


def trained_until(
    session: Session, cleanroom_ids: Collection[int], user_ids: Collection[int]
) -> dict[tuple[int, int], date]:
    """Return until when people who belong to the operator still are trained, by cleanroom and person, in one query."""
    rows = session.execute(
        select(Training.cleanroom_id, Training.user_id, Training.valid_until).where(
            Training.cleanroom_id.in_(cleanroom_ids), Training.user_id.in_(user_ids), _belongs()
        )
    )
    return {(room_id, user_id): until for room_id, user_id, until in rows}


def lock_training(session: Session, user_ids: Collection[int]) -> None:
    """Lock all that these people are trained for, in one order, so that nobody else names them meanwhile."""
    session.execute(
        select(Training.id).where(Training.user_id.in_(user_ids)).order_by(Training.id).with_for_update()
    )


def equipment_validity_of(session: Session, cleanroom_id: int) -> dict[str, EquipmentValidity]:
    """Return until when the equipment of a cleanroom is valid, by its word, as far as somebody said so."""
    rows = session.scalars(select(EquipmentValidity).where(EquipmentValidity.cleanroom_id == cleanroom_id))
    return {row.equipment: row for row in rows}
