"""What the homes' tests share: a present, and two developers at one facility who may not know of each other."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.orm import Session

from portal.accounts.models import Organisation, OrganisationKind
from portal.bookings import services
from portal.bookings.models import Booking, SlotRequest
from portal.bookings.services.sharing import open_for_request
from portal.core import clock
from portal.core.actors import Actor, Role
from portal.core.slots import Slot
from portal.facilities.models import Cleanroom
from portal.projects.models import Project, Visibility
from tests import make

EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Let it be Monday noon, 4 January 2027, for every page."""
    monkeypatch.setattr(clock, "now", lambda: make.NOON)
    return make.NOON


@dataclass(frozen=True, slots=True, kw_only=True)
class Developer:
    """A developer organisation with its founder and one project, whose names nobody can mistake for others'."""

    organisation: Organisation
    founder: Actor
    project: Project

    @property
    def names(self) -> tuple[str, ...]:
        """Return what must not be read by whoever may not know of it."""
        return (self.organisation.name, self.project.name, self.project.teaser, self.project.reference)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A facility with one cleanroom that is open every day, and its manager."""

    room: Cleanroom
    manager: Actor

    @property
    def facility_id(self) -> int:
        """Return the facility's id."""
        return self.room.facility_id


def developer(session: Session, word: str, **values: Any) -> Developer:
    """Store a developer organisation named after a word."""
    organisation = make.organisation(session, name=f"{word} Cells AB")
    project = make.project(
        session,
        organisation,
        **{
            "name": f"{word} project",
            "teaser": f"The {word} teaser.",
            "process_state": "closed",
            "needs": ["manufacturing"],
            "visibility": Visibility.PRIVATE,
            **values,
        },
    )
    return Developer(organisation=organisation, founder=make.founder(session, organisation), project=project)


def site(session: Session, **values: Any) -> Site:
    """Store a facility with an operator, one cleanroom and its manager."""
    operator = make.organisation(session, kind=OrganisationKind.FACILITY_OPERATOR)
    where = make.facility(session, operator=operator)
    room = make.cleanroom(session, where, open_weekdays=EVERY_DAY, **values)
    return Site(room=room, manager=make.manager(session, room))


def asked(session: Session, by: Developer, where: Site, window: Slot, **values: Any) -> SlotRequest:
    """Store a request that has arrived at a facility, with what it shows of its project."""
    request = make.slot_request(
        session, where.room, window, **{"by": by.founder, "project": by.project, **values}
    )
    open_for_request(
        session, request, where.room, actor_id=by.founder.user_id, at=make.NOON - timedelta(hours=1)
    )
    session.commit()
    return request


def booked(session: Session, by: Developer, where: Site, window: Slot, **values: Any) -> Booking:
    """Store a request that its facility has approved."""
    request = asked(session, by, where, window, **values)
    booking = services.approve_request(session, where.manager, request.id, at=make.NOON)
    session.commit()
    return booking


def offered(session: Session, by: Developer, where: Site, window: Slot, **values: Any) -> Booking:
    """Store a request that is answered by the offer of a window two weeks later."""
    request = asked(session, by, where, window, **values)
    later = Slot(window.start + timedelta(days=14), window.end + timedelta(days=14))
    booking = services.offer_window(
        session, where.manager, request.id, cleanroom_id=where.room.id, slot=later, at=make.NOON
    )
    session.commit()
    return booking


def reader(session: Session, role: Role) -> Actor:
    """Store somebody with a role that needs no facility, in an organisation of a fitting kind."""
    kinds = {
        Role.INVESTOR: OrganisationKind.INVESTOR,
        Role.SUPPORT_PROVIDER: OrganisationKind.SUPPORT_PROVIDER,
    }
    organisation = make.organisation(session, kind=kinds.get(role, OrganisationKind.PUBLIC_BODY))
    return make.member(session, organisation, role)


@contextmanager
def counted(connection: Connection) -> Iterator[list[str]]:
    """Gather the statements that reach the database meanwhile."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            statements.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(connection, "before_cursor_execute", note)
