"""A second reading of the rules of segregation, on plain JSON and by listing everything; shares nothing with the portal's."""

from itertools import product
from typing import Any

Json = dict[str, Any]

LOOKED_AT = {
    "concurrent": {"forbid_concurrent", "dedicated_room", "separate_air", "allow_concurrent"},
    "a_then_b": {"decontaminate_between", "line_clearance_between", "dedicated_room"},
}
ORDER = {
    "concurrent": ["forbid_concurrent", "dedicated_room", "separate_air"],
    "a_then_b": ["dedicated_room", "decontaminate_between", "line_clearance_between"],
}
EVERY_RESTRICTION = sorted({effect for effects in LOOKED_AT.values() for effect in effects})


def verdict(case: Json, rules: Json) -> Json:
    """Return what the format's rules 1 to 7 say of a case."""
    matching = [rule for rule in rules["segregation"] if matches(rule, case)]
    ids = {rule["id"] for rule in matching}
    lifted = {
        overridden
        for rule in matching
        if rule["effect"] == "allow_concurrent"
        for overridden in rule["overrides"]
        if overridden in ids
    }
    left = [rule for rule in matching if rule["id"] not in lifted]
    effect = "none"
    for candidate in reversed(ORDER[case["when"]]):
        if any(rule["effect"] == candidate for rule in left):
            effect = candidate
    between = changeover(case, rules) if case["when"] == "a_then_b" else None
    forbidding = (
        {"none"} if case["when"] == "concurrent" else {*EVERY_RESTRICTION, "none"} - {"dedicated_room"}
    )
    by_id = sorted(left, key=lambda rule: str(rule["id"]))
    return {
        "format": "segregation-verdict/1",
        "case": case["name"],
        "allowed": effect in forbidding,
        "effect": effect,
        "rules": [rule["id"] for rule in sorted(by_id, key=lambda rule: int(rule["priority"]), reverse=True)],
        "lifted": sorted(lifted),
        "changeover": between,
        "changeover_unknown": case["when"] == "a_then_b" and between is None,
    }


def matches(rule: Json, case: Json) -> bool:
    """Say whether a rule is looked at and matches, by rules 1 to 4."""
    when, applies, restricting = case["when"], rule["applies_when"], rule["effect"] != "allow_concurrent"
    if rule["effect"] not in LOOKED_AT[when]:
        return False
    if not any(one == other for one, other in product(applies["shares"], case["shares"])):
        return False
    if not related(applies["relation"], case["a"], case["b"], restricting):
        return False
    orders = [("a", "b")]
    if when == "concurrent" or rule["effect"] == "dedicated_room":
        orders.append(("b", "a"))
    return any(
        side(applies.get("a") or {}, case[first]["facts"], restricting)
        and side(applies.get("b") or {}, case[second]["facts"], restricting)
        for first, second in orders
    )


def related(relation: str, a: Json, b: Json, restricting: bool) -> bool:
    """Say whether a relation holds; what is unknown makes a restricting rule's hold."""
    if relation == "any":
        return True
    key = "patient" if relation == "different_patient" else "product"
    if a.get(key) is None or b.get(key) is None:
        return restricting
    return bool(a[key] != b[key]) if relation.startswith("different") else bool(a[key] == b[key])


def side(conditions: Json, facts: Json, restricting: bool) -> bool:
    """Say whether a side meets all conditions; what is unknown meets those of a restricting rule."""
    answers = []
    for key, wanted in conditions.items():
        fact = facts.get("gmo_class" if key == "gmo_class_min" else key)
        if fact is None:
            answers.append(restricting)
        elif key == "gmo_class_min":
            answers.append(fact >= wanted)
        elif key == "product_class":
            answers.append(bool(set(fact) & set(wanted)))
        else:
            answers.append(fact in wanted)
    return all(answers)


def changeover(case: Json, rules: Json) -> Json | None:
    """Return the changeover by rule 7."""
    a, b = case["a"], case["b"]
    if a.get("event") is not None:
        found = [line for line in rules["changeover"] if line["from"].get("event") == a["event"]]
    elif a.get("product") is not None and a.get("product") == b.get("product"):
        found = [line for line in rules["changeover"] if line["to"].get("same_product")]
    else:
        ranks = {entry["id"]: entry["rank"] for entry in rules["changeover_classes"]}
        before, after = (
            next(iter(sorted(facts.get("product_class") or [], key=lambda c: (-ranks[c], c))), None)
            for facts in (a["facts"], b["facts"])
        )
        found = [
            line
            for line in rules["changeover"]
            if (line["from"]["class"], line["to"]["class"]) == (before, after) and "event" not in line["from"]
        ]
    if not found:
        return None
    return {"id": found[0]["id"], "kind": found[0]["kind"], "days": found[0]["days"]["default"]}
