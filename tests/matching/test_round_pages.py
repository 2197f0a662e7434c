"""Rounds on the pages: asked for, worked out, changed, and put on the shortlists; never somebody else's."""

from dataclasses import replace
from itertools import combinations
from threading import Event

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core import clock
from portal.core.errors import NotFound, Refused
from portal.jobs.long_work import do_waiting
from portal.matching import queries, services
from portal.matching.models import Introduction, MatchRound
from portal.matching.rules.costs import costs, full_places, without
from portal.matching.rules.introductions import DeclineReason, State
from portal.matching.rules.rounds import Candidates, Round, propose
from tests import make
from tests.client import PageClient
from tests.matching.stage import Stage, stage


def candidates(scores: dict[tuple[int, int], float], capacity: list[int], per_project: int = 2) -> Candidates:
    projects = sorted({project for project, _partner in scores})
    pairs = sorted(scores)
    return Candidates(
        projects=tuple(f"p{number}" for number in projects),
        partners=tuple(f"i{number}" for number in range(len(capacity))),
        capacity=np.array(capacity, dtype=np.int64),
        per_project=per_project,
        project=np.array([projects.index(project) for project, _partner in pairs], dtype=np.intp),
        partner=np.array([partner for _project, partner in pairs], dtype=np.intp),
        score=np.array([scores[pair] for pair in pairs], dtype=np.float64),
    )


def best_by_trying_everything(case: Candidates) -> tuple[int, float, float]:
    """Return the aims of the best of all sets of pairs."""
    pairs = list(zip(case.project.tolist(), case.partner.tolist(), case.score.tolist(), strict=True))
    best = (0, 0.0, 0.0)
    for number in range(len(pairs) + 1):
        for chosen in combinations(pairs, number):
            of_partner = [sum(pair[1] == place for pair in chosen) for place in range(len(case.partners))]
            of_project: dict[int, list[float]] = {}
            for project, _partner, score in chosen:
                of_project.setdefault(project, []).append(score)
            if any(of_partner[place] > case.capacity[place] for place in range(len(case.partners))):
                continue
            if any(len(found) > case.per_project for found in of_project.values()):
                continue
            worst = min((max(found) for found in of_project.values()), default=0.0)
            best = max(best, (len(of_project), worst, sum(pair[2] for pair in chosen)))
    return best


def aims(case: Candidates, found: Round) -> tuple[int, float, float]:
    return len(case.projects) - len(found.unserved), found.worst or 0.0, found.total


@pytest.mark.parametrize("seed", range(12))
def test_what_a_limit_costs_is_what_trying_everything_says(seed: int) -> None:
    random = np.random.default_rng(seed)
    scores = {
        (project, partner): float(random.integers(1, 100))
        for project in range(4)
        for partner in range(3)
        if random.random() < 0.75
    }
    case = candidates(scores, random.integers(0, 3, size=3).tolist())
    found = propose(case)
    here = best_by_trying_everything(case)
    assert aims(case, found) == pytest.approx(here)
    for cost in costs(case, found):
        wider = case.capacity.copy()
        wider[case.partners.index(cost.partner)] += 1
        there = best_by_trying_everything(replace(case, capacity=wider))
        told = (cost.more_served, cost.better_worst, cost.more_total)
        assert told == pytest.approx(tuple(after - before for after, before in zip(there, here, strict=True)))


def test_pairs_that_are_left_out_are_not_proposed_and_only_full_partners_are_priced() -> None:
    case = candidates({(0, 0): 9.0, (1, 0): 8.0, (1, 1): 1.0}, [1, 5])
    assert full_places(case, propose(case)) == [0]
    less = without(case, {("p0", "i0")})
    assert {(pair.project, pair.partner) for pair in propose(less).pairs} == {("p1", "i0"), ("p1", "i1")}


def asked(one: Stage, app: Flask) -> MatchRound:
    """Return a round that was asked for and worked out."""
    services.ask_for_round(one.session, one.adviser, name="Spring", per_project=3, at=clock.now())
    one.session.commit()
    work_off(one, app)
    return one.session.scalars(select(MatchRound).order_by(MatchRound.id.desc())).first()  # type: ignore[return-value]


def work_off(one: Stage, app: Flask) -> None:
    with app.app_context():
        do_waiting(app, "test", Event())
    one.session.expire_all()


def pairs(found: MatchRound) -> set[tuple[str, str]]:
    return {(row["project"], row["partner"]) for row in (found.result or {})["pairs"]}


def test_a_round_proposes_what_fits_and_leaves_out_what_is_under_way_or_declined(
    app: Flask, session: Session
) -> None:
    one = stage(session)
    session.commit()
    found = asked(one, app)
    assert (str(one.project.id), queries.id_of(one.thesis.id)) in pairs(found)
    it = one.shortlisted(at=clock.now())
    session.commit()
    assert pairs(asked(one, app)) == set()
    services.decline(
        session,
        one.adviser,
        it.id,
        reason=DeclineReason.OTHER,
        words=None,
        final=False,
        version=it.version,
        at=clock.now(),
    )
    session.commit()
    assert pairs(asked(one, app)) == set()


def test_a_round_scores_a_pair_as_the_projects_own_ranking_does(app: Flask, session: Session) -> None:
    one = stage(session)
    one.thesis.modalities, one.thesis.countries = ["aav"], ["SE"]
    session.commit()
    (pair,) = (asked(one, app).result or {})["pairs"]
    sight = queries.sight(session, one.adviser, one.project, at=clock.now())
    assert pair["score"] == next(match.score for match in sight.ranking.matches())


def test_an_adviser_changes_a_round_and_puts_it_on_the_shortlists_once(
    app: Flask, client: PageClient, session: Session
) -> None:
    one = stage(session)
    other = make.partner(session, make.investor(session), text="Gene therapy.")
    session.commit()
    client.sign_in(one.adviser)
    answer = client.post("/matching/rounds", data={"name": "Spring", "per_project": "3"})
    assert answer.status_code == 303
    work_off(one, app)
    (found,) = session.scalars(select(MatchRound)).all()
    path = f"/matching/rounds/{found.id}"
    page = client.get(path).text
    assert one.thesis.name in page
    assert other.name in page
    ticked = {"version": found.version, "pairs": [f"{one.project.id}:{queries.id_of(other.id)}"]}
    nothing = client.post(path, data={"version": found.version})
    assert nothing.status_code == 422
    assert "Tick at least one pair." in nothing.text
    assert client.post(path, data=ticked).status_code == 303
    work_off(one, app)
    (it,) = session.scalars(select(Introduction)).all()
    assert (it.partner_id, it.state, it.adviser_id) == (other.id, State.SHORTLISTED, one.adviser.user_id)
    session.expire_all()
    again = client.post(path, data={**ticked, "version": found.version})
    assert again.status_code == 422
    assert "put on the shortlists before" in again.text


def test_an_adviser_adds_a_pair_within_the_rules_and_limits_of_the_round(
    app: Flask, client: PageClient, session: Session
) -> None:
    one = stage(session)
    other = make.partner(session, make.investor(session), text="Gene therapy.", capacity=1)
    barred = make.partner(
        session, make.investor(session), exclude_product_classes=[one.project.product_class.value]
    )
    services.ask_for_round(session, one.adviser, name="Spring", per_project=1, at=clock.now())
    session.commit()
    work_off(one, app)
    (found,) = session.scalars(select(MatchRound)).all()
    path = f"/matching/rounds/{found.id}/pairs"
    client.sign_in(one.adviser)

    def added(reference: str, name: str) -> str:
        session.expire_all()
        sent = {"reference": reference, "partner_name": name, "version": found.version}
        return client.post(path, data=sent, follow_redirects=True).text

    reference, left = (
        one.project.reference,
        {one.thesis, other}
        - {
            partner
            for partner in (one.thesis, other)
            if queries.id_of(partner.id) in {ids[1] for ids in pairs(found)}
        },
    )
    (second,) = left
    assert "no more are meant for one" in added(reference, second.name)
    session.expire_all()
    found.per_project = 3
    session.commit()
    assert "No project with the number P-9999" in added("P-9999", second.name)
    assert "No open partner is called “Nobody”" in added(reference, "Nobody")
    assert "They exclude it" in added(reference, barred.name)
    assert "added by you" in added(reference.lower(), second.name.upper())
    assert "in the round already" in added(reference, second.name)
    session.expire_all()
    result = found.result or {}
    assert result["total"] == pytest.approx(sum(row["score"] for row in result["pairs"]))
    assert result["worst"] == max(row["score"] for row in result["pairs"])
    again = make.project(
        session, one.project.organisation, teaser="A gene therapy for the brain.", needs=["capital"]
    )
    other.capacity = one.thesis.capacity = 1
    session.commit()
    assert "are given in this round" in added(again.reference, second.name)
    ticked = {
        "version": found.version,
        "pairs": [f"{project}:{partner}" for project, partner in pairs(found)],
    }
    assert client.post(path.removesuffix("/pairs"), data=ticked).status_code == 303
    work_off(one, app)
    assert len(session.scalars(select(Introduction)).all()) == 2


def test_a_pair_that_is_no_longer_eligible_is_left_out_and_named(
    app: Flask, client: PageClient, session: Session
) -> None:
    one = stage(session)
    session.commit()
    found = asked(one, app)
    one.thesis.capacity = 0
    session.commit()
    client.sign_in(one.adviser)
    chosen = [f"{project}:{partner}" for project, partner in pairs(found)]
    answer = client.post(
        f"/matching/rounds/{found.id}",
        data={"version": found.version, "pairs": chosen},
        follow_redirects=False,
    )
    work_off(one, app)
    assert session.scalars(select(Introduction)).all() == []
    assert "No room left this quarter" in client.get(answer.location).text


def test_a_round_is_its_makers_alone(app: Flask, client: PageClient, session: Session) -> None:
    one = stage(session)
    session.commit()
    found = asked(one, app)
    for stranger in (make.adviser(session), one.founder, one.investor):
        assert client.sign_in(stranger).get(f"/matching/rounds/{found.id}").status_code == 404
        with pytest.raises(NotFound):
            queries.own_round(session, stranger, found.id)


@pytest.mark.parametrize("number", [0, 21])
def test_a_number_that_cannot_be_meant_is_refused(session: Session, number: int) -> None:
    one = stage(session)
    with pytest.raises(Refused):
        services.ask_for_round(session, one.adviser, name="Spring", per_project=number, at=make.NOON)
