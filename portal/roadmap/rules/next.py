"""The next best actions of a roadmap: which steps come first, why, and by when."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portal.roadmap.rules.forecast import Forecast
from portal.roadmap.rules.values import Actual, Instance, PlannedStep

MOST_SHOWN = 3
NEAR, AHEAD = 14, 90


class Because(StrEnum):
    """Why a step is among the next actions, the weightiest first."""

    DECIDES_DATE = "decides_date"
    LATE = "late"
    DUE_SOON = "due_soon"
    THIS_PHASE = "this_phase"
    LATE_OPTIONAL = "late_optional"


@dataclass(frozen=True, slots=True, kw_only=True)
class NextAction:
    """A step to begin or to finish, why, by when at the latest, and what a month more costs the next milestone."""

    step: str
    because: Because
    running: bool
    by: date | None
    effect_days: int
    late_by: int | None = None


def next_actions(forecast: Forecast, instance: Instance) -> list[NextAction]:
    """Return the few steps that come first: what decides the date, what is late, what is due, what this phase asks."""
    late = {found.id: found.by_days for found in forecast.plan.late}
    of_phase = {step.id for step in instance.catalogue.steps if step.latest_phase == instance.project.phase}
    found = []
    for step in forecast.plan.steps:
        done = instance.actual.get(step.id, Actual())
        running = done.started is not None
        if done.finished is not None or not (running or (step.earliest_start - instance.today).days <= NEAR):
            continue
        effect = max(0, forecast.delays.get(step.id, 0))
        because = _because(step, effect, late=late, of_phase=of_phase, running=running, today=instance.today)
        if because is not None:
            found.append(_action(step, because, effect, late, running=running, today=instance.today))
    return sorted(found, key=_place)[:MOST_SHOWN]


def _because(
    step: PlannedStep,
    effect: int,
    *,
    late: Collection[str],
    of_phase: Collection[str],
    running: bool,
    today: date,
) -> Because | None:
    if effect > 0:
        return Because.DECIDES_DATE
    if step.id in late:
        return Because.LATE_OPTIONAL if step.optional else Because.LATE
    if running:
        return None
    if not step.optional and (step.latest_start - today).days <= AHEAD:
        return Because.DUE_SOON
    return Because.THIS_PHASE if step.id in of_phase else None


def _action(
    step: PlannedStep,
    because: Because,
    effect: int,
    late: Mapping[str, int | None],
    *,
    running: bool,
    today: date,
) -> NextAction:
    by = step.earliest_finish if running else step.earliest_start
    if because in (Because.DUE_SOON, Because.THIS_PHASE):
        by = step.latest_start
    return NextAction(
        step=step.id,
        because=because,
        running=running,
        by=None if step.id in late else max(by, today),
        effect_days=effect,
        late_by=late.get(step.id),
    )


def _place(action: NextAction) -> tuple[int, int, date, str]:
    return (
        list(Because).index(action.because),
        -action.effect_days,
        action.by or date.min,
        action.step,
    )
