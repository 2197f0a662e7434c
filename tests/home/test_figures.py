"""Which requests the analyst's figures count, and how long they waited."""

from datetime import timedelta

from sqlalchemy.orm import Session

from portal.bookings.events import RequestApproved, RequestRejected, RequestSubmitted, RequestWaitlisted
from portal.core.events import Event
from portal.home.queries import figures
from portal.ledger import record
from tests import make

DAY = timedelta(days=1)


def told(session: Session, event: type[Event], request_id: int, *, after: timedelta, **more: object) -> None:
    facts = {"actor_id": None, "request_id": request_id, "project_id": 1, **more}
    record(session, event(**facts), at=make.NOON + after)  # type: ignore[arg-type]


def test_a_wait_ends_with_the_first_answer(session: Session) -> None:
    room = make.cleanroom(session)
    answered, waiting, early = (
        make.slot_request(session, room, make.slot(day, day + 2), submitted_at=make.NOON + after)
        for day, after in ((11, timedelta()), (18, timedelta()), (25, -90 * DAY))
    )
    window = {"cleanroom_id": room.id, "starts_at": make.midnight(11), "ends_at": make.midnight(13)}
    told(session, RequestSubmitted, waiting.id, after=timedelta(), terms_version=None, **window)
    told(session, RequestWaitlisted, answered.id, after=2 * DAY)
    told(session, RequestApproved, answered.id, after=9 * DAY, booking_id=1, **window)
    told(session, RequestRejected, early.id, after=DAY)
    session.commit()
    assert figures.waits(session, since=make.NOON - DAY) == [(answered.project_id, 2 * DAY)]


def test_requests_are_counted_between_moments_with_the_projects_behind_them(session: Session) -> None:
    room = make.cleanroom(session)
    first = make.slot_request(session, room, make.slot(11, 13), submitted_at=make.NOON)
    for after in (DAY, 9 * DAY, 30 * DAY):
        make.slot_request(session, room, make.slot(11, 13), submitted_at=make.NOON + after)
    make.slot_request(session, room, make.slot(18, 20), project=first.project, submitted_at=make.NOON + DAY)
    moments = [make.NOON, make.NOON + 9 * DAY, make.NOON + 10 * DAY, make.NOON + 20 * DAY]
    assert figures.asked_between(session, moments) == [(3, 2), (1, 1), (0, 0)]
