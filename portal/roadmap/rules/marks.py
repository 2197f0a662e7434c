"""What a team says of a step: dates, owner, remark, skipping, and steps of its own; and what speaks against it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from portal.core.errors import Reason
from portal.roadmap.rules.network import circles
from portal.roadmap.rules.values import Edge, EdgeKind

OWNER_MOST, NAME_MOST, WORDS_MOST = 120, 160, 2000
EARLIEST_DAY = date(1990, 1, 1)
FURTHEST = timedelta(days=20 * 366)
MOST_OWN_STEPS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What is known of one step: when it began and ended, when it is planned for, who has it, and a remark."""

    started: date | None = None
    finished: date | None = None
    day_unknown: bool = False
    not_before: date | None = None
    owner: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnStep:
    """A step that the team has added: its name, its track, what comes before it, and how long it takes."""

    name: str
    track: str
    after: tuple[str, ...] = ()
    least: int
    likely: int
    most: int


def reasons_against_mark(mark: Mark, *, today: date) -> list[Reason]:
    """Return everything that speaks against what is said of a step."""
    reasons = []
    for field, day in (("started", mark.started), ("finished", mark.finished)):
        if day is not None and day > today:
            reasons.append(Reason("roadmap_day_in_future", {"day": day, "today": today}, field))
        if day is not None and day < EARLIEST_DAY:
            reasons.append(Reason("roadmap_day_too_early", {"day": day, "earliest": EARLIEST_DAY}, field))
    if mark.started and mark.finished and mark.finished < mark.started:
        values = {"started": mark.started, "finished": mark.finished}
        reasons.append(Reason("roadmap_finished_before_started", values, "finished"))
    if mark.not_before is not None:
        if mark.started or mark.finished:
            reasons.append(Reason("roadmap_planned_after_begun", {}, "not_before"))
        elif not today <= mark.not_before <= today + FURTHEST:
            values = {"day": mark.not_before, "first": today, "last": today + FURTHEST}
            reasons.append(Reason("roadmap_planned_out_of_range", values, "not_before"))
    return reasons


def reasons_against_skipping(reason: str, *, begun: bool) -> list[Reason]:
    """Return everything that speaks against leaving a step out."""
    reasons = []
    if not reason.strip():
        reasons.append(Reason("roadmap_skip_without_reason", {}, "reason"))
    if begun:
        reasons.append(Reason("roadmap_skip_begun"))
    return reasons


def reasons_against_own_step(
    own: OwnStep,
    *,
    step_id: str | None,
    known: Collection[str],
    tracks: Collection[str],
    edges: Mapping[str, Iterable[str]],
) -> list[Reason]:
    """Return everything that speaks against a step of the team's own, as a new one or in place of `step_id`."""
    reasons = []
    if not own.name.strip():
        reasons.append(Reason("roadmap_own_without_name", {}, "name"))
    if own.track not in tracks:
        reasons.append(Reason("roadmap_track_unknown", {"track": own.track}, "track"))
    if not own.least <= own.likely <= own.most:
        values = {"least": own.least, "likely": own.likely, "most": own.most}
        reasons.append(Reason("roadmap_durations_out_of_order", values, "likely"))
    unknown = [step for step in own.after if step not in known]
    if unknown:
        reasons.append(Reason("roadmap_step_unknown", {"steps": unknown}, "after"))
    elif step_id is not None:
        found = circles({**{step: set(before) for step, before in edges.items()}, step_id: set(own.after)})
        reasons += [Reason("roadmap_steps_in_circle", {"steps": circle}, "after") for circle in found]
    return reasons


def edges_of(own: OwnStep) -> tuple[Edge, ...]:
    """Return the edges into a step of the team's own: it starts when those before it are finished."""
    return tuple(Edge(step, EdgeKind.FINISH_TO_START) for step in own.after)
