"""What would change a hard rule does change it, and what nobody can change is not promised."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.matching.lexicon import shipped_lexicon
from portal.matching.rules.eligibility import CODES, codes, obstacles
from portal.matching.rules.outcome import rankings
from portal.matching.rules.ranking import Ranking
from portal.matching.rules.remedies import ANSWERS, By, Remedy, remedies
from portal.matching.rules.values import CAPITAL, Money, Need, Project
from portal.projects.models import FieldGroup, Grant, GrantReason
from tests import make
from tests.client import PageClient
from tests.matching.instances import (
    Json,
    a_partner,
    a_project,
    an_instance,
    case_of,
    partner_facts,
    partner_of,
    project_facts,
    project_of,
    unhurried,
)
from tests.matching.stage import stage


def ranking_of(project: Json, partner: Json) -> Ranking:
    instance = an_instance(projects=[project], partners=[partner])
    return next(rankings(case_of(instance), shipped_lexicon()))


def found(project: Json | None = None, partner: Json | None = None) -> dict[str, Remedy]:
    ranking = ranking_of(a_project(**(project or {})), a_partner(**(partner or {})))
    return {one.code: one for refusal in ranking.refusals() for one in remedies(ranking, refusal)}


def test_every_rule_has_an_answer() -> None:
    assert set(ANSWERS) == set(CODES)


def mended(project: Project, remedy: Remedy) -> Project | None:
    """Return a project that has done what a remedy says, or None where it says nothing to do."""
    said = remedy.how.values
    match remedy.how.code:
        case "remedy_state_need":
            return replace(project, needs=(*project.needs, Need(id="more", kind=said["kinds"][0])))
        case "remedy_end_hold":
            return replace(project, on_hold=False)
        case "remedy_phase_ahead":
            return replace(project, phase=said["phase"])
        case "remedy_instrument":
            needs = tuple(replace(need, instrument=None) for need in project.needs)
            return replace(project, needs=needs)
        case "remedy_ask_less" | "remedy_ask_more":
            bound = Money(said.get("least", 0), said.get("most"), "EUR")
            needs = tuple(
                replace(need, money=bound) if need.kind == CAPITAL else need for need in project.needs
            )
            return replace(project, needs=needs)
    return None


@given(project=project_facts, partner=partner_facts)
@unhurried
def test_doing_what_a_remedy_says_takes_its_rule_away(project: Any, partner: Any) -> None:
    ranking = ranking_of(project_of("p1", project), partner_of("i1", partner))
    for refusal in ranking.refusals():
        for remedy in remedies(ranking, refusal):
            after = None if remedy.by is By.NOBODY else mended(ranking.project, remedy)
            if after is None:
                continue
            left = codes(int(obstacles(after, ranking.pool)[0]))
            assert remedy.code not in left


@pytest.mark.parametrize(
    ("code", "project", "partner", "by", "values"),
    [
        ("NEED_NOT_SERVED", {}, {"serves": ["ip"]}, By.FOUNDER, {"kinds": ("ip",)}),
        ("PHASE", {}, {"phases": ["phase_2", "phase_1"]}, By.TIME, {"phase": "phase_1"}),
        ("PHASE", {}, {"phases": ["discovery"]}, By.NOBODY, {}),
        ("EXCLUDED", {"modality": "car_t"}, {}, By.NOBODY, {"facts": ("modality",)}),
        ("CONFLICT", {"organisation": "o9"}, {}, By.NOBODY, {}),
    ],
)
def test_each_remedy_says_by_whom_and_how(
    code: str, project: Json, partner: Json, by: By, values: dict[str, object]
) -> None:
    remedy = found(project, partner)[code]
    assert (remedy.by, dict(remedy.how.values)) == (by, values)


def test_a_full_partner_has_places_again_when_the_quarter_turns() -> None:
    remedy = found(partner={"capacity": 0})["NO_CAPACITY"]
    assert remedy.how.values["day"].isoformat() == "2027-01-01"


@given(month=st.integers(1, 12))
def test_the_next_quarter_begins_on_the_first_of_january_april_july_or_october(month: int) -> None:
    instance = an_instance(as_of=f"2026-{month:02}-15", partners=[a_partner(capacity=0, closes=None)])
    ranking = next(rankings(case_of(instance), shipped_lexicon()))
    (refusal,) = ranking.refusals()
    (remedy,) = (one for one in remedies(ranking, refusal) if one.code == "NO_CAPACITY")
    day = remedy.how.values["day"]
    assert (day.day, day.month % 3) == (1, 1)
    assert 0 < (day - ranking.pool.as_of).days <= 92


def test_an_adviser_reads_the_bound_and_the_founder_of_an_investor_only_the_direction(
    client: PageClient, session: Session
) -> None:
    one = stage(session, ticket_min=9_000_000, ticket_max=20_000_000, name="Large Tickets")
    session.add(
        Grant(
            project_id=one.project.id,
            organisation_id=one.adviser.organisation_id,
            field_group=FieldGroup.MONEY,
            reason=GrantReason.CONSENT,
            starts_at=make.NOON - timedelta(days=300),
        )
    )
    session.commit()
    path = f"/projects/{one.project.id}/matches"
    founder = client.sign_in(one.founder).get(path).text
    assert "Large Tickets" in founder
    assert "reaches higher" in founder
    assert "9,000,000" not in founder
    assert "reaches EUR 9,000,000" in client.sign_in(one.adviser).get(path).text


def test_a_founder_who_asks_for_no_capital_reads_that_investors_give_it(
    client: PageClient, session: Session
) -> None:
    one = stage(session, name="Gives Money", serves=["capital", "team"])
    one.project.needs = ["ip"]
    session.commit()
    page = client.sign_in(one.founder).get(f"/projects/{one.project.id}/matches?all=1").text
    row = page[page.index("Gives Money") :]
    assert "ask for one of these: Capital." in row[: row.index("</ul>")]


def test_a_founder_does_not_read_of_an_investor_that_excludes_them(
    client: PageClient, session: Session
) -> None:
    one = stage(session, name="Away From It")
    one.thesis.exclude_indication_areas = [one.project.indication_area]
    session.commit()
    path = f"/projects/{one.project.id}/matches?all=1"
    assert "Away From It" not in client.sign_in(one.founder).get(path).text
    assert "Away From It" in client.sign_in(one.adviser).get(path).text
