"""The words of gates, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.core.actors import Role
from portal.facilities.words import label, language
from portal.gates.rules import Gate, Standing, Verdict
from portal.reference import shipped


def gate(word: Gate) -> str:
    """Return what a gate is called."""
    return {
        Gate.PRE_GMP_EXIT: _("Pre-GMP exit"),
        Gate.GMP_ENTRY: _("GMP entry"),
        Gate.BATCH_RELEASE: _("First clinical batch release"),
    }[word]


def stands_before(word: Gate) -> str:
    """Return before what a gate stands."""
    return {
        Gate.PRE_GMP_EXIT: _("Stands before engineering runs and aseptic process simulations in a GMP room."),
        Gate.GMP_ENTRY: _(
            "Stands before process performance qualification and clinical batches in a GMP room."
        ),
        Gate.BATCH_RELEASE: _("Stands before a clinical batch is closed as certified."),
    }[word]


def standing(word: Standing) -> str:
    """Return how an item stands."""
    return {
        Standing.NOT_NEEDED: _("Not needed"),
        Standing.ACCEPTED: _("Accepted"),
        Standing.WAIVED: _("Waived"),
        Standing.GIVEN: _("Waits for review"),
        Standing.RETURNED: _("Returned"),
        Standing.RUN_OUT: _("Has run out"),
        Standing.OPEN: _("Open"),
    }[word]


KINDS: Mapping[Standing, str] = {
    Standing.NOT_NEEDED: "no",
    Standing.ACCEPTED: "done",
    Standing.WAIVED: "held",
    Standing.GIVEN: "held",
    Standing.RETURNED: "late",
    Standing.RUN_OUT: "late",
    Standing.OPEN: "open",
}
"""The kind of mark with which a standing is drawn."""


def said(value: Any) -> str:
    """Return words of a checklist in the reader's language."""
    found = shipped.in_language(value, language())
    return str(found.words) if found else ""


def role(word: Role | str) -> str:
    """Return who answers for an item; the founder's items are the team's."""
    return _("The project’s team") if word == Role.FOUNDER else label("role", str(word))


def summary(verdict: Verdict) -> str:
    """Return how a gate stands, in one line."""
    if verdict.met and not verdict.warning:
        return _("Met: %(settled)s of %(needed)s", settled=verdict.settled, needed=verdict.needed)
    if verdict.met:
        return ngettext(
            "Nothing holds it; %(num)s item warns",
            "Nothing holds it; %(num)s items warn",
            len(verdict.warning),
        )
    return ngettext("%(num)s item holds it", "%(num)s items hold it", len(verdict.holding))


FACTS = {
    "vector": lambda: _("vector"),
    "gmo_class_min": lambda: _("GMO class"),
    "process_state": lambda: _("open or closed process"),
    "donor_relation": lambda: _("autologous or allogeneic"),
    "starting_material": lambda: _("starting material"),
    "animal_origin": lambda: _("material of animal origin"),
    "cell_bank": lambda: _("cell bank"),
    "gene_modified": lambda: _("genetic modification"),
    "cell_type": lambda: _("cell type"),
    "combined_device": lambda: _("device part"),
    "shelf_life_days_max": lambda: _("shelf life"),
}


def facts(keys: tuple[str, ...]) -> str:
    """Return the names of facts on which an item depends."""
    return ", ".join(FACTS[key]() if key in FACTS else key for key in keys)
