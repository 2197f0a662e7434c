"""Match instances for tests: small ones by hand, and all kinds of them by Hypothesis, as they stand in a file."""

import copy
import json
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from portal.matching.casefile import read_case
from portal.matching.rules.values import Case

Json = dict[str, Any]

unhurried = settings(deadline=None, max_examples=60)
"""For properties on a machine that others use at the same time."""

CLASSES = ("GTMP", "sCTMP", "TEP", "combined")
MODALITIES = ("aav", "car_t", "msc")
AREAS = ("neurology", "oncology", "respiratory")
PHASES = ("discovery", "preclinical", "phase_1")
COUNTRIES = ("SE", "DK", "NO")
KINDS = ("academic", "sme", "company", "hospital")
NEEDS = ("capital", "regulatory", "ip", "manufacturing")
INSTRUMENTS = ("equity", "grant")
REASONS = ("too_early", "not_our_area", "team")
ORGANISATIONS = ("o1", "o2", "o3")
WORDS = (
    "vector",
    "tumour",
    "hjärna",
    "brain",
    "cells",
    "celler",
    "gene therapy",
    "genterapi",
    "capsid",
    "lung",
    "and",
)
DAYS = ("2026-01-01", "2026-11-23", "2026-11-24", "2026-11-25", "2026-12-10", "2027-06-30")

LISTS = {
    "product_classes": ("product_class", CLASSES),
    "modalities": ("modality", MODALITIES),
    "indication_areas": ("indication_area", AREAS),
    "phases": ("phase", PHASES),
    "countries": ("country", COUNTRIES),
    "organisation_kinds": ("organisation_kind", KINDS),
}
"""A partner's lists, the fact of a project that each is about, and the words that tests use there."""


def a_project(id: str = "p1", **changes: Any) -> Json:
    """Return a project that asks for capital and regulatory help."""
    return {
        "id": id,
        "organisation": "o1",
        "country": "SE",
        "organisation_kind": "sme",
        "product_class": "GTMP",
        "modality": "aav",
        "indication_area": "neurology",
        "phase": "preclinical",
        "on_hold": False,
        "orphan": False,
        "paediatric": False,
        "text": "a vector for the brain",
        "needs": [
            {
                "id": "n1",
                "kind": "capital",
                "min": 3000000,
                "max": 6000000,
                "currency": "EUR",
                "instrument": "equity",
                "by": "2027-06-30",
            },
            {"id": "n2", "kind": "regulatory", "by": None},
        ],
        **changes,
    }


def a_partner(id: str = "i1", **changes: Any) -> Json:
    """Return an investor whom nothing stands against."""
    return {
        "id": id,
        "kind": "investor",
        "organisation": f"v-{id}",
        "text": "we back gene therapy for the brain",
        "serves": ["capital"],
        "product_classes": ["GTMP"],
        "modalities": None,
        "indication_areas": ["neurology", "oncology"],
        "phases": ["preclinical", "phase_1"],
        "countries": ["SE", "DK"],
        "organisation_kinds": None,
        "ticket": {"min": 1000000, "max": 5000000, "currency": "EUR"},
        "instruments": ["equity"],
        "exclude": {
            "product_class": [],
            "modality": ["car_t"],
            "indication_area": [],
            "country": [],
            "organisation": ["o7"],
        },
        "accepts_on_hold": False,
        "opens": None,
        "closes": "2027-01-31",
        "capacity": 4,
        "conflicts": ["o9"],
        **changes,
    }


def a_decline(**changes: Any) -> Json:
    """Return a partner's no that was not its last word."""
    return {
        "project": "p1",
        "partner": "i1",
        "by": "partner",
        "reason": "team",
        "on": "2026-05-02",
        "final": False,
        **changes,
    }


def an_instance(**changes: Any) -> Json:
    """Return an instance of one project and one partner that fit."""
    return {
        "format": "match-instance/1",
        "name": "small",
        "as_of": "2026-11-24",
        "rates": {"EUR": 1, "SEK": 0.088},
        "projects": [a_project()],
        "partners": [a_partner()],
        "declined": [],
        "weights": None,
        **changes,
    }


def case_of(instance: Json) -> Case:
    """Return an instance as the reader gives it."""
    return read_case(json.dumps(instance))


def changed(instance: Json, **changes: Any) -> Json:
    """Return a copy of an instance with changes at its top; nothing is shared."""
    return copy.deepcopy({**instance, **changes})


def restriction(words: tuple[str, ...]) -> st.SearchStrategy[list[str] | None]:
    """A partner's list; mostly no restriction or most words, so that eligible pairs are common."""
    most = [[word for word in words if word != left_out] for left_out in words]
    return st.sampled_from([*([None] * 6), *([list(words)] * 6), *most, [words[0]], []])


def seldom(words: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    """Lists that are mostly empty, and else of one word."""
    return st.sampled_from([*([[]] * 3 * len(words)), *([word] for word in words)])


def ordered(pair: tuple[Any, Any]) -> tuple[Any, Any]:
    """Return two bounds, of which either may be open, the smaller first."""
    first, last = pair
    return (last, first) if first is not None and last is not None and first > last else (first, last)


texts = st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join)
days = st.sampled_from((None, None, *DAYS))
amounts = st.sampled_from((None, None, 0, 100000, 1000000, 2500000, 5000000))
ranges = st.tuples(amounts, amounts).map(ordered)
currencies = st.sampled_from(("EUR", "SEK"))
tickets = st.one_of(
    st.none(),
    st.tuples(ranges, currencies).map(
        lambda drawn: {"min": drawn[0][0], "max": drawn[0][1], "currency": drawn[1]}
    ),
)
organisations = st.sampled_from(ORGANISATIONS)

SERVED = [*([list(NEEDS)] * 6), *([kind] for kind in NEEDS), ["capital", "ip"], ["regulatory", "ip"], []]

a_need = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(NEEDS),
        "by": days,
        "range": ranges,
        "currency": currencies,
        "instrument": st.sampled_from((None, *INSTRUMENTS)),
    }
)
project_facts = st.fixed_dictionaries(
    {fact: st.sampled_from(words) for fact, words in LISTS.values()}
    | {
        "organisation": organisations,
        "on_hold": st.sampled_from((False, False, False, True)),
        "text": texts,
        "needs": st.lists(a_need, min_size=1, max_size=3),
    }
)
partner_facts = st.fixed_dictionaries(
    {name: restriction(words) for name, (_, words) in LISTS.items()}
    | {
        "kind": st.sampled_from(("investor", "support")),
        "organisation": st.sampled_from(("v1", "v2", "v3", "v4", *ORGANISATIONS[:1])),
        "text": texts,
        "serves": st.sampled_from(SERVED),
        "ticket": tickets,
        "instruments": restriction(INSTRUMENTS),
        "exclude": st.fixed_dictionaries(
            {
                "product_class": seldom(CLASSES),
                "modality": seldom(MODALITIES),
                "indication_area": st.just([]),
                "country": st.just([]),
                "organisation": seldom(ORGANISATIONS),
            }
        ),
        "accepts_on_hold": st.booleans(),
        "open": st.one_of(st.just((None, None)), st.tuples(days, days).map(ordered)),
        "capacity": st.sampled_from((3, 2, 1, 1, 0)),
        "conflicts": seldom(ORGANISATIONS),
    }
)


def project_of(id: str, facts: Json) -> Json:
    """Return a project of drawn facts; money and instrument belong to capital only."""
    needs = [
        {"id": f"n{number}", "kind": drawn["kind"], "by": drawn["by"]}
        | (
            {
                "min": drawn["range"][0],
                "max": drawn["range"][1],
                "currency": drawn["currency"],
                "instrument": drawn["instrument"],
            }
            if drawn["kind"] == "capital"
            else {}
        )
        for number, drawn in enumerate(facts["needs"])
    ]
    return a_project(id, **{**facts, "needs": needs})


def partner_of(id: str, facts: Json) -> Json:
    """Return a partner of drawn facts."""
    opens, closes = facts["open"]
    return a_partner(id, opens=opens, closes=closes, **{key: facts[key] for key in facts if key != "open"})


def declines(final: st.SearchStrategy[bool]) -> st.SearchStrategy[Json]:
    """Declines of some pair, perhaps of a project or partner that is not there any more."""
    return st.fixed_dictionaries(
        {
            "project": st.sampled_from(("p0", "p1", "p2")),
            "partner": st.sampled_from(("i0", "i1", "i2")),
            "by": st.sampled_from(("partner", "project")),
            "reason": st.sampled_from(REASONS),
            "on": st.sampled_from(DAYS),
            "final": final,
        }
    )


def instances(*, projects_at_most: int = 3, partners_at_most: int = 5) -> st.SearchStrategy[Json]:
    """Whole instances under the weights that the portal ships."""
    return st.fixed_dictionaries(
        {
            "projects": st.lists(project_facts, min_size=1, max_size=projects_at_most).map(
                lambda drawn: [project_of(f"p{number}", facts) for number, facts in enumerate(drawn)]
            ),
            "partners": st.lists(partner_facts, min_size=1, max_size=partners_at_most).map(
                lambda drawn: [partner_of(f"i{number}", facts) for number, facts in enumerate(drawn)]
            ),
            "declined": st.lists(declines(st.booleans()), max_size=3),
            "per_project": st.integers(1, 3),
        }
    ).map(lambda drawn: an_instance(**drawn))
