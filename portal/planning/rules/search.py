"""The search: take apart a small piece of the plan, put it together again, and keep what is better, or a little worse at first."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from random import Random

from portal.planning.rules.board import NOWHERE, Board
from portal.planning.rules.terrain import Terrain

SEVERAL = 12
"""At most so many requests without a place are tried again in each round, beside those that were taken away."""

LONGEST_STRING = 7
MOST_ROOMS = 3
OVERLOOKED = 0.03
"""How often a room is left out of the search for a place, so that not everyone always goes for the same."""

WARM, COOL = 0.05, 0.00125
"""How much worse a plan may be and still be gone on with, as a share of a mean penalty: at the beginning and at the end."""

ANY_COST = 2**60

Order = Callable[[Terrain, int, Random], float]

ORDERS: tuple[Order, ...] = (
    lambda _terrain, _item, chance: chance.random(),
    lambda terrain, item, _chance: -terrain.requests[item].unmet_penalty,
    lambda terrain, item, _chance: -terrain.requests[item].duration,
    lambda terrain, item, _chance: terrain.requests[item].due - terrain.requests[item].duration,
    lambda terrain, item, _chance: terrain.floor[item],
    lambda terrain, item, _chance: sum(len(option.stays.starts) for option in terrain.options[item].values()),
    lambda terrain, item, _chance: -terrain.requests[item].unmet_penalty / terrain.requests[item].duration,
)


def first_plan(terrain: Terrain) -> Board:
    """Return the best plan of plain greedy insertion in a few orders."""
    chance, boards = Random(0), []  # noqa: S311 - a search needs no secret
    for order in ORDERS:
        board = Board(terrain)
        place_in_order(board, terrain.needed)
        place_all(board, board.unmet(), order, chance, overlooked=0.0)
        boards.append(board)
    return min(boards, key=Board.objective)


def improve(board: Board, chance: Random, *, progress: Callable[[int], float]) -> Board:
    """Return the best plan that is found until the progress reaches 1; it is asked before each round."""
    now, cost = board, board.objective()
    best, least = board, cost
    penalties = [request.unmet_penalty for request in board.terrain.requests]
    mean = max(sum(penalties) / max(len(penalties), 1), 1.0)
    rounds = 0
    while (done := progress(rounds)) < 1.0:
        rounds += 1
        trial = now.copy()
        touched, gone = take_apart(trial, chance)
        if not gone and not touched:
            return best
        for room in sorted(touched):
            trial.close_up(room)
        place_all(
            trial, again(trial, gone, touched, chance), chance.choice(ORDERS), chance, overlooked=OVERLOOKED
        )
        found = trial.objective()
        warmth = mean * WARM * (COOL / WARM) ** done
        if found <= cost - warmth * math.log(1.0 - chance.random()):
            now, cost = trial, found
            if found < least:
                best, least = trial, found
    return best


def take_apart(board: Board, chance: Random) -> tuple[set[int], list[int]]:
    """Remove strings of neighbours around one request, in a few of the rooms that it can use; return rooms and requests."""
    terrain = board.terrain
    movable = board.placed()
    wanting = [item for item in board.unmet() if terrain.options[item]]
    if not movable and not wanting:
        return set(), []
    around = chance.choice(
        wanting if wanting and (not movable or chance.random() < 0.4) else movable or wanting
    )
    rooms = list(terrain.options[around])
    chance.shuffle(rooms)
    home = board.room[around]
    rooms = ([home] if home != NOWHERE else []) + [room for room in rooms if room != home]
    rooms = rooms[: chance.randint(1, MOST_ROOMS)]
    if home != NOWHERE:
        middle = board.start[around]
    else:
        starts = terrain.options[around][rooms[0]].stays.starts
        middle = starts[int(len(starts) * chance.random() ** 2)]
    gone: list[int] = []
    touched = set(rooms)
    for room in rooms:
        for item in string(board, room, middle, chance.randint(1, LONGEST_STRING)):
            if board.room[item] != NOWHERE and board.may_be_removed(item):
                touched |= {board.room[one] for one in board.dependants(item)}
                gone += board.remove(item)
    return touched, gone


def string(board: Board, room: int, middle: int, length: int) -> list[int]:
    """Return neighbours in a room, those nearest to a day."""
    lying = [item for item in board.rooms[room] if not board.pinned[item]]
    nearest = sorted(lying, key=lambda item: abs((board.start[item] + board.end[item]) // 2 - middle))
    return nearest[:length]


def again(board: Board, gone: list[int], touched: set[int], chance: Random) -> list[int]:
    """Return who looks for a place now: everyone who was removed, and some who had none and could use these rooms."""
    removed = set(gone)
    waiting = [
        item
        for item in board.unmet()
        if item not in removed and not touched.isdisjoint(board.terrain.options[item])
    ]
    return gone + chance.sample(waiting, min(SEVERAL, len(waiting)))


def place_in_order(board: Board, items: Iterable[int]) -> None:
    """Give each request in turn its cheapest place, whatever it costs."""
    for item in items:
        found = board.best_insertion(item, ANY_COST)
        if found is not None:
            board.insert(found)


def place_all(board: Board, items: Iterable[int], order: Order, chance: Random, *, overlooked: float) -> None:
    """Give each request the cheapest place that costs less than none, in an order; predecessors go first."""
    terrain = board.terrain
    looking = sorted(items, key=lambda item: order(terrain, item, chance))
    wanted = set(looking)
    while looking:
        later = []
        for item in looking:
            if any(one in wanted and board.room[one] == NOWHERE for one, _ in terrain.before[item]):
                later.append(item)
                continue
            skip = frozenset(
                room for room in terrain.options[item] if overlooked and chance.random() < overlooked
            )
            found = board.best_insertion(item, terrain.absence_cost(item), skip)
            if found is not None:
                board.insert(found)
            wanted.discard(item)
        if len(later) == len(looking):
            return
        looking = later
