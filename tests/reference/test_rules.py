"""What a local change and a confirmation do to a record, and what an update does to them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from portal.core.actors import Actor, Role
from portal.reference.rules import (
    MISSING,
    Confirmation,
    EffectiveFact,
    Move,
    Revision,
    content_of,
    differences,
    effective_fact,
    is_plain_json,
    may_revise,
    reasons_against_confirmation,
    reasons_against_restoring,
    reasons_against_revision,
    standing,
    value_at,
    with_value,
)

NOW = datetime(2027, 1, 4, tzinfo=UTC)

SHIPPED: dict[str, Any] = {
    "id": "unit",
    "area_m2": 1100,
    "days": {"min": 1, "likely": 2},
    "status": "unknown",
    "opened": None,
    "services": ["a", "b"],
    "source": {"title": "report"},
    "confidence": "secondary",
    "to_verify": ["status"],
}


def revision(field: str, value: Any, *, shipped_value: Any = None, restores: bool = False) -> Revision:
    """Return a change of a field."""
    return Revision(
        field=field,
        value=value,
        shipped_value=shipped_value,
        restores=restores,
        reason="seen on site",
        revised_by_id=1,
        revised_at=NOW,
    )


def confirmation(field: str | None, value: Any) -> Confirmation:
    """Return a confirmation of a value."""
    return Confirmation(
        field=field, value=value, text_read="the licence", confirmed_by_id=1, confirmed_at=NOW
    )


def effective(*done: Revision | Confirmation, shipped: dict[str, Any] | None = None) -> EffectiveFact:
    """Return the record with what was done to it."""
    return effective_fact(
        "facilities",
        "unit",
        SHIPPED if shipped is None else shipped,
        [entry for entry in done if isinstance(entry, Revision)],
        [entry for entry in done if isinstance(entry, Confirmation)],
    )


def test_only_an_administrator_revises() -> None:
    assert may_revise(Actor(user_id=1, roles=frozenset({Role.ADMINISTRATOR})))
    assert not may_revise(Actor(user_id=1, roles=frozenset(Role) - {Role.ADMINISTRATOR}))


def test_untouched_a_record_is_as_shipped() -> None:
    fact = effective()
    assert fact.record == SHIPPED
    assert fact.changed_fields == frozenset()


def test_a_change_replaces_one_field_and_leaves_the_shipped_record_alone() -> None:
    fact = effective(revision("days.likely", 3))
    assert fact.record["days"] == {"min": 1, "likely": 3}
    assert fact.record["area_m2"] == 1100
    assert fact.shipped == SHIPPED
    assert SHIPPED["days"]["likely"] == 2
    assert fact.changed_fields == {"days.likely"}


def test_what_was_changed_here_is_to_be_verified() -> None:
    assert effective(revision("area_m2", 1200)).record["to_verify"] == ["status", "area_m2"]
    assert effective(revision("status", "operating")).record["to_verify"] == ["status"]


def test_the_last_change_of_a_field_counts() -> None:
    assert effective(revision("area_m2", 1), revision("area_m2", 2)).record["area_m2"] == 2


def test_going_back_brings_the_shipped_value_of_today() -> None:
    back = revision("area_m2", 1100, restores=True)
    moved = {**SHIPPED, "area_m2": 1150}
    fact = effective(revision("area_m2", 1200), back, shipped=moved)
    assert fact.record["area_m2"] == 1150
    assert fact.changed_fields == frozenset()


def test_a_change_above_another_takes_its_place() -> None:
    below, above = revision("days.likely", 3), revision("days", {"min": 5, "likely": 6})
    assert standing([below, above]) == [above]
    assert standing([above, below]) == [above, below]
    assert effective(above, below).record["days"] == {"min": 5, "likely": 3}
    assert effective(above, below, revision("days", None, restores=True)).record == SHIPPED


def test_a_change_whose_field_is_gone_is_kept_but_not_applied() -> None:
    fact = effective(revision("days.likely", 3), shipped={**SHIPPED, "days": None})
    assert fact.record["days"] is None
    assert fact.revisions == ()


def test_a_confirmed_field_needs_no_verifying_as_long_as_it_says_the_same() -> None:
    assert effective(confirmation("status", "unknown")).record["to_verify"] == []
    assert effective(confirmation("status", "operating")).record["to_verify"] == ["status"]
    both = effective(revision("area_m2", 1200), confirmation("area_m2", 1200))
    assert both.record["to_verify"] == ["status"]
    assert both.record["confidence"] == "secondary"


def test_a_confirmed_record_is_official_until_it_changes() -> None:
    whole = confirmation(None, content_of(SHIPPED))
    fact = effective(whole)
    assert fact.record["confidence"] == "official"
    assert fact.record["to_verify"] == []
    changed = effective(whole, revision("area_m2", 1200))
    assert changed.record["confidence"] == "secondary"
    assert changed.record["to_verify"] == ["status", "area_m2"]
    assert changed.confirmations == ()


def codes(**changes: Any) -> list[str]:
    """Return the codes of the reasons against a change that is right unless changed."""
    asked: dict[str, Any] = {
        "field": "area_m2",
        "value": 1200,
        "present": 1100,
        "reason": "why",
        "moved": False,
    }
    asked |= changes
    return [
        reason.code
        for reason in reasons_against_revision(SHIPPED, asked.pop("field"), asked.pop("value"), **asked)
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"value": None}, []),
        ({"value": 1.5}, []),
        ({"field": "opened", "value": "2026", "present": None}, []),
        ({"field": "days", "value": {"min": 2}}, []),
        ({"value": "1200"}, ["fact_value_of_other_kind"]),
        ({"value": True}, ["fact_value_of_other_kind"]),
        ({"field": "services", "value": "a"}, ["fact_value_of_other_kind"]),
        ({"field": "services", "value": {"a": 1}}, ["fact_value_of_other_kind"]),
        ({"value": float("nan")}, ["fact_value_not_plain"]),
        ({"value": 1100}, ["fact_value_unchanged"]),
        ({"value": 1100, "moved": True}, []),
        ({"reason": " "}, ["fact_text_missing"]),
        ({"reason": "x" * 2001}, ["fact_text_too_long"]),
        ({"field": "nothing"}, ["fact_field_unknown"]),
        ({"field": "days.most"}, ["fact_field_unknown"]),
        ({"field": "area_m2.unit"}, ["fact_field_unknown"]),
        ({"field": ""}, ["fact_field_unknown"]),
        ({"field": "id", "value": "other"}, ["fact_field_protected"]),
        ({"field": "source.title", "value": "other"}, ["fact_field_protected"]),
        ({"field": "confidence", "reason": ""}, ["fact_text_missing", "fact_field_protected"]),
        ({"value": "x", "reason": ""}, ["fact_text_missing", "fact_value_of_other_kind"]),
    ],
)
def test_reasons_against_a_change(changes: dict[str, Any], expected: list[str]) -> None:
    assert codes(**changes) == expected


def test_reasons_against_going_back() -> None:
    assert reasons_against_restoring("area_m2", changed=True, reason="mistaken") == []
    found = reasons_against_restoring("area_m2", changed=False, reason="")
    assert [reason.code for reason in found] == ["fact_text_missing", "fact_not_changed_here"]


@pytest.mark.parametrize(
    ("field", "text_read", "expected"),
    [
        (None, "Licence 5", []),
        ("days.min", "Licence 5", []),
        ("days.most", "", ["fact_text_missing", "fact_field_unknown"]),
        ("source", "Licence 5", ["fact_field_protected"]),
        (None, "x" * 501, ["fact_text_too_long"]),
    ],
)
def test_reasons_against_a_confirmation(field: str | None, text_read: str, expected: list[str]) -> None:
    found = reasons_against_confirmation(SHIPPED, field, text_read=text_read)
    assert [reason.code for reason in found] == expected


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ({"a": [1, 2.5, None, True, "å"]}, True),
        ((1, 2), False),
        ({1: "a"}, False),
        ({"a": {1}}, False),
        (float("inf"), False),
        ("\x00", False),
        ("\ud800", False),
    ],
)
def test_only_what_json_gives_back_unchanged_is_plain(value: Any, plain: bool) -> None:
    assert is_plain_json(value) is plain


def test_paths_lead_through_objects_only() -> None:
    assert value_at(SHIPPED, "days.min") == 1
    assert value_at(SHIPPED, "services.0") is MISSING
    assert value_at(SHIPPED, "opened.year") is MISSING
    assert with_value(SHIPPED, "services.0", "c") is None
    assert with_value(SHIPPED, "days.most", 9) is None


@pytest.mark.parametrize(
    ("shipped", "move", "now"),
    [
        ({**SHIPPED, "area_m2": 1150}, Move.SHIPPED_VALUE_MOVED, 1150),
        ({**SHIPPED, "area_m2": 1200}, Move.SHIPPED_VALUE_CAUGHT_UP, 1200),
        ({"id": "unit"}, Move.FIELD_GONE, None),
        (None, Move.FIELD_GONE, None),
    ],
)
def test_an_update_shows_what_moved_under_a_local_change(
    shipped: dict[str, Any] | None, move: Move, now: Any
) -> None:
    changed = revision("area_m2", 1200, shipped_value=1100)
    (found,) = differences("facilities", "unit", shipped, [changed], [])
    assert (found.field, found.move) == ("area_m2", move)
    assert (found.local_value, found.shipped_then, found.shipped_now) == (1200, 1100, now)


def test_an_update_that_moves_nothing_shows_nothing() -> None:
    changed = revision("area_m2", 1200, shipped_value=1100)
    confirmed = [confirmation("area_m2", 1200), confirmation("status", "unknown")]
    assert differences("facilities", "unit", SHIPPED, [changed], confirmed) == []


def test_a_change_that_was_taken_back_is_no_difference() -> None:
    done = [
        revision("area_m2", 1200, shipped_value=1),
        revision("area_m2", 1, shipped_value=1, restores=True),
    ]
    assert differences("facilities", "unit", SHIPPED, done, []) == []


def test_an_update_shows_confirmations_that_no_longer_hold() -> None:
    moved = {**SHIPPED, "status": "operating"}
    confirmed = [confirmation("status", "unknown"), confirmation(None, content_of(SHIPPED))]
    found = differences("facilities", "unit", moved, [], confirmed)
    assert [(entry.field, entry.move) for entry in found] == [
        ("status", Move.CONFIRMATION_LAPSED),
        (None, Move.CONFIRMATION_LAPSED),
    ]
    assert (found[0].shipped_then, found[0].shipped_now) == ("unknown", "operating")
    assert found[1].shipped_now == content_of(moved)
