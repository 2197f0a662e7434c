"""The fields of a partner's statement: for whom each is, and what may stand in it."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any

from babel import Locale

from portal.core.errors import Reason
from portal.partners.rules.values import APPLICANTS, CAPITAL, CURRENCIES, INSTRUMENTS, PartnerKind
from portal.reference import vocabulary

BIGGEST_AMOUNT = 10**11
MOST_CAPACITY = 1000
LONGEST_TEXT = 3000
NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
SEPARATORS = re.compile(r"[,;|\n]")
ASSET_ENDS = re.compile(r"[;|\n]")
"""Names of areas hold commas."""
ADDRESS = re.compile(r"https?://[^\s/]+\.[^\s]+")
BOTH = frozenset(PartnerKind)
INVESTOR = frozenset({PartnerKind.INVESTOR})
SUPPORT = frozenset({PartnerKind.SUPPORT})


class Sort(StrEnum):
    """What sort of value a field holds."""

    LINE = "line"
    TEXT = "text"
    WORD = "word"
    WORDS = "words"
    COUNTRIES = "countries"
    LINES = "lines"
    ASSETS = "assets"
    TRUTH = "truth"
    WHOLE = "whole"
    DAY = "day"


SEVERAL = frozenset({Sort.WORDS, Sort.COUNTRIES, Sort.LINES, Sort.ASSETS})
"""Sorts of which a field holds a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerField:
    """One field; `words` names the vocabulary's list, `closed` holds a list that the vocabulary does not have."""

    name: str
    sort: Sort
    of: frozenset[PartnerKind] = BOTH
    words: str | None = None
    closed: tuple[str, ...] = ()
    required: bool = False
    longest: int = 200
    least: int = 0
    most: int = 0
    private: bool = False
    """Whether only the partner itself and advisers read it; conflicts are the partner's alone."""
    own: bool = False
    """Whether only the partner itself reads it."""

    @property
    def allowed(self) -> tuple[str, ...]:
        """Return the ids of the words that may stand here."""
        return vocabulary.ids(self.words) if self.words else self.closed

    def find(self, written: str) -> str | None:
        """Return the id of a word that somebody wrote as id, alias or label, or None."""
        if self.words:
            found = vocabulary.find(self.words, written)
            return found.id if found else None
        folded = written.strip().casefold().replace(" ", "_").replace("-", "_")
        return next((word for word in self.closed if word.casefold() == folded), None)


FIELDS: tuple[PartnerField, ...] = (
    PartnerField(name="name", sort=Sort.LINE, required=True),
    PartnerField(name="investor_kind", sort=Sort.WORD, of=INVESTOR, words="investor_kind", required=True),
    PartnerField(name="expert_kind", sort=Sort.WORD, of=SUPPORT, words="expert_kind"),
    PartnerField(name="text", sort=Sort.TEXT, required=True, longest=LONGEST_TEXT),
    PartnerField(name="text_sv", sort=Sort.TEXT, longest=LONGEST_TEXT),
    PartnerField(name="serves", sort=Sort.WORDS, of=SUPPORT, words="need", required=True),
    PartnerField(name="product_classes", sort=Sort.WORDS, words="product_class"),
    PartnerField(name="modalities", sort=Sort.WORDS, words="modality"),
    PartnerField(name="indication_areas", sort=Sort.WORDS, words="indication_area"),
    PartnerField(name="phases", sort=Sort.WORDS, words="phase"),
    PartnerField(name="countries", sort=Sort.COUNTRIES),
    PartnerField(name="organisation_kinds", sort=Sort.WORDS, closed=APPLICANTS),
    PartnerField(name="ticket_min", sort=Sort.WHOLE, of=INVESTOR, most=BIGGEST_AMOUNT),
    PartnerField(name="ticket_max", sort=Sort.WHOLE, of=INVESTOR, most=BIGGEST_AMOUNT),
    PartnerField(name="ticket_currency", sort=Sort.WORD, of=INVESTOR, closed=CURRENCIES),
    PartnerField(name="instruments", sort=Sort.WORDS, of=INVESTOR, closed=INSTRUMENTS),
    PartnerField(name="lead_or_follow", sort=Sort.WORD, of=INVESTOR, words="lead_or_follow"),
    PartnerField(name="horizon_years", sort=Sort.WHOLE, of=INVESTOR, least=1, most=50),
    PartnerField(name="exclude_product_classes", sort=Sort.WORDS, words="product_class"),
    PartnerField(name="exclude_modalities", sort=Sort.WORDS, words="modality"),
    PartnerField(name="exclude_indication_areas", sort=Sort.WORDS, words="indication_area"),
    PartnerField(name="exclude_countries", sort=Sort.COUNTRIES),
    PartnerField(name="exclusions", sort=Sort.TEXT, longest=1000),
    PartnerField(name="accepts_on_hold", sort=Sort.TRUTH),
    PartnerField(name="eligibility", sort=Sort.TEXT, of=SUPPORT, longest=1000),
    PartnerField(name="cost", sort=Sort.LINE, of=SUPPORT),
    PartnerField(name="calls", sort=Sort.TEXT, of=SUPPORT, longest=1000),
    PartnerField(name="lead_time_days", sort=Sort.WHOLE, of=SUPPORT, most=3650),
    PartnerField(name="opens", sort=Sort.DAY),
    PartnerField(name="closes", sort=Sort.DAY),
    PartnerField(name="website", sort=Sort.LINE, longest=300),
    PartnerField(name="capacity", sort=Sort.WHOLE, required=True, most=MOST_CAPACITY, private=True),
    PartnerField(name="contact", sort=Sort.LINE, private=True),
    PartnerField(name="conflicts", sort=Sort.LINES, longest=4000, private=True, own=True),
    PartnerField(name="competing", sort=Sort.ASSETS, private=True, own=True),
)
"""Every field that a partner states, in the order of its page."""

OWN = frozenset(field.name for field in FIELDS if field.own)
"""What of a statement its partner reads alone."""
FIELD: Mapping[str, PartnerField] = {field.name: field for field in FIELDS}
EXCLUDING: Mapping[str, str] = {
    "exclude_product_classes": "product_classes",
    "exclude_modalities": "modalities",
    "exclude_indication_areas": "indication_areas",
    "exclude_countries": "countries",
}
"""Each list of exclusions, and the list that it could empty."""


def fields_for(kind: PartnerKind) -> tuple[PartnerField, ...]:
    """Return the fields that a partner of this kind states."""
    return tuple(field for field in FIELDS if kind in field.of)


def unstated(kind: PartnerKind) -> dict[str, Any]:
    """Return a statement in which nothing is said yet."""
    empty: dict[Sort, Any] = {sort: [] for sort in SEVERAL} | {Sort.TRUTH: False}
    found = {field.name: empty.get(field.sort) for field in FIELDS}
    return found | {"name": "", "text": "", "serves": [CAPITAL] if kind is PartnerKind.INVESTOR else []}


def tidied(kind: PartnerKind, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return stated values as they are stored: texts tidied, lists once and in their order, the rest unstated."""
    known = {field.name for field in fields_for(kind)}
    stated = {name: _tidied(FIELD[name], value) for name, value in values.items() if name in known}
    return unstated(kind) | stated


def written_list(written: str) -> list[str]:
    """Return what stands between commas, semicolons, bars or line ends."""
    return [part.strip() for part in SEPARATORS.split(written) if part.strip()]


def written_assets(written: str) -> list[str]:
    """Return what stands on each line as an asset, area/modality; a line that names none stays as it is written."""
    return [_asset(line.strip()) for line in ASSET_ENDS.split(written) if line.strip()]


def _asset(written: str) -> str:
    area, slash, modality = written.partition("/")
    found = vocabulary.find("indication_area", area.strip())
    with_modality = vocabulary.find("modality", modality.strip()) if slash else None
    if found is None or (slash and with_modality is None):
        return written
    return f"{found.id}/{with_modality.id}" if with_modality else found.id


def assets_like(*, indication_area: str, modality: str) -> frozenset[str]:
    """Return the assets that compete with a project: of the same area, and where a modality is named of the same one."""
    return frozenset({indication_area, f"{indication_area}/{modality}"})


def reasons_against(kind: PartnerKind, values: Mapping[str, Any]) -> list[Reason]:
    """Return everything that is wrong with a statement, each with the field that it is about."""
    reasons = [reason for field in fields_for(kind) for reason in _reasons_against(field, values[field.name])]
    return reasons or list(_contradictions(values))


def is_country(word: str) -> bool:
    """Say whether a word is a country's code, or a region that the vocabulary knows."""
    if len(word) == 2 and word != "EU":
        return word in _countries()
    try:
        vocabulary.countries_of(word)
    except KeyError:
        return False
    return True


def countries_in(words: list[str]) -> frozenset[str] | None:
    """Return the codes behind words for countries and regions; None where they name no restriction."""
    if not words:
        return None
    found: set[str] = set()
    for word in words:
        codes = vocabulary.countries_of(word)
        if codes is None:
            return None
        found.update(codes)
    return frozenset(found)


@cache
def _countries() -> frozenset[str]:
    codes = [str(code) for code in Locale("en").territories]
    return frozenset(code for code in codes if len(code) == 2 and code.isalpha()) - NO_COUNTRIES


def _tidied(field: PartnerField, value: Any) -> Any:
    if field.sort is Sort.WORDS:
        places = {word: place for place, word in enumerate(field.allowed)}
        return sorted(dict.fromkeys(value or ()), key=lambda word: places.get(word, len(places)))
    if field.sort in SEVERAL:
        return list(dict.fromkeys(value or ()))
    if field.sort is Sort.TRUTH:
        return bool(value)
    kept = value.replace("\r\n", "\n").strip() if isinstance(value, str) else value
    return kept if kept or kept == 0 else ("" if field.name in ("name", "text") else None)


def _reasons_against(field: PartnerField, value: Any) -> Iterator[Reason]:
    if value is None or value in ("", []):
        if field.required:
            yield Reason("partner_value_missing", {"field": field.name}, field.name)
    elif field.sort in (Sort.LINE, Sort.TEXT):
        yield from _against_text(field, str(value))
    elif field.sort is Sort.LINES:
        yield from _against_text(field, "\n".join(value))
    elif field.sort is Sort.COUNTRIES:
        yield from (_unknown_country(field, word) for word in value if not is_country(word))
    elif field.sort is Sort.ASSETS:
        yield from (_unknown_asset(field, word) for word in value if not is_asset(word))
    elif field.sort is Sort.WHOLE:
        if isinstance(value, bool) or not isinstance(value, int) or not field.least <= value <= field.most:
            bounds = {"least": field.least, "most": field.most, "written": str(value)}
            yield Reason("partner_number_out_of_range", {"field": field.name, **bounds}, field.name)
    elif field.sort in (Sort.WORD, Sort.WORDS):
        words = value if field.sort is Sort.WORDS else [value]
        yield from (unknown_word(field, str(word)) for word in words if word not in field.allowed)


def unknown_word(field: PartnerField, written: str) -> Reason:
    """Return the reason against a word that the field's list does not have."""
    values = {"field": field.name, "written": written[:60], "allowed": list(field.allowed)}
    return Reason("partner_word_unknown", values, field.name)


def _unknown_country(field: PartnerField, written: str) -> Reason:
    return Reason("partner_country_unknown", {"field": field.name, "written": written[:60]}, field.name)


def _unknown_asset(field: PartnerField, written: str) -> Reason:
    return Reason("partner_asset_unknown", {"field": field.name, "written": written[:60]}, field.name)


def is_asset(written: str) -> bool:
    """Say whether something is an asset as it is stored: a known area, alone or with a known modality."""
    area, slash, modality = written.partition("/")
    known = area in vocabulary.ids("indication_area")
    return known and (not slash or modality in vocabulary.ids("modality"))


def _against_text(field: PartnerField, value: str) -> Iterator[Reason]:
    if len(value) > field.longest:
        values = {"field": field.name, "longest": field.longest, "length": len(value)}
        yield Reason("partner_text_too_long", values, field.name)
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in value):
        yield Reason("partner_characters_unprintable", {"field": field.name}, field.name)
    if field.name == "website" and not ADDRESS.fullmatch(value):
        yield Reason("partner_website_unreadable", {"written": value[:60]}, field.name)


def _contradictions(values: Mapping[str, Any]) -> Iterator[Reason]:
    least, most = values["ticket_min"], values["ticket_max"]
    if least is not None and most is not None and least > most:
        yield Reason("partner_ticket_order", {"least": least, "most": most}, "ticket_max")
    if (least, most) != (None, None) and not values["ticket_currency"]:
        yield Reason("partner_ticket_without_currency", {"allowed": list(CURRENCIES)}, "ticket_currency")
    opens, closes = values["opens"], values["closes"]
    if isinstance(opens, date) and isinstance(closes, date) and closes < opens:
        yield Reason("partner_closes_before_opening", {"opens": opens, "closes": closes}, "closes")
    for excluding, wanted in EXCLUDING.items():
        if _is_emptied(values[wanted], values[excluding], FIELD[wanted]):
            yield Reason("partner_excludes_everything", {"field": excluding, "wanted": wanted}, excluding)


def _is_emptied(wanted: list[str], excluded: list[str], field: PartnerField) -> bool:
    """Say whether exclusions leave nothing of what is wanted; no list of what is wanted is everything."""
    if not excluded:
        return False
    if field.sort is Sort.COUNTRIES:
        out, asked = countries_in(excluded), countries_in(wanted)
        return out is None or (asked is not None and asked <= out)
    return set(wanted or field.allowed) <= set(excluded)
