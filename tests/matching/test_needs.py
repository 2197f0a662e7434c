"""What a project asks for in detail, what the portal proposes, and what the ranking makes of it."""

from datetime import date, timedelta

import pytest
from markupsafe import escape
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core import clock
from portal.core.errors import Refused, Stale
from portal.matching import queries, services
from portal.matching.models import StatedNeed
from portal.matching.rules.needs import (
    HELPS_WITH,
    PROPOSED,
    Asked,
    PlannedStep,
    Step,
    Way,
    day_for,
    proposals,
)
from portal.matching.rules.values import Need
from portal.projects.models import Phase
from portal.reference import shipped, vocabulary
from portal.roadmap import services as roadmaps
from tests import make
from tests.client import PageClient
from tests.matching.stage import Stage, stage

FUNDING = {"funding_min": 1_000_000, "funding_max": 2_000_000, "funding_currency": "EUR"}
TODAY = make.NOON.date()
SOON = TODAY + timedelta(days=60)


def planned(step_id: str, track: str, start: date, **more: bool) -> PlannedStep:
    return PlannedStep(
        id=step_id,
        track=track,
        name={"en": step_id, "sv": step_id},
        start=start,
        finish=start + timedelta(days=60),
        **more,
    )


WAY = Way(
    steps=(
        planned("strategy", "regulatory", TODAY - timedelta(days=90), is_done=True),
        planned("batches", "cmc", SOON),
        planned("trial", "clinical", SOON + timedelta(days=90)),
    ),
    target="first_patient",
    path=("strategy", "batches", "trial"),
)


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
    urgent = Step(id="file", track="ip", name={"en": "File"}, by=date(2027, 2, 1))
    later = Step(id="again", track="ip", name={"en": "File again"}, by=date(2027, 9, 1))
    found = proposals("preclinical", [urgent, later], stated=["capital"], today=TODAY)
    assert [(one.kind, one.step, one.steps, one.by) for one in found] == [
        ("ip", urgent, ("file", "again"), urgent.by),
        ("regulatory", None, (), None),
        ("manufacturing", None, (), None),
    ]


def test_money_is_proposed_for_the_steps_that_decide_the_next_milestone() -> None:
    found = proposals("preclinical", [], stated=["regulatory", "manufacturing"], today=TODAY, way=WAY)
    assert [(one.kind, one.steps, one.by) for one in found] == [("capital", ("batches", "trial"), SOON)]


def test_help_is_asked_for_steps_of_its_track_and_money_for_any() -> None:
    assert [step.id for step in WAY.for_kind("clinical")] == ["trial"]
    assert [step.id for step in WAY.for_kind("capital")] == ["strategy", "batches", "trial"]
    assert WAY.for_kind("business") == []


@pytest.mark.parametrize(
    ("steps", "day"),
    [
        (("batches", "trial"), SOON),
        (("strategy",), None),
        ((), None),
        (("gone", "trial"), SOON + timedelta(days=90)),
    ],
)
def test_a_need_without_a_day_follows_the_first_of_its_steps(
    steps: tuple[str, ...], day: date | None
) -> None:
    assert day_for(steps, WAY, today=TODAY) == day


def test_help_for_a_step_that_has_begun_is_needed_today() -> None:
    assert day_for(("batches",), WAY, today=SOON + timedelta(days=9)) == SOON + timedelta(days=9)


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


def test_a_need_is_stated_for_steps_of_the_roadmap_and_read_with_them(
    client: PageClient, session: Session
) -> None:
    one = stage(session)
    roadmaps.make_roadmap(session, one.founder, one.project.id, at=clock.now())
    way = queries.way_of(session, one.project)
    first, second = way.for_kind("capital")[:2]
    path = f"/projects/{one.project.id}/needs"
    typed = {
        "version": one.project.version,
        **{name: str(value) for name, value in FUNDING.items()},
        "instrument": "",
        "wanted_capital": "y",
        "steps_capital": [first.id, second.id],
    }
    assert client.sign_in(one.founder).post(path, data=typed).status_code == 303
    session.expire_all()
    stored = queries.stated_needs(session, one.project.id)["capital"]
    assert (stored.steps, stored.by) == (
        [first.id, second.id],
        day_for(stored.steps, way, today=clock.now().date()),
    )
    read = client.get(f"/projects/{one.project.id}/matches").text
    assert all(str(escape(step.name["en"])) in read for step in (first, second))
    stored.by = clock.now().date() + timedelta(days=9000)
    session.commit()
    assert "the first of its steps begins on" in client.get(path).text


def test_a_step_that_the_roadmap_does_not_have_or_that_is_of_other_help_is_refused_beside_its_field(
    client: PageClient, session: Session
) -> None:
    one = stage(session)
    roadmaps.make_roadmap(session, one.founder, one.project.id, at=clock.now())
    other = queries.way_of(session, one.project).for_kind("clinical")[0].id
    typed = {
        "version": one.project.version,
        "funding_currency": "EUR",
        "instrument": "",
        "wanted_capital": "y",
        "steps_capital": "no_such_step",
        "wanted_ip": "y",
        "steps_ip": other,
    }
    refused = client.sign_in(one.founder).post(f"/projects/{one.project.id}/needs", data=typed)
    assert refused.status_code == 422
    assert refused.text.count("no longer in the roadmap, or this help does not belong to it") == 4
    assert queries.stated_needs(session, one.project.id) == {}
