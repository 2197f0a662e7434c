"""What the planner is told, and what it answers; days are whole numbers, intervals are half open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

GRADES: Mapping[str, int] = {"CNC": 1, "D": 2, "C": 3, "B": 4, "A_in_B": 5}
"""Grades by rank: the higher, the cleaner."""

WEEK = frozenset(range(7))


class Mode(StrEnum):
    """Whether a campaign's days are open days of the room, or days in a row."""

    WORKING = "working"
    CONTINUOUS = "continuous"


class UnmetReason(StrEnum):
    """Why a request has no place in a plan."""

    NO_CAPABLE_ROOM = "NO_CAPABLE_ROOM"
    NO_ACCEPTABLE_FACILITY = "NO_ACCEPTABLE_FACILITY"
    WINDOW_TOO_SHORT = "WINDOW_TOO_SHORT"
    BLOCKED_BY_FIXED = "BLOCKED_BY_FIXED"
    PREDECESSOR_UNMET = "PREDECESSOR_UNMET"
    ORG_CAP = "ORG_CAP"
    OUTBID = "OUTBID"


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A room: what it can do, when it is open, and what was in it last."""

    id: str
    facility: str
    kind: str
    grade: str
    bsl: int
    equipment: frozenset[str] = frozenset()
    max_vector: int = 0
    open_weekdays: frozenset[int] = WEEK
    closures: tuple[tuple[int, int], ...] = ()
    last_class: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Predecessor:
    """A campaign that has to end some days before another starts."""

    request: str
    lag: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A campaign that is asked for."""

    id: str
    org: str
    project: str
    submitted: int
    kind: str
    grade: str
    bsl: int
    product_class: str
    mode: Mode
    duration: int
    release: int
    due: int
    deadline: int | None
    priority: int
    unmet_penalty: int
    equipment: frozenset[str] = frozenset()
    preferred: str | None = None
    acceptable: frozenset[str] | None = None
    rooms: frozenset[str] | None = None
    predecessors: tuple[Predecessor, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """A booking that stands and does not move."""

    id: str
    room: str
    start: int
    end: int
    product_class: str
    project: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A room and a start for a request: one that is locked, or one in the former plan."""

    request: str
    room: str
    start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """The most days that an organisation may occupy rooms of a kind."""

    org: str
    kind: str
    max_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusive:
    """Requests of which no two may run at the same time in these rooms."""

    requests: frozenset[str]
    rooms: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What each kind of flaw costs."""

    changeover: int = 0
    nonpreferred: int = 0
    fairness: int = 0
    move_room: int = 0
    move_day: int = 0
    move_drop: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """Everything that a plan is made from."""

    name: str
    start_date: date
    horizon: int
    rooms: tuple[Room, ...]
    requests: tuple[Request, ...]
    vectors: Mapping[str, int]
    """Each class's vector level."""
    changeover_days: Mapping[str, Mapping[str, int]]
    same_project_days: int
    holidays: Mapping[str, frozenset[int]] = field(default_factory=dict)
    caps: tuple[Cap, ...] = ()
    fixed: tuple[Booking, ...] = ()
    locked: tuple[Place, ...] = ()
    previous: tuple[Place, ...] = ()
    exclusive: tuple[Exclusive, ...] = ()
    weights: Weights = field(default_factory=Weights)

    def changeover(self, before: tuple[str, str | None], after: tuple[str, str | None]) -> int:
        """Return the days between two occupations, each given as its class and project."""
        if before == after and before[1] is not None:
            return self.same_project_days
        return self.changeover_days[before[0]][after[0]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A request with a room, from a start to an end."""

    request: str
    room: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmet:
    """A request without a place, why, and what names the obstacle."""

    request: str
    reason: UnmetReason
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Every request, either with a place or unmet; `proven` says that no plan is better."""

    assignments: tuple[Assignment, ...]
    unmet: tuple[Unmet, ...]
    proven: bool = False
