"""Whatever happens to a request or a booking has words, in the page's history and for every reason."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.bookings import events, services
from portal.bookings.events import BookingEvent, RequestEvent
from portal.bookings.history import SENTENCES, happenings
from portal.core.events import Event
from tests import make

ZONE = "Europe/Stockholm"


def named(kind: type[Event]) -> list[str]:
    """Return the names of all events of a kind."""
    found = [one for one in vars(events).values() if isinstance(one, type) and issubclass(one, kind)]
    return sorted(str(vars(one)["name"]) for one in found if "name" in vars(one))


@pytest.mark.parametrize("name", [*named(RequestEvent), *named(BookingEvent)])
def test_every_event_has_a_sentence(name: str) -> None:
    assert name in SENTENCES


def test_a_history_names_only_people_who_take_part(app: Flask, session: Session) -> None:
    room = make.cleanroom(session)
    asker = make.founder(session)
    asked = make.slot_request(session, room, make.slot(11, 16), by=asker)
    manager = make.manager(session, room)
    services.approve_request(session, manager, asked.id, note="Welcome.", at=make.NOON)
    session.commit()
    with app.test_request_context():
        everybody = [asked.organisation_id, room.facility.operator_id or 0]
        told = happenings(
            session, "slot_request", asked.id, groups=["bookings"], organisation_ids=everybody, zone=ZONE
        )
        hidden = happenings(
            session, "slot_request", asked.id, groups=[], organisation_ids=everybody[:1], zone=ZONE
        )
    assert [(one.who.split()[0], one.quote) for one in told] == [("Person", "Welcome.")]
    assert "11–15 Jan 2027" in told[0].text
    assert [(one.who, one.quote) for one in hidden] == [("Somebody", None)]
