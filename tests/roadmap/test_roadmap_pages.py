"""A project's roadmap on its pages: made, answered, reported, marked, skipped, extended, planned and handed out."""

from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy.orm import Session

from portal.accounts.models import Organisation
from portal.bookings.events import BookingRecorded
from portal.bookings.models import Block, BlockKind, Booking, BookingState, RunKind
from portal.core import clock
from portal.core.actors import Actor, Role
from portal.ledger import Entry, record
from portal.projects.models import Project
from portal.projects.rules.phases import day_of
from portal.projects.rules.values import FieldGroup, GrantReason, Phase
from portal.projects.services import grant_group
from portal.roadmap import queries, services
from portal.roadmap.handlers import HANDLERS
from portal.roadmap.models import StepMark
from tests import make
from tests.client import PageClient


@pytest.fixture
def founder(session: Session) -> Actor:
    return make.founder(session)


@pytest.fixture
def project(session: Session, founder: Actor) -> Project:
    owner = session.get_one(Organisation, founder.organisation_id)
    return make.project(
        session,
        owner,
        orphan=True,
        paediatric=False,
        autologous=True,
        phase_since=date(2026, 1, 1),
    )


@pytest.fixture
def made(session: Session, founder: Actor, project: Project) -> Project:
    services.make_roadmap(session, founder, project.id, at=clock.now())
    session.commit()
    return project


def today() -> date:
    return day_of(clock.now())


def marks(session: Session, project: Project) -> dict[str, StepMark]:
    roadmap = queries.roadmap_of(session, project.id)
    assert roadmap is not None
    return {mark.step_id: mark for mark in queries.marks_of(session, roadmap)}


def milestones(session: Session, project: Project) -> dict[str, dict[str, str]]:
    laid = queries.laid(session, project)
    assert laid is not None
    found: dict[str, dict[str, str]] = laid.plan.plan["milestones"]
    return found


def test_a_founder_makes_the_roadmap_and_is_asked_what_is_done(
    client: PageClient, session: Session, founder: Actor, project: Project
) -> None:
    client.sign_in(founder)
    path = f"/projects/{project.id}/roadmap"
    assert "Make the roadmap" in client.get(path).get_data(as_text=True)
    answer = client.post(path)
    assert answer.headers["Location"].endswith("/roadmap/done")
    assert queries.roadmap_of(session, project.id) is not None
    page = client.get(path).get_data(as_text=True)
    assert "First patient" in page
    assert "Next actions" in page
    assert "What decides the date" in page


def test_made_twice_it_stays_the_same(session: Session, founder: Actor, made: Project) -> None:
    first = queries.roadmap_of(session, made.id)
    assert services.make_roadmap(session, founder, made.id, at=clock.now()) is first


@pytest.mark.parametrize("scale", ["week", "month", "quarter", "year", "nonsense"])
@pytest.mark.parametrize("start", ["", "2027-01-01", "2099-12-31", "nonsense"])
def test_the_grid_can_be_looked_at_in_every_scale(
    client: PageClient, founder: Actor, made: Project, scale: str, start: str
) -> None:
    client.sign_in(founder)
    answer = client.get(f"/projects/{made.id}/roadmap?scale={scale}&from={start}&links=all")
    assert answer.status_code == 200


def test_the_list_holds_every_step_of_the_plan(
    client: PageClient, session: Session, founder: Actor, made: Project
) -> None:
    client.sign_in(founder)
    page = client.get(f"/projects/{made.id}/roadmap?view=list").get_data(as_text=True)
    laid = queries.laid(session, made)
    assert laid is not None
    for step in laid.plan.plan["steps"]:
        assert f"/roadmap/steps/{step['id']}" in page


def test_what_is_done_is_ticked_by_the_phase_and_then_kept_as_reported(
    client: PageClient, session: Session, founder: Actor, made: Project
) -> None:
    made.phase = Phase.PHASE_2
    session.commit()
    services.compute_of_project(session, made.id, at=clock.now())
    client.sign_in(founder)
    path = f"/projects/{made.id}/roadmap/done"
    page = client.get(path).get_data(as_text=True)
    assert "Look at each" in page
    ticked = [line for line in page.splitlines() if 'name="done-ctis_application"' in line]
    assert len(ticked) == 1
    assert "checked" in ticked[0]
    before = milestones(session, made)["authorisation"]["likely"]
    roadmap = queries.roadmap_of(session, made.id)
    assert roadmap is not None
    typed = {
        "version": str(roadmap.version),
        "done-qtpp": "y",
        "day-qtpp": "2026-03-01",
        "done-process_development": "y",
        "done-in_vivo_proof_of_concept": "y",
    }
    assert client.post(path, typed).status_code == 303
    said = marks(session, made)
    assert said["qtpp"].finished == date(2026, 3, 1)
    assert said["process_development"].day_unknown
    assert said["process_development"].finished == made.phase_since
    assert milestones(session, made)["authorisation"]["likely"] < before
    typed.pop("done-qtpp")
    assert client.post(path, typed).status_code == 303
    assert marks(session, made)["qtpp"].finished is None


def test_a_day_that_has_not_been_is_refused_beside_its_field_and_nothing_changes(
    client: PageClient, session: Session, founder: Actor, made: Project
) -> None:
    client.sign_in(founder)
    late = today() + timedelta(days=3)
    answer = client.post(
        f"/projects/{made.id}/roadmap/done",
        {"version": "1", "done-qtpp": "y", "day-qtpp": late.isoformat(), "done-biodistribution": "y"},
    )
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "is after today" in page
    assert late.isoformat() in page
    assert marks(session, made) == {}


def test_an_answer_brings_the_steps_that_hang_on_it(
    client: PageClient, session: Session, founder: Actor, made: Project
) -> None:
    client.sign_in(founder)
    path = f"/projects/{made.id}/roadmap/questions"
    assert "Will animal studies be done in Sweden?" in client.get(path).get_data(as_text=True)
    laid = queries.laid(session, made)
    assert laid is not None
    assert "animal_ethics_permit" in [step["id"] for step in laid.plan.plan["not_applicable"]]
    answer = client.post(path, {"version": "1", "answer-animal_studies_in_sweden": "yes"})
    assert answer.status_code == 303
    laid = queries.laid(session, made)
    assert laid is not None
    assert "animal_ethics_permit" in [step["id"] for step in laid.plan.plan["steps"]]
    stale = client.post(path, {"version": "1", "answer-animal_studies_in_sweden": "no"})
    assert stale.status_code == 409


def test_a_step_is_marked_and_its_history_tells_who_and_what(
    client: PageClient, session: Session, founder: Actor, made: Project
) -> None:
    client.sign_in(founder)
    path = f"/projects/{made.id}/roadmap/steps/qtpp"
    assert client.get(path).status_code == 200
    day = today() - timedelta(days=20)
    typed = {"version": "0", "started": day.isoformat(), "owner": "Quality lead", "remark": "Draft is out"}
    assert client.post(path, typed).status_code == 303
    mark = marks(session, made)["qtpp"]
    assert (mark.started, mark.owner, mark.remark) == (day, "Quality lead", "Draft is out")
    assert client.post(path, {**typed, "owner": "Another"}).status_code == 409
    history = client.get(f"/projects/{made.id}/roadmap/history").get_data(as_text=True)
    assert "Draft is out" in history
    assert "Quality target product profile" in history


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"started": "2026-05-01", "finished": "2026-04-01"}, "before it started"),
        ({"finished": "2999-01-01"}, "Check the year"),
        ({"finished": "yesterday"}, "Not a valid date"),
        ({"not_before": "2026-01-01"}, "cannot be planned for"),
        ({"owner": "x" * 300}, "At most 120"),
    ],
)
def test_impossible_days_are_refused_with_both_named_and_nothing_changes(
    client: PageClient, session: Session, founder: Actor, made: Project, typed: dict[str, str], said: str
) -> None:
    client.sign_in(founder)
    answer = client.post(f"/projects/{made.id}/roadmap/steps/qtpp", {"version": "0", **typed})
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert said in page
    assert all(value in page for value in typed.values())
    assert marks(session, made) == {}


def test_a_planned_day_moves_what_follows(
    client: PageClient, session: Session, founder: Actor, made: Project
) -> None:
    client.sign_in(founder)
    before = milestones(session, made)["first_patient"]["likely"]
    day = today() + timedelta(days=400)
    path = f"/projects/{made.id}/roadmap/steps/in_vivo_proof_of_concept/plan"
    assert client.post(path, {"version": "0", "not_before": day.isoformat()}).status_code == 303
    assert milestones(session, made)["first_patient"]["likely"] > before
    answer = client.post(path, {"version": "1", "not_before": "1999-01-01"})
    assert answer.status_code == 422


def test_a_skipped_step_is_bridged_and_can_be_taken_up(
    client: PageClient, session: Session, founder: Actor, made: Project
) -> None:
    client.sign_in(founder)
    path = f"/projects/{made.id}/roadmap/steps/biodistribution"
    assert client.post(f"{path}/skip", {"skip-version": "0", "skip-reason": ""}).status_code == 422
    answer = client.post(f"{path}/skip", {"skip-version": "0", "skip-reason": "Done by a partner."})
    assert answer.status_code == 303
    laid = queries.laid(session, made)
    assert laid is not None
    assert {"id": "biodistribution", "because": ["skipped"]} in laid.plan.plan["not_applicable"]
    assert "Done by a partner." in client.get(path).get_data(as_text=True)
    assert client.post(f"{path}/take-up", {"version": "1"}).status_code == 303
    assert marks(session, made)["biodistribution"].skipped is None


def test_a_step_that_decides_the_date_and_is_late_for_its_phase_says_so(
    client: PageClient, session: Session, founder: Actor, project: Project
) -> None:
    project.phase = Phase.PHASE_2
    session.flush()
    services.make_roadmap(session, founder, project.id, at=clock.now())
    session.commit()
    laid = queries.laid(session, project)
    assert laid is not None
    actions = laid.plan.outlook["next"]
    assert ("decides_date", None, None) in {(one["because"], one["by"], one["late_by"]) for one in actions}
    client.sign_in(founder)
    answer = client.get(f"/projects/{project.id}/roadmap")
    assert answer.status_code == 200
    assert "Late for the phase" in answer.get_data(as_text=True)


def test_own_steps_are_added_changed_refused_in_a_circle_and_removed(
    client: PageClient, session: Session, founder: Actor, made: Project
) -> None:
    client.sign_in(founder)
    new = f"/projects/{made.id}/roadmap/own-step"
    typed = {"name": "Move house", "track": "cmc", "least": "5", "likely": "10", "most": "30"}
    assert client.get(new).status_code == 200
    assert client.post(new, {**typed, "likely": "50"}).status_code == 422
    assert client.post(new, {**typed, "after": ["qtpp"]}).status_code == 303
    assert client.post(new, {**typed, "name": "Unpack", "after": ["own_1"]}).status_code == 303
    edit = f"/projects/{made.id}/roadmap/steps/own_1/edit"
    answer = client.post(edit, {**typed, "after": ["own_2"], "version": "1"})
    assert answer.status_code == 422
    assert "wait for one another" in answer.get_data(as_text=True)
    assert client.post(edit, {**typed, "name": "Move", "version": "1"}).status_code == 303
    assert "Move" in client.get(f"/projects/{made.id}/roadmap/steps/own_1").get_data(as_text=True)
    remove = f"/projects/{made.id}/roadmap/steps/own_1/remove"
    assert client.post(remove, {"version": "2"}).status_code == 303
    left = marks(session, made)
    assert list(left) == ["own_2"]
    assert left["own_2"].own is not None
    assert left["own_2"].own["after"] == []


def test_a_catalogue_step_cannot_be_edited_as_an_own_one(
    client: PageClient, founder: Actor, made: Project
) -> None:
    client.sign_in(founder)
    assert client.get(f"/projects/{made.id}/roadmap/steps/qtpp/edit").status_code == 404
    assert client.get(f"/projects/{made.id}/roadmap/steps/no_such_step").status_code == 404


def test_a_baseline_is_kept(client: PageClient, session: Session, founder: Actor, made: Project) -> None:
    client.sign_in(founder)
    assert client.post(f"/projects/{made.id}/roadmap/baseline", {"version": "1"}).status_code == 303
    roadmap = queries.roadmap_of(session, made.id)
    assert roadmap is not None
    assert roadmap.baseline_on == today()
    assert roadmap.baseline is not None
    assert "qtpp" in roadmap.baseline


def test_a_newer_catalogue_is_shown_before_it_is_taken(
    client: PageClient, session: Session, founder: Actor, made: Project
) -> None:
    administrator = make.administrator(session)
    services.revise_step(
        session,
        administrator,
        "glp_toxicology",
        "duration_days.likely",
        value=400,
        reason="Longer here.",
        at=clock.now(),
    )
    session.commit()
    client.sign_in(founder)
    path = f"/projects/{made.id}/roadmap/catalogue"
    assert "2026.1+1" in client.get(f"/projects/{made.id}/roadmap").get_data(as_text=True)
    page = client.get(path).get_data(as_text=True)
    assert "Toxicology under GLP" in page
    assert "Milestones that move" in page
    before = milestones(session, made)["first_patient"]["likely"]
    assert client.post(path, {"version": "1"}).status_code == 303
    assert milestones(session, made)["first_patient"]["likely"] > before
    assert "Nothing to take" in client.get(path).get_data(as_text=True)


def test_the_roadmap_is_handed_out_as_table_and_calendar(
    client: PageClient, session: Session, founder: Actor, made: Project
) -> None:
    client.sign_in(founder)
    laid = queries.laid(session, made)
    assert laid is not None
    rows = client.get(f"/projects/{made.id}/roadmap.csv").get_data(as_text=True).strip().splitlines()
    assert len(rows) == 1 + len(laid.plan.plan["steps"])
    assert client.get(f"/projects/{made.id}/roadmap.xlsx").status_code == 200
    file = Calendar.from_ical(client.get(f"/projects/{made.id}/roadmap.ics").get_data())
    assert len(file.events) == len(laid.plan.plan["steps"]) + 3


def confidant(session: Session, project: Project, *groups: FieldGroup) -> Actor:
    adviser = make.member(session, make.organisation(session), Role.ADVISER)
    for group in groups:
        grant_group(
            session,
            actor_id=None,
            project_id=project.id,
            organisation_id=adviser.organisation_id or 0,
            group=group,
            reason=GrantReason.CONSENT,
            reason_id=None,
            at=clock.now() - timedelta(days=1),
        )
    session.commit()
    return adviser


def test_an_adviser_with_the_grant_plans_and_one_without_sees_nothing(
    client: PageClient, session: Session, made: Project
) -> None:
    client.sign_in(confidant(session, made, FieldGroup.ROADMAP))
    path = f"/projects/{made.id}/roadmap"
    assert client.get(path).status_code == 200
    assert client.post(f"{path}/steps/qtpp", {"version": "0", "owner": "The adviser"}).status_code == 303
    client.sign_in(confidant(session, made))
    assert client.get(path).status_code == 404
    assert client.get(f"{path}.csv").status_code == 404
    assert client.post(f"{path}/steps/qtpp", {"version": "1", "owner": "Nobody"}).status_code == 403
    assert marks(session, made)["qtpp"].owner == "The adviser"


def test_strangers_find_nothing(client: PageClient, session: Session, made: Project) -> None:
    client.sign_in(make.founder(session))
    for path in ("", "/history", "/steps/qtpp", ".csv", ".ics", "/done", "/questions"):
        assert client.get(f"/projects/{made.id}/roadmap{path}").status_code == 404


def test_an_archived_project_keeps_its_roadmap_as_it_is(
    client: PageClient, session: Session, founder: Actor, made: Project
) -> None:
    made.archived_at = clock.now()
    session.commit()
    client.sign_in(founder)
    page = client.get(f"/projects/{made.id}/roadmap").get_data(as_text=True)
    assert "Record progress" not in page
    answer = client.post(f"/projects/{made.id}/roadmap/steps/qtpp", {"version": "0", "owner": "x"})
    assert answer.status_code == 422


def test_a_changed_fact_and_a_planned_day_move_the_roadmap(
    session: Session, founder: Actor, made: Project
) -> None:
    before = milestones(session, made)["first_patient"]["likely"]
    made.orphan = None
    session.flush()
    services.compute_of_project(session, made.id, at=clock.now())
    laid = queries.laid(session, made)
    assert laid is not None
    assert "orphan_designation" in [step["id"] for step in laid.plan.plan["not_applicable"]]
    services.plan_step(
        session,
        founder,
        made.id,
        "process_development",
        not_before=today() + timedelta(days=500),
        version=0,
        at=clock.now(),
    )
    assert milestones(session, made)["first_patient"]["likely"] > before


def test_a_plan_of_an_earlier_day_is_computed_anew_once(session: Session, made: Project) -> None:
    roadmap = queries.roadmap_of(session, made.id)
    assert roadmap is not None
    tomorrow = clock.now() + timedelta(days=1)
    assert services.compute_due(session, at=tomorrow, most=5) == 1
    assert services.compute_due(session, at=tomorrow, most=5) == 0
    assert queries.plan_of_roadmap(session, roadmap).computed_on == day_of(tomorrow)
    assert roadmap.version == 1


def test_the_home_names_what_decides_the_date(client: PageClient, founder: Actor, made: Project) -> None:
    client.sign_in(founder)
    page = client.get("/home/founder").get_data(as_text=True)
    assert f"/projects/{made.id}/roadmap/steps/" in page
    assert "a month of waiting costs" in page


def test_a_booked_cleanroom_moves_its_step_when_the_handlers_have_run(
    session: Session, founder: Actor, made: Project
) -> None:
    room = make.cleanroom(session)
    start = today() + timedelta(days=700)
    at = datetime(start.year, start.month, start.day, tzinfo=UTC)
    block = Block(cleanroom_id=room.id, kind=BlockKind.BOOKING, starts_at=at, ends_at=at + timedelta(days=5))
    session.add(block)
    session.flush()
    session.add(
        Booking(
            block_id=block.id,
            state=BookingState.CONFIRMED,
            project_id=made.id,
            organisation_id=made.organisation_id,
            run_kind=RunKind.ENGINEERING_RUN,
            created_at=clock.now(),
        )
    )
    session.flush()
    entry_id = record(
        session,
        BookingRecorded(
            actor_id=founder.user_id,
            booking_id=0,
            project_id=made.id,
            cleanroom_id=room.id,
            starts_at=at,
            ends_at=at + timedelta(days=5),
        ),
        at=clock.now(),
    )
    for handler in HANDLERS["booking.recorded"]:
        handler(session, session.get_one(Entry, entry_id), clock.now())
    laid = queries.laid(session, made)
    assert laid is not None
    starts = {step["id"]: step["earliest_start"] for step in laid.plan.plan["steps"]}
    assert starts["engineering_run"] == start.isoformat()
