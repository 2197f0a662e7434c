"""Meetings of an introduction: from both sides' free times to a yes of each, moved, called off, and kept true in calendars."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts.models import Membership
from portal.calendars import handlers
from portal.core.errors import NotAllowed, NotFound, Refused, Stale
from portal.core.slots import Slot
from portal.ledger import Entry
from portal.mail.messages import Message, as_email
from portal.mail.models import OutgoingMail
from portal.matching import services
from portal.matching.models import FreeTime, Introduction, Meeting
from portal.matching.rules.introductions import DeclineReason, State
from portal.matching.rules.meetings import MeetingState, common_times, reasons_against_meeting
from tests import make
from tests.client import PageClient
from tests.matching.stage import Stage, stage

HOUR = timedelta(hours=1)
TOMORROW = make.NOON + timedelta(days=1)
PLACE = "https://meet.example/room"


def hours(first: float, last: float) -> Slot:
    """Return a stretch of hours after tomorrow's noon."""
    return Slot(TOMORROW + first * HOUR, TOMORROW + last * HOUR)


def spans(most: int) -> Any:
    """Return stretches of whole half hours within two days."""
    half = st.integers(0, 95)
    return st.lists(
        st.tuples(half, st.integers(1, 16)).map(
            lambda pair: Slot(TOMORROW + pair[0] * HOUR / 2, TOMORROW + (pair[0] + pair[1]) * HOUR / 2)
        ),
        max_size=most,
    )


@given(some=spans(4), others=spans(4), minutes=st.sampled_from((30, 60, 90)))
@settings(max_examples=40)
def test_a_proposed_time_is_free_on_both_sides_and_the_first_possible_is_found(
    some: list[Slot], others: list[Slot], minutes: int
) -> None:
    length = timedelta(minutes=minutes)

    def free(side: list[Slot], start: datetime) -> bool:
        """Say by walking in half hours whether a side is free from a moment on."""
        steps = [start + HOUR / 2 * number for number in range(minutes // 30)]
        return all(any(slot.contains(step) for slot in side) for step in steps)

    possible = [
        start
        for number in range(120)
        if free(some, start := TOMORROW + HOUR / 2 * number) and free(others, start)
    ]
    found = common_times(some, others, length=length, after=make.NOON)
    assert {slot.start for slot in found} <= set(possible)
    assert [slot.start for slot in found[:1]] == possible[:1]
    assert all(slot.length == length for slot in found)
    assert not any(one.overlaps(other) for one in found for other in found if one is not other)


def test_what_has_begun_is_not_proposed() -> None:
    [slot] = common_times([hours(0, 2)], [hours(0, 2)], length=HOUR, after=TOMORROW + HOUR / 3)
    assert slot == hours(0.5, 1.5)


def test_every_reason_against_a_meeting_is_given_at_once() -> None:
    past = Slot(make.NOON - 2 * HOUR, make.NOON - HOUR)
    reasons = reasons_against_meeting(past, state=State.DECLINED, taken=[past], now=make.NOON)
    assert [one.code for one in reasons] == [
        "meeting_without_yes",
        "meeting_out_of_range",
        "meeting_at_another",
    ]


def met(session: Session) -> tuple[Stage, Introduction]:
    one = stage(session)
    return one, one.agreed()


def propose(one: Stage, it: Introduction, slot: Slot, *, version: int = 0, by: Any = None) -> Meeting:
    return services.propose_meeting(
        one.session, by or one.founder, it.id, slot=slot, place=PLACE, version=version, at=make.NOON
    )


def agree(one: Stage, it: Introduction, meeting: Meeting, *, by: Any = None) -> Meeting:
    return services.agree_to_meeting(
        one.session, by or one.investor, it.id, version=meeting.version, at=make.NOON
    )


def test_a_meeting_is_agreed_when_both_sides_have_said_yes(session: Session) -> None:
    one, it = met(session)
    meeting = propose(one, it, hours(0, 1), by=one.adviser)
    assert agree(one, it, meeting, by=one.founder).state is MeetingState.PROPOSED
    with pytest.raises(NotFound):
        agree(one, it, meeting, by=one.founder)
    with pytest.raises(NotAllowed):
        agree(one, it, meeting, by=one.adviser)
    assert agree(one, it, meeting).state is MeetingState.AGREED
    names = [name for name in session.scalars(select(Entry.name).order_by(Entry.id)) if "meeting" in name]
    assert names == [
        "introduction.meeting_proposed",
        "introduction.meeting_accepted",
        "introduction.meeting_agreed",
    ]


def test_another_time_takes_the_yes_of_the_other_side_back(session: Session) -> None:
    one, it = met(session)
    meeting = agree(one, it, propose(one, it, hours(0, 1)))
    with pytest.raises(Stale):
        propose(one, it, hours(2, 3), version=meeting.version - 1)
    moved = propose(one, it, hours(2, 3), version=meeting.version, by=one.investor)
    assert (moved.id, moved.state, moved.founder_yes_id) == (meeting.id, MeetingState.PROPOSED, None)


def test_nobody_meets_before_both_have_said_yes(session: Session) -> None:
    one = stage(session)
    it = one.sent()
    with pytest.raises(Refused, match="meeting_without_yes"):
        propose(one, it, hours(0, 1), by=one.adviser)
    with pytest.raises(Refused, match="meeting_without_yes"):
        services.state_free_time(
            session, one.investor, it.id, start=TOMORROW, end=TOMORROW + HOUR, at=make.NOON
        )


def test_nobody_agrees_to_two_meetings_at_once(session: Session) -> None:
    one, it = met(session)
    agree(one, it, propose(one, it, hours(0, 1)))
    other = stage(session)
    other.founder, other.project = (
        one.founder,
        make.project(
            session, one.project.organisation, teaser="A gene therapy for the brain.", needs=["capital"]
        ),
    )
    second = other.agreed()
    with pytest.raises(Refused, match="meeting_at_another"):
        propose(other, second, hours(0.5, 1.5))
    assert propose(other, second, hours(1, 2)).state is MeetingState.PROPOSED


def test_the_database_keeps_one_meeting_and_none_that_only_one_side_agreed_to(session: Session) -> None:
    one, it = met(session)
    meeting = propose(one, it, hours(0, 1))
    session.commit()
    meeting.state = MeetingState.AGREED
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()
    twin = {
        "introduction_id": it.id,
        "state": MeetingState.PROPOSED,
        "starts_at": TOMORROW,
        "ends_at": TOMORROW + HOUR,
        "proposed_by_id": one.founder.user_id,
        "created_at": make.NOON,
        "updated_at": make.NOON,
    }
    session.add(Meeting(**twin))
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_a_meeting_that_has_passed_makes_room_and_reminds_the_adviser_once(session: Session) -> None:
    one, it = met(session)
    meeting = agree(one, it, propose(one, it, hours(0, 1)))
    assert services.tend_introductions(session, at=TOMORROW) == 0
    assert services.tend_introductions(session, at=TOMORROW + HOUR) == 1
    assert services.tend_introductions(session, at=TOMORROW + HOUR) == 0
    assert meeting.state is MeetingState.OVER
    said = session.scalars(select(Entry).where(Entry.name == "introduction.meeting_over")).one()
    assert said.facts["meeting_id"] == meeting.id
    assert propose(one, it, hours(50, 51)).id != meeting.id


class Mailbox:
    """What calendar mail was posted since one looked last, by whom it is for."""

    def __init__(self, session: Session, app: Flask) -> None:
        """Begin with none."""
        self.session, self.app, self.told = session, app, 0

    def new(self) -> dict[str, Any]:
        """Hand what happened to the handlers, twice, and return each guest's event; nothing is ever said twice."""
        self.session.commit()
        entries = self.session.scalars(select(Entry).where(Entry.id > self.told).order_by(Entry.id)).all()
        with self.app.app_context():
            for entry in [*entries, *entries]:
                self.told = max(self.told, entry.id)
                for handle in handlers.MEETINGS.get(entry.name, ()):
                    handle(self.session, entry, make.NOON)
        mails = self.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)).all()
        found = {mail.recipient: _event(mail) for mail in mails}
        assert len(found) == len(mails)
        self.session.execute(delete(OutgoingMail))
        self.session.commit()
        return found


def _event(mail: OutgoingMail) -> tuple[str, Any, str]:
    """Return method, event and whole text of a mail as it travels."""
    message = Message(
        to=mail.recipient,
        subject=mail.subject,
        text=mail.text or "",
        html=mail.html,
        calendar=mail.calendar,
        calendar_method=mail.calendar_method,
    )
    sent = as_email(message, sender="Portal <portal@example.org>", number=1, posted_at=make.NOON)
    part: Any
    [part] = [
        one
        for one in message_from_bytes(sent.as_bytes(), policy=default).walk()
        if one.get_content_type() == "text/calendar"
    ]
    calendar = Calendar.from_ical(bytes(part.get_content(), "utf-8"))
    assert calendar.walk("VTIMEZONE")
    [event] = calendar.walk("VEVENT")
    return (
        str(calendar["METHOD"]),
        event,
        "".join((mail.subject, mail.text or "", mail.html or "", mail.calendar or "")),
    )


def test_invitations_come_when_both_agreed_move_and_end_with_the_introduction(
    session: Session, app: Flask
) -> None:
    one, it = met(session)
    box = Mailbox(session, app)
    meeting = propose(one, it, hours(0, 1))
    assert box.new() == {}
    agree(one, it, meeting)
    first = box.new()
    assert len(first) == 3
    propose(one, it, hours(2, 3), version=meeting.version)
    second = box.new()
    agree(one, it, meeting)
    third = box.new()
    services.decline(
        session,
        one.investor,
        it.id,
        reason=DeclineReason.OTHER,
        words=None,
        final=False,
        version=it.version,
        at=make.NOON,
    )
    last = box.new()
    rounds = (first, second, third, last)
    assert all(mails.keys() == first.keys() for mails in rounds)
    for person in first:
        told = [mails[person] for mails in rounds]
        assert [method for method, _event, _text in told] == ["REQUEST", "REQUEST", "REQUEST", "CANCEL"]
        assert [str(event["STATUS"]) for _method, event, _text in told] == [
            "CONFIRMED",
            "TENTATIVE",
            "CONFIRMED",
            "CANCELLED",
        ]
        assert len({str(event["UID"]) for _method, event, _text in told}) == 1
        sequences = [int(event["SEQUENCE"]) for _method, event, _text in told]
        assert sequences == sorted(set(sequences))
        assert told[2][1]["DTSTART"].dt == hours(2, 3).start
        assert not any("Secret Compass" in text or one.thesis.name in text for *_rest, text in told)
    assert meeting.state is MeetingState.CANCELLED


def test_who_has_left_the_organisation_gets_no_invitation(session: Session, app: Flask) -> None:
    one, it = met(session)
    agree(one, it, propose(one, it, hours(0, 1)))
    for row in session.scalars(select(Membership).where(Membership.user_id == one.investor.user_id)):
        row.ended_at = make.NOON
    assert len(Mailbox(session, app).new()) == 2


def wall(moment: datetime) -> str:
    """Return a moment as the form's field has it, by the clock in Stockholm in winter."""
    return f"{moment + HOUR:%Y-%m-%dT%H:%M}"


def test_both_sides_and_their_adviser_find_a_time_on_the_page(client: PageClient, session: Session) -> None:
    one = stage(session)
    it = one.agreed()
    session.commit()
    day = (datetime.now(UTC) + timedelta(days=10)).replace(hour=9, minute=0, second=0, microsecond=0)
    path = f"/introductions/{it.id}"
    start = day.replace(month=1, year=day.year + 1) if day.month > 6 else day
    for reader, first, last in ((one.founder, 0, 4), (one.investor, 1, 3)):
        client.sign_in(reader)
        span = {"starts_at": wall(start + first * HOUR), "ends_at": wall(start + last * HOUR)}
        assert client.post(f"{path}/free-times", data=span).status_code == 303
    client.sign_in(one.adviser)
    page = client.get(path).text
    session.expire_all()
    overlap = max(free.starts_at for free in session.scalars(select(FreeTime)))
    assert page.count('name="chosen"') == 3
    assert overlap.isoformat() in page
    sent = {"chosen": overlap.isoformat(), "minutes": "60", "place": PLACE, "version": "0"}
    assert client.post(f"{path}/meeting", data=sent).status_code == 303
    assert client.post(f"{path}/meeting", data=sent).status_code == 409
    for reader in (one.founder, one.investor):
        client.sign_in(reader)
        page = client.get(path).text
        assert PLACE in page
        assert "The time suits us" in page
        session.expire_all()
        version = session.scalars(select(Meeting.version)).one()
        assert client.post(f"{path}/meeting/agree", data={"version": version}).status_code == 303
    page = client.get(path).text
    assert "The time suits us" not in page
    session.expire_all()
    meeting = session.scalars(select(Meeting)).one()
    assert (meeting.state, meeting.starts_at) == (MeetingState.AGREED, overlap)
    assert client.post(f"{path}/meeting/cancel", data={"version": meeting.version}).status_code == 303
    assert "No meeting is proposed yet" in client.get(path).text


def test_a_refused_time_keeps_what_was_typed_and_names_the_way_out(
    client: PageClient, session: Session
) -> None:
    one, it = met(session)
    session.commit()
    client.sign_in(one.founder)
    path = f"/introductions/{it.id}"
    nothing = client.post(f"{path}/meeting", data={"minutes": "60", "place": "Room 12", "version": "0"})
    assert nothing.status_code == 422
    assert "Choose one of the times, or give another one." in nothing.text
    assert 'value="Room 12"' in nothing.text
    past = client.post(
        f"{path}/meeting", data={"starts_at": "2020-01-01T10:00", "minutes": "60", "version": "0"}
    )
    assert (past.status_code, "The time has to lie ahead" in past.text) == (422, True)
    for ends in ("2020-01-01T09:00", "0001-01-01T00:00", "x", ""):
        answer = client.post(f"{path}/free-times", data={"starts_at": "2020-01-01T10:00", "ends_at": ends})
        assert answer.status_code == 422


def test_strangers_know_of_no_meeting(client: PageClient, session: Session) -> None:
    one, it = met(session)
    free = services.state_free_time(
        session, one.founder, it.id, start=TOMORROW, end=TOMORROW + HOUR, at=make.NOON
    )
    other = stage(session)
    session.commit()
    drop = f"/introductions/{it.id}/free-times/{free.id}/drop"
    for reader in (other.founder, other.investor, one.investor):
        client.sign_in(reader)
        assert client.post(drop, data={}).status_code == 404
    client.sign_in(other.investor)
    for path in ("meeting", "meeting/agree", "meeting/cancel", "free-times"):
        assert client.post(f"/introductions/{it.id}/{path}", data={"version": "0"}).status_code == 404
    client.sign_in(one.adviser)
    assert client.post(f"/introductions/{it.id}/free-times", data={}).status_code in {403, 404}
