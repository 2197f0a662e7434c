"""Why a match brings what it brings, and what would raise it."""

from typing import Any

import pytest

from portal.core.errors import Reason
from portal.matching.lexicon import shipped_lexicon
from portal.matching.rules.grounds import grounds, missing
from portal.matching.rules.outcome import rankings
from portal.matching.rules.shares import DEFAULT_WEIGHTS
from tests.matching.instances import Json, a_decline, a_partner, a_project, an_instance, case_of


def ground(name: str, *, project: Json | None = None, partner: Json | None = None, **changes: Any) -> Reason:
    """Return the ground of one contribution of the only pair."""
    instance = an_instance(
        projects=[a_project(**(project or {}))], partners=[a_partner(**(partner or {}))], **changes
    )
    ranking = next(rankings(case_of(instance), shipped_lexicon()))
    found = grounds(ranking, next(ranking.matches()))
    assert set(found) == set(DEFAULT_WEIGHTS)
    return found[name]


def capital(**changes: Any) -> Json:
    """Return changes that leave a project with one capital need."""
    return {"needs": [{**a_project()["needs"][0], **changes}]}


def ticket(least: int | None, most: int | None) -> Json:
    """Return changes that give a partner a ticket."""
    return {"ticket": {"min": least, "max": most, "currency": "EUR"}}


@pytest.mark.parametrize(
    ("name", "project", "partner", "code"),
    [
        ("text", {}, {}, "text_shares_words"),
        ("text", {}, {"text": "knees"}, "text_apart"),
        ("modality", {}, {}, "open_to_any"),
        ("phase", {}, {}, "names_it"),
        ("ticket", capital(), {}, "ticket_holds_amount"),
        ("ticket", capital(), ticket(1000000, 4000000), "ticket_too_small"),
        ("ticket", capital(), ticket(5000000, None), "ticket_too_large"),
        ("ticket", capital(), {"ticket": None}, "ticket_unstated"),
        ("ticket", capital(min=None, max=None), {}, "amount_unstated"),
        ("ticket", {}, {"serves": ["regulatory"]}, "only_for_capital"),
        ("instrument", capital(), {}, "names_it"),
        ("instrument", capital(instrument=None), {}, "instrument_unstated"),
        ("instrument", capital(), {"instruments": None}, "open_to_any"),
        ("instrument", {}, {"serves": ["regulatory"]}, "only_for_capital"),
        ("timing", capital(), {}, "closes"),
        ("timing", capital(), {"closes": None}, "time_enough"),
        ("timing", capital(by="2026-12-24"), {}, "due_soon"),
        ("timing", capital(by=None), {}, "date_unstated"),
        ("needs", {}, {}, "asked_for"),
        ("history", {}, {}, "never_declined"),
    ],
)
def test_each_contribution_says_why(name: str, project: Json, partner: Json, code: str) -> None:
    assert ground(name, project=project, partner=partner).code == code


def test_grounds_carry_what_a_sentence_needs() -> None:
    assert ground("phase").values == {"fact": "phase", "among": 2}
    assert ground("needs", partner={"serves": ["capital", "team"]}).values == {"kinds": ("capital",), "of": 2}
    assert ground("ticket", project=capital()).values == {"asked": 4500000.0, "currency": "EUR"}
    assert ground("text").values["words"] == ("brain",)


def test_declines_are_counted_with_their_reasons() -> None:
    declined = [a_decline(reason="too_early"), a_decline(reason="team", on="2026-06-01")]
    found = ground("history", declined=declined)
    assert found.code == "declined_before"
    assert found.values["times"] == 2
    assert found.values["reasons"] == ("team", "too_early")
    assert found.values["last"].isoformat() == "2026-06-01"
    assert found.values["this_project"]


def test_what_is_missing_says_what_it_could_add() -> None:
    def score_and_gains(project: Json) -> tuple[float, dict[str, float]]:
        ranking = next(rankings(case_of(an_instance(projects=[project])), shipped_lexicon()))
        match = next(ranking.matches())
        return match.score, {one.path: one.gain for one in missing(ranking, match)}

    before, gains = score_and_gains(a_project(**capital(by=None, instrument=None)))
    after, left = score_and_gains(a_project(**capital()))
    assert set(gains) == {"needs[0].by", "needs[0].instrument"}
    assert left == {}
    assert after - before == pytest.approx(sum(gains.values()))


def test_an_amount_that_is_not_stated_could_add_what_the_ticket_is_worth_at_most() -> None:
    project = a_project(**capital(min=None, max=None))
    ranking = next(rankings(case_of(an_instance(projects=[project])), shipped_lexicon()))
    gains = {one.path: one.gain for one in missing(ranking, next(ranking.matches()))}
    assert gains == {"needs[0].min": pytest.approx(5.0), "needs[0].max": pytest.approx(5.0)}
