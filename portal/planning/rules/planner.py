"""The planner: the best plan that can be found in a given time, checked, and with a reason for every request without a place."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from portal.core.errors import Reason, Refused
from portal.planning.rules.board import NOWHERE, Board
from portal.planning.rules.search import ANY_COST, first_plan, improve, place_in_order
from portal.planning.rules.solver import solve
from portal.planning.rules.stays import days_of, is_acceptable, obstacles_to_room, stays_of
from portal.planning.rules.terrain import NEVER, Terrain, lay_out
from portal.planning.rules.values import Assignment, Instance, Plan, Request, Unmet, UnmetReason
from portal.planning.rules.verdict import judge

SMALL = 200
"""So many pairs of request and room, and the solver has a chance to prove that a plan is the best."""

SEARCHING = 0.3
"""What part of the time a small instance is searched before the solver gets it."""

PATIENCE = 4000
"""A small instance is handed on earlier, after so many rounds."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to try: for some seconds, or for some rounds, which always come to the same plan."""

    seconds: float = 60.0
    rounds: int | None = None
    seed: int = 1
    workers: int = 2


def plan(instance: Instance, effort: Effort | None = None) -> Plan:
    """Return the best plan that is found.

    Raises `Refused` where no plan can keep the locks.
    """
    effort = effort or Effort()
    begun = time.monotonic()
    terrain = lay_out(instance)
    reasons = list(reasons_against_locks(terrain))
    if reasons:
        raise Refused(reasons)
    chance = Random(effort.seed)  # noqa: S311 - a search needs no secret
    board = first_plan(terrain)
    broken = _lacking(board)
    proven = not any(terrain.options)
    if effort.rounds is not None:
        rounds = max(effort.rounds, 1)
        board = improve(board, chance, progress=lambda done: done / rounds)
    elif not proven:
        small = sum(map(len, terrain.options)) <= SMALL
        board = improve(board, chance, progress=_clock(begun, effort.seconds, small=small))
        left = effort.seconds - (time.monotonic() - begun)
        if (small or broken) and left > 0:
            board, proven = _solved(board, effort, left)
    broken = _lacking(board)
    if broken:
        raise Refused(
            [Reason("lock_without_predecessor", {"request": terrain.requests[one].id}) for one in broken]
        )
    return finished(board, proven=proven)


def finished(board: Board, *, proven: bool = False) -> Plan:
    """Return a board as a plan, with a reason for every request without a place.

    Raises `RuntimeError` if the plan breaks a rule that fixed bookings alone do not break: a fault of this room.
    """
    instance = board.terrain.instance
    found = Plan(
        assignments=board.assignments(),
        unmet=tuple(why_unmet(board, item) for item in board.unmet()),
        proven=proven,
    )
    given = judge(instance, Plan(assignments=Board(board.terrain).assignments(), unmet=()))
    faults = [reason for reason in judge(instance, found).broken if reason not in given.broken]
    if faults:
        raise RuntimeError(f"the planner broke its own rules: {faults}")
    return found


def _clock(begun: float, seconds: float, *, small: bool) -> Callable[[int], float]:
    share = SEARCHING if small else 1.0

    def progress(rounds: int) -> float:
        done = (time.monotonic() - begun) / max(seconds * share, 0.001)
        return max(done, rounds / PATIENCE) if small else done

    return progress


def _solved(board: Board, effort: Effort, seconds: float) -> tuple[Board, bool]:
    """Return the solver's plan if it is better, and whether no plan is better than the one returned."""
    lacking = bool(_lacking(board))
    solution = solve(
        board.terrain,
        seconds=seconds,
        workers=effort.workers,
        seed=effort.seed,
        best=None if lacking else board,
    )
    if solution is None:
        return board, False
    if lacking or solution.objective < board.objective():
        board = board_of(board.terrain, solution.assignments)
    return board, board.objective() <= solution.bound


def board_of(terrain: Terrain, assignments: Sequence[Assignment]) -> Board:
    """Return a board with everyone in their places; predecessors come first, as nobody may be placed before them."""
    board = Board(terrain)
    item_of = {request.id: item for item, request in enumerate(terrain.requests)}
    room_of = {room.id: place for place, room in enumerate(terrain.instance.rooms)}
    for assignment in assignments:
        item = item_of[assignment.request]
        if board.room[item] == NOWHERE:
            board.put(item, room_of[assignment.room], assignment.start, assignment.end)
    return board


def reasons_against_locks(terrain: Terrain) -> Iterator[Reason]:
    """Yield what makes it impossible to keep the locks, whatever the rest of the plan is."""
    locked = {}
    for item, (room, start) in terrain.locks.items():
        request = terrain.requests[item]
        option = terrain.options[item].get(room)
        if option is None or start not in option.stays.end_of or start < terrain.floor[item]:
            yield Reason("lock_is_no_stay", {"request": request.id, "room": terrain.instance.rooms[room].id})
        else:
            locked[item] = Assignment(
                request=request.id,
                room=terrain.instance.rooms[room].id,
                start=start,
                end=option.stays.end_of[start],
            )
    if len(locked) == len(terrain.locks):
        bare = judge(terrain.instance, Plan(assignments=(), unmet=()))
        kept = judge(terrain.instance, Plan(assignments=tuple(locked.values()), unmet=()))
        missing = {"not_in_exactly_one_list", "predecessor_not_placed"}
        yield from (one for one in kept.broken if one.code not in missing and one not in bare.broken)


def _lacking(board: Board) -> list[int]:
    """Return the requests without a place that a lock needs."""
    return [item for item in board.terrain.needed if board.room[item] == NOWHERE]


def why_unmet(board: Board, item: int) -> Unmet:
    """Return why a request has no place in a plan: the first reason that holds, and what names the obstacle."""
    terrain, request = board.terrain, board.terrain.requests[item]
    reason, detail = _why_no_room(request, terrain.instance) or _why_not_here(board, item)
    return Unmet(request=request.id, reason=reason, detail=detail)


def _why_no_room(request: Request, instance: Instance) -> tuple[UnmetReason, str] | None:
    against = {room.id: list(obstacles_to_room(request, room, instance)) for room in instance.rooms}
    capable = [room for room in instance.rooms if not against[room.id]]
    if not capable:
        nearest = sorted(against.items(), key=lambda one: ("kind" in one[1], len(one[1]), one[0]))[:3]
        return UnmetReason.NO_CAPABLE_ROOM, "; ".join(
            f"{room} lacks {', '.join(facts)}" for room, facts in nearest
        )
    acceptable = [room for room in capable if is_acceptable(request, room)]
    if not acceptable:
        facilities = sorted({room.facility for room in capable})
        return UnmetReason.NO_ACCEPTABLE_FACILITY, f"would fit at {', '.join(facilities)}"
    if not any(stays_of(request, days_of(room, instance), instance.horizon).starts for room in acceptable):
        latest = instance.horizon if request.deadline is None else min(request.deadline, instance.horizon)
        rooms = ", ".join(room.id for room in acceptable)
        return (
            UnmetReason.WINDOW_TOO_SHORT,
            f"{request.duration} days from day {request.release} to day {latest} do not fit in {rooms}",
        )
    return None


def _why_not_here(board: Board, item: int) -> tuple[UnmetReason, str]:
    terrain, request = board.terrain, board.terrain.requests[item]
    missing = [terrain.requests[one].id for one, _ in terrain.before[item] if board.room[one] == NOWHERE]
    if missing:
        return UnmetReason.PREDECESSOR_UNMET, f"{', '.join(missing)} has no place"
    if all(
        option.next_start[min(terrain.floor[item], terrain.instance.horizon)] == NEVER
        for option in terrain.options[item].values()
    ):
        return (
            UnmetReason.WINDOW_TOO_SHORT,
            f"its fixed predecessors leave no start from day {terrain.floor[item]}",
        )
    alone = Board(terrain)
    place_in_order(alone, _earlier(terrain, item))
    if alone.best_insertion(item, ANY_COST) is None and not terrain.capped[item]:
        rooms = ", ".join(terrain.instance.rooms[room].id for room in terrain.options[item])
        return UnmetReason.BLOCKED_BY_FIXED, f"bookings that stand leave no gap in {rooms}"
    over = [
        cap
        for place, cap in enumerate(terrain.instance.caps)
        if place in terrain.capped[item] and board.used[place] + request.duration > cap.max_days
    ]
    if over:
        return UnmetReason.ORG_CAP, f"{over[0].org} may occupy {over[0].kind} for {over[0].max_days} days"
    cheapest = board.best_insertion(item, ANY_COST)
    if cheapest is None:
        return UnmetReason.OUTBID, "others with more at stake take up its rooms"
    return (
        UnmetReason.OUTBID,
        f"its cheapest place costs {cheapest.cost}, and leaving it out {terrain.absence_cost(item)}",
    )


def _earlier(terrain: Terrain, item: int) -> list[int]:
    found: list[int] = []
    for one, _ in terrain.before[item]:
        found += [*_earlier(terrain, one), one]
    return list(dict.fromkeys(found))
