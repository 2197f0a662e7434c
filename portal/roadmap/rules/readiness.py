"""Readiness: seven dimensions of nine levels, what is expected of a phase, and which dimension is weakest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portal.core.errors import Reason

HIGHEST = 9
EVIDENCE_MOST = 4000

STEPS_THAT_RAISE: Mapping[str, tuple[str, ...]] = {
    "customer": ("clinical_development_plan", "early_value_case", "trial_agreements"),
    "technology": ("in_vivo_proof_of_concept", "potency_assay", "glp_toxicology"),
    "business_model": ("early_value_case", "funding_plan", "lv_tlv_advice"),
    "ip": ("freedom_to_operate", "priority_filing", "assignment_and_licences", "pct_filing"),
    "team": ("company_formation", "qp_and_quality_system", "regulatory_strategy"),
    "funding": ("funding_plan", "poc_grant", "seed_round", "vinnova_and_non_dilutive", "series_a"),
    "manufacturing": (
        "qtpp",
        "process_development",
        "facility_selection",
        "tech_transfer",
        "engineering_run",
    ),
}
"""Steps of a roadmap that raise a dimension, in the order in which they are usually done."""

NEEDS_THAT_RAISE: Mapping[str, str] = {
    "customer": "clinical",
    "technology": "nonclinical",
    "business_model": "business",
    "ip": "ip",
    "team": "team",
    "funding": "capital",
    "manufacturing": "manufacturing",
}
"""The need, in the words of the vocabulary, with which help for a dimension is found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """The levels that are usual for a phase, as a rough orientation."""

    low: int
    high: int


def reasons_against_assessment(
    level: int, evidence: str, *, present: tuple[int, str] | None = None
) -> list[Reason]:
    """Return everything that speaks against an assessment of one dimension."""
    reasons = []
    if not 0 <= level <= HIGHEST:
        reasons.append(Reason("readiness_level_out_of_range", {"level": level, "highest": HIGHEST}, "level"))
    if level > 0 and not evidence.strip():
        reasons.append(Reason("readiness_without_evidence", {}, "evidence"))
    if present == (level, evidence.strip()):
        reasons.append(Reason("readiness_unchanged", {"level": level}, "level"))
    return reasons


def weakest(levels: Mapping[str, int], expected: Mapping[str, Expected]) -> str | None:
    """Return the dimension that lies furthest below what its phase expects; None if nothing is assessed."""
    if not levels:
        return None
    return min(levels, key=lambda name: (levels[name] - expected[name].low, levels[name], name))


def gap(level: int, expected: Expected) -> int:
    """Return by how many levels a dimension lies below what is usual for the phase."""
    return max(0, expected.low - level)


def next_step(dimension: str, unfinished: tuple[str, ...]) -> str | None:
    """Return the step that raises a dimension next, of those that a roadmap still has before it."""
    return next((step for step in STEPS_THAT_RAISE[dimension] if step in unfinished), None)
