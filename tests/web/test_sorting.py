"""Lists that are made in memory stand in the order that the address asks for."""

import pytest
from flask import Flask

from portal.web.sorting import in_order

ROWS = [("b", 2), ("C", None), ("a", 3), ("d", 1)]
WAYS = {"name": lambda row: row[0].casefold(), "number": lambda row: row[1]}


@pytest.mark.parametrize(
    ("address", "expected", "sort"),
    [
        ("/", "bCad", "usual"),
        ("/?sort=name", "abCd", "name"),
        ("/?sort=-name", "dCba", "-name"),
        ("/?sort=number", "dbaC", "number"),
        ("/?sort=-number", "abdC", "-number"),
        ("/?sort=nothing", "bCad", "usual"),
        ("/?sort=--name", "bCad", "usual"),
    ],
)
def test_the_address_says_the_order_and_what_is_unknown_stands_last(
    app: Flask, address: str, expected: str, sort: str
) -> None:
    with app.test_request_context(address):
        ordered, now = in_order(ROWS, WAYS, usual="usual")
    assert ("".join(name for name, _ in ordered), now) == (expected, sort)
