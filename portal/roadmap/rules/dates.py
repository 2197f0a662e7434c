"""Earliest and latest dates of a network of steps, for one set of durations or for many draws at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
    return Walk(nodes, durations[0].size).dates(durations)


def may_be_critical(node: Node) -> bool:
    """Say whether waiting with a step can move the end at all: it is open, and counts for the end."""
    return node.finished is None and node.counts_for_end


def earliest_of(
    nodes: Sequence[Node], durations: Sequence[Days], waits: Mapping[int, Days]
) -> tuple[Days, Days]:
    """Return the earliest starts and finishes alone, for those who ask nothing of slack.

    `waits` says of places how many days a step that could start is left waiting.
    """
    walk = Walk(nodes, durations[0].size)
    walk.forward(durations, waits)
    return walk.starts, walk.finishes


Bound = tuple[Days, int]
"""The dates of another step that bind this one, and the lag between."""


@dataclass(slots=True)
class _Stop:
    """An unfinished step on a walk, with the rows of its dates and of those that bind them.

    `base` is before which day it can't start whatever the draw; `is_bounded` whether that day, and the end, bind
    although other steps do.
    """

    place: int
    node: Node
    start: Days
    finish: Days
    latest: Days
    base: float
    is_bounded: bool
    after: list[Bound] = field(default_factory=list)
    finish_by: list[Bound] = field(default_factory=list)
    start_by: list[Bound] = field(default_factory=list)

    def bind(self, earlier: _Stop | None, reached: Days, lag: int, *, by_finish: bool) -> None:
        """Let this step wait for another's start or finish; without a stop that one has happened already."""
        if earlier is None or (not by_finish and earlier.node.started is not None):
            # What has happened is the same in every draw.
            self.base = max(self.base, float(reached[0]) + lag)
            self.is_bounded = self.is_bounded or self.base > 0
        else:
            self.after.append((reached, lag))
        if earlier is not None and may_be_critical(self.node):
            (earlier.finish_by if by_finish else earlier.start_by).append((self.latest, lag))
        if lag < 0:
            self.is_bounded = True
            if earlier is not None:
                earlier.is_bounded = True


class Walk:
    """A network laid out for many draws at once, in arrays that draws of one number use again and again.

    Every sum goes into a row that is there already: over ten thousand draws most of the time goes into calls, not sums.
    """

    def __init__(self, nodes: Sequence[Node], size: int) -> None:
        """Make room for so many draws; what has happened already has its dates for all of them."""
        self.size = size
        shape = (len(nodes), size)
        self.starts, self.finishes, self.latest = np.empty(shape), np.empty(shape), np.empty(shape)
        self._spare = np.empty(size)
        for place, node in enumerate(nodes):
            if node.finished is not None:
                likely = 0 if node.step.duration is None else node.step.duration.likely
                started = node.finished - likely if node.started is None else node.started
                self.starts[place], self.finishes[place], self.latest[place] = started, node.finished, started
            elif node.started is not None:
                self.starts[place] = node.started
        self._stops = self._stops_of(nodes)
        self._ending = self._ends_of(nodes)

    def dates(self, durations: Sequence[Days]) -> Dates:
        """Return all dates in each draw; the arrays are the walk's own, and hold until it is used again."""
        self.forward(durations, {})
        end: Days = self.finishes[self._ending].max(axis=0)
        self._backward(durations, end)
        return Dates(self.starts, self.finishes, self.latest, end)

    def forward(self, durations: Sequence[Days], waits: Mapping[int, Days]) -> None:
        """Find the earliest dates in each draw; `waits` says of places how many days they are left waiting."""
        for stop in self._stops:
            if stop.node.started is not None:
                np.add(durations[stop.place], stop.node.started, out=stop.finish)
                np.maximum(stop.finish, 0.0, out=stop.finish)
                continue
            self._start(stop)
            if stop.place in waits:
                np.add(stop.start, waits[stop.place], out=stop.start)
            np.add(stop.start, durations[stop.place], out=stop.finish)

    def _start(self, stop: _Stop) -> None:
        if not stop.after:
            stop.start.fill(stop.base)
            return
        found, lag = stop.after[0]
        if lag:
            found = np.add(found, lag, out=stop.start)
        for reached, lag in stop.after[1:]:
            shifted = np.add(reached, lag, out=self._spare) if lag else reached
            found = np.maximum(found, shifted, out=stop.start)
        if stop.is_bounded or found is not stop.start:
            np.maximum(found, stop.base, out=stop.start)

    def _backward(self, durations: Sequence[Days], end: Days) -> None:
        for stop in reversed(self._stops):
            if not may_be_critical(stop.node):
                np.copyto(stop.latest, stop.start)
                continue
            found = self._finish_by(stop, end)
            length = durations[stop.place]
            if stop.node.started is not None:
                length = np.subtract(stop.finish, stop.start, out=self._spare)
            np.subtract(found, length, out=stop.latest)
            for later, lag in stop.start_by:
                shifted = np.subtract(later, lag, out=self._spare) if lag else later
                np.minimum(stop.latest, shifted, out=stop.latest)

    def _finish_by(self, stop: _Stop, end: Days) -> Days:
        if not stop.finish_by:
            return end
        found, lag = stop.finish_by[0]
        if lag:
            found = np.subtract(found, lag, out=stop.latest)
        for later, lag in stop.finish_by[1:]:
            shifted = np.subtract(later, lag, out=self._spare) if lag else later
            found = np.minimum(found, shifted, out=stop.latest)
        return np.minimum(found, end, out=stop.latest) if stop.is_bounded else found

    def _stops_of(self, nodes: Sequence[Node]) -> list[_Stop]:
        stops: dict[int, _Stop] = {}
        starts, finishes, latest = list(self.starts), list(self.finishes), list(self.latest)
        for place, node in enumerate(nodes):
            if node.finished is not None:
                continue
            stop = stops[place] = _Stop(
                place=place,
                node=node,
                start=starts[place],
                finish=finishes[place],
                latest=latest[place],
                base=float(node.not_before),
                is_bounded=node.not_before > 0,
            )
            for before, kind, lag in node.binding:
                by_finish = kind is EdgeKind.FINISH_TO_START
                reached = (finishes if by_finish else starts)[before]
                stop.bind(stops.get(before), reached, lag, by_finish=by_finish)
        return list(stops.values())

    def _ends_of(self, nodes: Sequence[Node]) -> list[int]:
        """Return the places of the steps that can finish last: those that count, and that no other follows."""
        followed = {stop.place for stop in self._stops if stop.finish_by and not stop.is_bounded}
        counting = [place for place, node in enumerate(nodes) if node.counts_for_end] or range(len(nodes))
        return [place for place in counting if place not in followed]
