"""How the room's fields, values and states are called, in the reader's language."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from babel import Locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from portal.partners.models import Partner
from portal.partners.rules import calls
from portal.partners.rules.calls import Call
from portal.partners.rules.fields import FIELD, Sort, is_asset
from portal.partners.rules.values import PartnerKind, PartnerState
from portal.reference import vocabulary
from portal.reference.rules import EffectiveFact
from portal.web.filters import day, money, number
from portal.web.locale import language

LABELS: Mapping[str, Any] = {
    "organisation": _l("Organisation"),
    "name": _l("Name of the fund or offer"),
    "investor_kind": _l("Kind of investor"),
    "expert_kind": _l("Kind of service"),
    "text": _l("In words, in English"),
    "text_sv": _l("In words, in Swedish"),
    "serves": _l("Which needs it serves"),
    "product_classes": _l("Product classes"),
    "modalities": _l("Modalities"),
    "indication_areas": _l("Indication areas"),
    "phases": _l("Phases"),
    "countries": _l("Countries"),
    "organisation_kinds": _l("Kinds of organisation"),
    "ticket_min": _l("Ticket, from"),
    "ticket_max": _l("Ticket, to"),
    "ticket_currency": _l("Currency"),
    "instruments": _l("Instruments"),
    "lead_or_follow": _l("Leads or follows"),
    "horizon_years": _l("Horizon"),
    "exclude_product_classes": _l("Excluded product classes"),
    "exclude_modalities": _l("Excluded modalities"),
    "exclude_indication_areas": _l("Excluded indication areas"),
    "exclude_countries": _l("Excluded countries"),
    "exclusions": _l("Other exclusions, in words"),
    "accepts_on_hold": _l("Takes projects that are on hold"),
    "eligibility": _l("Who may apply, in words"),
    "cost": _l("What it costs"),
    "calls": _l("Calls and deadlines"),
    "lead_time_days": _l("Time until help begins"),
    "opens": _l("Opens on"),
    "closes": _l("Closes on"),
    "website": _l("Website"),
    "capacity": _l("New conversations a quarter"),
    "contact": _l("Who answers for you"),
    "conflicts": _l("Conflicts of interest"),
    "competing": _l("Competing assets"),
}

PROGRAMME_FIELDS: Mapping[str, Any] = {
    "amount": _l("Cost"),
    "cost": _l("Cost"),
    "eligibility.phases": _l("Phases"),
    "gives": _l("What it gives"),
    "lead_time_days": _l("Time until help begins"),
    "needs_served": _l("Helps with"),
    "prepare": _l("What to prepare"),
    "source.published": _l("Date of the source"),
}
"""What the page of a programme calls the fields of its record that may be weaker than the rest."""

KINDS: Mapping[PartnerKind, Any] = {
    PartnerKind.INVESTOR: _l("Investor"),
    PartnerKind.SUPPORT: _l("Support"),
}
STATES: Mapping[PartnerState, Any] = {
    PartnerState.DRAFT: _l("Draft, to be confirmed"),
    PartnerState.OPEN: _l("Open"),
    PartnerState.CLOSED: _l("Closed"),
}
STATE_MARKS: Mapping[PartnerState, str] = {
    PartnerState.DRAFT: "asked",
    PartnerState.OPEN: "firm",
    PartnerState.CLOSED: "no",
}
INSTRUMENTS: Mapping[str, Any] = {
    "equity": _l("Equity"),
    "convertible": _l("Convertible"),
    "loan": _l("Loan"),
    "grant": _l("Grant"),
    "licence": _l("Licence"),
    "co_development": _l("Joint development"),
}
APPLICANTS: Mapping[str, Any] = {
    "academic": _l("Academic group"),
    "sme": _l("Small or medium-sized company"),
    "company": _l("Company"),
    "hospital": _l("Hospital"),
}
OWN_LISTS: Mapping[str, Mapping[str, Any]] = {"instruments": INSTRUMENTS, "organisation_kinds": APPLICANTS}

HAPPENED: Mapping[str, Any] = {
    "partner.entered": _l("Entered"),
    "partner.drafted": _l("Drafted by an adviser"),
    "partner.edited": _l("Changed"),
    "partner.confirmed": _l("Confirmed by the partner"),
    "partner.closed": _l("Closed"),
    "partner.reopened": _l("Reopened"),
}


def label(field: str) -> str:
    """Return what a field is called."""
    return str(LABELS.get(field, field))


def word(field: str, value: str) -> str:
    """Return what a word of a field's list is called."""
    own = OWN_LISTS.get(field)
    if own is not None:
        return str(own.get(value, value))
    list_name = FIELD[field].words if field in FIELD else field
    if list_name is None:
        return value
    try:
        return vocabulary.label(list_name, value, language())
    except KeyError:
        return value


def words(field: str, values: Iterable[str]) -> str:
    """Return several words of a field's list, with commas between."""
    return ", ".join(word(field, value) for value in values)


def countries(values: Iterable[str]) -> str:
    """Return countries and regions by name."""
    names = Locale.parse(language()).territories
    regions = {"any": _("any country"), "Nordic": _("the Nordic countries"), "EEA": _("the EEA")}
    regions |= {"associated": _("countries associated to Horizon Europe"), "Eurostars": "Eurostars"}
    return ", ".join(str(regions.get(value) or names.get(value, value)) for value in values)


def value_words(field: str, value: Any) -> str | None:
    """Return a stored value in words, or None where nothing is stated."""
    if value is None or value in ("", []):
        return None
    sort = FIELD[field].sort
    if sort is Sort.WORD:
        return word(field, str(value))
    if sort is Sort.WORDS:
        return words(field, value)
    if sort is Sort.COUNTRIES:
        return countries(value)
    if sort in (Sort.LINES, Sort.ASSETS):
        return "; ".join(asset(one) if sort is Sort.ASSETS else one for one in value)
    if sort is Sort.TRUTH:
        return _("Yes") if value else _("No")
    if sort is Sort.DAY:
        return day(date.fromisoformat(value) if isinstance(value, str) else value)
    if field == "lead_time_days":
        return ngettext("%(num)s day", "%(num)s days", value)
    if field == "horizon_years":
        return ngettext("%(num)s year", "%(num)s years", value)
    return number(value) if sort is Sort.WHOLE else str(value)


def asset(stored: str) -> str:
    """Return an asset in words: its indication area, and its modality where one is named."""
    if not is_asset(stored):
        return stored
    area, slash, modality = stored.partition("/")
    named = word("indication_area", area)
    return f"{named} / {word('modality', modality)}" if slash else named


def lead_days(known: Partner | EffectiveFact) -> int | None:
    """Return after how many days help of a partner or a programme is likely to begin, where that is known."""
    if isinstance(known, Partner):
        return known.lead_time_days
    stated = known.record["lead_time_days"]
    return stated["likely"] if stated else None


def takes_in_calls(known: EffectiveFact) -> bool:
    """Say whether a programme is known to take applications in calls only."""
    return calls.takes_in_calls((known.record["deadlines"] or {}).get("en")) is True


def call_in_words(call: Call | None, *, in_calls: bool, today: date) -> str | None:
    """Return what is known of when a programme takes applications; what nobody has noted is said to be unknown."""
    if call is None:
        return (
            _("It takes applications in calls; no date is noted here. Check with them.") if in_calls else None
        )
    if call.closes < today:
        return _("The last call that is known closed on %(day)s; no next one is noted.", day=day(call.closes))
    if call.is_open(today):
        return _("Open for applications until %(day)s.", day=day(call.closes))
    return _("The next call is from %(opens)s to %(closes)s.", opens=day(call.opens), closes=day(call.closes))


def ticket(partner: Partner) -> str | None:
    """Return a ticket in words, or None where none is stated."""
    least, most, currency = partner.ticket_min, partner.ticket_max, partner.ticket_currency
    if currency is None or (least is None and most is None):
        return None
    if least is None:
        return _("up to %(most)s", most=money((most or 0) * 100, currency))
    if most is None:
        return _("from %(least)s", least=money(least * 100, currency))
    return _("%(least)s to %(most)s", least=money(least * 100, currency), most=money(most * 100, currency))


def text(partner: Partner) -> str:
    """Return what a partner says, in the reader's language where it is stated in it."""
    return (partner.text_sv if language().startswith("sv") else None) or partner.text


def kind(partner: Partner) -> str:
    """Return what sort of investor or service a partner is."""
    if partner.kind is PartnerKind.INVESTOR:
        return word("investor_kind", partner.investor_kind or "")
    return word("expert_kind", partner.expert_kind) if partner.expert_kind else str(KINDS[partner.kind])


def in_language(stated: Mapping[str, str | None] | None) -> str | None:
    """Return words that stand in two languages in the reader's, or in the other where one is missing."""
    if not stated:
        return None
    first, second = ("sv", "en") if language().startswith("sv") else ("en", "sv")
    return stated.get(first) or stated.get(second)


def programme_fields(names: Iterable[str]) -> str:
    """Return fields of a programme's record in words; a part of a field is called as the field is."""
    called = [
        PROGRAMME_FIELDS.get(name) or PROGRAMME_FIELDS.get(name.partition(".")[0], name) for name in names
    ]
    return ", ".join(dict.fromkeys(str(one) for one in called))


def free() -> str:
    """Return that something costs nothing."""
    return _("Free of charge")
