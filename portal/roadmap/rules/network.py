"""The order of steps: edges over those that are left out, a sequence, and what rests on what."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from portal.roadmap.rules.values import Edge, EdgeKind, Step

Edges = Mapping[str, tuple[Edge, ...]]


def bridged(steps: Iterable[Step], left_out: Collection[str]) -> dict[str, tuple[Edge, ...]]:
    """Return the edges into each step that stays, those over left-out steps included.

    Of several edges of one kind between two steps the longest lag is kept: it is the only one that can bind.
    """
    into: dict[str, dict[tuple[str, EdgeKind], int]] = {}
    by_id = {step.id: step for step in steps}
    for step_id in in_order({step.id: step.after for step in by_id.values()}):
        lags: dict[tuple[str, EdgeKind], int] = {}
        for edge in by_id[step_id].after:
            if edge.step not in left_out:
                _keep_longest(lags, (edge.step, edge.kind), edge.lag_days)
                continue
            for before, lag in into[edge.step].items():
                _keep_longest(lags, before, lag + edge.lag_days)
        into[step_id] = lags
    return {
        step_id: tuple(Edge(step, kind, lag) for (step, kind), lag in lags.items())
        for step_id, lags in into.items()
        if step_id not in left_out
    }


def in_order(edges: Edges) -> list[str]:
    """Return all steps so that each comes after those before it, and of several the one whose id comes first.

    Raises `ValueError` where the edges go round in a circle.
    """
    waiting_for = {step: {edge.step for edge in into} for step, into in edges.items()}
    follows: dict[str, list[str]] = {step: [] for step in edges}
    for step, before in waiting_for.items():
        for earlier in before:
            follows[earlier].append(step)
    ready = [step for step, before in waiting_for.items() if not before]
    heapq.heapify(ready)
    order = []
    while ready:
        step = heapq.heappop(ready)
        order.append(step)
        for later in follows[step]:
            waiting_for[later].discard(step)
            if not waiting_for[later]:
                heapq.heappush(ready, later)
    if len(order) < len(edges):
        raise ValueError("the steps go round in a circle")
    return order


def circles(before: Mapping[str, Collection[str]]) -> list[list[str]]:
    """Return circles among steps, each from a step to the next and back to itself, until none would be left."""
    remaining = {step: set(earlier) for step, earlier in before.items()}
    found = []
    while True:
        try:
            TopologicalSorter(remaining).prepare()
        except CycleError as error:
            circle: list[str] = error.args[1]
            found.append(circle)
            remaining[circle[1]].discard(circle[0])
        else:
            return found


def resting_on(first: Collection[str], edges: Edges) -> set[str]:
    """Return these steps and everything that follows them over the given edges."""
    found = set(first)
    for step in in_order(edges):
        if any(edge.step in found for edge in edges[step]):
            found.add(step)
    return found


def _keep_longest(lags: dict[tuple[str, EdgeKind], int], before: tuple[str, EdgeKind], lag: int) -> None:
    lags[before] = max(lag, lags.get(before, lag))
