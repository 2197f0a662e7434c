"""Counts of projects by two facts, made safe to publish: no small count shows, and none can be computed from the rest.

Every number below five is hidden, zero too, so that a hidden one does not even tell that there is something. Then as
many larger ones are hidden as it takes to keep this promise: *wherever one to four are counted, in a cell or a total,
everything that the table shows leaves open that there are none, and that there are five or more*.

The table is seen as flows from a source through rows and columns to a sink, every cell and every total being an arc.
How far a hidden arc can be moved while all visible ones stay is what a reader can work out about it, and that is a
question of finding paths.
"""

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

SMALLEST_SHOWN = 5

Arc = tuple[str, str]

SOURCE, SINK, ROW, COLUMN = "source", "sink", "row:", "column:"


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeTable:
    """A table of counts with its totals; None where the number is hidden."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[tuple[str, str], int | None]
    row_totals: Mapping[str, int | None]
    column_totals: Mapping[str, int | None]
    total: int | None


def safe_table(
    counts: Mapping[tuple[str, str], int], *, rows: Sequence[str], columns: Sequence[str]
) -> SafeTable:
    """Return the counts by row and column with every number hidden that is too small, or would betray one that is."""
    flows = _flows(counts, rows, columns)
    hidden = _hidden(flows)

    def shown(arc: Arc) -> int | None:
        return None if arc in hidden else flows[arc]

    return SafeTable(
        rows=tuple(rows),
        columns=tuple(columns),
        cells={(row, column): shown((ROW + row, COLUMN + column)) for row in rows for column in columns},
        row_totals={row: shown((SOURCE, ROW + row)) for row in rows},
        column_totals={column: shown((COLUMN + column, SINK)) for column in columns},
        total=shown((SINK, SOURCE)),
    )


def safe_parts(counts: Mapping[str, int]) -> dict[str, int | None]:
    """Return the parts of a whole whose number everybody knows, with None for what may not be shown.

    Every number below five is hidden, zero too, and of the others as few of the smallest as it takes: wherever one to
    four are counted, what is shown leaves open that there are none, and that there are five or more.
    """
    hidden = {name for name, count in counts.items() if count < SMALLEST_SHOWN}
    rest = sorted(set(counts) - hidden, key=lambda name: (counts[name], name))
    while rest and _tells(sum(counts[name] for name in hidden), len(hidden)):
        hidden.add(rest.pop(0))
    return {name: None if name in hidden else count for name, count in counts.items()}


def _tells(hidden_sum: int, hidden_number: int) -> bool:
    """Say whether the sum of the hidden parts, which the whole gives away, tells something of one of them."""
    return hidden_sum > 0 and (hidden_number < 2 or hidden_sum < SMALLEST_SHOWN)


def _flows(
    counts: Mapping[tuple[str, str], int], rows: Sequence[str], columns: Sequence[str]
) -> dict[Arc, int]:
    cells = {(row, column): counts.get((row, column), 0) for row in rows for column in columns}
    flows = {(ROW + row, COLUMN + column): number for (row, column), number in cells.items()}
    flows |= {(SOURCE, ROW + row): sum(cells[row, column] for column in columns) for row in rows}
    flows |= {(COLUMN + column, SINK): sum(cells[row, column] for row in rows) for column in columns}
    return flows | {(SINK, SOURCE): sum(cells.values())}


def _hidden(flows: Mapping[Arc, int]) -> set[Arc]:
    small = {arc for arc, count in flows.items() if count < SMALLEST_SHOWN}
    hidden = set(small)
    while betrayed := _betrayed(flows, hidden):
        hidden.add(_next_to_hide(betrayed, flows, hidden))
    for arc in sorted(hidden - small, key=lambda arc: (not _is_total(arc), -flows[arc], arc)):
        if not _betrayed(flows, hidden - {arc}):
            hidden.remove(arc)
    return hidden


def _betrayed(flows: Mapping[Arc, int], hidden: Collection[Arc]) -> Arc | None:
    risky = sorted(arc for arc in hidden if 0 < flows[arc] < SMALLEST_SHOWN)
    return next((arc for arc in risky if not _is_open(arc, flows, hidden)), None)


def _next_to_hide(betrayed: Arc, flows: Mapping[Arc, int], hidden: set[Arc]) -> Arc:
    # Once every number is hidden nothing is betrayed, so there is always one left to hide.
    places = _connected(betrayed, hidden)
    visible = [arc for arc in flows if arc not in hidden]
    beside = [arc for arc in visible if places & set(arc)] or visible
    return min(
        beside,
        key=lambda arc: (not _is_open(betrayed, flows, hidden | {arc}), _is_total(arc), flows[arc], arc),
    )


def _connected(arc: Arc, hidden: Collection[Arc]) -> set[str]:
    places, grown = set(arc), True
    while grown:
        more = {place for other in hidden if places & set(other) for place in other}
        grown = not more <= places
        places |= more
    return places


def _is_total(arc: Arc) -> bool:
    return SOURCE in arc or SINK in arc


def _is_open(arc: Arc, flows: Mapping[Arc, int], hidden: Collection[Arc]) -> bool:
    """Say whether the visible numbers leave open that this one is none, and that it is large enough to be shown."""
    return _may_become(0, arc, flows, hidden) and _may_become(SMALLEST_SHOWN, arc, flows, hidden)


def _may_become(wanted: int, arc: Arc, flows: Mapping[Arc, int], hidden: Collection[Arc]) -> bool:
    possible = {other: flows[other] for other in hidden}
    step = 1 if wanted > possible[arc] else -1
    origin, goal = (arc[1], arc[0]) if step == 1 else arc
    while possible[arc] != wanted:
        path = _way(origin, goal, {other: count for other, count in possible.items() if other != arc})
        if path is None:
            return False
        possible[arc] += step
        for moved, by in path:
            possible[moved] += by
    return True


def _way(origin: str, goal: str, possible: Mapping[Arc, int]) -> list[tuple[Arc, int]] | None:
    """Return which hidden numbers take one more or one less so that one flows from origin to goal, none below zero."""
    steps: dict[str, list[tuple[str, Arc, int]]] = {}
    for (start, end), count in possible.items():
        steps.setdefault(start, []).append((end, (start, end), 1))
        if count > 0:
            steps.setdefault(end, []).append((start, (start, end), -1))
    came: dict[str, tuple[str, Arc, int] | None] = {origin: None}
    waiting = deque([origin])
    while waiting and goal not in came:
        place = waiting.popleft()
        for following, arc, by in steps.get(place, ()):
            if following not in came:
                came[following] = (place, arc, by)
                waiting.append(following)
    if goal not in came:
        return None
    path, place = [], goal
    while (step := came[place]) is not None:
        place, arc, by = step
        path.append((arc, by))
    return path
