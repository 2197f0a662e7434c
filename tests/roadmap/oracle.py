"""A second reading of a roadmap's dates, as longest paths in a graph of starts and finishes; shares nothing with the portal's."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import networkx as nx

Json = dict[str, Any]

TODAY, END = ("today", ""), ("end", "")


@dataclass(frozen=True)
class Situation:
    """What is known of the steps that are in the plan, with days counted from today."""

    tracks: Mapping[str, str]
    edges: set[tuple[str, str, str, int]]
    likely: Mapping[str, float]
    durations: Mapping[str, float]
    not_before: Mapping[str, float]
    started: Mapping[str, float]
    finished: Mapping[str, float]


def bridged_edges(steps: list[Json], left_out: set[str]) -> set[tuple[str, str, str, int]]:
    """Return (before, after, kind, lag) of every path between two steps that leads over left-out ones only."""
    raw = [
        (edge["step"], step["id"], edge["kind"], edge["lag_days"]) for step in steps for edge in step["after"]
    ]
    graph: Any = nx.MultiDiGraph()
    graph.add_nodes_from(step["id"] for step in steps)
    for number, (before, after, kind, lag) in enumerate(raw):
        graph.add_edge(before, after, key=number, kind=kind, lag=lag)
    found = set()
    kept = [step["id"] for step in steps if step["id"] not in left_out]
    for before in kept:
        for after in kept:
            if before == after:
                continue
            inside = graph.subgraph({before, after, *left_out})
            for path in nx.all_simple_edge_paths(inside, before, after):
                data = [graph.edges[edge] for edge in path]
                found.add((before, after, str(data[0]["kind"]), sum(int(edge["lag"]) for edge in data)))
    return found


def longest(graph: Any, source: tuple[str, str]) -> dict[tuple[str, str], float]:
    """Return the length of the longest path from a node to each one that it reaches."""
    lengths = nx.single_source_bellman_ford_path_length(graph, source, weight="shorter")
    return {node: -length for node, length in lengths.items()}


def add(graph: Any, before: tuple[str, str], after: tuple[str, str], length: float) -> None:
    """Add an arc, or lengthen the one that is there."""
    if graph.has_edge(before, after):
        length = max(length, -graph.edges[before, after]["shorter"])
    graph.add_edge(before, after, shorter=-length)


def earliest(situation: Situation) -> dict[str, tuple[float, float]]:
    """Return each step's earliest start and finish."""
    graph: Any = nx.DiGraph()
    for step in situation.tracks:
        start, finish = ("start", step), ("finish", step)
        if step in situation.finished:
            end = situation.finished[step]
            add(graph, TODAY, start, situation.started.get(step, end - situation.likely[step]))
            add(graph, TODAY, finish, end)
        elif step in situation.started:
            add(graph, TODAY, start, situation.started[step])
            add(graph, start, finish, situation.durations[step])
            add(graph, TODAY, finish, 0)
        else:
            add(graph, TODAY, start, max(0, situation.not_before.get(step, 0)))
            add(graph, start, finish, situation.durations[step])
    for before, after, kind, lag in situation.edges:
        if after not in situation.started and after not in situation.finished:
            add(graph, ("finish" if kind == "finish_to_start" else "start", before), ("start", after), lag)
    lengths = longest(graph, TODAY)
    return {step: (lengths["start", step], lengths["finish", step]) for step in situation.tracks}


def end_of(situation: Situation, found: Mapping[str, tuple[float, float]]) -> float:
    """Return the plan's end."""
    counted = [step for step, track in situation.tracks.items() if track != "follow_up"]
    return max(found[step][1] for step in counted or situation.tracks)


def latest_starts(situation: Situation) -> dict[str, float]:
    """Return each step's latest start."""
    found = earliest(situation)
    end = end_of(situation, found)
    free = {step for step, track in situation.tracks.items() if track != "follow_up"} - set(
        situation.finished
    )
    graph: Any = nx.DiGraph()
    for step in free:
        start, finish = found[step]
        add(graph, ("start", step), ("finish", step), finish - start)
        add(graph, ("finish", step), END, 0)
    for before, after, kind, lag in situation.edges:
        if {before, after} <= free and after not in situation.started:
            add(graph, ("finish" if kind == "finish_to_start" else "start", before), ("start", after), lag)
    return {
        step: end - longest(graph, ("start", step))[END] if step in free else found[step][0]
        for step in situation.tracks
    }


def resting_on_unknown(situation: Situation, unknown: set[str]) -> set[str]:
    """Return the steps whose dates are "at least"."""
    graph: Any = nx.DiGraph()
    graph.add_nodes_from(situation.tracks)
    graph.add_edges_from(
        (before, after)
        for before, after, _, _ in situation.edges
        if after not in situation.started and after not in situation.finished
    )
    return unknown.union(*(nx.descendants(graph, step) for step in unknown))


def days(text: str | None, today: date) -> float | None:
    """Return how many days a date lies after today."""
    return None if text is None else (date.fromisoformat(text) - today).days


def situation_of(instance: Json, left_out: set[str]) -> Situation:
    """Return the situation of an instance whose left-out steps are known."""
    today = date.fromisoformat(instance["today"])
    every = [*instance["catalogue"]["steps"], *instance["own"]]
    kept = [step for step in every if step["id"] not in left_out]
    likely = {step["id"]: float((step["duration_days"] or {"likely": 0})["likely"]) for step in kept}
    dated: dict[str, dict[str, float]] = {"started": {}, "finished": {}, "not_before": {}}
    for key, source in (("started", "actual"), ("finished", "actual"), ("not_before", "planned")):
        for step, values in instance[source].items():
            day = days(values[key], today)
            if day is not None and step not in left_out:
                dated[key][step] = day
    return Situation(
        tracks={step["id"]: step["track"] for step in kept},
        edges=bridged_edges(every, left_out),
        likely=likely,
        durations=likely,
        **dated,
    )
