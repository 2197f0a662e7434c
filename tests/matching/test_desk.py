"""The adviser's desk: whom to help next, in what order and why, and declared conflicts of interest that hold."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from portal.core import clock
from portal.core.errors import NotFound, Refused
from portal.matching import queries, services
from portal.matching.rules.needs import Asked
from portal.projects.models import FieldGroup, Grant, GrantReason
from portal.projects.queries import ProjectFilter
from tests import make
from tests.client import PageClient
from tests.matching.stage import Stage, stage


def order(one: Stage, *, mine: bool = False) -> list[int]:
    rows = one.session.execute(queries.desk(one.adviser, ProjectFilter(), mine=mine, at=make.NOON)).all()
    return [row[0].id for row in rows]


def note(one: Stage, project_id: int, *, days: int | None) -> None:
    day = None if days is None else make.NOON.date() + timedelta(days=days)
    services.write_note(one.session, one.adviser, project_id, words="Ask", follow_up_on=day, at=make.NOON)


def test_a_coming_deadline_goes_first_then_whom_nobody_looks_after(session: Session) -> None:
    cared_for, due, alone = stage(session), stage(session), stage(session)
    cared_for.shortlisted()
    note(cared_for, due.project.id, days=10)
    assert order(cared_for) == [due.project.id, alone.project.id, cared_for.project.id]


def test_a_deadline_far_ahead_changes_no_order(session: Session) -> None:
    one, other = stage(session), stage(session)
    note(one, other.project.id, days=100)
    note(one, one.project.id, days=None)
    services.shortlist(session, one.adviser, one.project.id, one.thesis.id, at=make.NOON)
    assert order(one) == [other.project.id, one.project.id]


def test_who_has_waited_longest_goes_before_others(session: Session) -> None:
    spoken_to, never = stage(session), stage(session)
    note(spoken_to, spoken_to.project.id, days=None)
    assert order(spoken_to) == [never.project.id, spoken_to.project.id]


def test_a_day_of_the_roadmap_moves_only_the_desk_of_who_sees_it(session: Session) -> None:
    one, other = stage(session), stage(session)
    services.state_needs(
        session,
        other.founder,
        other.project.id,
        [Asked(kind="capital", by=make.NOON.date() + timedelta(days=5))],
        funding={},
        version=other.project.version,
        at=make.NOON,
    )
    assert order(one) == sorted(order(one))
    session.add(
        Grant(
            project_id=other.project.id,
            organisation_id=one.adviser.organisation_id,
            field_group=FieldGroup.ROADMAP,
            reason=GrantReason.CONSENT,
            starts_at=make.NOON - timedelta(days=1),
        )
    )
    session.flush()
    assert order(one)[0] == other.project.id


def test_mine_are_those_that_i_look_after_or_wrote_about(session: Session) -> None:
    one, other, third = stage(session), stage(session), stage(session)
    one.shortlisted()
    note(one, other.project.id, days=None)
    assert set(order(one, mine=True)) == {one.project.id, other.project.id}
    assert third.project.id in order(one)


def test_the_page_says_what_is_unmet_and_who_looks_after_it(client: PageClient, session: Session) -> None:
    one = stage(session)
    one.shortlisted(at=clock.now() - timedelta(days=3))
    session.commit()
    page = client.sign_in(one.adviser).get("/matching").text
    assert "3 days ago" in page
    assert "1 introduction open" in page
    assert client.get("/matching?mine=1").text.count("Who fits?") == 1
    assert client.sign_in(one.founder).get("/matching").status_code == 404


@pytest.mark.parametrize("side", ["project", "partner"])
def test_a_declared_conflict_stops_every_step_of_the_adviser_until_it_ends(
    session: Session, side: str
) -> None:
    one = stage(session)
    it = one.shortlisted()
    where = (one.project if side == "project" else one.thesis).organisation
    declared = services.declare_conflict(session, one.adviser, name=where.name.upper(), at=make.NOON)
    with pytest.raises(Refused) as asking:
        services.ask_consent(session, one.adviser, it.id, version=it.version, at=make.NOON)
    with pytest.raises(Refused) as listing:
        services.shortlist(session, one.adviser, one.project.id, one.thesis.id, at=make.NOON)
    for refused in (asking, listing):
        assert refused.value.reasons[0].code == "adviser_conflicted"
    other = make.adviser(session)
    services.ask_consent(session, other, it.id, version=it.version, at=make.NOON)
    services.end_conflict(session, one.adviser, declared.id, at=make.NOON)
    assert queries.conflicts_of(session, one.adviser.user_id) == []
    with pytest.raises(NotFound):
        services.end_conflict(session, one.adviser, declared.id, at=make.NOON)


def test_a_conflicted_adviser_neither_reads_nor_writes_notes(client: PageClient, session: Session) -> None:
    one = stage(session)
    note(one, one.project.id, days=None)
    session.commit()
    client.sign_in(one.adviser)
    path = f"/projects/{one.project.id}/matches"
    assert ">Ask<" in client.get(path).text
    declared = client.post("/matching/conflicts", data={"name": one.project.organisation.name})
    assert declared.status_code == 303
    assert one.project.organisation.name in client.get("/matching").text
    assert ">Ask<" not in client.get(path).text
    refused = client.post(f"/projects/{one.project.id}/notes", data={"words": "More"})
    assert refused.status_code == 422
    assert "declared a conflict of interest" in refused.text


def test_a_conflict_is_ones_own(session: Session) -> None:
    one = stage(session)
    declared = services.declare_conflict(session, one.adviser, name="Zebra", at=make.NOON)
    assert services.declare_conflict(session, one.adviser, name="zebra", at=make.NOON).id == declared.id
    with pytest.raises(NotFound):
        services.end_conflict(session, make.adviser(session), declared.id, at=make.NOON)
    with pytest.raises(NotFound):
        services.declare_conflict(session, one.founder, name="Zebra", at=make.NOON)


def seeking(one: Stage, kind: str) -> set[int]:
    question = queries.desk(one.adviser, ProjectFilter(), mine=False, unmet=kind, at=make.NOON)
    return {row[0].id for row in one.session.execute(question)}


def test_an_unmet_need_is_what_the_row_shows_and_nobody_helps_with(session: Session) -> None:
    one, other = stage(session), stage(session)
    other.project.needs = ["ip"]
    both = {one.project.id, other.project.id}
    assert (seeking(one, "capital"), seeking(one, "ip")) == (both, set()), (
        "hidden needs are proposed from the phase"
    )
    session.add(
        Grant(
            project_id=other.project.id,
            organisation_id=one.adviser.organisation_id,
            field_group=FieldGroup.ROADMAP,
            reason=GrantReason.CONSENT,
            starts_at=make.NOON - timedelta(days=1),
        )
    )
    session.flush()
    assert (seeking(one, "capital"), seeking(one, "ip")) == ({one.project.id}, {other.project.id})
    one.shortlisted()
    assert seeking(one, "capital") == set()


def test_the_desk_is_filtered_by_a_need_and_sorted_by_how_many_are_unmet(
    client: PageClient, session: Session
) -> None:
    one, other = stage(session), stage(session)
    one.shortlisted()
    session.commit()
    client.sign_in(one.adviser)
    assert client.get("/matching?need=capital").text.count("Who fits?") == 1
    assert client.get("/matching?need=nonsense").text.count("Who fits?") == 2
    for sort, first in (("unmet", one), ("-unmet", other)):
        page = client.get(f"/matching?sort={sort}").text
        order = [page.index(which.project.reference) for which in (one, other)]
        assert (order[0] < order[1]) is (first is one)
