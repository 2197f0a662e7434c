"""The rules that the portal ships, and the questions that other rooms ask of them."""

from functools import cache

from portal.reference.shipped import records
from portal.reference.vocabulary import Word, words
from portal.segregation import rules
from portal.segregation.casefile import read_ruleset
from portal.segregation.rules import Changeover, Ruleset


@cache
def shipped_ruleset() -> Ruleset:
    """Return the shipped rules, table of changeovers and ranks."""
    return read_ruleset(
        {
            "segregation": records("segregation_rules"),
            "changeover": records("changeovers"),
            "changeover_classes": records("changeover_classes"),
        }
    )


def changeover_between(
    previous_class: str | None,
    next_class: str | None,
    *,
    same_product: bool = False,
    event: str | None = None,
) -> Changeover | None:
    """Return the shipped changeover after an event, else within a product, else from class to class.

    None means that a class is not known. A facility's own days go before those given here.
    """
    return rules.changeover_between(
        shipped_ruleset(), previous_class, next_class, same_product=same_product, event=event
    )


def changeover_classes() -> tuple[Word, ...]:
    """Return the process classes with their ranks; of several that fit a product, the highest rank counts."""
    return words("process_class")


def class_that_counts(classes: frozenset[str]) -> str | None:
    """Return the class that decides on a product's changeover, or None where none is known."""
    return rules.highest_class(classes, shipped_ruleset())
