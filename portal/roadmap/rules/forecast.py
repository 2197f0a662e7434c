"""What a plan says beyond its dates: what decides the next milestone, what a month more costs, what the best case gains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from portal.roadmap.rules.dates import SAME_DAY, Days, Node, earliest_of, likely_durations
from portal.roadmap.rules.planning import RUNS, SEED, network_for, plan_of
from portal.roadmap.rules.values import Edge, EdgeKind, Instance, Milestone, Plan

MONTH = 30
"""The days for which a step is left waiting to see what that costs."""

MILESTONES: Mapping[str, Milestone] = {
    "first_patient": Milestone("fih_trial", at_finish=False),
    "authorisation": Milestone("ec_decision", at_finish=True),
    "reimbursement": Milestone("nt_recommendation", at_finish=True),
}
"""What everybody wants to know of a roadmap, in the order in which it comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """A plan, the edges between its steps, and what moves its next milestone.

    `target` names that milestone, or is None where none lies ahead. `path` are the steps that decide its date, in
    order. `delays` says of steps that are not finished how many days later it comes if the step waits a month, or, once
    it has begun, takes a month longer; `gains` how many days earlier if the step takes no longer than at least.
    """

    plan: Plan
    edges: Mapping[str, tuple[Edge, ...]]
    target: str | None = None
    path: tuple[str, ...] = ()
    delays: Mapping[str, int]
    gains: Mapping[str, int]


def forecast_of(instance: Instance, *, runs: int = RUNS, seed: int = SEED) -> Forecast:
    """Return the plan of an instance and what moves its next milestone.

    Raises what `plan_of` raises.
    """
    network = network_for(instance)
    plan = plan_of(instance, runs=runs, seed=seed, network=network)
    edges, nodes = network.edges, network.nodes
    target = next_milestone(instance.milestones, nodes)
    if target is None:
        return Forecast(plan=plan, edges=edges, delays={}, gains={})
    place, at_finish = target[1], instance.milestones[target[0]].at_finish
    delays, gains = _moves(nodes, place, at_finish=at_finish)
    return Forecast(
        plan=plan,
        edges=edges,
        target=target[0],
        path=tuple(nodes[step].step.id for step in path_to(nodes, place)),
        delays=delays,
        gains=gains,
    )


def next_milestone(milestones: Mapping[str, Milestone], nodes: Sequence[Node]) -> tuple[str, int] | None:
    """Return the first milestone that is in the plan and still ahead, with the place of its step."""
    places = {node.step.id: place for place, node in enumerate(nodes)}
    for name, milestone in milestones.items():
        place = places.get(milestone.step)
        if place is None:
            continue
        node = nodes[place]
        reached = node.finished if milestone.at_finish else (node.started or node.finished)
        if reached is None:
            return name, place
    return None


def path_to(nodes: Sequence[Node], target: int) -> list[int]:
    """Return the places of the steps that decide when a step comes, the first one first and the step itself last."""
    dates = earliest_of(nodes, likely_durations(nodes), {})
    path = [target]
    while (before := _deciding(nodes, *dates, path[-1])) is not None:
        path.append(before)
    return path[::-1]


def _deciding(nodes: Sequence[Node], starts: Days, finishes: Days, place: int) -> int | None:
    start = starts[place][0]
    for before, kind, lag in nodes[place].binding:
        if kind is EdgeKind.START_TO_START and nodes[before].started is not None:
            continue  # its start lies behind, and nothing about it moves what follows
        reached = finishes[before] if kind is EdgeKind.FINISH_TO_START else starts[before]
        if abs(reached[0] + lag - start) < SAME_DAY and nodes[before].finished is None:
            return before
    return None


def _moves(nodes: Sequence[Node], target: int, *, at_finish: bool) -> tuple[dict[str, int], dict[str, int]]:
    """Return what a month of waiting and the shortest duration of each step do: one column for each, at once."""
    open_places = [place for place, node in enumerate(nodes) if node.finished is None]
    columns = 2 * len(open_places) + 1
    durations = [np.full(columns, days[0]) for days in likely_durations(nodes)]
    waits = {}
    for column, place in enumerate(open_places):
        stated = nodes[place].step.duration
        durations[place][len(open_places) + column] = 0 if stated is None else stated.min
        if nodes[place].started is None:
            waits[place] = np.zeros(columns)
            waits[place][column] = MONTH
        else:
            durations[place][column] += MONTH
    starts, finishes = earliest_of(nodes, durations, waits)
    reached = (finishes if at_finish else starts)[target]
    moved = [round(float(days - reached[-1])) for days in reached]
    ids = [nodes[place].step.id for place in open_places]
    later, earlier = moved[: len(ids)], moved[len(ids) : -1]
    gained = [-days for days in earlier]
    return dict(zip(ids, later, strict=True)), dict(zip(ids, gained, strict=True))
