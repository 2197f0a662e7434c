from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.projects.models import Project, TeamMember
from portal.search.entries import PROJECT_SHELVES
from portal.search.keeping import rebuild
from portal.search.models import SearchTerm, Shelf
from tests import make


def terms(session: Session, shelf: Shelf, record_id: int) -> set[str]:
    question = select(SearchTerm.term).where(SearchTerm.shelf == shelf, SearchTerm.record_id == record_id)
    return set(session.scalars(question))


def everything(session: Session) -> set[tuple[Shelf, int, str, bool]]:
    rows = session.execute(
        select(SearchTerm.shelf, SearchTerm.record_id, SearchTerm.term, SearchTerm.in_name)
    )
    return {(row.shelf, row.record_id, row.term, row.in_name) for row in rows}


def test_each_field_group_of_a_project_has_a_shelf_of_its_own(session: Session) -> None:
    project = make.project(session, name="Kvick", teaser="Blodstam", vector="Lentus", indication="Anaemia")
    assert {"kvick", "anaemia"} <= terms(session, Shelf.PROJECT_IDENTITY, project.id)
    assert "lentus" in terms(session, Shelf.PROJECT_PROCESS, project.id)
    teaser = terms(session, Shelf.PROJECT_TEASER, project.id)
    assert {"blodstam", "gene", "hematologi", "haematology"} <= teaser
    assert not teaser & {"kvick", "anaemia", "lentus"}


def test_terms_follow_a_change_and_vanish_with_the_record(session: Session) -> None:
    project = make.project(session, name="Before")
    project.name = "After"
    session.flush()
    assert "after" in terms(session, Shelf.PROJECT_IDENTITY, project.id)
    assert "before" not in terms(session, Shelf.PROJECT_IDENTITY, project.id)
    number = project.id
    session.delete(project)
    session.flush()
    assert not any(terms(session, shelf, number) for shelf in PROJECT_SHELVES.values())


def test_terms_share_the_fate_of_the_transaction(session: Session) -> None:
    project = make.project(session, name="Before")
    session.commit()
    project.name = "After"
    session.flush()
    session.rollback()
    assert "before" in terms(session, Shelf.PROJECT_IDENTITY, project.id)
    assert "after" not in terms(session, Shelf.PROJECT_IDENTITY, project.id)


def test_what_is_not_searched_writes_no_terms(session: Session) -> None:
    room = make.cleanroom(session)
    request = make.slot_request(session, room, make.slot(8, 12))
    session.commit()
    before = {row.id for row in session.scalars(select(SearchTerm))}
    request.decision_note = "Later."
    room.notice_days = 3
    session.flush()
    assert {row.id for row in session.scalars(select(SearchTerm))} == before


def test_a_team_is_found_with_its_project(session: Session) -> None:
    project = make.project(session)
    person = TeamMember(project_id=project.id, name="Åsa Öberg", task="Analytics")
    session.add(person)
    session.flush()
    assert {"asa", "oberg"} <= terms(session, Shelf.PROJECT_IDENTITY, project.id)
    session.delete(person)
    session.flush()
    assert "oberg" not in terms(session, Shelf.PROJECT_IDENTITY, project.id)


def test_rebuilding_changes_nothing_where_nothing_was_lost(session: Session) -> None:
    room = make.cleanroom(session)
    make.slot_request(session, room, make.slot(8, 12))
    project = session.scalars(select(Project)).first()
    assert project is not None
    session.add(TeamMember(project_id=project.id, name="Åsa Öberg", task="Analytics"))
    session.flush()
    kept = everything(session)
    assert kept
    rebuild(session)
    assert everything(session) == kept
