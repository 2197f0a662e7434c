"""The whole instance as a model for CP-SAT: it starts from a plan, looks for a better one, and may prove that there is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ortools.sat.python.cp_model import (
    FEASIBLE,
    OPTIMAL,
    CpModel,
    CpSolver,
    Domain,
    IntervalVar,
    IntVar,
    LinearExpr,
)

from portal.planning.rules.board import NOWHERE, Board
from portal.planning.rules.terrain import Terrain
from portal.planning.rules.values import Assignment


@dataclass(frozen=True, slots=True)
class Solution:
    """What the solver found: places, their cost, and the least that any plan costs."""

    assignments: tuple[Assignment, ...]
    objective: int
    bound: int


@dataclass(slots=True)
class Model:
    """The model with the variables of each request: its start and end, whether it is in a room, and how long it takes there."""

    terrain: Terrain
    cp: CpModel = field(default_factory=CpModel)
    start: list[IntVar] = field(default_factory=list)
    end: list[IntVar] = field(default_factory=list)
    inside: list[dict[int, IntVar]] = field(default_factory=list)
    lasting: list[dict[int, dict[int, IntVar]]] = field(default_factory=list)
    interval: list[dict[int, IntervalVar]] = field(default_factory=list)
    follows: list[dict[tuple[int, int], IntVar]] = field(default_factory=list)
    late: list[IntVar] = field(default_factory=list)

    def present(self, item: int) -> LinearExpr | int:
        """Return 1 for a request that has a place, else 0."""
        return sum(self.inside[item].values())


def solve(
    terrain: Terrain, *, seconds: float, workers: int, seed: int, best: Board | None
) -> Solution | None:
    """Return the best plan that the solver finds in time, not worse than the one that it is given, or None without any."""
    model = Model(terrain)
    for item in range(len(terrain.requests)):
        _add_request(model, item)
    for room in range(len(terrain.instance.rooms)):
        _add_room(model, room)
    _add_orders_and_limits(model)
    model.cp.minimize(_cost(model))
    if best is not None:
        _hint(model, best)
    solver = CpSolver()
    solver.parameters.max_time_in_seconds = max(seconds, 0.01)
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = seed
    if solver.solve(model.cp) not in {OPTIMAL, FEASIBLE}:
        return None
    rooms = terrain.instance.rooms
    return Solution(
        assignments=tuple(
            Assignment(
                request=request.id,
                room=rooms[room].id,
                start=solver.value(model.start[item]),
                end=solver.value(model.end[item]),
            )
            for item, request in enumerate(terrain.requests)
            for room, inside in model.inside[item].items()
            if solver.value(inside)
        ),
        objective=round(solver.objective_value),
        bound=round(solver.best_objective_bound),
    )


def _add_request(model: Model, item: int) -> None:
    """Add a request: at most one room, and in each room a start that its stays allow, with the length that follows."""
    cp, terrain, horizon = model.cp, model.terrain, model.terrain.instance.horizon
    start, end = cp.new_int_var(0, horizon, f"start {item}"), cp.new_int_var(0, horizon, f"end {item}")
    inside: dict[int, IntVar] = {}
    lasting: dict[int, dict[int, IntVar]] = {}
    intervals: dict[int, IntervalVar] = {}
    for room, option in terrain.options[item].items():
        by_length: dict[int, list[int]] = {}
        for day in option.stays.starts:
            if day >= terrain.floor[item]:
                by_length.setdefault(option.end[day] - day, []).append(day)
        if not by_length:
            continue
        inside[room] = cp.new_bool_var(f"{item} in {room}")
        lasting[room] = {days: cp.new_bool_var(f"{item} in {room} for {days}") for days in by_length}
        for days, starts in by_length.items():
            cp.add_linear_expression_in_domain(start, Domain.from_values(starts)).only_enforce_if(
                lasting[room][days]
            )
        cp.add(sum(lasting[room].values()) == inside[room])
        size = cp.new_int_var_from_domain(Domain.from_values(list(by_length)), f"days of {item} in {room}")
        for days, lasts in lasting[room].items():
            cp.add(size == days).only_enforce_if(lasts)
        intervals[room] = cp.new_optional_interval_var(
            start, size, end, inside[room], f"stay of {item} in {room}"
        )
    cp.add_at_most_one(inside.values())
    cp.add(
        end - start == sum(days * lasts for by_days in lasting.values() for days, lasts in by_days.items())
    )
    late = cp.new_int_var(0, max(horizon - terrain.requests[item].due, 0), f"late {item}")
    cp.add(late >= end - terrain.requests[item].due).only_enforce_if(_any_of(model, inside))
    model.start.append(start)
    model.end.append(end)
    model.inside.append(inside)
    model.lasting.append(lasting)
    model.interval.append(intervals)
    model.late.append(late)
    if item in terrain.locks:
        room, day = terrain.locks[item]
        cp.add(inside[room] == 1)
        cp.add(start == day)


def _any_of(model: Model, inside: dict[int, IntVar]) -> IntVar:
    any_room = model.cp.new_bool_var("")
    model.cp.add(sum(inside.values()) == any_room)
    return any_room


def _add_room(model: Model, room: int) -> None:
    """Add a room: one after the other, in a circle through everyone who is there, with the changeover between neighbours."""
    cp, terrain = model.cp, model.terrain
    count = len(terrain.requests)
    fixed = {
        count + place: booking
        for place, booking in enumerate(terrain.instance.fixed)
        if booking.room == terrain.instance.rooms[room].id
    }
    items = [item for item in range(count) if room in model.inside[item]] + list(fixed)
    model.follows.append({})
    if not items:
        return
    first = {one: fixed[one].start if one in fixed else _earliest(model, one, room) for one in items}
    last = {
        one: fixed[one].start if one in fixed else terrain.options[one][room].stays.starts[-1]
        for one in items
    }
    nodes = {item: place for place, item in enumerate(items, start=1)}
    arcs: list[tuple[int, int, IntVar]] = [(0, 0, cp.new_bool_var("nobody"))]
    for item in items:
        if item not in fixed:
            arcs.append((nodes[item], nodes[item], ~model.inside[item][room]))
        opens = cp.new_bool_var("")
        cp.add(_start(model, item) >= terrain.first[room][item]).only_enforce_if(opens)
        arcs += [(0, nodes[item], opens), (nodes[item], 0, cp.new_bool_var(""))]
        model.follows[room][NOWHERE, item] = opens
        for other in items:
            gap = terrain.between[item][other]
            ends = fixed[item].end if item in fixed else terrain.options[item][room].end[first[item]]
            if item == other or ends + gap > last[other]:
                continue
            follows = cp.new_bool_var("")
            cp.add(_start(model, other) >= _end(model, item) + gap).only_enforce_if(follows)
            arcs.append((nodes[item], nodes[other], follows))
            model.follows[room][item, other] = follows
    cp.add_circuit(arcs)
    intervals = [model.interval[item][room] for item in items if item not in fixed]
    intervals += [
        cp.new_fixed_size_interval_var(one.start, one.end - one.start, one.id) for one in fixed.values()
    ]
    cp.add_no_overlap(intervals)


def _earliest(model: Model, item: int, room: int) -> int:
    return model.terrain.options[item][room].next_start[model.terrain.floor[item]]


def _start(model: Model, item: int) -> IntVar | int:
    count = len(model.terrain.requests)
    return model.start[item] if item < count else model.terrain.instance.fixed[item - count].start


def _end(model: Model, item: int) -> IntVar | int:
    count = len(model.terrain.requests)
    return model.end[item] if item < count else model.terrain.instance.fixed[item - count].end


def _add_orders_and_limits(model: Model) -> None:
    """Add predecessors, caps, and what may not run at the same time."""
    cp, terrain, instance = model.cp, model.terrain, model.terrain.instance
    for item, earlier in enumerate(terrain.before):
        for one, lag in earlier:
            for inside in model.inside[item].values():
                cp.add(model.present(one) == 1).only_enforce_if(inside)
                cp.add(model.start[item] >= model.end[one] + lag).only_enforce_if(inside)
    for place, cap in enumerate(instance.caps):
        counted = [item for item in range(len(terrain.requests)) if place in terrain.capped[item]]
        cp.add(sum(model.end[item] - model.start[item] for item in counted) <= cap.max_days)
    numbers = {request.id: item for item, request in enumerate(terrain.requests)}
    for group in instance.exclusive:
        cp.add_no_overlap(
            [
                interval
                for one in sorted(group.requests)
                for room, interval in model.interval[numbers[one]].items()
                if instance.rooms[room].id in group.rooms
            ]
        )


def _cost(model: Model) -> LinearExpr:
    """Return the objective of the format."""
    weights = model.terrain.instance.weights
    losses = {
        item: request.priority * model.late[item] + request.unmet_penalty * (1 - model.present(item))
        for item, request in enumerate(model.terrain.requests)
    }
    gaps = [
        (model.terrain.first[room][other] if one == NOWHERE else model.terrain.between[one][other]) * arc
        for room, follows in enumerate(model.follows)
        for (one, other), arc in follows.items()
    ]
    elsewhere = [
        inside
        for item, rooms in enumerate(model.inside)
        for room, inside in rooms.items()
        if room not in model.terrain.preferred[item]
    ]
    return (
        sum(losses.values())
        + weights.changeover * sum(gaps)
        + weights.nonpreferred * sum(elsewhere)
        + sum(_changes(model))
        + weights.fairness * _unfairness(model, losses)
    )


def _changes(model: Model) -> Iterator[LinearExpr]:
    """Yield what it costs to have changed the former plan."""
    cp, terrain, weights = model.cp, model.terrain, model.terrain.instance.weights
    for item, former in terrain.former.items():
        for former_room, former_start in former:
            yield weights.move_drop * (1 - model.present(item))
            yield from (
                weights.move_room * inside
                for room, inside in model.inside[item].items()
                if room != former_room
            )
            moved = cp.new_int_var(0, terrain.instance.horizon + abs(former_start), f"days moved {item}")
            for inside in model.inside[item].values():
                cp.add(moved >= model.start[item] - former_start).only_enforce_if(inside)
                cp.add(moved >= former_start - model.start[item]).only_enforce_if(inside)
            yield weights.move_day * moved


def _unfairness(model: Model, losses: Mapping[int, LinearExpr]) -> IntVar | int:
    """Return the greatest loss of an organisation, in thousandths of what it could lose."""
    requests = model.terrain.requests
    if not model.terrain.instance.weights.fairness:
        return 0
    most = 1000 * max((request.priority for request in requests), default=1) * model.terrain.instance.horizon
    worst = model.cp.new_int_var(0, max(most, 1000) * max(len(requests), 1), "unfairness")
    for org in sorted({request.org for request in requests}):
        own = [item for item, request in enumerate(requests) if request.org == org]
        could = sum(requests[item].unmet_penalty for item in own)
        if could:
            # The floor of thousandths: one less than the next whole number still counts as this one.
            model.cp.add(1000 * sum(losses[item] for item in own) <= could * worst + could - 1)
    return worst


def _hint(model: Model, best: Board) -> None:
    """Tell the solver a whole plan to start from."""
    cp, terrain = model.cp, model.terrain
    for item, request in enumerate(terrain.requests):
        home = best.room[item]
        if home != NOWHERE:
            cp.add_hint(model.start[item], best.start[item])
            cp.add_hint(model.end[item], best.end[item])
            cp.add_hint(model.late[item], max(0, best.end[item] - request.due))
        for room, inside in model.inside[item].items():
            cp.add_hint(inside, room == home)
            for days, lasts in model.lasting[item][room].items():
                cp.add_hint(lasts, room == home and days == best.end[item] - best.start[item])
    for room, follows in enumerate(model.follows):
        lying = best.rooms[room]
        neighbours = set(zip([NOWHERE, *lying], lying, strict=False))
        for pair, arc in follows.items():
            cp.add_hint(arc, pair in neighbours)
