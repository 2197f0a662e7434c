"""Who looks after a project: taken on, handed over with a reason, told to both, and kept; and conflicts that leave pairs out."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, User
from portal.core.actors import Role
from portal.core.errors import NotFound, Refused, Stale
from portal.matching import queries, services
from portal.matching.models import AdviserCase
from portal.matching.queries.rounds import Chosen
from portal.projects.models import TeamMember
from tests import make
from tests.client import PageClient
from tests.matching.stage import Stage, stage
from tests.notifications.test_handlers import deliver, told


def assign(one: Stage, to: int, *, why: str = "", by: object = None, version: int = 0) -> AdviserCase:
    return services.assign_case(
        one.session,
        by or one.adviser,  # type: ignore[arg-type]
        one.project.id,
        adviser_id=to,
        reason=why,
        version=version,
        at=make.NOON,
    )


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


def test_an_adviser_takes_on_what_nobody_had_and_hands_it_over_with_a_reason(
    app: Flask, session: Session
) -> None:
    one, other = stage(session), make.adviser(session)
    it = one.shortlisted()
    case = assign(one, one.adviser.user_id)
    with pytest.raises(Refused) as refused:
        assign(one, other.user_id, version=case.version)
    assert codes(refused) == ["case_reason_missing"]
    case = assign(one, other.user_id, why="Knows the field", version=case.version)
    assert (case.adviser_id, it.adviser_id) == (other.user_id, other.user_id)
    handed = queries.handed_on(session, case)
    assert [(row.before is None, row.reason) for row in handed] == [(False, "Knows the field"), (True, None)]
    deliver(app, session)
    assert "adviser_case.given" in told(session, other.user_id)
    assert "adviser_case.taken" not in told(session, one.adviser.user_id), "they did it themselves"


def test_who_had_it_is_told_when_somebody_else_hands_it_on(app: Flask, session: Session) -> None:
    one, other = stage(session), make.adviser(session)
    case = assign(one, one.adviser.user_id)
    assign(one, other.user_id, why="On leave", by=other, version=case.version)
    deliver(app, session)
    assert told(session, one.adviser.user_id) == ["adviser_case.taken"]


def test_what_cannot_be_is_refused_with_every_reason(session: Session) -> None:
    one, other = stage(session), make.adviser(session)
    organisation = one.project.organisation
    with pytest.raises(Refused) as refused:
        assign(one, one.founder.user_id)
    assert codes(refused) == ["case_not_an_adviser", "case_reason_missing"]
    assign(one, one.adviser.user_id)
    with pytest.raises(Stale):
        assign(one, other.user_id, why="Now", version=0)
    services.declare_conflict(session, other, name=organisation.name, at=make.NOON)
    case = queries.case_of(session, one.project.id)
    assert case is not None
    with pytest.raises(Refused) as conflicted:
        assign(one, other.user_id, why="Now", version=case.version)
    assert codes(conflicted) == ["case_not_an_adviser"]
    with pytest.raises(NotFound):
        assign(one, one.adviser.user_id, by=one.founder)


def test_the_desk_and_the_project_show_who_looks_after_it(client: PageClient, session: Session) -> None:
    one, other = stage(session), make.adviser(session)
    session.commit()
    client.sign_in(one.adviser)
    assert "Take it on" in client.get("/matching").text
    path = f"/projects/{one.project.id}/adviser"
    taken = client.post(path, data={"version": 0, "adviser_id": one.adviser.user_id})
    assert taken.status_code == 303
    assert client.get("/matching?mine=1").text.count("Who fits?") == 1
    silent = client.post(path, data={"version": 1, "adviser_id": other.user_id})
    assert silent.status_code == 422
    assert "Say why" in silent.text
    handed = client.post(path, data={"version": 1, "adviser_id": other.user_id, "reason": "Moved on"})
    assert handed.status_code == 303
    page = client.get(f"/projects/{one.project.id}/matches").text
    assert "Moved on" in page
    assert client.post(path, data={"version": 1, "adviser_id": other.user_id}).status_code == 409
    client.sign_in(one.founder)
    assert "Moved on" not in client.get(f"/projects/{one.project.id}/matches").text
    assert client.post(path, data={"version": 2, "adviser_id": other.user_id}).status_code == 404


@pytest.mark.parametrize("what", ["company", "asset", "person", "shared person", "on the team"])
def test_a_partner_is_not_proposed_to_a_project_with_which_it_shares_anything(
    session: Session, what: str
) -> None:
    one = stage(session)
    project, investor = one.project, session.get_one(User, one.investor.user_id)
    session.add(TeamMember(project_id=project.id, name="Ada Andersson", task="CEO", email="ada@example.org"))
    named = {"company": project.organisation.name, "asset": project.name, "person": "ada andersson"}
    if what in named:
        one.thesis.conflicts = [named[what]]
    elif what == "on the team":
        session.add(
            TeamMember(project_id=project.id, name="Somebody", task="Board", email=investor.email.upper())
        )
    else:
        session.add(
            Membership(
                user_id=investor.id,
                organisation_id=project.organisation_id,
                role=Role.FOUNDER,
                since=make.NOON,
            )
        )
    session.flush()
    sight = queries.sight(session, one.adviser, project, at=make.NOON)
    against = {refusal.partner: refusal.codes for refusal in sight.ranking.refusals()}
    assert "CONFLICT" in against[queries.id_of(one.thesis.id)]


@pytest.mark.parametrize(
    ("assets", "competes"),
    [
        (["{area}/{modality}"], True),
        (["{area}"], True),
        (["{area}/car_t", "dermatology/{modality}"], False),
    ],
)
def test_a_partner_that_holds_a_competing_asset_is_named_as_in_conflict_in_ranking_and_round(
    session: Session, assets: list[str], *, competes: bool
) -> None:
    one, other = stage(session), stage(session)
    assert one.project.modality != "car_t"
    other.project.indication_area = "ophthalmology"
    facts = {"area": one.project.indication_area, "modality": one.project.modality}
    one.thesis.competing = [asset.format(**facts) for asset in assets]
    session.flush()
    known = queries.id_of(one.thesis.id)
    sight = queries.sight(session, one.adviser, one.project, at=make.NOON)
    against = {refusal.partner: refusal.codes for refusal in sight.ranking.refusals()}
    assert ("CONFLICT" in against.get(known, ())) is competes
    found = queries.entered(session, one.adviser, chosen=None, at=make.NOON)
    rivals = [
        (project.id, competitor.id)
        for part in found.parts
        for project in part.projects
        for competitor in part.case.partners
        if project.id in competitor.competing
    ]
    assert rivals == ([(str(one.project.id), known)] if competes else [])


def taking_part(one: Stage, chosen: Chosen | None = None) -> tuple[set[str], set[str]]:
    found = queries.entered(one.session, one.adviser, chosen=chosen, at=make.NOON)
    projects = {project.id for part in found.parts for project in part.projects}
    return projects, {partner.id for part in found.parts for partner in part.case.partners}


def test_a_round_leaves_out_with_whom_its_adviser_has_a_conflict(session: Session) -> None:
    one, other = stage(session), stage(session)
    assert taking_part(one) == (
        {str(one.project.id), str(other.project.id)},
        {queries.id_of(one.thesis.id), queries.id_of(other.thesis.id)},
    )
    services.declare_conflict(session, one.adviser, name=other.project.organisation.name, at=make.NOON)
    services.declare_conflict(session, one.adviser, name=one.thesis.organisation.name, at=make.NOON)
    assert taking_part(one) == ({str(one.project.id)}, {queries.id_of(other.thesis.id)})


def test_only_chosen_parties_take_part(session: Session) -> None:
    one, other = stage(session), stage(session)
    chosen = Chosen(frozenset({one.project.id}), frozenset({other.thesis.id}))
    assert taking_part(one, chosen) == ({str(one.project.id)}, {queries.id_of(other.thesis.id)})
    assert session.scalars(select(AdviserCase)).all() == []
