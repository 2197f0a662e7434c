"""The values that a roadmap is computed from, and those that come out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

Stated = str | int | bool

FOLLOW_UP = "follow_up"
"""The track whose steps come after the plan's end and press nobody."""


class EdgeKind(StrEnum):
    """From which moment of the step before the lag counts."""

    FINISH_TO_START = "finish_to_start"
    START_TO_START = "start_to_start"


@dataclass(frozen=True, slots=True)
class Edge:
    """That a step starts no earlier than so many days after another one's start or finish."""

    step: str
    kind: EdgeKind
    lag_days: int = 0


@dataclass(frozen=True, slots=True)
class Duration:
    """How many days a step takes: at least, likely, and at most."""

    min: int
    likely: int
    max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Facts of which all, any or none have to hold; a part that is None is not asked."""

    all_of: tuple[str, ...] | None = None
    any_of: tuple[str, ...] | None = None
    none_of: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliesTo:
    """For which projects a step is: what is None does not restrict it."""

    product_class: frozenset[str] | None = None
    organisation: frozenset[str] | None = None
    gmo: bool | None = None
    orphan: bool | None = None
    paediatric: bool | None = None
    autologous: bool | None = None
    country: str | None = None
    condition: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of one track: for whom, after what, for how long, and by which phase it should be done."""

    id: str
    track: str
    after: tuple[Edge, ...] = ()
    duration: Duration | None = None
    optional: bool = False
    latest_phase: str | None = None
    applies_to: AppliesTo = AppliesTo()


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Steps, the phases in their order, and the facts with what derives each: project facts and their values."""

    version: str
    phases: tuple[str, ...]
    facts: Mapping[str, Mapping[str, tuple[Stated, ...]] | None]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What a project states of itself; what is not there is not stated."""

    phase: str
    phase_since: date | None = None
    states: Mapping[str, Stated] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Actual:
    """When a step was started and finished, as far as it was."""

    started: date | None = None
    finished: date | None = None

    @property
    def begun(self) -> bool:
        """Say whether the step has been started."""
        return self.started is not None or self.finished is not None


@dataclass(frozen=True, slots=True)
class Milestone:
    """The start or the finish of a step."""

    step: str
    at_finish: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """A project's roadmap before it is computed."""

    name: str
    today: date
    catalogue: Catalogue
    project: Project
    answers: Mapping[str, bool] = field(default_factory=dict)
    actual: Mapping[str, Actual] = field(default_factory=dict)
    not_before: Mapping[str, date] = field(default_factory=dict)
    skipped: Mapping[str, str] = field(default_factory=dict)
    own: tuple[Step, ...] = ()
    milestones: Mapping[str, Milestone] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """A step of the plan with its dates."""

    id: str
    optional: bool
    earliest_start: date
    earliest_finish: date
    latest_start: date
    latest_finish: date
    slack_days: int
    critical: bool
    at_least: bool
    criticality: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """When something comes: the days by which it has come in a tenth, half and nine tenths of the draws, and likely."""

    p10: date | None = None
    p50: date | None = None
    p90: date | None = None
    likely: date | None = None
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class Late:
    """A step that should have been done by now, and for how many days, where that is known."""

    id: str
    by_days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A project's roadmap: its steps in order, those that do not apply and why, and when its milestones come."""

    instance: str
    catalogue_version: str
    steps: tuple[PlannedStep, ...]
    not_applicable: tuple[tuple[str, tuple[str, ...]], ...]
    unknown: tuple[str, ...]
    milestones: Mapping[str, Span]
    end: Span
    late: tuple[Late, ...]
