"""What would have to change so that a hard rule no longer stands against a pair, and whether anybody can change it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portal.core.errors import Reason
from portal.matching.rules.pool import Pool
from portal.matching.rules.ranking import Ranking, Refusal
from portal.matching.rules.values import CAPITAL, Need, Partner, Project
from portal.reference import vocabulary


class By(StrEnum):
    """Who can change that a rule stands against a pair."""

    FOUNDER = "founder"
    """The founder, by what the project states or asks for."""
    TIME = "time"
    """Nobody, but it changes of itself."""
    NOBODY = "nobody"
    """Nothing that the project could state."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """A rule that stands against a pair, by whom that changes, and how."""

    code: str
    by: By
    how: Reason


@dataclass(frozen=True, slots=True)
class _Pair:
    project: Project
    partner: Partner
    place: int
    pool: Pool


def remedies(ranking: Ranking, refusal: Refusal) -> tuple[Remedy, ...]:
    """Return for each rule against a pair what would change it, in the order of the rules."""
    place = ranking.pool.place_of[refusal.partner]
    pair = _Pair(ranking.project, ranking.pool.partners[place], place, ranking.pool)
    return tuple(Remedy(code, *ANSWERS[code](pair)) for code in refusal.codes)


Answer = tuple[By, Reason]


def _state_need(pair: _Pair) -> Answer:
    kinds = tuple(sorted(pair.partner.serves))
    return (By.FOUNDER if kinds else By.NOBODY, Reason("remedy_state_need", {"kinds": kinds}))


def _end_hold(_pair: _Pair) -> Answer:
    return By.FOUNDER, Reason("remedy_end_hold")


def _phase(pair: _Pair) -> Answer:
    """Return the next phase that the partner takes; one that lies behind does not come again."""
    order = list(vocabulary.ids("phase"))
    listed = pair.partner.phases or frozenset()
    ahead = [phase for phase in order[order.index(pair.project.phase) + 1 :] if phase in listed]
    if ahead:
        return By.TIME, Reason("remedy_phase_ahead", {"phase": ahead[0]})
    return By.NOBODY, Reason("remedy_phase_passed")


def _not_listed(fact: str, list_of: Callable[[Partner], frozenset[str] | None]) -> Callable[[_Pair], Answer]:
    def answer(pair: _Pair) -> Answer:
        listed = tuple(sorted(list_of(pair.partner) or ()))
        return By.NOBODY, Reason("remedy_not_listed", {"fact": fact, "listed": listed})

    return answer


def _excluded(pair: _Pair) -> Answer:
    facts = [
        fact
        for fact, excluding in pair.pool.excluding.items()
        if pair.place in excluding.of(getattr(pair.project, fact))
    ]
    return By.NOBODY, Reason("remedy_excluded", {"facts": tuple(facts)})


def _ticket(pair: _Pair) -> Answer:
    """Return the bound of the ticket that the first served need for capital would have to reach."""
    least, most = float(pair.pool.ticket_min[pair.place]), float(pair.pool.ticket_max[pair.place])
    low, _high = _capital(pair).money.in_euro(pair.pool.rates)
    if low is not None and low > most:
        return By.FOUNDER, Reason("remedy_ask_less", {"most": most, "currency": "EUR"})
    return By.FOUNDER, Reason("remedy_ask_more", {"least": least, "currency": "EUR"})


def _instrument(pair: _Pair) -> Answer:
    instruments = tuple(sorted(pair.partner.instruments or ()))
    return By.FOUNDER, Reason("remedy_instrument", {"instruments": instruments})


def _capital(pair: _Pair) -> Need:
    asked = (need for need in pair.project.needs if need.kind == CAPITAL)
    return min(asked, key=lambda need: need.id)


def _opens(pair: _Pair) -> Answer:
    return By.TIME, Reason("remedy_opens", {"day": pair.partner.opens})


def _closed(pair: _Pair) -> Answer:
    return By.NOBODY, Reason("remedy_closed", {"day": pair.partner.closes})


def _next_quarter(pair: _Pair) -> Answer:
    today = pair.pool.as_of
    year, month = divmod(today.year * 12 + (today.month - 1) // 3 * 3 + 3, 12)
    return By.TIME, Reason("remedy_next_quarter", {"day": date(year, month + 1, 1)})


def _nothing(code: str) -> Callable[[_Pair], Answer]:
    return lambda _pair: (By.NOBODY, Reason(code))


ANSWERS: Mapping[str, Callable[[_Pair], Answer]] = {
    "NEED_NOT_SERVED": _state_need,
    "ON_HOLD": _end_hold,
    "CLASS": _not_listed("product_class", lambda partner: partner.product_classes),
    "MODALITY": _not_listed("modality", lambda partner: partner.modalities),
    "INDICATION": _not_listed("indication_area", lambda partner: partner.indication_areas),
    "PHASE": _phase,
    "COUNTRY": _not_listed("country", lambda partner: partner.countries),
    "ORGANISATION_KIND": _not_listed("organisation_kind", lambda partner: partner.organisation_kinds),
    "EXCLUDED": _excluded,
    "CONFLICT": _nothing("remedy_conflict"),
    "TICKET": _ticket,
    "INSTRUMENT": _instrument,
    "NOT_OPEN": _opens,
    "CLOSED": _closed,
    "NO_CAPACITY": _next_quarter,
    "DECLINED": _nothing("remedy_declined"),
}
