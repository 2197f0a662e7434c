"""What must always hold of a ranking, whatever the case."""

import json
import random
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from portal.matching.casefile import written_ranking
from portal.matching.lexicon import shipped_lexicon
from portal.matching.rules.outcome import rankings
from portal.matching.rules.shares import DEFAULT_WEIGHTS
from portal.matching.rules.text import Closeness
from tests.matching.instances import (
    LISTS,
    WORDS,
    Json,
    a_decline,
    a_partner,
    a_project,
    an_instance,
    case_of,
    changed,
    declines,
    instances,
    texts,
    unhurried,
)

weights = st.fixed_dictionaries(
    {
        name: st.one_of(st.just(0), st.floats(0, 1e300), st.sampled_from((1, 5e-324, 1e308)))
        for name in DEFAULT_WEIGHTS
    }
)


def ranking_of(instance: Json) -> Json:
    """Return the ranking of an instance as the command writes it."""
    case = case_of(instance)
    return written_ranking(case, rankings(case, shipped_lexicon()))


def scores_of(instance: Json, project: str) -> dict[str, float]:
    """Return the scores of a project's eligible partners."""
    found = next(one for one in ranking_of(instance)["projects"] if one["project"] == project)
    return {match["partner"]: match["score"] for match in found["eligible"]}


def score(instance: Json) -> float:
    """Return the score of the only pair of an instance."""
    return scores_of(instance, "p1")["i1"]


def shuffled(value: Any, chance: random.Random) -> Any:
    """Return the same JSON with its objects' keys and its lists in another order."""
    if isinstance(value, list):
        return chance.sample([shuffled(item, chance) for item in value], len(value))
    if isinstance(value, dict):
        return {key: shuffled(value[key], chance) for key in chance.sample(list(value), len(value))}
    return value


def with_needs_named(ranking: Json, instance: Json) -> Json:
    """Return a ranking whose missing fields name the need itself, and not its place in the file."""
    needs = {project["id"]: [need["id"] for need in project["needs"]] for project in instance["projects"]}
    ranking = changed(ranking)
    for project in ranking["projects"]:
        for match in project["eligible"]:
            for place, need in enumerate(needs[project["project"]]):
                match["missing"] = [path.replace(f"needs[{place}]", need) for path in match["missing"]]
    return ranking


@unhurried
@given(instances(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_nothing(instance: Json, chance: random.Random) -> None:
    other = shuffled(instance, chance)
    assert with_needs_named(ranking_of(other), other) == with_needs_named(ranking_of(instance), instance)


@unhurried
@given(instances())
def test_best_first_and_equal_scores_in_the_order_of_ids(instance: Json) -> None:
    ranking = ranking_of(instance)
    assert [one["project"] for one in ranking["projects"]] == sorted(
        one["id"] for one in instance["projects"]
    )
    for project in ranking["projects"]:
        placed = [(-match["score"], match["partner"]) for match in project["eligible"]]
        assert placed == sorted(placed)
        refused = [refusal["partner"] for refusal in project["ineligible"]]
        assert refused == sorted(refused)
        assert {partner for _, partner in placed} | set(refused) == {
            one["id"] for one in instance["partners"]
        }


@unhurried
@given(instances(), st.none() | weights)
def test_a_score_is_the_sum_of_its_contributions_and_lies_between_0_and_100(
    instance: Json, own: dict[str, float] | None
) -> None:
    ranking = ranking_of(changed(instance, weights=own))
    assert ranking["weights"] == (DEFAULT_WEIGHTS if own is None else own)
    for project in ranking["projects"]:
        for match in project["eligible"]:
            assert 0 <= match["score"] <= 100
            assert match["score"] == pytest.approx(sum(match["contributions"].values()), abs=1e-6)
            assert all(points >= 0 for points in match["contributions"].values())
            assert list(match["contributions"]) == list(DEFAULT_WEIGHTS)


@unhurried
@given(instances(), st.data())
def test_who_else_is_there_changes_no_score(instance: Json, data: st.DataObject) -> None:
    gone = data.draw(st.sampled_from(instance["partners"]))["id"]
    without = changed(instance, partners=[one for one in instance["partners"] if one["id"] != gone])
    for project in instance["projects"]:
        before, after = scores_of(instance, project["id"]), scores_of(without, project["id"])
        before.pop(gone, None)
        assert after == before


@unhurried
@given(instances(projects_at_most=1), st.data())
def test_widening_a_list_by_what_the_project_has_loses_nothing(instance: Json, data: st.DataObject) -> None:
    project = instance["projects"][0]
    name, (fact, _) = data.draw(st.sampled_from(sorted(LISTS.items())))
    wider = changed(instance)
    for partner in wider["partners"]:
        if partner[name] is not None:
            partner[name].append(project[fact])
    before, after = scores_of(instance, project["id"]), scores_of(wider, project["id"])
    assert all(after[partner] >= before[partner] for partner in before)


@unhurried
@given(instances(projects_at_most=1), st.data())
def test_serving_one_more_need_loses_nothing(instance: Json, data: st.DataObject) -> None:
    project = instance["projects"][0]
    assume(project["needs"])
    kind = data.draw(st.sampled_from(project["needs"]))["kind"]
    wider = changed(instance)
    for partner in wider["partners"]:
        partner["serves"] = sorted({*partner["serves"], kind})
    before, after = scores_of(instance, project["id"]), scores_of(wider, project["id"])
    # Who takes on capital is judged by ticket and instrument as well, and may become ineligible: a hard rule.
    assert all(
        after[partner] >= before[partner] - 1e-9
        for partner in before
        if partner in after or kind != "capital"
    )


@unhurried
@given(instances(projects_at_most=1))
def test_accepting_one_more_instrument_loses_nothing(instance: Json) -> None:
    wider = changed(instance)
    for need in wider["projects"][0]["needs"]:
        for partner in wider["partners"]:
            if need.get("instrument") and partner["instruments"] is not None:
                partner["instruments"].append(need["instrument"])
    before, after = scores_of(instance, "p0"), scores_of(wider, "p0")
    assert all(after[partner] >= before[partner] for partner in before)


@unhurried
@given(instances(), declines(st.just(False)))
def test_a_decline_never_raises_a_score(instance: Json, decline: Json) -> None:
    after = changed(instance, declined=[*instance["declined"], decline])
    for project in instance["projects"]:
        raised = scores_of(after, project["id"])
        for partner, before in scores_of(instance, project["id"]).items():
            assert raised[partner] <= before


@unhurried
@given(instances(projects_at_most=1), st.data(), texts, texts)
def test_partners_alike_in_all_but_their_text_are_ordered_by_its_closeness(
    instance: Json, data: st.DataObject, one: str, other: str
) -> None:
    twin = data.draw(st.sampled_from(instance["partners"]))
    pair = [{**twin, "id": "a", "text": one}, {**twin, "id": "b", "text": other}]
    found = scores_of(changed(instance, partners=pair, declined=[]), "p0")
    near, far = Closeness(shipped_lexicon(), [one, other]).to(instance["projects"][0]["text"])
    assume(abs(near - far) > 1e-9)
    if found:
        assert (found["a"] > found["b"]) == (near > far)


@unhurried
@given(instances(projects_at_most=1), st.data())
def test_a_thesis_that_takes_up_one_more_word_of_the_teaser_comes_closer(
    instance: Json, data: st.DataObject
) -> None:
    word = data.draw(st.sampled_from(WORDS[:-1]))
    assume(not set(shipped_lexicon().vector(word)) & set(shipped_lexicon().vector(partner_text(instance))))
    project = {**instance["projects"][0], "text": f"{partner_text(instance)} {word}"}
    twin = instance["partners"][0]
    pair = [{**twin, "id": "a"}, {**twin, "id": "b", "text": f"{twin['text']} {word}"}]
    found = scores_of(changed(instance, projects=[project], partners=pair, declined=[]), "p0")
    if found:
        assert found["b"] > found["a"]


def partner_text(instance: Json) -> str:
    """Return the thesis of an instance's first partner."""
    return str(instance["partners"][0]["text"])


@unhurried
@given(instances(), st.data())
def test_equal_partners_score_equally(instance: Json, data: st.DataObject) -> None:
    one = data.draw(st.sampled_from(instance["partners"]))
    twins = changed(instance, partners=[*instance["partners"], {**one, "id": "z"}])
    twins["declined"] += [
        {**entry, "partner": "z"} for entry in twins["declined"] if entry["partner"] == one["id"]
    ]
    for project in instance["projects"]:
        found = scores_of(twins, project["id"])
        assert found.get(one["id"]) == found.get("z")


def test_weights_of_ones_own_replace_the_defaults() -> None:
    only_phase = dict.fromkeys(DEFAULT_WEIGHTS, 0) | {"phase": 3}
    assert score(an_instance(weights=only_phase)) == pytest.approx(85.0)
    assert score(an_instance(weights=dict.fromkeys(DEFAULT_WEIGHTS, 0))) == 0
    partly = ranking_of(an_instance(weights={"phase": 40}))["weights"]
    assert partly == {**DEFAULT_WEIGHTS, "phase": 40}


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"indication_areas": ["neurology"]}, {"indication_areas": ["neurology", "oncology"]}),
        ({"indication_areas": ["neurology", "oncology"]}, {"indication_areas": None}),
        ({"modalities": ["aav"]}, {"modalities": None}),
        ({"closes": None}, {"closes": "2026-11-29"}),
        (
            {"ticket": {"min": 1000000, "max": 5000000, "currency": "EUR"}},
            {"ticket": {"min": 1000000, "max": 3100000, "currency": "EUR"}},
        ),
        (
            {"ticket": {"min": 4000000, "max": 9000000, "currency": "EUR"}},
            {"ticket": {"min": 5900000, "max": 9000000, "currency": "EUR"}},
        ),
        ({"ticket": {"min": 1000000, "max": 5000000, "currency": "EUR"}}, {"ticket": None}),
        ({"instruments": ["equity"]}, {"instruments": None}),
        ({"serves": ["capital"]}, {"serves": ["capital", "team"]}),
        ({"serves": ["capital", "regulatory"]}, {"serves": ["capital", "regulatory", "team"]}),
        ({"text": "a vector for the brain"}, {"text": "bone and cartilage"}),
        ({"text": "genterapi för hjärnan"}, {"text": "brosk och skelett"}),
    ],
)
def test_what_fits_better_scores_higher(better: Json, worse: Json) -> None:
    assert score(an_instance(partners=[a_partner(**better)])) > score(
        an_instance(partners=[a_partner(**worse)])
    )


def test_a_need_with_time_left_scores_higher_than_one_that_is_due() -> None:
    def with_date(by: str | None) -> float:
        return score(an_instance(projects=[a_project(needs=[{"id": "n", "kind": "regulatory", "by": by}])],
                                 partners=[a_partner(serves=["regulatory"])]))  # fmt: skip

    assert with_date("2027-06-30") > with_date(None) > with_date("2026-12-01") > with_date("2026-11-01")


def test_every_decline_lowers_and_an_old_one_less() -> None:
    def after(*entries: Json) -> float:
        return score(an_instance(declined=list(entries)))

    fresh, old = a_decline(on="2026-11-01"), a_decline(on="2024-11-01")
    assert after() > after(old) > after(fresh) > after(fresh, old)


def test_a_reason_that_holds_for_another_project_lowers_that_one_too_but_less() -> None:
    projects = [
        a_project("p1"),
        a_project("p2"),
        a_project("p3", phase="discovery"),
        a_project("p4", phase="phase_1"),
    ]
    instance = an_instance(projects=projects, partners=[a_partner(phases=None)])
    declined = changed(instance, declined=[a_decline(project="p2", reason="too_early")])

    def lost(project: str) -> float:
        return scores_of(instance, project)["i1"] - scores_of(declined, project)["i1"]

    assert lost("p2") > lost("p1") > 0
    assert lost("p3") == pytest.approx(lost("p1"))
    assert lost("p4") == 0


def test_what_a_founder_declines_says_nothing_about_other_projects() -> None:
    instance = an_instance(projects=[a_project("p1"), a_project("p2")])
    by_founder = changed(instance, declined=[a_decline(project="p2", reason="not_our_area", by="project")])
    assert scores_of(by_founder, "p1") == scores_of(instance, "p1")
    assert scores_of(by_founder, "p2")["i1"] < scores_of(instance, "p2")["i1"]


def test_what_a_partner_does_not_need_to_hear_about_is_not_missing() -> None:
    def missing(project: Json, **partner: Any) -> list[str]:
        found = ranking_of(an_instance(projects=[project], partners=[a_partner(**partner)]))
        return list(found["projects"][0]["eligible"][0]["missing"])

    capital = {"id": "n1", "kind": "capital", "by": None}
    regulatory = {"id": "n2", "kind": "regulatory", "by": "2027-06-30"}
    assert missing(a_project()) == []
    assert missing(a_project(text=" ", needs=[regulatory, capital])) == [
        "text",
        "needs[1].min",
        "needs[1].max",
        "needs[1].instrument",
        "needs[1].by",
    ]
    assert missing(a_project(needs=[capital]), instruments=None) == [
        "needs[0].min",
        "needs[0].max",
        "needs[0].by",
    ]
    assert missing(a_project(needs=[regulatory, capital]), serves=["regulatory"]) == []


def test_a_ranking_is_written_as_json_without_anything_special() -> None:
    assert json.loads(json.dumps(ranking_of(an_instance()), allow_nan=False))["format"] == "match-ranking/1"
