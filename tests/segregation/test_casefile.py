"""Reading a segregation case: every mistake is listed with its path, and nothing else is guessed."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from portal.core.reading import Unreadable
from portal.segregation.casefile import read_case, read_ruleset
from portal.segregation.shipped import shipped_ruleset

Json = dict[str, Any]


def a_case(**changes: Any) -> Json:
    """Return a case that is right, with changes at its top."""
    return {
        "format": "segregation-case/1",
        "name": "two vectors",
        "rules": None,
        "when": "concurrent",
        "shares": ["room"],
        "a": {"product": "p1", "patient": None, "event": None, "facts": {"vector": "aav", "gmo_class": 2}},
        "b": {"product": "p2", "patient": None, "event": None, "facts": {}},
        **changes,
    }


def a_ruleset(**changes: Any) -> Json:
    """Return a ruleset that is right, with changes at its top."""
    return {
        "segregation": [
            {
                "id": "r1",
                "applies_when": {
                    "a": {"product_class": ["k"]},
                    "b": {},
                    "relation": "any",
                    "shares": ["room"],
                },
                "effect": "separate_air",
                "overrides": [],
                "priority": 1,
            }
        ],
        "changeover": [
            {
                "id": "c1",
                "from": {"class": "k"},
                "to": {"class": "k"},
                "kind": "cleaning",
                "days": {"default": 1, "min": 1, "max": 2},
            }
        ],
        "changeover_classes": [{"id": "k", "rank": 1}, {"id": "any", "rank": None}],
        **changes,
    }


def mistakes(value: object) -> list[str]:
    """Return the mistakes that reading finds, each in one line."""
    with pytest.raises(Unreadable) as caught:
        read_case(value if isinstance(value, str | bytes) else json.dumps(value), shipped_ruleset())
    return [str(mistake) for mistake in caught.value.mistakes]


def test_what_is_absent_or_null_is_not_known() -> None:
    case, ruleset = read_case(json.dumps(a_case(b={"facts": {"vector": None}})), shipped_ruleset())
    assert ruleset is shipped_ruleset()
    assert case.a.gmo_class == 2
    assert case.a.facts == {"vector": frozenset({"aav"})}
    assert (case.b.product, case.b.patient, case.b.event, case.b.gmo_class) == (None, None, None, None)
    assert case.b.facts == {}


def test_a_given_ruleset_goes_before_the_shipped_one() -> None:
    case, ruleset = read_case(json.dumps(a_case(rules=a_ruleset())), shipped_ruleset())
    assert [rule.id for rule in ruleset.rules] == ["r1"]
    assert ruleset.ranks == {"k": 1}
    assert case.name == "two vectors"


def test_every_mistake_is_listed_with_its_path() -> None:
    wrong = a_case(
        format="segregation-case/2",
        when="later",
        shares=["room", "kitchen", 3],
        a={"product": 7, "event": "party", "facts": {"vector": "AAV", "gmo_class": 4, "colour": "red"}},
        b={"product": "", "facts": {"product_class": ["aav", "any"], "stage": ["gmp"]}},
        extra=1,
    )
    assert [line.split(":")[0] for line in mistakes(wrong)] == [
        "extra",
        "format",
        "when",
        "shares[1]",
        "shares[2]",
        "a.facts.colour",
        "a.facts.vector",
        "a.product",
        "a.event",
        "a.facts.gmo_class",
        "b.facts.stage",
        "b.facts.product_class[1]",
        "b.product",
    ]


@pytest.mark.parametrize("missing", ["format", "when", "shares", "a", "b"])
def test_what_is_missing_is_named(missing: str) -> None:
    wrong = {key: value for key, value in a_case().items() if key != missing}
    assert mistakes(wrong) == [f"{missing}: is missing"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is not JSON: Expecting value (line 1, column 1)"),
        ("[]", "has to be an object, not a list"),
        ("null", "has to be an object, not null"),
        (b"\xff{}", "is not text in UTF-8 (byte 0)"),
        ("[" * 100_000, "is nested too deeply"),
        ("1" * 5000, "holds a number that is too long"),
    ],
)
def test_a_text_that_is_no_case_is_refused(text: str | bytes, sentence: str) -> None:
    assert mistakes(text) == [sentence]


def test_a_key_that_is_written_twice_is_a_mistake() -> None:
    text = json.dumps(a_case()).replace('"gmo_class": 2', '"gmo_class": 2, "gmo_class": 0')
    assert mistakes(text) == ["a.facts.gmo_class: is there twice"]


@pytest.mark.parametrize("value", [True, 2.0, "2", -1, 4, [2]])
def test_a_gmo_class_is_a_whole_number_from_0_to_3(value: object) -> None:
    (line,) = mistakes(a_case(a={"facts": {"gmo_class": value}}))
    assert line.startswith("a.facts.gmo_class: has to be a whole number")


def test_facts_of_a_given_ruleset_are_held_against_its_own_classes_and_events() -> None:
    wrong = a_case(rules=a_ruleset(), a={"event": "construction", "facts": {"product_class": ["aav"]}})
    assert mistakes(wrong) == [
        'a.facts.product_class[0]: "aav" is none of k',
        'a.event: "construction" is unknown here, and so is every word',
    ]


def changed(path: str, value: object) -> Callable[[Json], None]:
    """Return what puts a value at a dotted path; numbers are places in lists."""

    def change(ruleset: Any) -> None:
        *steps, last = (int(step) if step.isdigit() else step for step in path.split("."))
        for step in steps:
            ruleset = ruleset[step]
        ruleset[last] = value

    return change


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        ("segregation", None, "rules.segregation: has to be a list, not null"),
        ("segregation.0.effect", "forbid", 'rules.segregation[0].effect: "forbid" is none of'),
        ("segregation.0.effect", "none", 'rules.segregation[0].effect: "none" is none of'),
        ("segregation.0.priority", "high", "rules.segregation[0].priority: has to be a whole number"),
        ("segregation.0.overrides", ["r9"], "rules.segregation[0].overrides[0]: names a rule that is not"),
        ("segregation.0.overrides", "r1", 'rules.segregation[0].overrides: has to be a list, not "r1"'),
        (
            "segregation.0.applies_when.relation",
            "cousins",
            'rules.segregation[0].applies_when.relation: "cousins"',
        ),
        (
            "segregation.0.applies_when.shares",
            [],
            "rules.segregation[0].applies_when.shares: needs at least 1",
        ),
        (
            "segregation.0.applies_when.a.vecor",
            ["aav"],
            "rules.segregation[0].applies_when.a.vecor: is not a",
        ),
        (
            "segregation.0.applies_when.a.vector",
            "aav",
            "rules.segregation[0].applies_when.a.vector: has to be",
        ),
        ("segregation.0.applies_when.a.product_class", ["m"], "rules.segregation[0].applies_when.a.product_"),
        (
            "segregation.0.applies_when.b.gmo_class_min",
            0,
            "rules.segregation[0].applies_when.b.gmo_class_min",
        ),
        ("changeover.0.days.default", -1, "rules.changeover[0].days.default: has to be a whole number of at"),
        ("changeover.0.days.default", 5, "rules.changeover[0].days: needs min ≤ default ≤ max"),
        ("changeover.0.from.class", "m", 'rules.changeover[0].from.class: "m" is none of k, any'),
        (
            "changeover.0.to.same_product",
            "yes",
            "rules.changeover[0].to.same_product: has to be true or false",
        ),
        ("changeover_classes.0.rank", None, "rules.changeover_classes[0].rank: may be null for 'any' only"),
    ],
)
def test_mistakes_in_a_given_ruleset_are_listed(path: str, value: object, line: str) -> None:
    ruleset = a_ruleset()
    changed(path, value)(ruleset)
    assert any(found.startswith(line) for found in mistakes(a_case(rules=ruleset)))


def test_two_entries_of_one_id_or_one_occasion_are_a_mistake() -> None:
    ruleset = a_ruleset()
    for key in ("segregation", "changeover", "changeover_classes"):
        ruleset[key].append(ruleset[key][0])
    assert [line for line in mistakes(a_case(rules=ruleset)) if "id" in line or "occasion" in line] == [
        "rules.changeover_classes: has 2 entries with the id k",
        "rules.segregation: has 2 entries with the id r1",
        "rules.changeover: has 2 entries with the id c1",
        "rules.changeover[1]: is for the same occasion as rules.changeover[0]",
    ]


def test_a_ruleset_alone_is_read_or_refused() -> None:
    assert [rule.id for rule in read_ruleset(a_ruleset()).rules] == ["r1"]
    with pytest.raises(Unreadable) as caught:
        read_ruleset({"segregation": []})
    assert [mistake.path for mistake in caught.value.mistakes] == ["changeover", "changeover_classes"]
