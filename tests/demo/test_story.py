"""Half a year of invented work: every state is there, every name is marked, and the same seed tells the same story."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Organisation, User
from portal.app import create_app
from portal.bookings.models import Booking, BookingState, RequestState, SlotRequest, SubsidyUse
from portal.calendars.models import CalendarFeed
from portal.calendars.rules import Scope
from portal.core.actors import Role
from portal.demo import cast
from portal.demo.absence import DemoDataFound, refuse_demo_data
from portal.demo.services import fill, is_empty
from portal.facilities.models import Licence, Training
from portal.ledger import seal_waiting, verify
from portal.projects.models import Project
from portal.store import Base, db, in_one_unit
from tests.conftest import settings_for
from tests.engines import ENGINES, new_database

AT = datetime(2026, 11, 25, 9, tzinfo=UTC)
LEFT = {RequestState.EXPIRED}
"""States that only the next days bring: nobody lets an offer lapse twice in half a year."""


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Flask]]:
    """Return a portal on each engine, in which the story was told."""
    portals = {engine: tell(engine, tmp_path_factory.mktemp(f"demo-{engine}")) for engine in ENGINES}
    yield portals
    for portal in portals.values():
        with portal.app_context():
            db.engine.dispose()


@pytest.fixture(params=ENGINES)
def told(request: pytest.FixtureRequest, both: dict[str, Flask]) -> Flask:
    """Return one of them after the other."""
    return both[request.param]


def tell(engine: str, folder: Path) -> Flask:
    """Tell the story in a database of its own."""
    app = create_app(settings_for(new_database(engine, folder), folder))
    with app.app_context():
        Base.metadata.create_all(db.engine)
        assert is_empty(db.session())
        in_one_unit(lambda session: fill(session, password_hash="no hash", at=AT))
        assert not is_empty(db.session())
    return app


def shape(session: Session) -> list[tuple[object, ...]]:
    """Return what the story comes to, request by request."""
    question = select(
        SlotRequest.title, SlotRequest.state, SlotRequest.starts_at, SlotRequest.cleanroom_id
    ).order_by(SlotRequest.id)
    return [tuple(row) for row in session.execute(question)]


def test_there_is_something_in_every_state(told: Flask) -> None:
    with told.app_context():
        requests = set(db.session.scalars(select(SlotRequest.state)))
        bookings = set(db.session.scalars(select(Booking.state)))
    assert set(RequestState) - requests <= LEFT
    assert bookings == set(BookingState)


def test_27_projects_and_only_marked_names(told: Flask) -> None:
    with told.app_context():
        assert len(db.session.scalars(select(Project)).all()) == 27
        rows = [*db.session.scalars(select(Organisation)), *db.session.scalars(select(User))]
        assert [row.name for row in rows if not row.is_demo or not row.name.startswith("Demo")] == []


def test_everybody_who_is_named_to_sign_in_can(told: Flask) -> None:
    assert {role for role, _ in cast.sign_ins()} == set(Role)
    with told.app_context():
        known = set(db.session.scalars(select(User.email)))
    assert {mail for _, mail in cast.sign_ins()} <= known


def test_the_ledger_of_the_story_is_whole(told: Flask) -> None:
    with told.app_context():
        while in_one_unit(lambda session: seal_waiting(session, at=AT)):
            pass
        assert verify(db.session()) == []


def test_both_engines_tell_the_same_story(both: dict[str, Flask]) -> None:
    found = []
    for app in both.values():
        with app.app_context():
            found.append(shape(db.session()))
    assert found[0] == found[1]


def test_a_production_setting_refuses_it(told: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    class Real:
        demo = False

    monkeypatch.setitem(told.extensions, "portal_settings", Real())
    with pytest.raises(DemoDataFound):
        refuse_demo_data(told)


def test_a_programme_pays_a_licence_runs_out_and_calendars_are_followed(told: Flask) -> None:
    with told.app_context():
        soon = AT.date() + timedelta(days=90)
        assert db.session.scalar(select(func.sum(SubsidyUse.units)))
        assert db.session.scalars(
            select(Licence.id).where(Licence.valid_until.between(AT.date(), soon))
        ).all()
        assert db.session.scalars(select(Training.id)).all()
        assert set(db.session.scalars(select(CalendarFeed.scope))) == {Scope.ORGANISATION, Scope.FACILITY}
