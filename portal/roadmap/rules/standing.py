"""Where each step of a plan stands, what of it is late, and what should not have begun yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portal.roadmap.rules.values import Actual, Catalogue, Edge, EdgeKind

SOON = 60


class Standing(StrEnum):
    """How far a step has come."""

    DONE = "done"
    RUNNING = "running"
    LATE = "late"
    BOOKED = "booked"
    PLANNED = "planned"


def standing_of(actual: Actual, *, late: bool, booked: bool) -> Standing:
    """Return where a step stands: what has happened goes before what should have."""
    if actual.finished is not None:
        return Standing.DONE
    if late:
        return Standing.LATE
    if actual.started is not None:
        return Standing.RUNNING
    return Standing.BOOKED if booked else Standing.PLANNED


@dataclass(frozen=True, slots=True, kw_only=True)
class Premature:
    """That a step has begun, or begins within so many days, while one before it is not finished."""

    step: str
    missing: str
    in_days: int | None


def premature_steps(
    starts: Mapping[str, date],
    edges: Mapping[str, Sequence[Edge]],
    actual: Mapping[str, Actual],
    fixed: Mapping[str, date],
    *,
    today: date,
) -> list[Premature]:
    """Return what runs, or is planned or booked for a near day, while what comes before it is not finished.

    `fixed` are the days for which steps are planned or booked; a step whose day follows from those before it cannot
    come too early.
    """
    found = []
    for step in starts:
        done = actual.get(step, Actual())
        if done.finished is not None:
            continue
        if done.started is not None:
            in_days = None
        elif step in fixed and 0 <= (fixed[step] - today).days <= SOON:
            in_days = (fixed[step] - today).days
        else:
            continue
        found += [
            Premature(step=step, missing=edge.step, in_days=in_days)
            for edge in edges.get(step, ())
            if edge.kind is EdgeKind.FINISH_TO_START and actual.get(edge.step, Actual()).finished is None
        ]
    return found


def implied_by_phase(catalogue: Catalogue, steps: Iterable[str], phase: str) -> frozenset[str]:
    """Return the steps that a project of a phase has normally done: those that belong before it."""
    now = catalogue.phases.index(phase)
    last = {
        step.id: catalogue.phases.index(step.latest_phase)
        for step in catalogue.steps
        if step.latest_phase is not None and not step.optional
    }
    return frozenset(step for step in steps if step in last and last[step] < now)


UNKNOWN_FACTS = ("gmo", "orphan", "paediatric", "autologous")


def facts_to_state(reasons: Iterable[str], states: Mapping[str, object]) -> tuple[str, ...]:
    """Return the project facts that are unknown and alone keep a step out of the plan; none if it does not apply."""
    named = tuple(reason for reason in reasons if reason != "condition_unanswered")
    if any(reason not in UNKNOWN_FACTS or reason in states for reason in named):
        return ()
    return named


def may_apply(reasons: Sequence[str], states: Mapping[str, object]) -> bool:
    """Say whether a step is out of the plan only because something has not been answered."""
    if reasons == ("skipped",) or not reasons:
        return False
    return all(
        reason == "condition_unanswered" or (reason in UNKNOWN_FACTS and reason not in states)
        for reason in reasons
    )
