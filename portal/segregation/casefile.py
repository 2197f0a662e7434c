"""The file formats `segregation-case/1` and `segregation-verdict/1`, and rulesets in the shape of the shipped facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from portal.core.reading import Place, Unreadable, parse_json
from portal.reference import vocabulary
from portal.segregation.rules import (
    ANY_CLASS,
    Case,
    Changeover,
    ChangeoverRecord,
    Condition,
    Effect,
    Relation,
    Ruleset,
    SegregationRule,
    Side,
    Verdict,
    When,
)

CASE_FORMAT = "segregation-case/1"
VERDICT_FORMAT = "segregation-verdict/1"
GMO_CLASS_MOST = 3
RULE_EFFECTS = tuple(effect for effect in Effect if effect is not Effect.NONE)

FACT_WORDS: Mapping[str, str] = {
    "vector": "vector_level",
    "infectious_status": "infectious_status",
    "process_state": "process_state",
    "donor_relation": "donor_relation",
    "stage": "stage",
}
"""The facts of a side that take one word, and the list that it comes from."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words that a ruleset knows: its process classes, and the events in its table."""

    classes: tuple[str, ...]
    events: tuple[str, ...]


def read_case(text: str | bytes, shipped: Ruleset) -> tuple[Case, Ruleset]:
    """Return a case and the rules to judge it by: its own, or the shipped ones where it brings none.

    Raises `Unreadable` with every mistake.
    """
    top = parse_json(text)
    if top.has(("format", "when", "shares", "a", "b"), ("name", "rules")):
        top.at("format").one_of((CASE_FORMAT,))
    given = top.at("rules")
    ruleset = _ruleset(given) if given.known else shipped
    words = words_of(ruleset)
    when = top.at("when").one_of(tuple(When))
    name = top.at("name").maybe(lambda place: place.text(empty=True))
    shares = top.at("shares").some_of(vocabulary.ids("share"))
    a, b = _side(top.at("a"), words), _side(top.at("b"), words)
    if top.mistakes:
        raise Unreadable(top.mistakes)
    return Case(name=name or "", when=When(when), shares=shares, a=a, b=b), ruleset


def read_ruleset(value: Mapping[str, Any]) -> Ruleset:
    """Return a ruleset from `segregation`, `changeover` and `changeover_classes` in the shape of the shipped facts.

    Raises `Unreadable` with every mistake.
    """
    top = Place(dict(value))
    ruleset = _ruleset(top)
    if top.mistakes:
        raise Unreadable(top.mistakes)
    return ruleset


def written_verdict(case: Case, verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as `segregation-verdict/1`."""
    between = verdict.changeover
    return {
        "format": VERDICT_FORMAT,
        "case": case.name,
        "allowed": verdict.allowed,
        "effect": verdict.effect.value,
        "rules": list(verdict.rules),
        "lifted": list(verdict.lifted),
        "changeover": None
        if between is None
        else {"id": between.id, "kind": between.kind, "days": between.days},
        "changeover_unknown": verdict.changeover_unknown,
    }


def words_of(ruleset: Ruleset) -> Words:
    """Return the process classes and events that a ruleset speaks of."""
    events = (record.event for record in ruleset.changeovers if record.event is not None)
    return Words(tuple(ruleset.ranks), tuple(dict.fromkeys(events)))


def _side(place: Place, words: Words) -> Side:
    place.has(("facts",), ("product", "patient", "event"))
    facts = place.at("facts")
    if facts.known:
        facts.has((), ("product_class", *FACT_WORDS, "gmo_class"))
    found = {
        name: frozenset({facts.at(name).one_of(vocabulary.ids(list_name))})
        for name, list_name in FACT_WORDS.items()
        if facts.at(name).known
    }
    if facts.at("product_class").known:
        found["product_class"] = facts.at("product_class").some_of(words.classes)
    return Side(
        product=place.at("product").maybe(Place.text),
        patient=place.at("patient").maybe(Place.text),
        event=place.at("event").maybe(lambda event: event.one_of(words.events)),
        facts=found,
        gmo_class=facts.at("gmo_class").maybe(lambda at: at.whole(least=0, most=GMO_CLASS_MOST)),
    )


def _ruleset(top: Place) -> Ruleset:
    top.has(("segregation", "changeover", "changeover_classes"), others=True)
    ranks = _ranks(top.at("changeover_classes"))
    classes = tuple(ranks)
    rules = [_rule(place, classes) for place in top.at("segregation").items()]
    _note_repeats(top.at("segregation"), [rule.id for rule in rules])
    known = {rule.id for rule in rules}
    for place in top.at("segregation").items():
        overrides = place.at("overrides")
        for named in overrides.items() if isinstance(overrides.value, list) else ():
            if isinstance(named.value, str) and named.value not in known:
                named.wrong(f"names a rule that is not among these: {named.value}")
    return Ruleset(rules=tuple(rules), changeovers=_changeovers(top.at("changeover"), classes), ranks=ranks)


def _ranks(place: Place) -> dict[str, int]:
    ids: list[str] = []
    ranks: dict[str, int] = {}
    for entry in place.items():
        entry.has(("id", "rank"), others=True)
        ids.append(entry.at("id").text())
        rank = entry.at("rank").maybe(Place.whole)
        if rank is not None:
            ranks[ids[-1]] = rank
        elif ids[-1] != ANY_CLASS and entry.at("rank").value is None:
            entry.at("rank").wrong(f"may be null for {ANY_CLASS!r} only")
    _note_repeats(place, ids)
    return ranks


def _rule(place: Place, classes: Collection[str]) -> SegregationRule:
    place.has(("id", "applies_when", "effect", "priority"), others=True)
    applies = place.at("applies_when")
    applies.has(("relation", "shares"), ("a", "b"))
    effect = place.at("effect").one_of(RULE_EFFECTS)
    relation = applies.at("relation").one_of(tuple(Relation))
    overrides = place.at("overrides").maybe(lambda at: [named.text() for named in at.items()])
    return SegregationRule(
        id=place.at("id").text(),
        a=_condition(applies.at("a"), classes),
        b=_condition(applies.at("b"), classes),
        relation=Relation(relation or Relation.ANY),
        shares=applies.at("shares").some_of(vocabulary.ids("share"), at_least=1),
        effect=Effect(effect or Effect.NONE),
        overrides=frozenset(overrides or ()),
        priority=place.at("priority").whole(),
    )


def _condition(place: Place, classes: Collection[str]) -> Condition:
    if not place.known:
        return Condition()
    place.has((), ("product_class", *FACT_WORDS, "gmo_class_min"))
    lists: dict[str, Collection[str]] = {"product_class": classes}
    lists |= {name: vocabulary.ids(list_name) for name, list_name in FACT_WORDS.items()}
    return Condition(
        facts={
            name: place.at(name).some_of(words, at_least=1)
            for name, words in lists.items()
            if place.at(name).known
        },
        gmo_class_min=place.at("gmo_class_min").maybe(lambda at: at.whole(least=1, most=GMO_CLASS_MOST)),
    )


def _changeovers(place: Place, classes: Collection[str]) -> tuple[ChangeoverRecord, ...]:
    entries = place.items()
    records = [_changeover(entry, (*classes, ANY_CLASS)) for entry in entries]
    _note_repeats(place, [record.changeover.id for record in records])
    first: dict[tuple[str, ...], int] = {}
    for index, (entry, record) in enumerate(zip(entries, records, strict=True)):
        earlier = first.setdefault(_occasion(record), index)
        if earlier != index:
            entry.wrong(f"is for the same occasion as {place.path}[{earlier}]")
    return tuple(records)


def _changeover(place: Place, classes: Collection[str]) -> ChangeoverRecord:
    place.has(("id", "from", "to", "kind", "days"), others=True)
    before, after, days = place.at("from"), place.at("to"), place.at("days")
    before.has(("class",), ("event",))
    after.has(("class",), ("same_product",))
    days.has(("default",), ("min", "max"))
    default = days.at("default").whole(least=0)
    least = days.at("min").maybe(lambda at: at.whole(least=0))
    most = days.at("max").maybe(lambda at: at.whole(least=0))
    if (least is not None and least > default) or (most is not None and most < default):
        days.wrong("needs min ≤ default ≤ max")
    return ChangeoverRecord(
        changeover=Changeover(id=place.at("id").text(), kind=place.at("kind").text(), days=default),
        from_class=before.at("class").one_of(classes),
        to_class=after.at("class").one_of(classes),
        event=before.at("event").maybe(Place.text),
        same_product=after.at("same_product").maybe(Place.truth) or False,
    )


def _occasion(record: ChangeoverRecord) -> tuple[str, ...]:
    # After an event, and within a product, the table has one line whatever the classes are.
    if record.event is not None:
        return ("event", record.event)
    if record.same_product:
        return ("same product",)
    return ("classes", record.from_class, record.to_class)


def _note_repeats(place: Place, ids: list[str]) -> None:
    for found, times in Counter(ids).items():
        if found and times > 1:
            place.wrong(f"has {times} entries with the id {found}")
