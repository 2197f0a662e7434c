"""Lists that are made in memory, in the order that the address asks for."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import flask

Row = TypeVar("Row")


def in_order(
    rows: Sequence[Row], ways: Mapping[str, Callable[[Row], Any]], *, usual: str = ""
) -> tuple[list[Row], str]:
    """Return rows as `sort` of the address says, with a minus the other way round, and the order that they have now.

    `ways` gives what each word sorts by; a row without it stands last. `usual` is the order in which the rows come.
    """
    asked = flask.request.args.get("sort", "")
    key = ways.get(asked.removeprefix("-"))
    if key is None:
        return list(rows), usual
    there = sorted((row for row in rows if key(row) is not None), key=key, reverse=asked.startswith("-"))
    return [*there, *(row for row in rows if key(row) is None)], asked
