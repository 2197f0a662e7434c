"""Which background grade a process asks for: shipped facts, named with source and confidence where a room falls short."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.bookings import search
from portal.bookings.backgrounds import background_for
from portal.bookings.models import RunKind
from portal.bookings.needs import need_of
from portal.facilities.models import Grade, RoomKind
from portal.reference import shipped
from portal.web.sentences import sentence
from tests import make


@pytest.mark.parametrize(
    ("state", "grade"),
    [
        (None, "A_in_B"),
        ("open", "A_in_B"),
        ("closed", "C"),
        ("closed_isolator", "C"),
        ("closed_automated", "C"),
    ],
)
def test_the_background_of_a_process_is_a_shipped_fact(state: str | None, grade: str) -> None:
    found = background_for(state)
    fact = shipped.record("background_required", found.fact)
    assert (found.grade.value, fact["recommended_background"]) == (grade, grade)
    assert shipped.source_of(fact) is not None


def test_a_refusal_for_the_grade_names_process_source_and_confidence_and_only_where_it_follows_from_them(
    session: Session, app: Flask
) -> None:
    room = make.cleanroom(session, kind=RoomKind.GMP, grade=Grade.D)
    project = make.project(session, process_state="closed")
    request = make.slot_request(
        session,
        room,
        make.slot(11, 16),
        project=project,
        run_kind=RunKind.CLINICAL_BATCH,
        kind=RoomKind.GMP,
        grade=Grade.C,
    )
    with app.test_request_context():
        (reason,) = search.reasons_against_room(room, need_of(request))
        assert "the background for “Processing in a closed system” (EudraLex Volume 4, Part IV" in sentence(
            reason
        )
        assert "confidence: general knowledge" in sentence(reason)
        request.grade = Grade.B  # cleaner than the process asks for: the requester's own wish
        (reason,) = search.reasons_against_room(room, need_of(request))
        assert "background" not in sentence(reason)


@pytest.mark.parametrize(
    ("state", "grade", "isolator", "codes"),
    [
        ("closed_isolator", Grade.C, False, ["isolator_missing"]),
        ("closed_isolator", Grade.C, True, []),
        ("closed_isolator", Grade.A_IN_B, False, []),
        ("closed", Grade.C, False, []),
    ],
)
def test_a_process_in_an_isolator_needs_a_room_that_has_one_or_is_clean_without(
    session: Session, app: Flask, state: str, grade: Grade, isolator: bool, codes: list[str]
) -> None:
    room = make.cleanroom(session, kind=RoomKind.GMP, grade=grade, isolator=isolator)
    request = make.slot_request(
        session,
        room,
        make.slot(11, 16),
        project=make.project(session, process_state=state),
        run_kind=RunKind.CLINICAL_BATCH,
        kind=RoomKind.GMP,
        grade=Grade.C,
    )
    found = search.reasons_against_room(room, need_of(request))
    assert [reason.code for reason in found] == codes
    with app.test_request_context():
        assert all("has no isolator" in sentence(reason) for reason in found)
    request.run_kind = RunKind.PROCESS_DEVELOPMENT
    assert "isolator_missing" not in [one.code for one in search.reasons_against_room(room, need_of(request))]
