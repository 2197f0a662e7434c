"""The words of segregation: rules by their names, and what they ask for."""

from typing import Any

from flask_babel import get_locale, gettext

from portal.reference import shipped, vocabulary
from portal.segregation.rules import Effect, Stance

COLLECTION = "segregation_rules"


def said(value: Any) -> str:
    """Return words for people in the reader's language, or nothing."""
    found = shipped.in_language(value, str(get_locale() or "en"))
    return found.words if found else ""


def label(list_name: str, word: Any) -> str:
    """Return how the shared words call something, in the reader's language."""
    return vocabulary.label(list_name, str(word), str(get_locale() or "en"))


def rule_name(rule_id: Any) -> str:
    """Return how a rule is called."""
    if not shipped.has_record(COLLECTION, str(rule_id)):
        return str(rule_id)
    return said(shipped.record(COLLECTION, str(rule_id))["name"])


def rule_cited(rule_id: Any) -> str:
    """Return a rule's name with its source and how far to trust it."""
    if not shipped.has_record(COLLECTION, str(rule_id)):
        return str(rule_id)
    rule = shipped.record(COLLECTION, str(rule_id))
    source = shipped.source_of(rule)
    return gettext(
        "“%(rule)s” (%(source)s; confidence: %(confidence)s)",
        rule=said(rule["name"]),
        source=source.title if source else gettext("no source named"),
        confidence=confidence(shipped.confidence_of(rule)),
    )


def background_cited(fact_id: str, process: str) -> str:
    """Return for which process a background grade is asked, with its source and how far to trust it."""
    fact = shipped.record("background_required", fact_id)
    source = shipped.source_of(fact)
    names = {one["id"]: said(one) for one in shipped.document("gmp_rules")["process_types"]}
    return gettext(
        "It follows from the background for “%(process)s” (%(source)s; confidence: %(confidence)s).",
        process=names[process],
        source=source.title if source else gettext("no source named"),
        confidence=confidence(shipped.confidence_of(fact)),
    )


def confidence(level: str) -> str:
    """Return how far a fact can be trusted."""
    return {
        "official": gettext("official text"),
        "secondary": gettext("secondary source"),
        "general": gettext("general knowledge"),
    }[level]


def stance(word: Stance | None) -> str:
    """Return what QA said of a rule."""
    if word is None:
        return gettext("Warns, not adopted")
    return {
        Stance.ADOPTED: gettext("Adopted"),
        Stance.TIGHTENED: gettext("Tightened"),
        Stance.SET_ASIDE: gettext("Set aside"),
    }[word]


def fact(name: str) -> str:
    """Return what a fact of a piece of work is called."""
    return {
        "product_class": gettext("process class"),
        "vector": gettext("vector"),
        "infectious_status": gettext("infectious status of the starting material"),
        "process_state": gettext("open or closed process"),
        "donor_relation": gettext("autologous or allogeneic"),
        "stage": gettext("pre-GMP or GMP"),
        "gmo_class": gettext("GMO class"),
    }[name]


def shared(names: list[str]) -> str:
    """Return what two rooms share."""
    words = {
        "air_handling": gettext("air"),
        "corridor": gettext("corridor"),
        "staff": gettext("staff"),
        "room": gettext("room"),
        "equipment": gettext("equipment"),
        "storage": gettext("storage"),
    }
    return ", ".join(words[name] for name in names)


def listed(names: list[str]) -> str:
    """Return facts that are not known, as a list."""
    return ", ".join(fact(name) for name in names)


def stance_offered(word: Stance) -> str:
    """Return a decision about a rule as QA chooses it."""
    return {
        Stance.ADOPTED: gettext("Adopt it: from now on it blocks"),
        Stance.TIGHTENED: gettext("Tighten it: it blocks, and asks for more than shipped"),
        Stance.SET_ASIDE: gettext("Set it aside: it neither blocks nor warns"),
    }[word]


def effect(word: Effect) -> str:
    """Return what a rule asks for."""
    return {
        Effect.FORBID_CONCURRENT: gettext("Not at the same time"),
        Effect.DEDICATED_ROOM: gettext("A room of its own"),
        Effect.SEPARATE_AIR: gettext("Separate air"),
        Effect.DECONTAMINATE_BETWEEN: gettext("Decontamination between"),
        Effect.LINE_CLEARANCE_BETWEEN: gettext("Line clearance between"),
        Effect.ALLOW_CONCURRENT: gettext("Allowed at the same time"),
        Effect.NONE: gettext("Nothing"),
    }[word]
