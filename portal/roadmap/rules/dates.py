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

    earliest_start: Days
    earliest_finish: Days
    latest_start: Days
    end: Days

    def latest_finish(self, place: int) -> Days:
        """Return by when a step has to be finished, in each draw."""
        latest: Days = self.latest_start[place] + (self.earliest_finish[place] - self.earliest_start[place])
        return latest

    def slack(self) -> Days:
        """Return how long each step may wait, in each draw."""
        return self.latest_start - self.earliest_start


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
    ending = [place for place, node in enumerate(nodes) if node.counts_for_end]
    end = (finishes[ending] if ending else finishes).max(axis=0)
    return Dates(starts, finishes, _backward(nodes, starts, finishes, end), end)


def may_be_critical(node: Node) -> bool:
    """Say whether waiting with a step can move the end at all: it is open, and counts for the end."""
    return node.finished is None and node.counts_for_end


def earliest_of(
    nodes: Sequence[Node], durations: Sequence[Days], waits: Mapping[int, Days]
) -> tuple[Days, Days]:
    """Return the earliest starts and finishes alone, for those who ask nothing of slack.

    `waits` says of places how many days a step that could start is left waiting.
    """
    shape = (len(nodes), durations[0].size)
    starts, finishes = np.empty(shape), np.empty(shape)
    for own_place, (node, duration) in enumerate(zip(nodes, durations, strict=True)):
        start, finish = starts[own_place], finishes[own_place]
        if node.finished is not None:
            likely = 0 if node.step.duration is None else node.step.duration.likely
            start.fill(node.finished - likely if node.started is None else node.started)
            finish.fill(node.finished)
        elif node.started is not None:
            start.fill(node.started)
            np.maximum(start + duration, 0.0, out=finish)
        else:
            start.fill(node.not_before)
            for place, kind, lag in node.binding:
                reached = finishes[place] if kind is EdgeKind.FINISH_TO_START else starts[place]
                np.maximum(start, reached + lag if lag else reached, out=start)
            if own_place in waits:
                start += waits[own_place]
            np.add(start, duration, out=finish)
    return starts, finishes


def _backward(nodes: Sequence[Node], starts: Days, finishes: Days, end: Days) -> Days:
    """Return the latest starts."""
    latest_starts = starts.copy()
    # What follows a step over binding edges: by when it has to be started, and by when finished.
    start_by: list[Days | None] = [None] * len(nodes)
    finish_by: list[Days] = [end] * len(nodes)
    lengths = finishes - starts
    for place in range(len(nodes) - 1, -1, -1):
        node = nodes[place]
        if not may_be_critical(node):
            continue
        latest = latest_starts[place]
        np.subtract(finish_by[place], lengths[place], out=latest)
        limit = start_by[place]
        if limit is not None:
            np.minimum(latest, limit, out=latest)
        for before, kind, lag in node.binding:
            due = latest - lag if lag else latest
            if kind is EdgeKind.FINISH_TO_START:
                finish_by[before] = np.minimum(finish_by[before], due)
            else:
                earlier = start_by[before]
                start_by[before] = due if earlier is None else np.minimum(earlier, due)
    return latest_starts
