"""The round: against every possible round on small cases, and what must hold of any."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.matching.casefile import written_round
from portal.matching.lexicon import shipped_lexicon
from portal.matching.rules.outcome import best_round, rankings
from portal.matching.rules.rounds import Candidates, Round, propose
from tests.matching import oracle
from tests.matching.instances import Json, a_partner, a_project, an_instance, case_of, instances, unhurried
from tests.matching.test_ranking import shuffled

levels = st.sampled_from((0.0, 10.0, 10.000001, 25.5, 60.0, 99.9999999, 100.0)) | st.floats(0, 100)


@st.composite
def candidates(draw: st.DrawFn, *, pairs_at_most: int = 9) -> Candidates:
    """Up to nine eligible pairs of up to four projects and four partners."""
    projects, partners = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    places = [(project, partner) for project in range(projects) for partner in range(partners)]
    chosen = sorted(draw(st.lists(st.sampled_from(places), unique=True, max_size=pairs_at_most)))
    return candidates_of(
        [(*pair, draw(levels)) for pair in chosen],
        capacity=[draw(st.integers(0, 3)) for _ in range(partners)],
        projects=projects,
        per_project=draw(st.integers(1, 3)),
    )


def candidates_of(
    pairs: oracle.Pairs, *, capacity: list[int], projects: int, per_project: int = 3
) -> Candidates:
    """Return candidates whose ids are their places."""
    return Candidates(
        projects=tuple(f"p{place}" for place in range(projects)),
        partners=tuple(f"i{place}" for place in range(len(capacity))),
        capacity=np.array(capacity, dtype=np.int64),
        per_project=per_project,
        project=np.array([project for project, _, _ in pairs], dtype=np.intp),
        partner=np.array([partner for _, partner, _ in pairs], dtype=np.intp),
        score=np.array([score for _, _, score in pairs], dtype=np.float64),
    )


def pairs_of(given_candidates: Candidates) -> list[tuple[int, int, float]]:
    """Return candidates as plain pairs."""
    return [
        (int(project), int(partner), float(score))
        for project, partner, score in zip(
            given_candidates.project, given_candidates.partner, given_candidates.score, strict=True
        )
    ]


def chosen(found: Round) -> set[tuple[str, str]]:
    """Return who meets whom."""
    return {(pair.project, pair.partner) for pair in found.pairs}


@unhurried
@given(candidates())
def test_no_other_round_is_better(given_candidates: Candidates) -> None:
    found = propose(given_candidates)
    served, worst, total = oracle.best_round(
        pairs_of(given_candidates), given_candidates.capacity.tolist(), given_candidates.per_project
    )
    assert len(given_candidates.projects) - len(found.unserved) == served
    assert (found.worst or 0.0) == worst
    assert found.total == pytest.approx(total, abs=1e-6)


@unhurried
@given(candidates(pairs_at_most=16))
def test_a_round_keeps_every_limit_and_its_own_sums(given_candidates: Candidates) -> None:
    found = propose(given_candidates)
    known = {(f"p{project}", f"i{partner}"): score for project, partner, score in pairs_of(given_candidates)}
    assert all(known[pair.project, pair.partner] == pair.score for pair in found.pairs)
    assert len(chosen(found)) == len(found.pairs)
    as_places = [(int(pair.project[1:]), int(pair.partner[1:]), pair.score) for pair in found.pairs]
    assert oracle.allowed(as_places, given_candidates.capacity.tolist(), given_candidates.per_project)
    assert as_places == sorted(as_places)
    served = {pair.project for pair in found.pairs}
    assert found.unserved == tuple(one for one in given_candidates.projects if one not in served)
    assert found.total == pytest.approx(sum(pair.score for pair in found.pairs))


def test_more_projects_go_before_more_points() -> None:
    pairs = [(0, 0, 90.0), (0, 1, 20.0), (1, 0, 10.0)]
    found = propose(candidates_of(pairs, capacity=[1, 1], projects=2))
    assert chosen(found) == {("p0", "i1"), ("p1", "i0")}
    assert (found.total, found.worst) == (30.0, 10.0)


def test_the_worst_off_goes_before_the_sum() -> None:
    pairs = [(0, 0, 90.0), (0, 1, 50.0), (1, 0, 60.0), (1, 1, 10.0)]
    found = propose(candidates_of(pairs, capacity=[1, 1], projects=2, per_project=1))
    assert chosen(found) == {("p0", "i1"), ("p1", "i0")}
    assert found.worst == 50.0


def test_a_project_s_further_pairs_may_be_worse_than_everyone_s_best() -> None:
    pairs = [(0, 0, 80.0), (0, 1, 5.0), (1, 0, 80.0)]
    found = propose(candidates_of(pairs, capacity=[2, 1], projects=2))
    assert chosen(found) == {("p0", "i0"), ("p0", "i1"), ("p1", "i0")}
    assert found.worst == 80.0


def test_nobody_to_meet_is_a_round_too() -> None:
    found = propose(candidates_of([], capacity=[1], projects=2))
    assert found == Round((), ("p0", "p1"), 0.0, None)
    assert propose(candidates_of([], capacity=[], projects=0)) == Round((), (), 0.0, None)


def test_lots_do_not_favour_names_early_in_the_alphabet() -> None:
    firsts = 0
    for partner in range(200):
        rivals = candidates_of([(0, 0, 50.0), (1, 0, 50.0)], capacity=[1], projects=2)
        drawn = propose(
            Candidates(
                projects=rivals.projects,
                partners=(f"partner {partner}",),
                capacity=rivals.capacity,
                per_project=1,
                project=rivals.project,
                partner=rivals.partner,
                score=rivals.score,
            )
        )
        firsts += drawn.pairs[0].project == "p0"
    assert 60 < firsts < 140


def test_lots_do_not_depend_on_who_else_is_there() -> None:
    alone = propose(candidates_of([(0, 0, 50.0), (1, 0, 50.0)], capacity=[1], projects=2))
    among = propose(
        candidates_of([(0, 0, 50.0), (1, 0, 50.0), (2, 1, 70.0), (3, 1, 1.0)], capacity=[1, 2], projects=4)
    )
    assert chosen(alone) <= chosen(among)


def test_a_large_round_counts_scores_as_finely_as_the_solver_can() -> None:
    chance = random.Random(5)
    pairs = [(project, partner, chance.uniform(0, 100)) for project in range(60) for partner in range(60)]
    found = propose(candidates_of(pairs, capacity=[1] * 60, projects=60, per_project=60))
    by_partner: dict[int, float] = {}
    for _, partner, score in pairs:
        by_partner[partner] = max(by_partner.get(partner, 0.0), score)
    assert len(found.pairs) == 60
    assert found.total <= sum(by_partner.values())


def round_of(instance: Json) -> Json:
    """Return the round of an instance as the command writes it."""
    case = case_of(instance)
    return written_round(case, *best_round(case, shipped_lexicon()))


@unhurried
@given(instances(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_no_round(instance: Json, chance: random.Random) -> None:
    assert round_of(shuffled(instance, chance)) == round_of(instance)


@unhurried
@given(instances())
def test_a_round_is_made_of_eligible_pairs_with_the_scores_of_the_ranking(instance: Json) -> None:
    scores = {
        (ranking.project.id, match.partner): match.score
        for ranking in rankings(case_of(instance), shipped_lexicon())
        for match in ranking.matches()
    }
    found = round_of(instance)
    assert all(scores[pair["project"], pair["partner"]] == pair["score"] for pair in found["pairs"])
    served = {pair["project"] for pair in found["pairs"]}
    assert served | {left["project"] for left in found["unserved"]} == {
        one["id"] for one in instance["projects"]
    }
    assert all(left["codes"] for left in found["unserved"])


def test_why_a_project_is_left_is_said_in_the_codes_of_the_rules() -> None:
    projects = [a_project("p1"), a_project("p2"), a_project("p3", phase="discovery")]
    instance = an_instance(projects=projects, partners=[a_partner(capacity=1)])
    found = round_of(instance)
    left = {one["project"]: one["codes"] for one in found["unserved"]}
    served = found["pairs"][0]["project"]
    assert left == {({"p1", "p2"} - {served}).pop(): ["NO_CAPACITY"], "p3": ["PHASE"]}
    nobody = round_of(an_instance(partners=[]))
    assert nobody["unserved"] == [{"project": "p1", "codes": ["NEED_NOT_SERVED"]}]
    assert (nobody["total"], nobody["worst"]) == (0.0, None)


def test_a_project_has_three_pairs_at_most_unless_the_instance_says_otherwise() -> None:
    partners = [a_partner(f"i{number}") for number in range(5)]
    assert len(round_of(an_instance(partners=partners))["pairs"]) == 3
    assert len(round_of(an_instance(partners=partners, per_project=4))["pairs"]) == 4
