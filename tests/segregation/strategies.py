"""Made-up cases and rulesets as JSON, for property tests."""

from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]

SHARES = ["room", "air_handling", "corridor", "staff", "equipment", "storage"]
FACTS = {
    "vector": ["none", "aav", "lentiviral_retroviral", "replication_competent"],
    "infectious_status": ["negative", "positive", "unknown"],
    "process_state": ["open", "closed", "closed_isolator", "closed_automated"],
    "donor_relation": ["autologous", "allogeneic", "none"],
    "stage": ["pre_gmp", "gmp"],
}
SHIPPED_CLASSES = [
    "nonviral_cell",
    "tissue_engineered",
    "nucleic_acid",
    "aav",
    "lv_rv",
    "replication_competent",
    "infectious_material",
    "microbial",
    "microbial_spore",
    "development",
]
SHIPPED_EVENTS = ["contamination", "air_handling_stop", "construction", "planned_shutdown"]
EFFECTS = [
    "forbid_concurrent",
    "dedicated_room",
    "separate_air",
    "decontaminate_between",
    "line_clearance_between",
    "allow_concurrent",
]
RELATIONS = ["any", "same_product", "same_product_different_batch", "different_product", "different_patient"]


@st.composite
def facts(draw: st.DrawFn, classes: list[str]) -> Json:
    """Draw facts of which any may be absent or null."""
    found: Json = {}
    for name, words in FACTS.items():
        if draw(st.booleans()):
            found[name] = draw(st.sampled_from([*words, None]))
    if draw(st.booleans()):
        found["product_class"] = draw(
            st.none() | st.lists(st.sampled_from(classes), min_size=1, max_size=3, unique=True)
        )
    if draw(st.booleans()):
        found["gmo_class"] = draw(st.sampled_from([None, 0, 1, 2, 3]))
    return found


@st.composite
def sides(draw: st.DrawFn, classes: list[str], events: list[str]) -> Json:
    """Draw a side."""
    return {
        "product": draw(st.sampled_from(["p1", "p2", None])),
        "patient": draw(st.sampled_from(["x", "y", None])),
        "event": draw(st.none() | st.sampled_from(events)) if events else None,
        "facts": draw(facts(classes)),
    }


@st.composite
def cases(draw: st.DrawFn, classes: list[str] = SHIPPED_CLASSES, events: list[str] = SHIPPED_EVENTS) -> Json:
    """Draw a case for the shipped rules, or for given classes and events."""
    return {
        "format": "segregation-case/1",
        "name": draw(st.text(max_size=8)),
        "rules": None,
        "when": draw(st.sampled_from(["concurrent", "a_then_b"])),
        "shares": draw(st.lists(st.sampled_from(SHARES), unique=True)),
        "a": draw(sides(classes, events)),
        "b": draw(sides(classes, events)),
    }


@st.composite
def conditions(draw: st.DrawFn, classes: list[str]) -> Json:
    """Draw what a rule asks of one side."""
    found: Json = {}
    for name, words in {**FACTS, "product_class": classes}.items():
        if draw(st.integers(0, 3)) == 0:
            found[name] = draw(st.lists(st.sampled_from(words), min_size=1, unique=True))
    if draw(st.integers(0, 3)) == 0:
        found["gmo_class_min"] = draw(st.integers(1, 3))
    return found


@st.composite
def rulesets(draw: st.DrawFn) -> Json:
    """Draw a small ruleset in the shape of the shipped one, holes in its table included."""
    classes = draw(st.lists(st.sampled_from(["k1", "k2", "k3", "k4"]), min_size=1, unique=True))
    ids = [f"r{number}" for number in range(draw(st.integers(0, 6)))]
    segregation = [
        {
            "id": rule_id,
            "name": {"en": rule_id},
            "applies_when": {
                "a": draw(conditions(classes)),
                "b": draw(conditions(classes)),
                "relation": draw(st.sampled_from(RELATIONS)),
                "shares": draw(st.lists(st.sampled_from(SHARES), min_size=1, unique=True)),
            },
            "effect": draw(st.sampled_from(EFFECTS)),
            "overrides": draw(st.lists(st.sampled_from(ids), unique=True)),
            "priority": draw(st.integers(-2, 3)),
        }
        for rule_id in ids
    ]
    lines: list[tuple[Json, Json]] = [
        ({"class": before}, {"class": after})
        for before in classes
        for after in classes
        if draw(st.integers(0, 3))
    ]
    if draw(st.booleans()):
        lines.append(({"class": "any"}, {"class": "any", "same_product": True}))
    if draw(st.booleans()):
        lines.append(({"class": "any", "event": "flood"}, {"class": "any"}))
    return {
        "segregation": segregation,
        "changeover": [
            {
                "id": f"c{number}",
                "from": before,
                "to": after,
                "kind": "cleaning",
                "days": {"default": number, "min": 0, "max": 40},
            }
            for number, (before, after) in enumerate(lines)
        ],
        "changeover_classes": [
            *({"id": found, "rank": draw(st.integers(0, 2))} for found in classes),
            {"id": "any", "rank": None},
        ],
    }


@st.composite
def cases_with_rules(draw: st.DrawFn) -> Json:
    """Draw a case that brings its own rules."""
    rules = draw(rulesets())
    classes = [entry["id"] for entry in rules["changeover_classes"] if entry["rank"] is not None]
    events = [line["from"]["event"] for line in rules["changeover"] if "event" in line["from"]]
    return {**draw(cases(classes, events)), "rules": rules}
