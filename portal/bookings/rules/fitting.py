"""Whether a cleanroom fits what a campaign needs, whenever it may be free, and every reason why not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from portal.core.errors import Reason

Key = int | str

GRADES = ("A_in_B", "B", "C", "D", "CNC")
"""Cleanroom grades, the cleanest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomProfile:
    """What a cleanroom is, and what its owner and its permits allow in it.

    None where nobody has published the fact; it then counts as the least that it could be.
    """

    room: Key
    facility: Key
    kind: str
    grade: str | None
    bsl: int | None
    equipment: frozenset[str]
    max_vector: int | None
    open_every_day: bool
    max_gmo_class: int | None = None
    dedicated_to: Key | None = None
    archived: bool = False
    facility_operating: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """What a campaign needs of its cleanroom; `facilities` and `rooms` of None leave every one acceptable."""

    kind: str
    grade: str
    bsl: int
    equipment: frozenset[str]
    vector: int
    every_day: bool
    facilities: frozenset[Key] | None = None
    rooms: frozenset[Key] | None = None
    gmo_class: int = 0
    project: Key | None = None


def reasons_against_fit(room: RoomProfile, need: Requirement) -> list[Reason]:
    """Return everything about the room that speaks against it, always in one order; an empty list means it fits."""
    return [Reason(check.code, check.values(room, need)) for check in _CHECKS if not check.holds(room, need)]


@dataclass(frozen=True, slots=True)
class _Check:
    code: str
    holds: Callable[[RoomProfile, Requirement], bool]
    values: Callable[[RoomProfile, Requirement], Mapping[str, object]] = lambda _room, _need: {}


def _is_clean_enough(room: RoomProfile, need: Requirement) -> bool:
    return GRADES.index(room.grade or GRADES[-1]) <= GRADES.index(need.grade)


# The portal's own checks follow those of the file format, whose order is fixed; a file's rooms always pass them.
_CHECKS = (
    _Check(
        "wrong_kind",
        lambda room, need: room.kind == need.kind,
        lambda room, need: {"needed": need.kind, "offered": room.kind},
    ),
    _Check(
        "grade_too_low",
        _is_clean_enough,
        lambda room, need: {"needed": need.grade, "offered": room.grade},
    ),
    _Check(
        "bsl_too_low",
        lambda room, need: (room.bsl or 1) >= need.bsl,
        lambda room, need: {"needed": need.bsl, "offered": room.bsl},
    ),
    _Check(
        "equipment_missing",
        lambda room, need: need.equipment <= room.equipment,
        lambda room, need: {"missing": sorted(need.equipment - room.equipment)},
    ),
    _Check(
        "vector_not_permitted",
        lambda room, need: (room.max_vector or 0) >= need.vector,
        lambda room, need: {"needed": need.vector, "offered": room.max_vector},
    ),
    _Check(
        "facility_not_acceptable",
        lambda room, need: need.facilities is None or room.facility in need.facilities,
    ),
    _Check("not_open_every_day", lambda room, need: room.open_every_day or not need.every_day),
    _Check("room_not_among", lambda room, need: need.rooms is None or room.room in need.rooms),
    _Check(
        "gmo_class_not_permitted",
        lambda room, need: (room.max_gmo_class or 0) >= need.gmo_class,
        lambda room, need: {"needed": need.gmo_class, "offered": room.max_gmo_class},
    ),
    _Check("room_dedicated", lambda room, need: room.dedicated_to in (None, need.project)),
    _Check("room_archived", lambda room, _need: not room.archived),
    _Check("facility_not_operating", lambda room, _need: room.facility_operating),
)
