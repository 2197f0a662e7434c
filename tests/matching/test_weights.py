"""Weights that an adviser turns and keeps: for their own rankings and rounds, and back to those shipped."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.errors import NotFound, Refused
from portal.matching import queries, services
from portal.matching.models import AdviserWeights
from portal.matching.rules.shares import DEFAULT_WEIGHTS
from tests import make
from tests.client import PageClient
from tests.matching.stage import Stage, stage

TEXT_ONLY = {name: 50.0 if name == "text" else 0.0 for name in DEFAULT_WEIGHTS}


def in_round(one: Stage) -> object:
    return queries.entered(one.session, one.adviser, at=make.NOON).parts[0].case.weights


def test_kept_weights_are_ones_own_in_rankings_and_rounds_and_can_be_given_back(session: Session) -> None:
    one, other = stage(session), make.adviser(session)
    services.keep_weights(session, one.adviser, TEXT_ONLY, at=make.NOON)
    assert queries.weights_for(session, one.adviser.user_id) == TEXT_ONLY == in_round(one)
    assert queries.weights_for(session, other.user_id) == DEFAULT_WEIGHTS
    services.keep_weights(session, one.adviser, {}, at=make.NOON)
    services.keep_weights(session, one.adviser, {}, at=make.NOON)
    assert queries.weights_for(session, one.adviser.user_id) == DEFAULT_WEIGHTS == in_round(one)
    assert session.scalars(select(AdviserWeights)).all() == []


@pytest.mark.parametrize(
    "wrong",
    [
        dict.fromkeys(DEFAULT_WEIGHTS, 0.0),
        {**DEFAULT_WEIGHTS, "text": -1.0},
        {**DEFAULT_WEIGHTS, "text": float("nan")},
        {"text": 50.0},
        {**DEFAULT_WEIGHTS, "looks": 5.0},
    ],
)
def test_weights_that_cannot_be_meant_are_refused(session: Session, wrong: dict[str, float]) -> None:
    one = stage(session)
    with pytest.raises(Refused, match="weights_out_of_range"):
        services.keep_weights(session, one.adviser, wrong, at=make.NOON)
    with pytest.raises(NotFound):
        services.keep_weights(session, one.founder, TEXT_ONLY, at=make.NOON)


def test_weights_are_tried_kept_and_given_back_on_the_page(client: PageClient, session: Session) -> None:
    one = stage(session)
    session.commit()
    client.sign_in(one.adviser)
    path = f"/projects/{one.project.id}"
    tried = {f"w_{name}": f"{weight:g}" for name, weight in TEXT_ONLY.items()}
    page = client.get(f"{path}/matches", query_string=tried).text
    assert "Keep them for all my rankings" in page
    assert "Keep them" not in client.get(f"{path}/matches").text
    assert client.post(f"{path}/weights", data=tried).status_code == 303
    kept = client.get(f"{path}/matches").text
    assert "These are your own weights" in kept
    assert kept.count('value="50"') == 1
    nothing = client.post(f"{path}/weights", data=dict.fromkeys(tried, "0"))
    assert "at least one of them more than 0" in client.get(nothing.location).text
    assert client.post(f"{path}/weights/reset").status_code == 303
    assert "These are your own weights" not in client.get(f"{path}/matches").text


@pytest.mark.parametrize("written", ["-1", "101", "nan", "much"])
def test_a_weight_that_cannot_be_meant_is_named_and_kept_as_typed_and_changes_nothing(
    client: PageClient, session: Session, written: str
) -> None:
    one = stage(session)
    session.commit()
    client.sign_in(one.adviser)
    path = f"/projects/{one.project.id}"
    posted = client.post(f"{path}/weights", data={"w_text": written, "w_phase": "7"})
    assert posted.status_code == 303
    page = client.get(posted.location).text
    assert "from 0 to 100. Not understood, and counted as before: Words of thesis and teaser." in page
    assert f'value="{written}"' in page
    assert session.scalars(select(AdviserWeights)).all() == []
