"""How the room's fields, values and groups are called, in the reader's language."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from portal.projects.models import Project
from portal.projects.rules.fields import FIELD, Kind
from portal.projects.rules.imports import Action
from portal.projects.rules.values import FieldGroup, GrantReason, TeaserWords, Visibility
from portal.reference import vocabulary
from portal.web.filters import day, money, number
from portal.web.locale import language

LABELS: Mapping[str, Any] = {
    "reference": _l("Reference"),
    "name": _l("Project name"),
    "product_class": _l("Product class"),
    "modality": _l("Modality"),
    "indication_area": _l("Indication area"),
    "indication": _l("Indication"),
    "phase": _l("Phase"),
    "phase_since": _l("In this phase since"),
    "since": _l("Since"),
    "on_hold": _l("On hold"),
    "teaser": _l("Teaser in English"),
    "teaser_sv": _l("Teaser in Swedish"),
    "autologous": _l("Autologous"),
    "gmo_class": _l("GMO class of contained use"),
    "vector": _l("Vector"),
    "vector_level": _l("Vector level"),
    "process_class": _l("Process class"),
    "process_state": _l("Open or closed process"),
    "starting_material": _l("Starting material"),
    "infectious_status": _l("Infectious status of the starting material"),
    "cell_bank": _l("Cell bank"),
    "animal_origin": _l("Materials of animal origin"),
    "shelf_life_hours": _l("Shelf life"),
    "device": _l("Contains a medical device"),
    "bsl": _l("Biosafety level"),
    "orphan": _l("Orphan designation intended"),
    "paediatric": _l("For children too"),
    "needs": _l("What the project needs"),
    "funding_min": _l("Funding sought, least"),
    "funding_max": _l("Funding sought, most"),
    "funding_currency": _l("Currency"),
    "visibility": _l("Who reads the teaser"),
    "member_name": _l("Name"),
    "member_task": _l("Task"),
    "member_email": _l("E-mail address"),
}

GROUPS: Mapping[FieldGroup, Any] = {
    FieldGroup.TEASER: _l("Teaser"),
    FieldGroup.IDENTITY: _l("Name, organisation and people"),
    FieldGroup.PROCESS: _l("Process and biosafety facts"),
    FieldGroup.ROADMAP: _l("Roadmap, readiness and needs"),
    FieldGroup.MONEY: _l("Money; with the roadmap also market access and rights"),
    FieldGroup.BOOKINGS: _l("Bookings and requests"),
}

VISIBILITIES: Mapping[Visibility, Any] = {
    Visibility.PRIVATE: _l("Only advisers"),
    Visibility.INVESTORS: _l("Advisers and investors"),
    Visibility.PUBLIC: _l("Everybody"),
}

VISIBILITY_HELP: Mapping[Visibility, Any] = {
    Visibility.PRIVATE: _l("Advisers read every teaser, so that they can find whom to help."),
    Visibility.INVESTORS: _l(
        "Every investor with an account here reads the teaser and the range of funding sought, and no name."
    ),
    Visibility.PUBLIC: _l("The teaser stands on the public pipeline page, without names."),
}

BECAUSE: Mapping[GrantReason, Any] = {
    GrantReason.REQUEST: _l("Because of a slot request to them"),
    GrantReason.CONSENT: _l("Because you said yes"),
    GrantReason.INTRODUCTION: _l("Because of an introduction"),
    GrantReason.REFERRAL: _l("Because you asked them for help"),
}

ACTIONS: Mapping[Action, Any] = {
    Action.REGISTER: _l("New project"),
    Action.EDIT: _l("Changes"),
    Action.UNCHANGED: _l("Unchanged"),
    Action.REFUSED: _l("To put right"),
}


def label(field: str) -> str:
    """Return what a field is called."""
    return str(LABELS.get(field, field))


def phase(value: str | None) -> str:
    """Return what a phase is called."""
    return vocabulary.label("phase", value, language()) if value else _("not known")


def area(value: str) -> str:
    """Return what an indication area is called."""
    return word("indication_area", value)


def product_class(value: str) -> str:
    """Return what a product class is called, for instance Gene therapy medicinal product (GTMP)."""
    return word("product_class", value)


def word(list_name: str, value: str) -> str:
    """Return what a word of the vocabulary is called; one that is no longer in its list stands as it was stored."""
    try:
        return vocabulary.label(list_name, str(value), language())
    except KeyError:
        return str(value)


def truth(value: bool | None) -> str:  # noqa: FBT001  (an answer is what this is about)
    """Return yes, no or unknown."""
    return _("unknown") if value is None else _("yes") if value else _("no")


def value_words(field: str, value: Any, *, currency: str | None = None) -> str | None:
    """Return a stored value in words, or None where it is unknown or nothing is stated."""
    if value is None or value in ("", []):
        return None
    if field in ("phase_since", "since"):
        return day(date.fromisoformat(value)) if isinstance(value, str) else day(value)
    if field == "phase":
        return phase(value)
    if field == "on_hold" or isinstance(value, bool):
        return truth(value)
    if field == "visibility":
        return str(VISIBILITIES[Visibility(value)])
    if field == "shelf_life_hours":
        return hours(value)
    if field in ("funding_min", "funding_max"):
        return _amount(value, currency)
    stated = FIELD.get(field)
    if stated is not None and stated.kind is Kind.WORDS and stated.words:
        return ", ".join(word(stated.words, one) for one in value)
    return word(stated.words, value) if stated is not None and stated.words else str(value)


def hours(value: int) -> str:
    """Return a number of hours in words, with days where they are whole."""
    if value >= 48 and value % 24 == 0:
        return ngettext("%(num)s day", "%(num)s days", value // 24)
    return ngettext("%(num)s hour", "%(num)s hours", value)


def funding(project: Project) -> str | None:
    """Return the range of funding sought in words, or None where nothing is stated."""
    return amount_range(project.funding_min, project.funding_max, project.funding_currency)


def amount_range(low: int | None, high: int | None, currency: str | None) -> str | None:
    """Return a range of whole units of a currency in words, or None where nothing is stated."""
    least, most = (_amount(bound, currency) for bound in (low, high))
    if least is None or most is None:
        return (
            _("at least %(amount)s", amount=least)
            if least
            else _("up to %(amount)s", amount=most)
            if most
            else None
        )
    return least if least == most else _("%(least)s to %(most)s", least=least, most=most)


def _amount(whole_units: int | None, currency: str | None) -> str | None:
    if whole_units is None:
        return None
    return money(whole_units * 100, currency) if currency else number(whole_units)


def teaser(words: TeaserWords) -> str:
    """Return a teaser in the reader's language, or in English where there is no other."""
    return (language() == "sv" and words.teaser_sv) or words.teaser or words.teaser_sv or ""


def title_without_name(project: Project) -> str:
    """Return a heading for those who may not know what the project is called."""
    words = phase(project.phase.value)
    return _("%(area)s, %(phase)s", area=area(project.indication_area), phase=words[:1].lower() + words[1:])
