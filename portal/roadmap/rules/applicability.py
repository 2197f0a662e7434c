"""Which steps apply to a project, in three-valued logic: yes, no, and not known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from portal.roadmap.rules.values import AppliesTo, Catalogue, Condition, Project, Stated

Truth = bool | None

ANYWHERE = "EU"
YES_OR_NO = ("gmo", "orphan", "paediatric", "autologous")


def reasons_against_step(
    applies_to: AppliesTo, project: Project, truths: Mapping[str, Truth]
) -> tuple[str, ...]:
    """Return the names of everything for which a step is not for a project; an empty tuple means it applies."""
    states = project.states
    reasons = []
    if applies_to.product_class is not None and states.get("product_class") not in applies_to.product_class:
        reasons.append("product_class")
    if applies_to.organisation is not None and not _is_meant(states, applies_to.organisation):
        reasons.append("organisation")
    for name in YES_OR_NO:
        wanted = getattr(applies_to, name)
        if wanted is not None and states.get(name) is not wanted:
            reasons.append(name)
    if applies_to.country not in {None, ANYWHERE, states.get("country")}:
        reasons.append("country")
    if applies_to.condition is not None:
        holds = condition_holds(applies_to.condition, truths)
        if holds is not True:
            reasons.append("condition_unanswered" if holds is None else "condition")
    return tuple(reasons)


def truths_of(catalogue: Catalogue, project: Project, answers: Mapping[str, bool]) -> dict[str, Truth]:
    """Return what is known of each fact: as answered, else as derived, else None."""
    return {
        fact: answers[fact] if fact in answers else _derived(derived, project.states)
        for fact, derived in catalogue.facts.items()
    }


def condition_holds(condition: Condition, truths: Mapping[str, Truth]) -> Truth:
    """Say whether every part of a condition holds, or None where that is not known."""
    parts: list[Truth] = []
    if condition.all_of is not None:
        parts.append(all_hold(truths[fact] for fact in condition.all_of))
    if condition.any_of is not None:
        parts.append(any_holds(truths[fact] for fact in condition.any_of))
    if condition.none_of is not None:
        parts.append(opposite(any_holds(truths[fact] for fact in condition.none_of)))
    return all_hold(parts)


def all_hold(truths: Iterable[Truth]) -> Truth:
    """Return False if one is false, else None if one is unknown, else True."""
    found = set(truths)
    if False in found:
        return False
    return None if None in found else True


def any_holds(truths: Iterable[Truth]) -> Truth:
    """Return True if one is true, else None if one is unknown, else False."""
    return opposite(all_hold(map(opposite, truths)))


def opposite(truth: Truth) -> Truth:
    """Return the other truth; the opposite of unknown is unknown."""
    return None if truth is None else not truth


def _is_meant(states: Mapping[str, Stated], organisations: frozenset[str]) -> bool:
    kind = states.get("organisation_kind")
    return kind in organisations or (kind == "sme" and "company" in organisations)


def _derived(derived: Mapping[str, tuple[Stated, ...]] | None, states: Mapping[str, Stated]) -> Truth:
    if derived is None or any(name not in states for name in derived):
        return None
    # 1 and true are equal to Python, and not to a catalogue.
    return all(
        any(states[name] == value and type(states[name]) is type(value) for value in values)
        for name, values in derived.items()
    )
