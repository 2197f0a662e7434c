"""A facility's own work, imported entries and moves are judged by segregation and by how many runs it carries at once."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.bookings import services
from portal.bookings.calendar_files import read_calendar
from portal.bookings.models import Booking
from portal.bookings.services.imports import Action, Target, import_calendar, plan_import
from portal.core.errors import Refused
from portal.core.slots import Slot
from portal.ledger import Entry
from portal.segregation.rules import Stance
from tests import make
from tests.client import PageClient
from tests.page import attributes, parsed
from tests.segregation.scenes import AIR, WINDOW, Scene, asks, decide, set_up

LATER = make.slot(18, 23)
FILE = """title,start,end,room
First,2027-01-11,2027-01-15,{room}
"""


def with_vector_work(session: Session) -> Scene:
    """Return a facility in one of whose rooms viral vectors are worked with in the window."""
    scene = set_up(session)
    request = asks(session, scene.vector, scene.one)
    services.approve_request(session, scene.manager, request.id, at=make.NOON)
    session.commit()
    return scene


def enter(session: Session, scene: Scene, slot: Slot = WINDOW, **values: Any) -> Booking:
    """Enter work of the facility's own in the other room."""
    given = {"title": "Own work", "process_class": "nonviral_cell", "at": make.NOON, **values}
    return services.record_booking(session, scene.manager, cleanroom_id=scene.other.id, slot=slot, **given)


def refusal(session: Session, work: Any) -> list[str]:
    """Return the codes with which a piece of work is refused, and forget what it did."""
    with pytest.raises(Refused) as refused:
        work()
    session.rollback()
    return [reason.code for reason in refused.value.reasons]


def acknowledged(session: Session, name: str) -> list[str]:
    """Return the rules whose warnings the newest event of a name says were read."""
    entry = session.scalars(select(Entry).where(Entry.name == name).order_by(Entry.id.desc())).first()
    assert entry is not None
    return list(entry.facts["acknowledged_rules"])


def test_own_work_is_not_entered_beside_what_an_adopted_rule_keeps_apart(session: Session) -> None:
    scene = with_vector_work(session)
    decide(session, scene, Stance.ADOPTED)
    session.commit()
    assert refusal(session, lambda: enter(session, scene, acknowledged=True)) == ["must_not_run_beside"]
    enter(session, scene, LATER)


def test_what_only_warns_is_acknowledged_by_whoever_enters_it_and_stands_in_the_ledger(
    session: Session,
) -> None:
    scene = with_vector_work(session)
    assert refusal(session, lambda: enter(session, scene)) == ["segregation_not_acknowledged"]
    enter(session, scene, acknowledged=True)
    assert acknowledged(session, "booking.recorded") == [AIR]


def test_own_work_without_a_class_is_asked_for_it_by_name_with_what_it_costs(session: Session) -> None:
    scene = with_vector_work(session)
    decide(session, scene, Stance.ADOPTED)
    session.commit()
    with pytest.raises(Refused) as refused:
        enter(session, scene, process_class=None)
    session.rollback()
    assert [(one.code, one.field) for one in refused.value.reasons] == [
        ("own_class_not_stated", "process_class"),
        ("segregation_not_acknowledged", "acknowledged"),
    ]
    assert refused.value.reasons[0].values["rule"] == AIR
    enter(session, scene, process_class=None, acknowledged=True)
    assert AIR in acknowledged(session, "booking.recorded")


def test_what_else_is_not_stated_of_own_work_speaks_against_nothing(session: Session) -> None:
    scene = set_up(session)
    decide(session, scene, Stance.ADOPTED)
    services.approve_request(session, scene.manager, asks(session, scene.plain, scene.one).id, at=make.NOON)
    enter(session, scene)


def test_an_old_entry_without_a_class_keeps_away_what_is_asked_afterwards(session: Session) -> None:
    scene = set_up(session)
    enter(session, scene, process_class=None)
    decide(session, scene, Stance.ADOPTED)
    request = asks(session, scene.vector, scene.one)
    assert "must_not_run_beside" in refusal(
        session, lambda: services.approve_request(session, scene.manager, request.id, at=make.NOON)
    )


def test_what_is_over_is_entered_as_it_was(session: Session) -> None:
    scene = with_vector_work(session)
    decide(session, scene, Stance.ADOPTED)
    scene.facility.most_runs = 1
    session.commit()
    enter(session, scene, at=make.midnight(30))


def test_own_work_counts_among_the_runs_that_a_facility_carries_at_once(session: Session) -> None:
    scene = with_vector_work(session)
    scene.facility.most_runs = 1
    decide(session, scene, Stance.SET_ASIDE)
    session.commit()
    assert refusal(session, lambda: enter(session, scene)) == ["staff_at_limit"]
    enter(session, scene, LATER)


@pytest.mark.parametrize("of_the_facility", [True, False])
def test_a_move_to_where_a_rule_warns_is_acknowledged_by_whoever_moves(
    session: Session, of_the_facility: bool
) -> None:
    scene = with_vector_work(session)
    scene.facility.moves_without_asking_days = 1
    if of_the_facility:
        booking = enter(session, scene, LATER)
    else:
        request = asks(session, scene.plain, scene.other, LATER)
        booking = services.approve_request(session, scene.manager, request.id, at=make.NOON)
    session.commit()

    def move(**values: Any) -> None:
        services.propose_move(
            session,
            scene.manager,
            booking.id,
            cleanroom_id=scene.other.id,
            slot=WINDOW,
            why="Earlier.",
            at=make.NOON,
            **values,
        )

    assert refusal(session, move) == ["segregation_not_acknowledged"]
    move(acknowledged=True)
    assert acknowledged(session, "booking.moved") == [AIR]
    assert booking.slot == WINDOW


def test_a_facility_that_accepts_a_move_has_read_of_what_the_rules_warn(session: Session) -> None:
    scene = with_vector_work(session)
    request = asks(session, scene.plain, scene.other, LATER)
    booking = services.approve_request(session, scene.manager, request.id, at=make.NOON)
    proposal = services.propose_move(
        session,
        make.founder(session, scene.plain.organisation),
        booking.id,
        cleanroom_id=scene.other.id,
        slot=WINDOW,
        why="Earlier.",
        acknowledged=True,
        at=make.NOON,
    )
    session.commit()

    def accept(**values: Any) -> None:
        services.answer_move(session, scene.manager, proposal.id, accept=True, at=make.NOON, **values)

    assert refusal(session, accept) == ["segregation_not_acknowledged"]
    accept(acknowledged=True)
    assert booking.slot == WINDOW


def test_a_calendar_is_judged_line_by_line_also_against_its_own_lines(session: Session) -> None:
    scene = with_vector_work(session)
    decide(session, scene, Stance.ADOPTED)
    scene.facility.most_runs = 1
    session.commit()
    text = "title,start,end,room,process class\n" + "\n".join(
        f"{title},{first},{last},{room},nonviral_cell"
        for title, first, last, room in (
            ("Beside the vector", "2027-01-12", "2027-01-13", scene.other.code),
            ("Alone", "2027-02-01", "2027-02-03", scene.one.code),
            ("Beside its own", "2027-02-02", "2027-02-04", scene.other.code),
        )
    )
    plan = plan_import(
        session, scene.manager, read_calendar(text), Target(facility_id=scene.facility.id), at=make.NOON
    )
    told = {line.title: [one.reason.code for one in line.mistakes] for line in plan.lines}
    assert sorted(told.pop("Beside the vector")) == ["must_not_run_beside", "staff_at_limit"]
    assert told == {"Alone": [], "Beside its own": ["staff_at_limit"]}


def test_what_a_calendar_is_warned_of_is_acknowledged_once_for_all(session: Session) -> None:
    scene = with_vector_work(session)
    file = read_calendar(FILE.format(room=scene.other.code))
    where: dict[str, Any] = {
        "target": Target(facility_id=scene.facility.id),
        "process_class": "nonviral_cell",
    }
    plan = plan_import(session, scene.manager, file, at=make.NOON, **where)
    assert plan.number(Action.ENTER) == 1
    assert [reason.values["rule"] for reason in plan.warned] == [AIR]
    where |= {"digest": plan.digest, "at": make.NOON}
    session.commit()
    assert refusal(session, lambda: import_calendar(session, scene.manager, file, **where)) == [
        "segregation_not_acknowledged"
    ]
    import_calendar(session, scene.manager, file, acknowledged=True, **where)
    assert acknowledged(session, "booking.recorded") == [AIR]


def test_the_page_asks_for_the_acknowledgement_where_it_is_needed(
    client: PageClient, session: Session
) -> None:
    scene = with_vector_work(session)
    client.sign_in(scene.manager)
    assert "acknowledged" not in client.get("/bookings/new").text
    typed = {
        "cleanroom": str(scene.other.id),
        "starts_on": "2027-01-11",
        "ends_on": "2027-01-15",
        "title": "Own work",
        "run_kind": "other",
        "process_class": "nonviral_cell",
    }
    answer = client.post("/bookings/new", typed)
    assert answer.status_code == 422
    assert 'name="acknowledged"' in answer.text
    assert client.post("/bookings/new", {**typed, "acknowledged": "y"}).status_code == 303


def test_taking_a_move_back_to_where_a_rule_warns_asks_for_the_acknowledgement(
    session: Session, client: PageClient
) -> None:
    scene = with_vector_work(session)
    booking = enter(session, scene, acknowledged=True)
    services.propose_move(
        session,
        scene.manager,
        booking.id,
        cleanroom_id=scene.other.id,
        slot=LATER,
        why="Later.",
        acknowledged=True,
        at=make.NOON,
    )
    session.commit()
    client.sign_in(scene.manager)
    asked = client.post(f"/bookings/{booking.id}/move/undo", {"version": str(booking.version)})
    assert asked.status_code == 200
    forms = parsed(asked.text).query("form")
    form = next(node for node in forms if attributes(node).get("action", "").endswith("/move"))
    fields = {
        attributes(node)["name"]: attributes(node).get("value", "") for node in form.query("input[name]")
    }
    sent = {**fields, "move-note": "Back.", "move-acknowledged": "y"}
    assert client.post(f"/bookings/{booking.id}/move", sent).status_code == 303
    session.refresh(booking)
    assert booking.block.slot == WINDOW
