"""Reading plain JSON: what is right comes back, what is wrong is noted with its path, and reading goes on."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.reading import Mistake, Place, Unreadable, parse_json, shown

Read = Callable[[Place], Any]


def reading(value: object, read: Read) -> tuple[Any, list[str]]:
    """Return what is read of a value under the key `x`, and the mistakes in one line each."""
    top = parse_json(json.dumps({"x": value}))
    found = read(top.at("x"))
    return found, [str(mistake) for mistake in top.mistakes]


@pytest.mark.parametrize(
    ("value", "read", "found"),
    [
        ("a", Place.text, "a"),
        ("a", lambda at: at.one_of(("a", "b")), "a"),
        (["a", "b", "a"], lambda at: at.some_of(("a", "b")), {"a", "b"}),
        (True, Place.truth, True),
        (7, lambda at: at.whole(least=0, most=7), 7),
        (-7, Place.whole, -7),
        (7, Place.number, 7.0),
        (0.5, lambda at: at.number(least=0.5), 0.5),
        ("2026-11-24", Place.day, date(2026, 11, 24)),
        (None, lambda at: at.maybe(Place.text), None),
        ("a", lambda at: at.maybe(Place.text), "a"),
        ([1, 2], lambda at: [item.whole() for item in at.items(at_least=2)], [1, 2]),
        ({"k": 1}, lambda at: [(key, place.whole()) for key, place in at.entries()], [("k", 1)]),
    ],
)
def test_what_is_right_comes_back(value: object, read: Read, found: object) -> None:
    assert reading(value, read) == (found, [])


@pytest.mark.parametrize(
    ("value", "read", "mistakes"),
    [
        (1, Place.text, ["x: has to be text, not 1"]),
        ("", Place.text, ["x: may not be empty"]),
        ("c", lambda at: at.one_of(("a", "b")), ['x: "c" is none of a, b']),
        (["c", 1], lambda at: at.some_of(("a",)), ['x[0]: "c" is none of a', "x[1]: has to be text, not 1"]),
        (0, Place.truth, ["x: has to be true or false, not 0"]),
        (True, Place.whole, ["x: has to be a whole number, not true"]),
        (1.0, Place.whole, ["x: has to be a whole number, not 1.0"]),
        (8, lambda at: at.whole(least=0, most=7), ["x: has to be a whole number from 0 to 7, not 8"]),
        (-1, lambda at: at.whole(least=0), ["x: has to be a whole number of at least 0, not -1"]),
        (None, Place.number, ["x: has to be a number, not null"]),
        (float("nan"), Place.number, ["x: has to be a number, not NaN"]),
        (0.4, lambda at: at.number(least=0.5), ["x: has to be a number of at least 0.5, not 0.4"]),
        ("24.11.2026", Place.day, ['x: has to be a day written like 2026-11-24, not "24.11.2026"']),
        ("20261124", Place.day, ['x: has to be a day written like 2026-11-24, not "20261124"']),
        ("2026-02-30", Place.day, ['x: has to be a day written like 2026-11-24, not "2026-02-30"']),
        ([], lambda at: at.items(at_least=1), ["x: needs at least 1 entry"]),
        ({}, Place.items, ["x: has to be a list, not an object"]),
        ([], Place.entries, ["x: has to be an object, not a list"]),
        ({"b": 1}, lambda at: at.has(("a",)), ["x.a: is missing", "x.b: is not a known key; known are a"]),
        ({"b": 1}, lambda at: at.has(("a",), others=True), ["x.a: is missing"]),
        ("y" * 99, Place.whole, [f'x: has to be a whole number, not "{"y" * 38}…']),
    ],
)
def test_what_is_wrong_is_noted_with_its_path(value: object, read: Read, mistakes: list[str]) -> None:
    assert reading(value, read)[1] == mistakes


def test_what_is_missing_is_noted_once_by_whoever_needs_it() -> None:
    top = parse_json("{}")
    assert not top.at("a").known
    stand_ins = [top.at("a").text(), top.at("a").whole(), top.at("a").day(), top.at("a").items()]
    assert stand_ins == ["", 0, date.min, []]
    assert top.at("a").at("b").number() == 0.0
    assert top.mistakes == []
    assert top.has(("a",))
    assert top.mistakes == [Mistake("a", "is missing")]


def test_a_key_that_is_written_twice_is_noted_where_it_stands() -> None:
    top = parse_json('{"a": {"b": 1, "c": 2, "b": 3}}')
    top.at("a").has(("b", "c"))
    assert top.mistakes == [Mistake("a.b", "is there twice")]
    again = parse_json('{"a": 1, "a": 2}')
    assert [key for key, _ in again.entries()] == ["a"]
    assert again.mistakes == [Mistake("a", "is there twice")]


def test_a_text_may_begin_with_a_byte_order_mark() -> None:
    assert parse_json(b'\xef\xbb\xbf{"a": 1}').at("a").whole() == 1


def test_an_unreadable_text_tells_all_its_mistakes() -> None:
    with pytest.raises(Unreadable, match=r"is not JSON: .*line 2, column 1"):
        parse_json('{"a": 1,\n')
    assert str(Unreadable([Mistake("a", "is wrong"), Mistake("", "is empty")])) == "a: is wrong; is empty"


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_a_value_is_shown_on_one_short_line(value: Any) -> None:
    written = shown(value)
    assert 0 < len(written) <= 40
    assert "\n" not in written
