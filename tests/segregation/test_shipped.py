"""The shipped rules, as other rooms ask them."""

from itertools import product

import pytest

from portal.reference import vocabulary
from portal.segregation.rules import Changeover
from portal.segregation.shipped import (
    changeover_between,
    changeover_classes,
    class_that_counts,
    shipped_ruleset,
)


def test_all_shipped_rules_are_read() -> None:
    ruleset = shipped_ruleset()
    assert len(ruleset.rules) == 26
    assert len(ruleset.changeovers) == 105
    assert len(ruleset.ranks) == 10


def test_every_pair_of_classes_has_its_changeover() -> None:
    classes = [found.id for found in changeover_classes()]
    for before, after in product(classes, classes):
        found = changeover_between(before, after)
        assert found is not None
        assert found.id == f"{before}_to_{after}"


def test_every_room_event_has_its_changeover() -> None:
    for event in vocabulary.ids("room_event"):
        found = changeover_between("aav", "aav", same_product=True, event=event)
        assert found is not None
        assert found.kind == "requalification"


@pytest.mark.parametrize(
    ("previous", "following", "same_product", "expected"),
    [
        ("aav", "nonviral_cell", False, Changeover("aav_to_nonviral_cell", "decontamination", 3)),
        ("nonviral_cell", "aav", False, Changeover("nonviral_cell_to_aav", "cleaning", 1)),
        ("aav", "aav", True, Changeover("same_product_next_batch", "line_clearance", 0)),
        (None, None, True, Changeover("same_product_next_batch", "line_clearance", 0)),
        (None, "aav", False, None),
    ],
)
def test_changeovers_that_bookings_ask_for(
    previous: str | None, following: str | None, same_product: bool, expected: Changeover | None
) -> None:
    assert changeover_between(previous, following, same_product=same_product) == expected


def test_the_class_that_counts_is_the_highest() -> None:
    assert class_that_counts(frozenset({"aav", "lv_rv", "nonviral_cell"})) == "lv_rv"
    assert class_that_counts(frozenset()) is None
