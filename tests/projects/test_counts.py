"""Published counts: no small one shows, and none can be computed, held against an exact solver."""

from collections.abc import Iterator
from itertools import product
from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from portal.projects.rules.counts import SMALLEST_SHOWN, SafeTable, safe_parts, safe_table

Counts = dict[tuple[str, str], int]


@st.composite
def tables(draw: st.DrawFn) -> tuple[Counts, list[str], list[str]]:
    rows = [f"r{n}" for n in range(draw(st.integers(1, 5)))]
    columns = [f"c{n}" for n in range(draw(st.integers(1, 4)))]
    number = st.one_of(st.integers(0, 4), st.integers(0, 12), st.sampled_from([0, 1, 5, 30]))
    return {cell: draw(number) for cell in product(rows, columns)}, rows, columns


def true_numbers(counts: Counts, table: SafeTable) -> Iterator[tuple[np.ndarray, int, int | None]]:
    """Yield each number as the cells that it sums, its true value, and what the table shows of it."""
    cells = list(product(table.rows, table.columns))

    def sum_of(*wanted: tuple[str, str]) -> tuple[np.ndarray, int]:
        return np.array([cell in wanted for cell in cells], dtype=float), sum(
            counts.get(c, 0) for c in wanted
        )

    for cell in cells:
        yield *sum_of(cell), table.cells[cell]
    for row in table.rows:
        yield *sum_of(*((row, column) for column in table.columns)), table.row_totals[row]
    for column in table.columns:
        yield *sum_of(*((row, column) for row in table.rows)), table.column_totals[column]
    yield *sum_of(*cells), table.total


def bounds(counts: Counts, table: SafeTable) -> Iterator[tuple[int, float, float]]:
    """Yield the true value of each small number with the least and most that a reader can deduce for it."""
    numbers = list(true_numbers(counts, table))
    shown = [(cells, true) for cells, true, visible in numbers if visible is not None]
    left = np.array([cells for cells, _ in shown]) if shown else None
    right = np.array([float(true) for _, true in shown]) if shown else None
    for cells, true, _ in numbers:
        if not 0 < true < SMALLEST_SHOWN:
            continue
        least = linprog(cells, A_eq=left, b_eq=right)
        most = linprog(-cells, A_eq=left, b_eq=right)
        assert least.fun is not None
        yield true, least.fun, np.inf if most.fun is None or most.status == 3 else -most.fun


@settings(max_examples=100, deadline=None)
@given(tables())
def test_nobody_can_tell_a_small_number_from_none_or_from_a_large_one(
    given_table: tuple[Counts, list[str], list[str]],
) -> None:
    counts, rows, columns = given_table
    table = safe_table(counts, rows=rows, columns=columns)
    for true, least, most in bounds(counts, table):
        assert least < 0.5, f"a reader knows that there is something where {true} are counted"
        assert most > SMALLEST_SHOWN - 0.5, f"a reader knows that there are few where {true} are counted"


@settings(max_examples=100, deadline=None)
@given(tables())
def test_what_is_shown_is_true_and_never_small(given_table: tuple[Counts, list[str], list[str]]) -> None:
    counts, rows, columns = given_table
    table = safe_table(counts, rows=rows, columns=columns)
    for _, true, visible in true_numbers(counts, table):
        assert visible is None or (visible == true and visible >= SMALLEST_SHOWN)


@settings(max_examples=100, deadline=None)
@given(tables())
def test_a_table_of_large_numbers_hides_nothing(given_table: tuple[Counts, list[str], list[str]]) -> None:
    counts, rows, columns = given_table
    table = safe_table({cell: number + 5 for cell, number in counts.items()}, rows=rows, columns=columns)
    assert None not in table.cells.values()
    assert table.total == sum(number + 5 for number in counts.values())


@settings(max_examples=100, deadline=None)
@given(tables(), st.randoms(use_true_random=False))
def test_the_same_counts_are_published_alike(
    given_table: tuple[Counts, list[str], list[str]], random: Random
) -> None:
    counts, rows, columns = given_table
    items = list(counts.items())
    random.shuffle(items)
    assert safe_table(counts, rows=rows, columns=columns) == safe_table(
        dict(items), rows=rows, columns=columns
    )


def test_one_small_cell_takes_a_square_with_it_and_no_total() -> None:
    counts = {("a", "x"): 3, ("a", "y"): 9, ("b", "x"): 7, ("b", "y"): 8}
    table = safe_table(counts, rows=["a", "b"], columns=["x", "y"])
    assert set(table.cells.values()) == {None}
    assert (table.row_totals, table.total) == ({"a": 12, "b": 15}, 27)


def test_a_lone_small_cell_takes_its_totals_with_it() -> None:
    table = safe_table({("a", "x"): 2}, rows=["a"], columns=["x"])
    assert (table.cells["a", "x"], table.row_totals["a"], table.column_totals["x"], table.total) == (
        None,
    ) * 4


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(st.integers(0, 4), st.integers(0, 12)), min_size=2, max_size=6))
def test_no_small_part_of_a_known_whole_can_be_told(numbers: list[int]) -> None:
    counts = {f"p{place}": number for place, number in enumerate(numbers)}
    shown = safe_parts(counts)
    hidden = [name for name, number in shown.items() if number is None]
    rest = sum(numbers) - sum(number for number in shown.values() if number is not None)
    for name, number in shown.items():
        assert number is None or (number == counts[name] and number >= SMALLEST_SHOWN)
    if any(0 < counts[name] < SMALLEST_SHOWN for name in hidden) and sum(numbers) >= SMALLEST_SHOWN:
        # Each hidden part may be none, since another takes the rest, and may be as large as the rest.
        assert len(hidden) > 1
        assert rest >= SMALLEST_SHOWN


def test_no_more_parts_are_hidden_than_it_takes() -> None:
    assert safe_parts({"a": 2, "b": 9, "c": 7, "d": 30}) == {"a": None, "b": 9, "c": None, "d": 30}
    assert safe_parts({"a": 3, "b": 4, "c": 9}) == {"a": None, "b": None, "c": 9}
    assert safe_parts({"a": 0, "b": 9}) == {"a": None, "b": 9}
