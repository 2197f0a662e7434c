"""How facilities speak to people: labels of closed lists, countries, weekdays, terms and fields, in the reader's words."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from babel import Locale
from babel.dates import get_day_names
from flask_babel import get_locale, gettext, ngettext

from portal.facilities.models import BookingUnit, Cleanroom, Priority
from portal.facilities.rules.terms import cancellation_shares
from portal.facilities.rules.validity import NeededFor
from portal.reference import vocabulary
from portal.web import filters

LICENCE_KINDS = (
    "manufacturing_authorisation",
    "gmp_certificate",
    "hospital_exemption",
    "tissue_establishment",
    "gmo_contained_use",
    "biosafety",
    "other",
)
CURRENCIES = ("SEK", "DKK", "NOK", "EUR", "GBP", "CHF", "USD")

LIST_OF_FIELD: Mapping[str, str] = {
    "kind": "facility_kind",
    "status": "facility_status",
    "operator_kind": "operator_kind",
    "modalities": "facility_modality",
    "services": "facility_service",
    "grade": "grade",
    "vector_level": "vector_level",
    "gmo_class": "gmo_class",
    "equipment": "equipment",
    "last_class": "process_class",
    "room_kind": "stage",
    "customer_kind": "customer_kind",
}
"""The list of shared words in which a field's values stand."""


def language() -> str:
    """Return the code of the language in which this page speaks."""
    return str(get_locale() or "en")


def label(list_name: str, word_id: object) -> str:
    """Return how a word of a closed list is called; a word that the list does not know stands as it is."""
    try:
        return vocabulary.label(list_name, str(word_id), language())
    except KeyError:
        return str(word_id)


def labels(list_name: str, word_ids: Iterable[object]) -> str:
    """Return several words of a list, separated by commas."""
    return ", ".join(label(list_name, word_id) for word_id in word_ids)


def country(code: str) -> str:
    """Return the name of a country."""
    return str(Locale.parse(language()).territories.get(code, code))


def weekdays(days: Iterable[int]) -> str:
    """Return ISO weekdays as people say them: Mon–Fri, Sun; or every day."""
    wanted = sorted(set(days))
    if wanted == list(range(1, 8)):
        return gettext("every day")
    names = get_day_names("abbreviated", locale=language())
    runs = [
        [day for _, day in run] for _, run in groupby(enumerate(wanted), key=lambda pair: pair[1] - pair[0])
    ]
    return ", ".join(
        names[run[0] - 1]
        if len(run) == 1
        else f"{names[run[0] - 1]}{'–' if len(run) > 2 else ', '}{names[run[-1] - 1]}"
        for run in runs
    )


def opening(room: Cleanroom) -> str:
    """Return a cleanroom's weekdays, and its hours unless it is open all day."""
    days = weekdays(room.open_weekdays)
    if (room.opens_hour, room.closes_hour) == (0, 24):
        return days
    return f"{days}, {room.opens_hour:02d}:00–{room.closes_hour:02d}:00"


def units(count: int, unit: str) -> str:
    """Return a number of booking units."""
    return {
        BookingUnit.DAY: ngettext("%(num)s open day", "%(num)s open days", count),
        BookingUnit.HALF_DAY: ngettext("%(num)s open half day", "%(num)s open half days", count),
        BookingUnit.HOUR: ngettext("%(num)s open hour", "%(num)s open hours", count),
    }[BookingUnit(unit)]


def unit(word: str) -> str:
    """Return the name of a booking unit."""
    return {
        BookingUnit.DAY: gettext("day"),
        BookingUnit.HALF_DAY: gettext("half day"),
        BookingUnit.HOUR: gettext("hour"),
    }[BookingUnit(word)]


def priority(word: str) -> str:
    """Return how a facility orders its waiting list."""
    return {
        Priority.OLDEST_FIRST: gettext("Who has waited longest comes first"),
        Priority.CLINICAL_FIRST: gettext(
            "Work for a clinical trial comes first, then who has waited longest"
        ),
    }[Priority(word)]


def licence_kind(word: str) -> str:
    """Return what a licence is."""
    return {
        "manufacturing_authorisation": gettext("Manufacturing authorisation"),
        "gmp_certificate": gettext("GMP certificate"),
        "hospital_exemption": gettext("Permit under the hospital exemption"),
        "tissue_establishment": gettext("Tissue establishment licence"),
        "gmo_contained_use": gettext("Contained use of GMOs, notified or permitted"),
        "biosafety": gettext("Biosafety permit"),
    }.get(word, gettext("Other licence") if word == "other" else word)


def needed_for(word: str) -> str:
    """Return what can't be booked without a licence."""
    return {
        NeededFor.NOTHING: gettext("Nothing depends on it"),
        NeededFor.EVERY_ROOM: gettext("Every cleanroom"),
        NeededFor.GMP_ROOMS: gettext("GMP cleanrooms"),
        NeededFor.GMO_WORK: gettext("Work with GMOs, in every cleanroom"),
    }[NeededFor(word)]


def cancellation(steps: Sequence[Mapping[str, int]]) -> list[str]:
    """Return the cancellation terms as sentences, the earliest time first."""
    return [_share(share.percent, share.most_days, share.least_days) for share in cancellation_shares(steps)]


def value(field: str, stored: Any) -> str:
    """Return a stored value of a field as people read it."""
    if stored is None or stored in ("", []):
        return gettext("not published")
    if field in _WRITERS:
        return _WRITERS[field](stored)
    words = LIST_OF_FIELD.get(field)
    if isinstance(stored, list):
        return ", ".join(label(words, item) if words else str(item) for item in stored)
    return label(words, stored) if words else _plain(stored)


def _plain(stored: Any) -> str:
    if isinstance(stored, bool):
        return gettext("yes") if stored else gettext("no")
    return filters.day(stored) if isinstance(stored, date) else str(stored)


def field(name: str) -> str:
    """Return what a field is called."""
    return _FIELDS[name]() if name in _FIELDS else name


def vat(basis_points: int) -> str:
    """Return a rate of VAT in percent."""
    whole, rest = divmod(basis_points, 100)
    return f"{whole}.{rest:02d} %".rstrip("0") if rest else f"{whole} %"


def _share(percent: int, most: int | None, least: int | None) -> str:
    cost = gettext("free") if percent == 0 else gettext("%(percent)s%% of the estimate", percent=percent)
    if most is None and least is None:
        return (
            gettext("Cancelling is %(cost)s at any time.", cost=cost)
            if percent == 0
            else gettext("Cancelling costs %(cost)s at any time.", cost=cost)
        )
    if most is None:
        return gettext("Until %(days)s days before the start: %(cost)s.", days=least, cost=cost)
    if least is None:
        return gettext("From %(days)s days before the start on: %(cost)s.", days=most, cost=cost)
    return gettext(
        "From %(most)s to %(least)s days before the start: %(cost)s.", most=most, least=least, cost=cost
    )


_WRITERS: Mapping[str, Callable[[Any], str]] = {
    "cancellation_steps": lambda steps: " ".join(cancellation(steps)),
    "open_weekdays": weekdays,
    "country": country,
    "unit": unit,
    "priority": priority,
}

_FIELDS: Mapping[str, Callable[[], str]] = {
    "name": lambda: gettext("Name"),
    "kind": lambda: gettext("Kind"),
    "operator_name": lambda: gettext("Operator"),
    "operator_kind": lambda: gettext("Kind of operator"),
    "city": lambda: gettext("City"),
    "region": lambda: gettext("Region"),
    "country": lambda: gettext("Country"),
    "time_zone": lambda: gettext("Time zone"),
    "latitude": lambda: gettext("Latitude"),
    "longitude": lambda: gettext("Longitude"),
    "status": lambda: gettext("State"),
    "opened": lambda: gettext("Opened"),
    "expected_operational": lambda: gettext("Expected to operate"),
    "area_m2": lambda: gettext("Area"),
    "cleanroom_count": lambda: gettext("Number of cleanrooms"),
    "modalities": lambda: gettext("Products"),
    "services": lambda: gettext("Services"),
    "permits": lambda: gettext("Permits as published"),
    "website": lambda: gettext("Website"),
    "former_names": lambda: gettext("Former names"),
    "note": lambda: gettext("Note"),
    "contact_name": lambda: gettext("Contact person or desk"),
    "contact_email": lambda: gettext("Contact e-mail"),
    "contact_phone": lambda: gettext("Contact telephone"),
    "is_open_for_requests": lambda: gettext("Takes requests through the portal"),
    "booking_terms": lambda: gettext("Booking terms"),
    "confidentiality_terms": lambda: gettext("Confidentiality terms"),
    "confidentiality_version": lambda: gettext("Version of the confidentiality terms"),
    "public_records": lambda: gettext("Bound by rules on public records"),
    "hold_working_days": lambda: gettext("An offer is held for, working days"),
    "default_changeover_days": lambda: gettext("Changeover while nothing follows yet, days"),
    "same_project_changeover_days": lambda: gettext("Changeover within one project, days"),
    "charges_changeover": lambda: gettext("Changeover days are charged"),
    "signs_pre_gmp": lambda: gettext("Approvals for pre-GMP rooms are signed"),
    "priority": lambda: gettext("Order of the waiting list"),
    "cancellation_steps": lambda: gettext("Cancellation"),
    "most_runs": lambda: gettext("Runs that staff and QA can carry at once"),
    "most_runs_each": lambda: gettext("Runs at once that one person can be named on"),
    "moves_without_asking_days": lambda: gettext("Moves without asking, days ahead"),
    "code": lambda: gettext("Code"),
    "grade": lambda: gettext("Grade"),
    "bsl": lambda: gettext("Biosafety level"),
    "vector_level": lambda: gettext("Viral-vector work"),
    "gmo_class": lambda: gettext("GMO class"),
    "isolator": lambda: gettext("Isolator"),
    "equipment": lambda: gettext("Equipment"),
    "unit": lambda: gettext("Booking unit"),
    "open_weekdays": lambda: gettext("Open on"),
    "opens_hour": lambda: gettext("Opens at, hour"),
    "closes_hour": lambda: gettext("Closes at, hour"),
    "min_units": lambda: gettext("Shortest booking"),
    "max_units": lambda: gettext("Longest booking"),
    "notice_days": lambda: gettext("Notice, days"),
    "qualified_until": lambda: gettext("Qualified until"),
    "air_handling": lambda: gettext("Air-handling group"),
    "corridor": lambda: gettext("Corridor group"),
    "staff_group": lambda: gettext("Staff group"),
    "last_class": lambda: gettext("What ran last before the portal"),
    "number": lambda: gettext("Number"),
    "authority": lambda: gettext("Authority"),
    "scope": lambda: gettext("Scope"),
    "valid_from": lambda: gettext("Valid from"),
    "valid_until": lambda: gettext("Valid until"),
    "needed_for": lambda: gettext("What can’t be booked without it"),
    "trained_needed": lambda: gettext("People who must be trained for it"),
}
