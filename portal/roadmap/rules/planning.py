"""From a project's roadmap instance to its plan."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from portal.roadmap.rules.applicability import reasons_against_step, truths_of
from portal.roadmap.rules.dates import (
    SAME_DAY,
    Dates,
    Days,
    Node,
    dates_of,
    likely_durations,
    may_be_critical,
    network_of,
)
from portal.roadmap.rules.network import Edges, bridged, in_order, resting_on
from portal.roadmap.rules.ranges import percentiles, ranges_of
from portal.roadmap.rules.values import Actual, Instance, Late, Milestone, Plan, PlannedStep, Span, Step

RUNS = 10_000
SEED = 1
SKIPPED = ("skipped",)


@dataclass(frozen=True, slots=True)
class Network:
    """The steps of an instance that are in its plan, in order, with the edges between them, and why others are not."""

    against: Mapping[str, tuple[str, ...]]
    edges: Edges
    nodes: Sequence[Node]


def network_for(instance: Instance) -> Network:
    """Return the network of an instance.

    Raises `ValueError` where its steps go round in a circle.
    """
    against = reasons_against_steps(instance)
    all_steps = {step.id: step for step in (*instance.catalogue.steps, *instance.own)}
    edges = bridged(all_steps.values(), against)
    nodes = network_of(
        [all_steps[step_id] for step_id in in_order(edges)],
        edges,
        actual=instance.actual,
        not_before=instance.not_before,
        today=instance.today,
    )
    return Network(against, edges, nodes)


def plan_of(
    instance: Instance, *, runs: int = RUNS, seed: int = SEED, network: Network | None = None
) -> Plan:
    """Return the plan of an instance, whose network may be given if it is there already.

    Raises `ValueError` where its steps go round in a circle, and `OverflowError` where a date lies beyond the calendar.
    """
    found = network or network_for(instance)
    against, edges, nodes = found.against, found.edges, found.nodes
    steps = [node.step for node in nodes]
    unknown = sorted(step.id for step in steps if step.duration is None)
    binding = {node.step.id: edges[node.step.id] if node.binding else () for node in nodes}
    planned, milestones, end = _dated(instance, nodes, resting_on(unknown, binding), runs=runs, seed=seed)
    return Plan(
        instance=instance.name,
        catalogue_version=instance.catalogue.version,
        steps=planned,
        not_applicable=tuple(against.items()),
        unknown=tuple(unknown),
        milestones=milestones,
        end=end,
        late=tuple(late_steps(instance, steps)),
    )


def reasons_against_steps(instance: Instance) -> dict[str, tuple[str, ...]]:
    """Return why each step that is not in the plan is not: it was skipped, or it is not for this project."""
    truths = truths_of(instance.catalogue, instance.project, instance.answers)
    against = {
        step.id: SKIPPED
        if step.id in instance.skipped
        else reasons_against_step(step.applies_to, instance.project, truths)
        for step in instance.catalogue.steps
    }
    against |= {step.id: SKIPPED for step in instance.own if step.id in instance.skipped}
    return {step_id: reasons for step_id, reasons in against.items() if reasons}


def late_steps(instance: Instance, steps: Iterable[Step]) -> list[Late]:
    """Return the unfinished steps of a plan that the project's phase has passed, by id."""
    phases, project = instance.catalogue.phases, instance.project
    now = phases.index(project.phase)
    late = []
    for step in sorted(steps, key=lambda step: step.id):
        if step.latest_phase is None or instance.actual.get(step.id, Actual()).finished is not None:
            continue
        beyond = now - phases.index(step.latest_phase)
        if beyond > 0:
            # Only of the phase that the project is in is it known when it began.
            since = project.phase_since if beyond == 1 else None
            late.append(Late(step.id, None if since is None else (instance.today - since).days))
    return late


def _dated(
    instance: Instance, nodes: Sequence[Node], at_least: Collection[str], *, runs: int, seed: int
) -> tuple[tuple[PlannedStep, ...], dict[str, Span], Span]:
    if not nodes:
        return (), dict.fromkeys(instance.milestones, Span()), Span()
    places = {node.step.id: place for place, node in enumerate(nodes)}
    watched = sorted({places[found.step] for found in instance.milestones.values() if found.step in places})
    likely = dates_of(nodes, likely_durations(nodes))
    ranges = ranges_of(nodes, watched, runs=runs, seed=seed)
    steps = tuple(
        _planned(
            node,
            likely,
            place,
            today=instance.today,
            at_least=node.step.id in at_least,
            criticality=ranges.criticality[place],
        )
        for place, node in enumerate(nodes)
    )

    def span_of(milestone: Milestone) -> Span:
        place = places.get(milestone.step)
        if place is None:
            return Span()
        drawn = ranges.finishes if milestone.at_finish else ranges.starts
        expected = likely.earliest_finish if milestone.at_finish else likely.earliest_start
        return _span(drawn[place], expected[place], today=instance.today, at_least=milestone.step in at_least)

    counting = [node for node in nodes if node.counts_for_end] or nodes
    end = _span(
        ranges.end,
        likely.end,
        today=instance.today,
        at_least=any(node.step.id in at_least for node in counting),
    )
    return steps, {name: span_of(found) for name, found in instance.milestones.items()}, end


def _planned(
    node: Node, likely: Dates, place: int, *, today: date, at_least: bool, criticality: float
) -> PlannedStep:
    start, finish = float(likely.earliest_start[place, 0]), float(likely.earliest_finish[place, 0])
    latest = float(likely.latest_start[place, 0])
    slack = latest - start
    return PlannedStep(
        id=node.step.id,
        optional=node.step.optional,
        earliest_start=_day(today, start),
        earliest_finish=_day(today, finish),
        latest_start=_day(today, latest),
        latest_finish=_day(today, latest + (finish - start)),
        slack_days=round(slack),
        critical=may_be_critical(node) and slack < SAME_DAY,
        at_least=at_least,
        criticality=criticality,
    )


def _span(drawn: Days, likely: Days, *, today: date, at_least: bool) -> Span:
    p10, p50, p90 = (today + timedelta(days=days) for days in percentiles(drawn))
    return Span(p10=p10, p50=p50, p90=p90, likely=_day(today, float(likely[0])), at_least=at_least)


def _day(today: date, days: float) -> date:
    return today + timedelta(days=round(days))
