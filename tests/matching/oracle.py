"""A second opinion on hard rules and rounds: written from the format's text alone, slow, and without arrays."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from tests.matching.instances import LISTS, Json

IN_ORDER = (
    "NEED_NOT_SERVED ON_HOLD CLASS MODALITY INDICATION PHASE COUNTRY ORGANISATION_KIND EXCLUDED CONFLICT "
    "TICKET INSTRUMENT NOT_OPEN CLOSED NO_CAPACITY DECLINED"
)
CODE_OF_LIST = {
    "product_classes": "CLASS",
    "modalities": "MODALITY",
    "indication_areas": "INDICATION",
    "phases": "PHASE",
    "countries": "COUNTRY",
    "organisation_kinds": "ORGANISATION_KIND",
}


def codes_against(project: Json, partner: Json, instance: Json) -> list[str]:
    """Return every code that stands against a pair."""
    found = set(_codes(project, partner, instance))
    return [code for code in IN_ORDER.split() if code in found]


def _codes(project: Json, partner: Json, instance: Json) -> Iterator[str]:
    served = [need for need in project["needs"] if need["kind"] in partner["serves"]]
    if not served:
        yield "NEED_NOT_SERVED"
    if project["on_hold"] and not partner["accepts_on_hold"]:
        yield "ON_HOLD"
    yield from _codes_of_lists(project, partner)
    yield from _codes_of_capital([need for need in served if need["kind"] == "capital"], partner, instance)
    # Dates in this form compare as text.
    if partner["opens"] and instance["as_of"] < partner["opens"]:
        yield "NOT_OPEN"
    if partner["closes"] and instance["as_of"] > partner["closes"]:
        yield "CLOSED"
    if partner["capacity"] == 0:
        yield "NO_CAPACITY"
    pair = project["id"], partner["id"]
    if any(entry["final"] and (entry["project"], entry["partner"]) == pair for entry in instance["declined"]):
        yield "DECLINED"


def _codes_of_lists(project: Json, partner: Json) -> Iterator[str]:
    for name, (fact, _) in LISTS.items():
        allowed = partner[name]
        if allowed is None or project[fact] in allowed:
            continue
        if not (fact == "organisation_kind" and project[fact] == "sme" and "company" in allowed):
            yield CODE_OF_LIST[name]
    if any(project[fact] in values for fact, values in partner["exclude"].items()):
        yield "EXCLUDED"
    if project["organisation"] in [*partner["conflicts"], partner["organisation"]]:
        yield "CONFLICT"


def _codes_of_capital(capital: Sequence[Json], partner: Json, instance: Json) -> Iterator[str]:
    ticket, accepted = partner["ticket"] or {}, partner["instruments"]
    if capital and not any(_overlap(need, ticket, instance["rates"]) for need in capital):
        yield "TICKET"
    asked = [need["instrument"] for need in capital]
    if capital and not any(one is None or accepted is None or one in accepted for one in asked):
        yield "INSTRUMENT"


def _overlap(need: Json, ticket: Json, rates: Json) -> bool:
    def bound(money: Json, name: str) -> float | None:
        return None if money.get(name) is None else float(money[name] * rates[money["currency"]])

    low, high = bound(need, "min"), bound(need, "max")
    least, most = bound(ticket, "min"), bound(ticket, "max")
    too_small = most is not None and low is not None and most < low
    too_large = least is not None and high is not None and least > high
    return not too_small and not too_large


Pairs = Sequence[tuple[int, int, float]]


def best_round(pairs: Pairs, capacity: Sequence[int], per_project: int) -> tuple[int, float, float]:
    """Return how many projects the best round serves, its worst best score and its total, by trying every round."""
    best = (0, 0.0, 0.0)
    for size in range(len(pairs) + 1):
        for chosen in combinations(pairs, size):
            if not allowed(chosen, capacity, per_project):
                continue
            top: dict[int, float] = {}
            for project, _, score in chosen:
                top[project] = max(top.get(project, 0.0), score)
            value = (len(top), min(top.values(), default=0.0), sum(score for _, _, score in chosen))
            best = max(best, value)
    return best


def allowed(chosen: Pairs, capacity: Sequence[int], per_project: int) -> bool:
    """Say whether a round keeps everyone's limits."""
    return all(
        sum(partner == place for _, partner, _ in chosen) <= limit for place, limit in enumerate(capacity)
    ) and all(sum(project == one for project, _, _ in chosen) <= per_project for one, _, _ in chosen)
