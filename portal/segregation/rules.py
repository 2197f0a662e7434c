"""What two pieces of work may share, and what lies between them: pure functions of a ruleset and two sides."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from portal.core.actors import Actor, Role
from portal.core.errors import Reason


class When(StrEnum):
    """Whether two pieces of work go on at once or one after the other."""

    CONCURRENT = "concurrent"
    A_THEN_B = "a_then_b"


class Effect(StrEnum):
    """What a rule asks for."""

    FORBID_CONCURRENT = "forbid_concurrent"
    DEDICATED_ROOM = "dedicated_room"
    SEPARATE_AIR = "separate_air"
    DECONTAMINATE_BETWEEN = "decontaminate_between"
    LINE_CLEARANCE_BETWEEN = "line_clearance_between"
    ALLOW_CONCURRENT = "allow_concurrent"
    NONE = "none"


class Relation(StrEnum):
    """How two pieces of work are related for a rule to apply."""

    ANY = "any"
    SAME_PRODUCT = "same_product"
    SAME_PRODUCT_DIFFERENT_BATCH = "same_product_different_batch"
    DIFFERENT_PRODUCT = "different_product"
    DIFFERENT_PATIENT = "different_patient"


STRICTEST_FIRST: Mapping[When, tuple[Effect, ...]] = {
    When.CONCURRENT: (Effect.FORBID_CONCURRENT, Effect.DEDICATED_ROOM, Effect.SEPARATE_AIR),
    When.A_THEN_B: (Effect.DEDICATED_ROOM, Effect.DECONTAMINATE_BETWEEN, Effect.LINE_CLEARANCE_BETWEEN),
}
FORBIDDING: Mapping[When, frozenset[Effect]] = {
    When.CONCURRENT: frozenset(STRICTEST_FIRST[When.CONCURRENT]),
    When.A_THEN_B: frozenset({Effect.DEDICATED_ROOM}),
}
ANY_CLASS = "any"
RESTRICTING = (*STRICTEST_FIRST[When.CONCURRENT], *STRICTEST_FIRST[When.A_THEN_B][1:])
"""What a rule may ask for, the strictest first."""
REASON_MOST = 2000


class Stance(StrEnum):
    """What a facility's QA says of a rule for its own rooms."""

    ADOPTED = "adopted"
    TIGHTENED = "tightened"
    SET_ASIDE = "set_aside"


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of two pieces of work; a fact that is not there is not known.

    `facts` maps `product_class`, `vector` and the like to the values that hold.
    """

    product: str | None = None
    patient: str | None = None
    event: str | None = None
    facts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    gmo_class: int | None = None

    @property
    def classes(self) -> frozenset[str]:
        """Return the process classes that the work belongs to; none means not known."""
        return self.facts.get("product_class", frozenset())

    @cached_property
    def kind(self) -> Hashable:
        """Return what every rule asks of one side alone: all but which product it is."""
        facts = frozenset(self.facts.items())
        return self.product is None, self.patient, self.event, facts, self.gmo_class


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What a rule asks of one side: each fact in its list, and a GMO class of at least so much."""

    facts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    gmo_class_min: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SegregationRule:
    """A rule: for which two sides it holds, and what it asks for."""

    id: str
    a: Condition
    b: Condition
    relation: Relation
    shares: frozenset[str]
    effect: Effect
    overrides: frozenset[str] = frozenset()
    priority: int = 0

    @property
    def allows(self) -> bool:
        """Say whether the rule allows something instead of asking for something."""
        return self.effect is Effect.ALLOW_CONCURRENT


@dataclass(frozen=True, slots=True)
class Changeover:
    """What is done to a cleanroom between two uses, and how many calendar days it takes unless said otherwise."""

    id: str
    kind: str
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeoverRecord:
    """A line of the table of changeovers: after what, before what, and which changeover."""

    changeover: Changeover
    from_class: str
    to_class: str
    event: str | None = None
    same_product: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruleset:
    """All rules, the table of changeovers, and the rank of each process class."""

    rules: tuple[SegregationRule, ...] = ()
    changeovers: tuple[ChangeoverRecord, ...] = ()
    ranks: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Two pieces of work, whether they go on at once, and what they have in common.

    What nobody has stated of them counts as the worse, unless `unknown_counts` says that only what is stated does.
    """

    name: str
    when: When
    shares: frozenset[str]
    a: Side
    b: Side
    unknown_counts: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a ruleset says of a case: the rules by priority, what was lifted, and the changeover between."""

    allowed: bool
    effect: Effect
    rules: tuple[str, ...]
    lifted: tuple[str, ...]
    changeover: Changeover | None
    changeover_unknown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """The rules of one facility: those that block there, and all that are in play, of which the others warn."""

    blocking: Ruleset = field(default_factory=Ruleset)
    in_play: Ruleset = field(default_factory=Ruleset)
    known: dict[Hashable, Finding | None] = field(default_factory=dict, compare=False, repr=False)
    """What was found before: a search meets the same kinds of work thousands of times."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The rule that speaks against two pieces of work, and whether it blocks or only warns."""

    rule: str
    effect: Effect
    blocks: bool


def finding(case: Case, book: Rulebook) -> Finding | None:
    """Return what a facility's rules have against a case: what blocks goes before what warns; None means nothing."""
    alike = _alike(case)
    if alike not in book.known:
        book.known[alike] = _finding(case, book)
    return book.known[alike]


def _alike(case: Case) -> Hashable:
    """Return what two cases share that every rule answers alike: of two products only whether they are the same counts."""
    same_product = case.a.product == case.b.product
    return case.when, case.shares, case.unknown_counts, same_product, case.a.kind, case.b.kind


def _finding(case: Case, book: Rulebook) -> Finding | None:
    for blocks, ruleset in ((True, book.blocking), (False, book.in_play)):
        verdict = judge(case, ruleset)
        if not verdict.allowed:
            effects = {rule.id: rule.effect for rule in ruleset.rules}
            rule = next(rule for rule in verdict.rules if effects[rule] is verdict.effect)
            return Finding(rule, verdict.effect, blocks)
    return None


def unknown_facts(case: Case, rule: SegregationRule) -> frozenset[str]:
    """Return the facts that a rule asks of side a and that nobody has stated there, on whichever side of the rule."""
    asked = {*rule.a.facts, *rule.b.facts}
    missing = {name for name in asked if not case.a.facts.get(name)}
    if case.a.gmo_class is None and (rule.a.gmo_class_min or rule.b.gmo_class_min):
        missing.add("gmo_class")
    return frozenset(missing)


def may_decide(actor: Actor, *, facility_id: int) -> bool:
    """Only QA of a facility says which rules hold in its rooms, and what they share."""
    return actor.holds(Role.QA, facility_id)


def reasons_against_stance(
    rule: SegregationRule, stance: Stance, *, effect: Effect | None, shares: frozenset[str], reason: str
) -> list[Reason]:
    """Return everything that stands against what QA says of a rule; `rule` is as it is shipped.

    To tighten is to ask for something stricter, or to ask it of rooms that share more; never less.
    """
    reasons = reasons_against_text(reason)
    if stance is not Stance.TIGHTENED:
        return reasons
    if rule.allows:
        return [*reasons, Reason("rule_only_allows", field="stance")]
    stricter = effect is not None and RESTRICTING.index(effect) < RESTRICTING.index(rule.effect)
    looser = effect is not None and RESTRICTING.index(effect) > RESTRICTING.index(rule.effect)
    if looser or not (stricter or shares - rule.shares):
        reasons.append(Reason("rule_not_tighter", field="effect"))
    return reasons


def reasons_against_text(reason: str) -> list[Reason]:
    """Return what stands against the words that QA signs."""
    if not reason.strip():
        return [Reason("segregation_needs_words", field="reason")]
    if len(reason) > REASON_MOST:
        return [Reason("segregation_words_too_long", {"most": REASON_MOST}, field="reason")]
    return []


def judge(case: Case, ruleset: Ruleset) -> Verdict:
    """Return the strictest effect of all rules that match and are not lifted, and the changeover between the two."""
    matching = [rule for rule in ruleset.rules if rule_matches(rule, case)]
    named = frozenset[str]().union(*(rule.overrides for rule in matching if rule.allows))
    left = sorted(
        (rule for rule in matching if rule.id not in named), key=lambda rule: (-rule.priority, rule.id)
    )
    asked = {rule.effect for rule in left}
    effect = next((found for found in STRICTEST_FIRST[case.when] if found in asked), Effect.NONE)
    changeover = changeover_of(case, ruleset)
    return Verdict(
        allowed=effect not in FORBIDDING[case.when],
        effect=effect,
        rules=tuple(rule.id for rule in left),
        lifted=tuple(sorted(rule.id for rule in matching if rule.id in named)),
        changeover=changeover,
        changeover_unknown=case.when is When.A_THEN_B and changeover is None,
    )


def rule_matches(rule: SegregationRule, case: Case) -> bool:
    """Say whether a rule speaks of a case: of its kind of meeting, of something shared, and of both sides."""
    if rule.shares.isdisjoint(case.shares):
        return False
    if rule.effect not in STRICTEST_FIRST[case.when] and not (rule.allows and case.when is When.CONCURRENT):
        return False
    unknown = case.unknown_counts and not rule.allows
    if not _relation_holds(rule, case.a, case.b, unknown=unknown):
        return False
    may_swap = case.when is When.CONCURRENT or rule.effect is Effect.DEDICATED_ROOM
    return _sides_match(rule, case.a, case.b, unknown=unknown) or (
        may_swap and _sides_match(rule, case.b, case.a, unknown=unknown)
    )


def changeover_of(case: Case, ruleset: Ruleset) -> Changeover | None:
    """Return what lies between the two when b follows a, or None at once or where a class is not known."""
    if case.when is When.CONCURRENT:
        return None
    return changeover_between(
        ruleset,
        highest_class(case.a.classes, ruleset),
        highest_class(case.b.classes, ruleset),
        same_product=case.a.product is not None and case.a.product == case.b.product,
        event=case.a.event,
    )


def changeover_between(
    ruleset: Ruleset,
    previous_class: str | None,
    next_class: str | None,
    *,
    same_product: bool = False,
    event: str | None = None,
) -> Changeover | None:
    """Return the changeover after an event, else within a product, else from class to class.

    None means that a class is not known, or that the table is silent.
    """
    if event is not None:
        lines = [line for line in ruleset.changeovers if line.event == event]
    elif same_product:
        lines = [line for line in ruleset.changeovers if line.same_product and line.event is None]
    elif previous_class is None or next_class is None:
        lines = []
    else:
        lines = [
            line
            for line in ruleset.changeovers
            if line.event is None
            and not line.same_product
            and line.from_class in {previous_class, ANY_CLASS}
            and line.to_class in {next_class, ANY_CLASS}
        ]
    lines.sort(key=lambda line: (line.from_class == ANY_CLASS, line.to_class == ANY_CLASS))
    return lines[0].changeover if lines else None


def highest_class(classes: frozenset[str], ruleset: Ruleset) -> str | None:
    """Return the class of the highest rank, of equals the one whose id comes first, or None where there is none."""
    return min(classes, key=lambda found: (-ruleset.ranks[found], found), default=None)


def _relation_holds(rule: SegregationRule, a: Side, b: Side, *, unknown: bool) -> bool:
    if rule.relation is Relation.ANY:
        return True
    of_patients = rule.relation is Relation.DIFFERENT_PATIENT
    one, other = (a.patient, b.patient) if of_patients else (a.product, b.product)
    if one is None or other is None:
        return unknown
    wants_equal = rule.relation in {Relation.SAME_PRODUCT, Relation.SAME_PRODUCT_DIFFERENT_BATCH}
    return (one == other) is wants_equal


def _sides_match(rule: SegregationRule, first: Side, second: Side, *, unknown: bool) -> bool:
    return _side_matches(rule.a, first, unknown=unknown) and _side_matches(rule.b, second, unknown=unknown)


def _side_matches(condition: Condition, side: Side, *, unknown: bool) -> bool:
    for name, wanted in condition.facts.items():
        values = side.facts.get(name)
        holds = not values.isdisjoint(wanted) if values else unknown
        if not holds:
            return False
    if condition.gmo_class_min is None:
        return True
    return unknown if side.gmo_class is None else side.gmo_class >= condition.gmo_class_min
