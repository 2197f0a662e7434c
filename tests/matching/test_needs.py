"""What a project asks for in detail, what the portal proposes, and what the ranking makes of it."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.errors import Refused, Stale
from portal.matching import queries, services
from portal.matching.models import StatedNeed
from portal.matching.rules.needs import HELPS_WITH, PROPOSED, Asked, Step, proposals
from portal.matching.rules.values import Need
from portal.projects.models import Phase
from portal.reference import shipped, vocabulary
from tests import make
from tests.client import PageClient
from tests.matching.stage import Stage, stage

FUNDING = {"funding_min": 1_000_000, "funding_max": 2_000_000, "funding_currency": "EUR"}
SOON = make.NOON.date() + timedelta(days=60)


def need_of(one: Stage, kind: str) -> Need:
    sight = queries.sight(one.session, one.founder, one.project, at=make.NOON)
    return next(need for need in sight.ranking.project.needs if need.kind == kind)


def state(one: Stage, *asked: Asked, version: int | None = None) -> None:
    services.state_needs(
        one.session,
        one.founder,
        one.project.id,
        asked,
        funding=FUNDING,
        version=version or one.project.version,
        at=make.NOON,
    )


def test_every_phase_and_every_track_leads_to_a_kind_of_help_that_there_is() -> None:
    kinds = set(vocabulary.ids("need"))
    assert set(PROPOSED) == {phase.value for phase in Phase}
    assert {kind for found in PROPOSED.values() for kind in found} <= kinds
    assert set(HELPS_WITH.values()) <= kinds
    assert {step["track"] for step in shipped.records("roadmap_steps")} == set(HELPS_WITH)


def test_what_the_next_steps_call_for_comes_first_then_what_the_phase_does() -> None:
    urgent = Step(track="ip", name={"en": "File"}, by=date(2027, 2, 1))
    later = Step(track="ip", name={"en": "File again"}, by=date(2027, 9, 1))
    found = proposals("preclinical", [urgent, later], stated=["capital"])
    assert [(one.kind, one.step) for one in found] == [
        ("ip", urgent),
        ("regulatory", None),
        ("manufacturing", None),
    ]


def test_the_ranking_reads_day_and_instrument(session: Session) -> None:
    one = stage(session)
    state(one, Asked(kind="capital", by=SOON, instrument="equity", words="First patient"))
    need = need_of(one, "capital")
    assert (need.by, need.instrument, need.money.max) == (SOON, "equity", 2_000_000)


def test_an_adviser_with_the_teaser_only_ranks_without_them(session: Session) -> None:
    one = stage(session)
    state(one, Asked(kind="capital", by=SOON, instrument="equity"))
    sight = queries.sight(session, one.adviser, one.project, at=make.NOON)
    assert {(need.by, need.instrument) for need in sight.ranking.project.needs} == {(None, None)}


def test_what_is_no_longer_asked_for_is_forgotten(session: Session) -> None:
    one = stage(session)
    state(one, Asked(kind="capital", by=SOON), Asked(kind="ip", words="Freedom to operate"))
    state(one, Asked(kind="ip", words="Freedom to operate"))
    assert one.project.needs == ["ip"]
    assert [row.kind for row in session.scalars(select(StatedNeed))] == ["ip"]


def test_two_who_change_only_details_do_not_overwrite_each_other(session: Session) -> None:
    one = stage(session)
    shown = one.project.version
    state(one, Asked(kind="capital", by=SOON))
    with pytest.raises(Stale):
        state(one, Asked(kind="capital"), version=shown)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (Asked(kind="capital", by=date(2020, 1, 1)), "need_day_past"),
        (Asked(kind="ip", instrument="equity"), "outcome_instrument_unknown"),
        (Asked(kind="capital", instrument="gold"), "outcome_instrument_unknown"),
        (Asked(kind="ip", words="x" * 1001), "need_words_too_long"),
    ],
)
def test_a_need_that_cannot_be_meant_is_refused(session: Session, asked: Asked, code: str) -> None:
    one = stage(session)
    with pytest.raises(Refused) as refused:
        state(one, asked)
    assert [reason.code for reason in refused.value.reasons] == [code]


def test_a_founder_states_needs_on_the_page_and_nobody_else_reads_them(
    client: PageClient, session: Session
) -> None:
    one = stage(session)
    one.project.needs = []
    session.commit()
    path = f"/projects/{one.project.id}/needs"
    page = client.sign_in(one.founder).get(path).text
    assert "Projects in this phase usually need it next" in page
    typed = {
        "version": one.project.version,
        "funding_min": "1 000 000",
        "funding_max": "2 000 000",
        "funding_currency": "EUR",
        "instrument": "equity",
        "wanted_capital": "y",
        "by_capital": "2099-06-30",
        "words_capital": "Two engineering runs",
    }
    assert client.post(path, data=typed).status_code == 303
    assert "Two engineering runs" in client.get(path).text
    session.expire_all()
    refused = client.post(path, data={**typed, "version": one.project.version, "by_capital": "2001-01-01"})
    assert refused.status_code == 422
    assert "has passed" in refused.text
    for stranger in (one.adviser, one.investor, make.founder(session)):
        assert client.sign_in(stranger).get(path).status_code == 404
