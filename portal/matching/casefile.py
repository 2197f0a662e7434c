"""The file formats `match-instance/1`, `match-ranking/1` and `match-round/1`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from portal.core.reading import Place, Unreadable, parse_json
from portal.matching.rules.grounds import missing
from portal.matching.rules.outcome import Unserved, weights_of
from portal.matching.rules.ranking import Match, Ranking
from portal.matching.rules.rounds import Round
from portal.matching.rules.shares import DEFAULT_WEIGHTS
from portal.matching.rules.values import Case, Decline, Exclusions, Money, Need, Partner, Project
from portal.reference import vocabulary

INSTANCE_FORMAT = "match-instance/1"
RANKING_FORMAT = "match-ranking/1"
ROUND_FORMAT = "match-round/1"

ORGANISATION_KINDS = ("academic", "sme", "company", "hospital")
PARTNER_KINDS = ("investor", "support")
EURO = "EUR"
PER_PROJECT = 3

OPEN_WORD = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
COUNTRY = re.compile(r"[A-Z]{2}|[a-z0-9]+(_[a-z0-9]+)*")
MOST_CAPACITY = 10**6


def read_case(text: str | bytes) -> Case:
    """Return the case in a file.

    Raises `Unreadable` with every mistake.
    """
    top = parse_json(text)
    top.has(
        ("format", "as_of", "projects", "partners"), ("name", "rates", "declined", "weights", "per_project")
    )
    top.at("format").one_of((INSTANCE_FORMAT,))
    rates = _rates(top.at("rates"))
    projects = [_project(place, rates) for place in top.at("projects").items()]
    partners = [_partner(place, rates) for place in top.at("partners").items()]
    _note_repeats(top.at("projects"), [project.id for project in projects])
    _note_repeats(top.at("partners"), [partner.id for partner in partners])
    case = Case(
        name=top.at("name").maybe(lambda at: at.text(empty=True)) or "",
        as_of=top.at("as_of").day(),
        rates=rates,
        projects=tuple(projects),
        partners=tuple(partners),
        declined=tuple(top.at("declined").maybe(lambda at: [_decline(entry) for entry in at.items()]) or ()),
        weights=top.at("weights").maybe(_weights),
        per_project=top.at("per_project").maybe(lambda at: at.whole(least=1, most=MOST_CAPACITY))
        or PER_PROJECT,
    )
    if top.mistakes:
        raise Unreadable(top.mistakes)
    return case


def written_ranking(case: Case, ranked: Iterable[Ranking]) -> dict[str, Any]:
    """Return rankings as `match-ranking/1`."""
    return {
        "format": RANKING_FORMAT,
        "instance": case.name,
        "weights": weights_of(case),
        "projects": [
            {
                "project": ranking.project.id,
                "eligible": [_written_match(ranking, match) for match in ranking.matches()],
                "ineligible": [
                    {"partner": refusal.partner, "codes": list(refusal.codes)}
                    for refusal in ranking.refusals()
                ],
            }
            for ranking in ranked
        ],
    }


def written_round(case: Case, found: Round, unserved: Iterable[Unserved]) -> dict[str, Any]:
    """Return a round as `match-round/1`."""
    return {
        "format": ROUND_FORMAT,
        "instance": case.name,
        "pairs": [
            {"project": pair.project, "partner": pair.partner, "score": pair.score} for pair in found.pairs
        ],
        "unserved": [{"project": left.project, "codes": list(left.codes)} for left in unserved],
        "total": found.total,
        "worst": found.worst,
    }


def _written_match(ranking: Ranking, match: Match) -> dict[str, Any]:
    return {
        "partner": match.partner,
        "score": match.score,
        "contributions": {part.name: part.points for part in match.contributions},
        "missing": [field.path for field in missing(ranking, match)],
    }


def _project(place: Place, rates: Mapping[str, float]) -> Project:
    place.has(
        (
            "id",
            "organisation",
            "country",
            "organisation_kind",
            "product_class",
            "modality",
            "indication_area",
            "phase",
            "needs",
        ),
        ("on_hold", "orphan", "paediatric", "text"),
    )
    needs = [_need(entry, rates) for entry in place.at("needs").items()]
    _note_repeats(place.at("needs"), [need.id for need in needs])
    return Project(
        id=place.at("id").text(),
        organisation=place.at("organisation").text(),
        country=_word(place.at("country"), COUNTRY),
        organisation_kind=place.at("organisation_kind").one_of(ORGANISATION_KINDS),
        product_class=place.at("product_class").one_of(vocabulary.ids("product_class")),
        modality=_word(place.at("modality")),
        indication_area=_word(place.at("indication_area")),
        phase=place.at("phase").one_of(vocabulary.ids("phase")),
        on_hold=_flag(place.at("on_hold")),
        orphan=_flag(place.at("orphan")),
        paediatric=_flag(place.at("paediatric")),
        text=_words(place.at("text")),
        needs=tuple(needs),
    )


def _need(place: Place, rates: Mapping[str, float]) -> Need:
    place.has(("id", "kind"), ("by", "min", "max", "currency", "instrument"))
    return Need(
        id=place.at("id").text(),
        kind=place.at("kind").one_of(vocabulary.ids("need")),
        money=_money(place, rates),
        instrument=place.at("instrument").maybe(_word),
        by=place.at("by").maybe(Place.day),
    )


def _partner(place: Place, rates: Mapping[str, float]) -> Partner:
    place.has(
        ("id", "kind", "organisation", "serves", "capacity"),
        (
            "text",
            "product_classes",
            "modalities",
            "indication_areas",
            "phases",
            "countries",
            "organisation_kinds",
            "ticket",
            "instruments",
            "exclude",
            "accepts_on_hold",
            "opens",
            "closes",
            "conflicts",
        ),
    )
    ticket = place.at("ticket")
    if ticket.known:
        ticket.has((), ("min", "max", "currency"))
    opens, closes = place.at("opens").maybe(Place.day), place.at("closes").maybe(Place.day)
    if opens and closes and opens > closes:
        place.at("closes").wrong("lies before opens; one of the two days has to change")
    return Partner(
        id=place.at("id").text(),
        kind=place.at("kind").one_of(PARTNER_KINDS),
        organisation=place.at("organisation").text(),
        text=_words(place.at("text")),
        serves=_serves(place.at("serves")),
        product_classes=place.at("product_classes").maybe(_some_of(vocabulary.ids("product_class"))),
        modalities=place.at("modalities").maybe(_open_words),
        indication_areas=place.at("indication_areas").maybe(_open_words),
        phases=place.at("phases").maybe(_some_of(vocabulary.ids("phase"))),
        countries=place.at("countries").maybe(_countries),
        organisation_kinds=place.at("organisation_kinds").maybe(_some_of(ORGANISATION_KINDS)),
        ticket=ticket.maybe(lambda at: _money(at, rates)) or Money(),
        instruments=place.at("instruments").maybe(_open_words),
        exclude=place.at("exclude").maybe(_exclusions) or Exclusions(),
        accepts_on_hold=_flag(place.at("accepts_on_hold")),
        opens=opens,
        closes=closes,
        capacity=place.at("capacity").whole(least=0, most=MOST_CAPACITY),
        conflicts=place.at("conflicts").maybe(_ids) or frozenset(),
    )


def _serves(place: Place) -> frozenset[str]:
    """Return the kinds of need that a partner serves: as in its other lists, null is no restriction and an empty list nothing."""
    kinds = vocabulary.ids("need")
    return frozenset(kinds) if place.value is None else place.some_of(kinds)


def _exclusions(place: Place) -> Exclusions:
    place.has((), ("product_class", "modality", "indication_area", "country", "organisation"))
    return Exclusions(
        product_class=place.at("product_class").maybe(_some_of(vocabulary.ids("product_class")))
        or frozenset(),
        modality=place.at("modality").maybe(_open_words) or frozenset(),
        indication_area=place.at("indication_area").maybe(_open_words) or frozenset(),
        country=place.at("country").maybe(_countries) or frozenset(),
        organisation=place.at("organisation").maybe(_ids) or frozenset(),
    )


def _decline(place: Place) -> Decline:
    place.has(("project", "partner", "by", "reason", "on"), ("final",))
    return Decline(
        project=place.at("project").text(),
        partner=place.at("partner").text(),
        by=_word(place.at("by")),
        reason=_word(place.at("reason")),
        on=place.at("on").day(),
        final=_flag(place.at("final")),
    )


def _money(place: Place, rates: Mapping[str, float]) -> Money:
    least = place.at("min").maybe(lambda at: at.number(least=0))
    most = place.at("max").maybe(lambda at: at.number(least=0))
    currency = place.at("currency").maybe(Place.text)
    if least is not None and most is not None and least > most:
        place.at("min").wrong("is more than max; the smaller amount comes first")
    if (least, most) != (None, None) and currency is None:
        place.at("currency").wrong("is missing; an amount needs one")
    if currency and currency not in rates:
        place.at("currency").wrong(f"has no rate; there are rates for {', '.join(sorted(rates))}")
    return Money(least, most, currency)


def _rates(place: Place) -> Mapping[str, float]:
    rates = {EURO: 1.0}
    for currency, rate in place.entries() if place.known else []:
        found = rate.number(least=0)
        if found == 0 and not isinstance(rate.value, str | bool) and rate.value == 0:
            rate.wrong("has to be more than 0")
        if currency == EURO and found != 1:
            rate.wrong("has to be 1: rates say what one unit is worth in euro")
        rates[currency] = found or 1.0
    return rates


def _weights(place: Place) -> Mapping[str, float]:
    if not place.has((), tuple(DEFAULT_WEIGHTS)):
        return {}
    return {name: weight.number(least=0) for name, weight in place.entries() if name in DEFAULT_WEIGHTS}


def _word(place: Place, pattern: re.Pattern[str] = OPEN_WORD) -> str:
    written = place.text()
    if written and not pattern.fullmatch(written):
        place.wrong(f"has to be a word like gene_therapy, in small letters and underscores, not {written!r}")
    return written


def _words(place: Place) -> str:
    return place.maybe(lambda at: at.text(empty=True)) or ""


def _flag(place: Place) -> bool:
    return place.maybe(Place.truth) or False


def _open_words(place: Place) -> frozenset[str]:
    return frozenset(_word(item) for item in place.items())


def _countries(place: Place) -> frozenset[str]:
    return frozenset(_word(item, COUNTRY) for item in place.items())


def _ids(place: Place) -> frozenset[str]:
    return frozenset(item.text() for item in place.items())


def _some_of(words: tuple[str, ...]) -> Callable[[Place], frozenset[str]]:
    return lambda place: place.some_of(words)


def _note_repeats(place: Place, ids: Iterable[str]) -> None:
    for found, times in Counter(ids).items():
        if found and times > 1:
            place.wrong(f"has {times} entries with the id {found}")
