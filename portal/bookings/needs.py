"""What a slot request needs of a cleanroom, as one value, and how it follows from a project."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from portal.bookings.backgrounds import Background, background_for
from portal.bookings.models import RunKind, SlotRequest, WorkMode
from portal.bookings.rules.fitting import GRADES, Requirement
from portal.bookings.rules.timetables import Campaign, Mode, Work
from portal.facilities.models import BookingUnit, Cleanroom, Grade, RoomKind, VectorLevel
from portal.projects.models import Project
from portal.projects.rules.facts import VECTOR_OF_CLASS
from portal.reference import vocabulary
from portal.segregation.rules import Side

GMP_RUNS = frozenset(
    {
        RunKind.ENGINEERING_RUN,
        RunKind.ASEPTIC_PROCESS_SIMULATION,
        RunKind.PROCESS_PERFORMANCE_QUALIFICATION,
        RunKind.CLINICAL_BATCH,
        RunKind.STABILITY,
    }
)
"""Runs that take place in a GMP room."""

UNKNOWN_VECTOR = VectorLevel.REPLICATION_COMPETENT
UNKNOWN_GMO_CLASS = 3
UNKNOWN_BSL = 2
CLASS_OF_VECTOR = {
    VectorLevel.AAV: "aav",
    VectorLevel.LENTIVIRAL_RETROVIRAL: "lv_rv",
    VectorLevel.REPLICATION_COMPETENT: "replication_competent",
}
GRADE_FOR_DEVELOPMENT = Grade.CNC


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Everything that decides where and when a request can be placed."""

    kind: RoomKind
    grade: Grade
    bsl: int
    vector_level: VectorLevel
    gmo_class: int
    process_class: str
    equipment: frozenset[str]
    mode: WorkMode
    duration: int
    duration_unit: BookingUnit
    earliest_start: date
    latest_end: date | None
    facility_ids: frozenset[int] | None
    project_id: int | None
    gmp_run: bool = False
    side: Side = field(default_factory=Side)
    """What is known of the work, as far as segregation asks; what is not there is not known."""
    is_own: bool = False
    """Whether it is the facility's own work, of which nobody is asked for facts: only what is stated speaks against it."""

    @property
    def requirement(self) -> Requirement:
        """Return what a room must offer, whenever it may be free."""
        return Requirement(
            kind=self.kind,
            grade=self.grade,
            bsl=self.bsl,
            equipment=self.equipment,
            vector=vector_rank(self.vector_level),
            every_day=self.mode is WorkMode.CONTINUOUS,
            facilities=self.facility_ids,
            gmo_class=self.gmo_class,
            project=self.project_id,
        )

    @property
    def background(self) -> Background | None:
        """Return the background that the process asks for under GMP; None outside it."""
        if not self.gmp_run:
            return None
        return background_for(next(iter(self.side.facts.get("process_state", ())), None))

    @property
    def work(self) -> Work:
        """Return what would run, as far as changeover asks."""
        return Work(self.process_class, self.project_id)

    def campaign(self, cleanroom: Cleanroom) -> Campaign:
        """Return the work as this cleanroom counts it: rounded up to its booking unit."""
        return Campaign(
            self.work,
            units_in(cleanroom, self.duration, self.duration_unit, self.mode),
            Mode(self.mode),
        )


def need_of(request: SlotRequest) -> Need:
    """Return what a stored request needs."""
    acceptable = request.acceptable_facility_ids
    return Need(
        kind=request.kind,
        grade=request.grade,
        bsl=request.bsl,
        vector_level=request.vector_level,
        gmo_class=request.gmo_class,
        process_class=request.process_class or "",
        equipment=frozenset(request.equipment),
        mode=request.mode,
        duration=request.duration,
        duration_unit=request.duration_unit,
        earliest_start=request.earliest_start,
        latest_end=request.latest_end,
        facility_ids=None if acceptable is None else frozenset(acceptable),
        project_id=request.project_id,
        gmp_run=request.run_kind in GMP_RUNS,
        side=_side_in(
            request.project,
            request.run_kind,
            process_class=request.process_class,
            asked_vector=request.vector_level,
            asked_gmo_class=request.gmo_class,
        ),
    )


def side_of(
    *,
    project_id: int | None,
    run_kind: RunKind | None,
    process_class: str | None,
    asked_vector: VectorLevel | str | None = None,
    asked_gmo_class: int | None = None,
    vector_level: str | None = None,
    gmo_class: int | None = None,
    process_state: str | None = None,
    infectious_status: str | None = None,
    autologous: bool | None = None,
) -> Side:
    """Return a piece of work as the rules of segregation see it: what its request and its project say, and no guess.

    The worst that a request takes where its project says nothing is such a guess, and stays unknown.
    """
    vector = vector_level and max(vector_level, asked_vector or vector_level, key=vector_rank)
    if vector is None and asked_vector is not None and asked_vector != UNKNOWN_VECTOR:
        vector = VectorLevel(asked_vector).value
    gmo = None if gmo_class is None else max(gmo_class, asked_gmo_class or 0)
    if gmo is None and asked_gmo_class not in {None, UNKNOWN_GMO_CLASS}:
        gmo = asked_gmo_class
    found = {
        "product_class": process_class,
        "vector": vector or VECTOR_OF_CLASS.get(process_class or ""),
        "process_state": process_state,
        "infectious_status": infectious_status,
        "donor_relation": {None: None, True: "autologous", False: "allogeneic"}[autologous],
        "stage": _stage(run_kind),
    }
    return Side(
        product=None if project_id is None else str(project_id),
        facts={name: frozenset({str(value)}) for name, value in found.items() if value},
        gmo_class=gmo,
    )


OWN = "own"
"""The product of a facility's own work: another one than that of any project."""


def own_side(run_kind: RunKind | None, process_class: str | None) -> Side:
    """Return a facility's own work as the rules of segregation see it."""
    return replace(side_of(project_id=None, run_kind=run_kind, process_class=process_class), product=OWN)


def _stage(run_kind: RunKind | None) -> str | None:
    if run_kind in GMP_RUNS:
        return "gmp"
    return "pre_gmp" if run_kind == RunKind.PROCESS_DEVELOPMENT else None


def _side_in(
    project: Project,
    run_kind: RunKind,
    *,
    process_class: str | None,
    asked_vector: VectorLevel | None = None,
    asked_gmo_class: int | None = None,
) -> Side:
    return side_of(
        project_id=project.id,
        run_kind=run_kind,
        process_class=process_class,
        asked_vector=asked_vector,
        asked_gmo_class=asked_gmo_class,
        vector_level=project.vector_level,
        gmo_class=project.gmo_class,
        process_state=project.process_state,
        infectious_status=project.infectious_status,
        autologous=project.autologous,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Minimum:
    """The least that a project's facts ask of a room; a request may tighten it, never loosen it.

    `assumed` names the facts that are unknown, so that the worst was taken.
    """

    kind: RoomKind
    grade: Grade
    bsl: int
    vector_level: VectorLevel
    gmo_class: int
    process_class: str | None
    assumed: tuple[str, ...]
    project: Project
    background: Background | None = None
    """The fact from which the grade follows."""


def minimum_for(project: Project, run_kind: RunKind) -> Minimum:
    """Return the least that a run of this project asks of a room.

    An unknown fact counts as the worse: replication-competent vector, GMO class 3, biosafety level 2, an open process.
    The background of a GMP run is a shipped fact with its source; development runs outside GMP need no classified room.
    """
    assumed = [
        name
        for name in ("vector_level", "gmo_class", "bsl", "process_class")
        if getattr(project, name) is None
    ]
    is_gmp = run_kind in GMP_RUNS
    if is_gmp and project.process_state is None:
        assumed.append("process_state")
    background = background_for(project.process_state) if is_gmp else None
    vector = VectorLevel(project.vector_level) if project.vector_level else UNKNOWN_VECTOR
    return Minimum(
        kind=RoomKind.GMP if is_gmp else RoomKind.PRE_GMP,
        grade=background.grade if background else GRADE_FOR_DEVELOPMENT,
        background=background,
        bsl=project.bsl if project.bsl is not None else UNKNOWN_BSL,
        vector_level=vector,
        gmo_class=project.gmo_class if project.gmo_class is not None else UNKNOWN_GMO_CLASS,
        process_class=project.process_class
        or (CLASS_OF_VECTOR.get(vector) if project.vector_level else None),
        assumed=tuple(assumed),
        project=project,
    )


def need_from(least: Minimum, run_kind: RunKind, stated: Mapping[str, Any]) -> Need:
    """Return what is asked for so far: what is stated, tightened to what the project's facts ask at least."""
    grade, vector = stated["grade"] or least.grade, stated["vector_level"] or least.vector_level
    vector, gmo_class = max(vector, least.vector_level, key=vector_rank), stated["gmo_class"] or 0
    gmo_class, process_class = max(gmo_class, least.gmo_class), stated["process_class"] or least.process_class
    return Need(
        kind=least.kind,
        grade=min(grade, least.grade, key=GRADES.index),
        bsl=max(stated["bsl"] or 0, least.bsl),
        vector_level=vector,
        gmo_class=gmo_class,
        process_class=process_class or "",
        equipment=frozenset(stated["equipment"] or ()),
        mode=stated["mode"],
        duration=stated["duration"],
        duration_unit=stated["duration_unit"],
        earliest_start=stated["earliest_start"],
        latest_end=stated["latest_end"],
        facility_ids=stated["facility_ids"],
        project_id=stated["project_id"],
        gmp_run=run_kind in GMP_RUNS,
        side=_side_in(
            least.project,
            run_kind,
            process_class=process_class,
            asked_vector=vector,
            asked_gmo_class=gmo_class,
        ),
    )


def vector_rank(level: str) -> int:
    """Return how demanding viral-vector work is: a permit covers its own rank and those below."""
    return vocabulary.word("vector_level", level).rank or 0


def least_days(duration: int, unit: BookingUnit) -> int:
    """Return how many calendar days a duration takes at least, whatever the room."""
    return math.ceil(duration / {BookingUnit.DAY: 1, BookingUnit.HALF_DAY: 2, BookingUnit.HOUR: 24}[unit])


def units_in(cleanroom: Cleanroom, duration: int, unit: BookingUnit, mode: WorkMode) -> int:
    """Return how many of a cleanroom's booking units a duration takes, rounded up."""
    open_hours = 24 if mode is WorkMode.CONTINUOUS else cleanroom.closes_hour - cleanroom.opens_hour
    hours = {
        BookingUnit.DAY: duration * open_hours,
        BookingUnit.HALF_DAY: math.ceil(duration * open_hours / 2),
        BookingUnit.HOUR: duration,
    }[unit]
    if cleanroom.unit is unit:
        return duration
    if cleanroom.unit is BookingUnit.HOUR:
        return hours
    halves = math.ceil(hours / (open_hours / 2))
    return halves if cleanroom.unit is BookingUnit.HALF_DAY else math.ceil(halves / 2)
