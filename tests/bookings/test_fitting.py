"""Which cleanrooms fit, and every reason why one does not."""

from dataclasses import replace
from typing import Any

import pytest

from portal.bookings.rules.fitting import GRADES, Requirement, RoomProfile, reasons_against_fit

ROOM = RoomProfile(
    room="G1",
    facility="LUND",
    kind="GMP",
    grade="C",
    bsl=2,
    equipment=frozenset({"isolator", "cryo"}),
    max_vector=2,
    open_every_day=False,
)
NEED = Requirement(
    kind="GMP", grade="C", bsl=2, equipment=frozenset({"isolator"}), vector=2, every_day=False, project="P1"
)


def codes(room: RoomProfile, need: Requirement) -> list[str]:
    """Return the codes of what speaks against the room."""
    return [reason.code for reason in reasons_against_fit(room, need)]


def test_a_room_that_is_just_good_enough_fits() -> None:
    assert reasons_against_fit(ROOM, NEED) == []


def test_every_reason_is_given_at_once_in_the_stated_order() -> None:
    need = Requirement(
        kind="pre-GMP",
        grade="A_in_B",
        bsl=3,
        equipment=frozenset({"isolator", "ultracentrifuge", "bioreactor"}),
        vector=3,
        every_day=True,
        facilities=frozenset({"UPPSALA"}),
        rooms=frozenset({"G2"}),
        gmo_class=2,
        project="P1",
    )
    room = replace(ROOM, max_gmo_class=1, dedicated_to="P2", archived=True, facility_operating=False)
    assert [(reason.code, dict(reason.values)) for reason in reasons_against_fit(room, need)] == [
        ("wrong_kind", {"needed": "pre-GMP", "offered": "GMP"}),
        ("grade_too_low", {"needed": "A_in_B", "offered": "C"}),
        ("bsl_too_low", {"needed": 3, "offered": 2}),
        ("equipment_missing", {"missing": ["bioreactor", "ultracentrifuge"]}),
        ("vector_not_permitted", {"needed": 3, "offered": 2}),
        ("facility_not_acceptable", {}),
        ("not_open_every_day", {}),
        ("room_not_among", {}),
        ("gmo_class_not_permitted", {"needed": 2, "offered": 1}),
        ("room_dedicated", {}),
        ("room_archived", {}),
        ("facility_not_operating", {}),
    ]


@pytest.mark.parametrize(
    ("room", "need", "code"),
    [
        ({"kind": "pre-GMP"}, {}, "wrong_kind"),
        ({"grade": "D"}, {}, "grade_too_low"),
        ({"bsl": 1}, {}, "bsl_too_low"),
        ({"equipment": frozenset({"cryo"})}, {}, "equipment_missing"),
        ({"max_vector": 1}, {}, "vector_not_permitted"),
        ({}, {"facilities": frozenset()}, "facility_not_acceptable"),
        ({}, {"every_day": True}, "not_open_every_day"),
        ({}, {"rooms": frozenset()}, "room_not_among"),
        ({"max_gmo_class": 1}, {"gmo_class": 2}, "gmo_class_not_permitted"),
        ({"dedicated_to": "P2"}, {}, "room_dedicated"),
        ({"dedicated_to": "P2"}, {"project": None}, "room_dedicated"),
        ({"archived": True}, {}, "room_archived"),
        ({"facility_operating": False}, {}, "facility_not_operating"),
    ],
)
def test_one_shortcoming_gives_one_reason(room: dict[str, Any], need: dict[str, Any], code: str) -> None:
    assert codes(replace(ROOM, **room), replace(NEED, **need)) == [code]


@pytest.mark.parametrize(
    ("room", "need"),
    [
        ({"grade": "A_in_B", "bsl": 3, "max_vector": 3}, {}),
        ({"open_every_day": True}, {"every_day": True}),
        ({}, {"facilities": frozenset({"LUND", "UPPSALA"})}),
        ({}, {"rooms": frozenset({"G1"})}),
        ({"max_gmo_class": 2}, {"gmo_class": 2}),
        ({"dedicated_to": "P1"}, {}),
    ],
)
def test_more_than_enough_is_enough(room: dict[str, Any], need: dict[str, Any]) -> None:
    assert codes(replace(ROOM, **room), replace(NEED, **need)) == []


def test_a_cleaner_room_serves_every_less_demanding_need() -> None:
    for offered, room_grade in enumerate(GRADES):
        for needed, need_grade in enumerate(GRADES):
            fits = codes(replace(ROOM, grade=room_grade), replace(NEED, grade=need_grade)) == []
            assert fits == (offered <= needed)


@pytest.mark.parametrize(
    ("fact", "need", "code"),
    [
        ("grade", {"grade": "CNC"}, "grade_too_low"),
        ("bsl", {"bsl": 1}, "bsl_too_low"),
        ("max_vector", {"vector": 0}, "vector_not_permitted"),
        ("max_gmo_class", {"gmo_class": 0}, "gmo_class_not_permitted"),
    ],
)
def test_what_nobody_has_published_counts_as_the_least_it_could_be(
    fact: str, need: dict[str, Any], code: str
) -> None:
    unpublished: dict[str, Any] = {"max_gmo_class": 3, fact: None}
    room = replace(ROOM, **unpublished)
    assert codes(room, replace(NEED, **need)) == []
    more = replace(NEED, gmo_class=1) if fact == "max_gmo_class" else NEED
    (reason,) = reasons_against_fit(room, more)
    assert (reason.code, reason.values["offered"]) == (code, None)
