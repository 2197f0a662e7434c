"""Earliest and latest dates of a network of steps, for one set of durations or for many draws at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from portal.roadmap.rules.network import Edges
from portal.roadmap.rules.values import FOLLOW_UP, Actual, EdgeKind, Step

Days = NDArray[np.float64]
Flags = NDArray[np.bool_]

SAME_DAY = 1e-6
"""Draws are fractions of days; slack below this is rounding, not time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A step in a network, in days from today, with the edges that bind it, as places of earlier steps."""

    step: Step
    binding: tuple[tuple[int, EdgeKind, int], ...]
    not_before: int = 0
    started: int | None = None
    finished: int | None = None

    @property
    def counts_for_end(self) -> bool:
        """Say whether the step's finish can be the plan's end."""
        return self.step.track != FOLLOW_UP


@dataclass(frozen=True, slots=True)
class Dates:
    """Dates of all steps of a network, one row a step and one column a draw, in days from today."""

    earliest_start: list[Days]
    earliest_finish: list[Days]
    latest_start: list[Days]
    end: Days

    def latest_finish(self, place: int) -> Days:
        """Return by when a step has to be finished, in each draw."""
        return self.latest_start[place] + (self.earliest_finish[place] - self.earliest_start[place])

    def slack(self, place: int) -> Days:
        """Return how long a step may wait, in each draw."""
        return self.latest_start[place] - self.earliest_start[place]


def network_of(
    steps: Sequence[Step],
    edges: Edges,
    *,
    actual: Mapping[str, Actual],
    not_before: Mapping[str, date],
    today: date,
) -> list[Node]:
    """Return the nodes of steps that are given in their order; edges into a step that has begun bind no more."""
    places = {step.id: place for place, step in enumerate(steps)}
    nodes = []
    for step in steps:
        done = actual.get(step.id, Actual())
        earliest = not_before.get(step.id, today)
        nodes.append(
            Node(
                step=step,
                binding=()
                if done.begun
                else tuple((places[edge.step], edge.kind, edge.lag_days) for edge in edges[step.id]),
                not_before=max(0, (earliest - today).days),
                started=None if done.started is None else (done.started - today).days,
                finished=None if done.finished is None else (done.finished - today).days,
            )
        )
    return nodes


def likely_durations(nodes: Sequence[Node]) -> list[Days]:
    """Return one draw in which every step takes as long as is likely, and an unknown duration no time."""
    return [
        np.array([0.0 if node.step.duration is None else float(node.step.duration.likely)]) for node in nodes
    ]


def dates_of(nodes: Sequence[Node], durations: Sequence[Days]) -> Dates:
    """Return the earliest dates forward, and the latest dates back from the end, in each draw."""
    starts, finishes = earliest_of(nodes, durations, {})
    ends = [finish for node, finish in zip(nodes, finishes, strict=True) if node.counts_for_end] or finishes
    end = np.maximum.reduce(ends)
    return Dates(starts, finishes, _backward(nodes, starts, finishes, end), end)


def critical(node: Node, slack: Days) -> Flags:
    """Say, for each draw, whether a step may not wait without moving the end."""
    if node.finished is not None or not node.counts_for_end:
        return np.zeros(slack.shape, dtype=np.bool_)
    return slack < SAME_DAY


def earliest_of(
    nodes: Sequence[Node], durations: Sequence[Days], waits: Mapping[int, Days]
) -> tuple[list[Days], list[Days]]:
    """Return the earliest starts and finishes alone, for those who ask nothing of slack.

    `waits` says of places how many days a step that could start is left waiting.
    """
    starts: list[Days] = []
    finishes: list[Days] = []
    for own_place, (node, duration) in enumerate(zip(nodes, durations, strict=True)):
        if node.finished is not None:
            likely = 0 if node.step.duration is None else node.step.duration.likely
            started = node.finished - likely if node.started is None else node.started
            start, finish = (np.full(duration.shape, float(day)) for day in (started, node.finished))
        elif node.started is not None:
            start = np.full(duration.shape, float(node.started))
            finish = np.maximum(start + duration, 0.0)
        else:
            start = np.full(duration.shape, float(node.not_before))
            for place, kind, lag in node.binding:
                reached = finishes[place] if kind is EdgeKind.FINISH_TO_START else starts[place]
                np.maximum(start, reached + lag if lag else reached, out=start)
            if own_place in waits:
                start += waits[own_place]
            finish = start + duration
        starts.append(start)
        finishes.append(finish)
    return starts, finishes


def _backward(nodes: Sequence[Node], starts: list[Days], finishes: list[Days], end: Days) -> list[Days]:
    """Return the latest starts."""
    latest_starts = list(starts)
    # What follows a step over binding edges: by when it has to be started, and by when finished.
    start_by: list[Days | None] = [None] * len(nodes)
    finish_by: list[Days] = [end] * len(nodes)
    for place in range(len(nodes) - 1, -1, -1):
        node = nodes[place]
        if node.finished is not None or not node.counts_for_end:
            continue
        latest = finish_by[place] - (finishes[place] - starts[place])
        limit = start_by[place]
        if limit is not None:
            np.minimum(latest, limit, out=latest)
        latest_starts[place] = latest
        for before, kind, lag in node.binding:
            due = latest - lag if lag else latest
            if kind is EdgeKind.FINISH_TO_START:
                finish_by[before] = np.minimum(finish_by[before], due)
            else:
                earlier = start_by[before]
                start_by[before] = due if earlier is None else np.minimum(earlier, due)
    return latest_starts
