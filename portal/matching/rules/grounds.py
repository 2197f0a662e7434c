"""The grounds of a score, part by part, as codes with values; and what a project could add to raise it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from portal.core.errors import Reason
from portal.matching.rules.pool import Listed
from portal.matching.rules.ranking import Match, Ranking
from portal.matching.rules.shares import UNSTATED, amount_asked, time_left
from portal.matching.rules.values import CAPITAL, Need

TELLING_WORDS = 5
"""So many shared words are enough to see why two texts are close."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A field that the project leaves open, by its path, and the most that stating it could add to this score."""

    path: str
    gain: float


def missing(ranking: Ranking, match: Match) -> tuple[Missing, ...]:
    """Return what the project leaves open that bears on this match."""
    return tuple(_missing(ranking, match))


def grounds(ranking: Ranking, match: Match) -> dict[str, Reason]:
    """Return, for each contribution of a match, why it brings what it brings."""
    place = ranking.pool.place_of[match.partner]
    need = _need(ranking, match)
    return {
        "text": _text(ranking, place),
        **{name: _named(name, listed, place) for name, listed in _lists(ranking).items()},
        "ticket": _ticket(ranking, place, need),
        "instrument": _instrument(ranking, place, need),
        "timing": _timing(ranking, place, need),
        "needs": _needs(ranking, place),
        "history": _history(ranking, place),
    }


def _missing(ranking: Ranking, match: Match) -> Iterator[Missing]:
    project, need = ranking.project, _need(ranking, match)
    partner = ranking.pool.partners[ranking.pool.place_of[match.partner]]
    worth = {part.name: part.most for part in match.contributions}
    brought = {part.name: part.points for part in match.contributions}
    path = f"needs[{project.needs.index(need)}]"
    if not project.text.strip():
        yield Missing("text", worth["text"])
    if need.kind == CAPITAL and (need.money.min, need.money.max) == (None, None):
        yield from (
            Missing(f"{path}.{bound}", worth["ticket"] - brought["ticket"]) for bound in ("min", "max")
        )
    if need.kind == CAPITAL and need.instrument is None and partner.instruments is not None:
        yield Missing(f"{path}.instrument", worth["instrument"] - brought["instrument"])
    if need.by is None:
        yield Missing(f"{path}.by", brought["timing"] * (1.0 / UNSTATED - 1.0))


def _need(ranking: Ranking, match: Match) -> Need:
    return next(need for need in ranking.needs if need.id == match.need)


def _lists(ranking: Ranking) -> Mapping[str, Listed]:
    pool = ranking.pool
    return {
        "indication_area": pool.indication_areas,
        "modality": pool.modalities,
        "phase": pool.phases,
        "product_class": pool.product_classes,
        "country": pool.countries,
    }


def _text(ranking: Ranking, place: int) -> Reason:
    words = ranking.pool.closeness.shared_words(ranking.project.text, place)
    return Reason("text_shares_words", {"words": words[:TELLING_WORDS]}) if words else Reason("text_apart")


def _named(name: str, listed: Listed, place: int) -> Reason:
    if listed.open[place]:
        return Reason("open_to_any", {"fact": name})
    return Reason("names_it", {"fact": name, "among": int(listed.length[place])})


def _ticket(ranking: Ranking, place: int, need: Need) -> Reason:
    if need.kind != CAPITAL:
        return Reason("only_for_capital")
    asked = amount_asked(need, ranking.pool.rates)
    if asked is None:
        return Reason("amount_unstated")
    if ranking.pool.ticket_open[place]:
        return Reason("ticket_unstated")
    least, most = ranking.pool.ticket_min[place], ranking.pool.ticket_max[place]
    values = {"asked": asked, "currency": "EUR"}
    if least <= asked <= most:
        return Reason("ticket_holds_amount", values)
    return Reason("ticket_too_small" if asked > most else "ticket_too_large", values)


def _instrument(ranking: Ranking, place: int, need: Need) -> Reason:
    if need.kind != CAPITAL:
        return Reason("only_for_capital")
    if need.instrument is None:
        return Reason("instrument_unstated")
    if ranking.pool.instruments.open[place]:
        return Reason("open_to_any", {"fact": "instrument"})
    named = bool(ranking.pool.instruments.admits(need.instrument)[place])
    return Reason("names_it" if named else "names_others", {"fact": "instrument", "value": need.instrument})


def _timing(ranking: Ranking, place: int, need: Need) -> Reason:
    closes = ranking.pool.partners[place].closes
    values = {"by": need.by, "closes": closes}
    if need.by is None:
        return Reason("date_unstated", values)
    if time_left(need, ranking.pool.as_of) < 1:
        return Reason("due_soon", values)
    return Reason("time_enough" if closes is None else "closes", values)


def _needs(ranking: Ranking, place: int) -> Reason:
    serves = ranking.pool.partners[place].serves
    asked = serves & {need.kind for need in ranking.project.needs}
    return Reason("asked_for", {"kinds": tuple(sorted(asked)), "of": len(serves)})


def _history(ranking: Ranking, place: int) -> Reason:
    lessons = ranking.pool.memory.lessons(ranking.project, place)
    if not lessons:
        return Reason("never_declined")
    return Reason(
        "declined_before",
        {
            "times": len(lessons),
            "reasons": tuple(sorted({lesson.decline.reason for lesson in lessons})),
            "last": max(lesson.decline.on for lesson in lessons),
            "this_project": any(lesson.decline.project == ranking.project.id for lesson in lessons),
        },
    )
