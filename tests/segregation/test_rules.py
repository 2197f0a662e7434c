"""The rules of segregation, held against the format's samples, a second reading of the format, and common sense."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.reference.shipped import records
from portal.segregation.casefile import read_case, written_verdict
from portal.segregation.rules import (
    Case,
    Changeover,
    ChangeoverRecord,
    Condition,
    Effect,
    Relation,
    Ruleset,
    SegregationRule,
    Side,
    When,
    changeover_between,
    highest_class,
    judge,
)
from portal.segregation.shipped import shipped_ruleset
from tests.segregation import oracle, strategies

SAMPLES = json.loads((Path(__file__).parent / "samples" / "cases.expected.json").read_text(encoding="utf-8"))
SHIPPED = {
    "segregation": records("segregation_rules"),
    "changeover": records("changeovers"),
    "changeover_classes": records("changeover_classes"),
}

UNKNOWN = Side()


def judged(case: dict[str, Any]) -> dict[str, Any]:
    """Return the portal's verdict on a case given as JSON."""
    read, ruleset = read_case(json.dumps(case), shipped_ruleset())
    return written_verdict(read, judge(read, ruleset))


def rule(rule_id: str, effect: Effect, **changes: Any) -> SegregationRule:
    """Return a rule that matches every two sides that share a room, unless changed."""
    settings: dict[str, Any] = {
        "a": Condition(),
        "b": Condition(),
        "relation": Relation.ANY,
        "shares": frozenset({"room"}),
    }
    return SegregationRule(id=rule_id, effect=effect, **{**settings, **changes})


def case(when: When = When.CONCURRENT, a: Side = UNKNOWN, b: Side = UNKNOWN, shares: str = "room") -> Case:
    """Return a case in which nothing is known, unless given."""
    return Case(name="", when=when, shares=frozenset({shares}), a=a, b=b)


def ids_of(verdict_rules: tuple[SegregationRule, ...], found: Case) -> tuple[str, ...]:
    """Return the ids of the rules that are left."""
    return judge(found, Ruleset(rules=verdict_rules)).rules


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["case"]["name"])
def test_samples_are_judged_as_expected(sample: dict[str, Any]) -> None:
    found = judged(sample["case"])
    assert {key: found[key] for key in sample["verdict"]} == sample["verdict"]
    assert found == oracle.verdict(sample["case"], SHIPPED)


@settings(max_examples=120, deadline=None)
@given(strategies.cases())
def test_any_case_is_judged_as_a_second_reading_judges_it(drawn: dict[str, Any]) -> None:
    assert judged(drawn) == oracle.verdict(drawn, SHIPPED)


@settings(max_examples=120, deadline=None)
@given(strategies.cases_with_rules())
def test_any_ruleset_is_read_and_applied_as_a_second_reading_does(drawn: dict[str, Any]) -> None:
    assert judged(drawn) == oracle.verdict(drawn, drawn["rules"])


STRICTNESS = {
    "none": 0,
    "line_clearance_between": 1,
    "separate_air": 1,
    "decontaminate_between": 2,
    "dedicated_room": 3,
    "forbid_concurrent": 4,
}


@settings(max_examples=120, deadline=None)
@given(strategies.cases(), st.data())
def test_knowing_less_never_makes_a_verdict_milder(drawn: dict[str, Any], data: st.DataObject) -> None:
    known = judged(drawn)
    side = data.draw(st.sampled_from(["a", "b"]))
    forgotten = data.draw(st.sampled_from([*drawn[side]["facts"], "product", "patient"]))
    less = json.loads(json.dumps(drawn))
    if forgotten in {"product", "patient"}:
        less[side][forgotten] = None
    else:
        del less[side]["facts"][forgotten]
    assert STRICTNESS[judged(less)["effect"]] >= STRICTNESS[known["effect"]]


@settings(max_examples=80, deadline=None)
@given(strategies.cases())
def test_at_once_it_does_not_matter_which_side_is_named_first(drawn: dict[str, Any]) -> None:
    drawn["when"] = "concurrent"
    assert judged(drawn) == judged({**drawn, "a": drawn["b"], "b": drawn["a"]})


@pytest.mark.parametrize(
    ("when", "effects"),
    [
        (When.CONCURRENT, ["allow_concurrent", "dedicated_room", "forbid_concurrent", "separate_air"]),
        (When.A_THEN_B, ["decontaminate_between", "dedicated_room", "line_clearance_between"]),
    ],
)
def test_a_rule_is_looked_at_when_its_effect_belongs_to_the_meeting(when: When, effects: list[str]) -> None:
    known = Side(product="p")
    every = tuple(rule(effect.value, effect) for effect in Effect if effect is not Effect.NONE)
    assert sorted(ids_of(every, case(when, known, known))) == effects


def test_rules_without_anything_shared_do_not_match() -> None:
    assert ids_of((rule("r", Effect.SEPARATE_AIR),), case(shares="corridor")) == ()


@pytest.mark.parametrize(
    ("effect", "when", "swaps"),
    [
        (Effect.FORBID_CONCURRENT, When.CONCURRENT, True),
        (Effect.DEDICATED_ROOM, When.A_THEN_B, True),
        (Effect.DECONTAMINATE_BETWEEN, When.A_THEN_B, False),
        (Effect.LINE_CLEARANCE_BETWEEN, When.A_THEN_B, False),
    ],
)
def test_sides_are_swapped_only_where_order_does_not_matter(effect: Effect, when: When, swaps: bool) -> None:
    vector, none = (Side(facts={"vector": frozenset({word})}) for word in ("aav", "none"))
    wants_vector_first = rule("r", effect, a=Condition(facts={"vector": frozenset({"aav"})}))
    assert ids_of((wants_vector_first,), case(when, vector, none)) == ("r",)
    assert ids_of((wants_vector_first,), case(when, none, vector)) == (("r",) if swaps else ())


@pytest.mark.parametrize(
    ("relation", "a", "b", "restricts", "allows"),
    [
        (Relation.ANY, Side(), Side(), True, True),
        (Relation.SAME_PRODUCT, Side(product="p"), Side(product="p"), True, True),
        (Relation.SAME_PRODUCT, Side(product="p"), Side(product="q"), False, False),
        (Relation.SAME_PRODUCT, Side(product="p"), Side(), True, False),
        (Relation.SAME_PRODUCT_DIFFERENT_BATCH, Side(product="p"), Side(product="p"), True, True),
        (Relation.DIFFERENT_PRODUCT, Side(product="p"), Side(product="q"), True, True),
        (Relation.DIFFERENT_PRODUCT, Side(product="p"), Side(product="p"), False, False),
        (Relation.DIFFERENT_PRODUCT, Side(), Side(), True, False),
        (Relation.DIFFERENT_PATIENT, Side(patient="x"), Side(patient="y"), True, True),
        (Relation.DIFFERENT_PATIENT, Side(patient="x"), Side(patient="x"), False, False),
        (Relation.DIFFERENT_PATIENT, Side(product="p"), Side(product="q"), True, False),
    ],
)
def test_an_unknown_relation_holds_for_what_restricts_only(
    relation: Relation, a: Side, b: Side, restricts: bool, allows: bool
) -> None:
    restricting = rule("r", Effect.FORBID_CONCURRENT, relation=relation)
    allowing = rule("r", Effect.ALLOW_CONCURRENT, relation=relation)
    assert bool(ids_of((restricting,), case(a=a, b=b))) is restricts
    assert bool(ids_of((allowing,), case(a=a, b=b))) is allows


@pytest.mark.parametrize(
    ("gmo_class", "restricts", "allows"),
    [(None, True, False), (0, False, False), (1, False, False), (2, True, True)],
)
def test_a_gmo_class_is_met_from_the_least_upwards(
    gmo_class: int | None, restricts: bool, allows: bool
) -> None:
    least = Condition(gmo_class_min=2)
    side = Side(gmo_class=gmo_class)
    assert (
        bool(ids_of((rule("r", Effect.SEPARATE_AIR, a=least, b=least),), case(a=side, b=side))) is restricts
    )
    assert (
        bool(ids_of((rule("r", Effect.ALLOW_CONCURRENT, a=least, b=least),), case(a=side, b=side))) is allows
    )


def test_a_permission_lifts_exactly_what_it_names() -> None:
    rules = (
        rule("named", Effect.FORBID_CONCURRENT, priority=2),
        rule("other", Effect.SEPARATE_AIR, priority=1),
        rule("allows", Effect.ALLOW_CONCURRENT, overrides=frozenset({"named", "absent"})),
    )
    verdict = judge(case(), Ruleset(rules=rules))
    assert verdict.rules == ("other", "allows")
    assert verdict.lifted == ("named",)
    assert verdict.effect is Effect.SEPARATE_AIR
    assert not verdict.allowed


def test_rules_are_listed_by_priority_then_by_id() -> None:
    rules = (
        rule("b", Effect.SEPARATE_AIR, priority=1),
        rule("c", Effect.SEPARATE_AIR, priority=9),
        rule("a", Effect.SEPARATE_AIR, priority=1),
    )
    assert ids_of(rules, case()) == ("c", "a", "b")


def line(record_id: str, before: str, after: str, **changes: Any) -> ChangeoverRecord:
    """Return a line of a table of changeovers."""
    return ChangeoverRecord(
        changeover=Changeover(record_id, "cleaning", 1), from_class=before, to_class=after, **changes
    )


def test_after_an_event_the_event_decides_then_the_product_then_the_classes() -> None:
    table = Ruleset(
        changeovers=(
            line("classes", "k", "k"),
            line("product", "any", "any", same_product=True),
            line("event", "any", "any", event="flood"),
        )
    )
    asked = [
        changeover_between(table, "k", "k", same_product=True, event="flood"),
        changeover_between(table, "k", "k", same_product=True),
        changeover_between(table, "k", "k"),
    ]
    assert [found.id if found else None for found in asked] == ["event", "product", "classes"]
    assert changeover_between(table, None, "k") is None
    assert changeover_between(table, "k", None) is None
    assert changeover_between(table, "k", "k", event="fire") is None


def test_a_class_without_a_line_of_its_own_takes_that_for_any_class() -> None:
    table = Ruleset(changeovers=(line("all", "any", "any"), line("to", "any", "k"), line("from", "k", "any")))
    asked = [("k", "k"), ("k", "m"), ("m", "k"), ("m", "m")]
    found = [changeover_between(table, before, after) for before, after in asked]
    assert [entry.id if entry else None for entry in found] == ["from", "from", "to", "all"]


def test_of_several_classes_the_highest_rank_counts_and_of_equals_the_first_id() -> None:
    ranks = Ruleset(ranks={"b": 2, "a": 2, "c": 1})
    assert highest_class(frozenset({"c", "b", "a"}), ranks) == "a"
    assert highest_class(frozenset({"c"}), ranks) == "c"
    assert highest_class(frozenset(), ranks) is None


def test_nothing_known_of_two_products_in_one_room_is_the_worst_that_can_be() -> None:
    found = judge(case(), shipped_ruleset())
    assert found.effect is Effect.FORBID_CONCURRENT
    assert not found.allowed
    after = judge(case(When.A_THEN_B), shipped_ruleset())
    assert after.effect is Effect.DEDICATED_ROOM
    assert after.changeover is None
    assert after.changeover_unknown
