"""A real database with one cleanroom and many who want it, for tests that race and kill."""

from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine, create_engine, func, select, update
from sqlalchemy.orm import Session

from portal.app import create_app
from portal.bookings import blocks
from portal.bookings.models import Booking, BookingState, RequestState, SlotRequest
from portal.core.actors import Actor
from portal.core.slots import Slot
from portal.store import Base, db, prepare_engine
from tests import make
from tests.conftest import settings_for
from tests.engines import new_database

WINDOW = make.slot(11, 16)


@dataclass(frozen=True, slots=True)
class Stage:
    """A database of its own, a cleanroom in it, its manager, and requests for the same window."""

    url: str
    folder: Path
    engine: Engine
    cleanroom_id: int
    manager: Actor
    request_ids: tuple[int, ...]

    @classmethod
    def built(
        cls, engine_name: str, folder: Path, *, rivals: int, connections: int, window: Slot = WINDOW
    ) -> "Stage":
        """Build a stage on an engine, with so many rivals for the window and so many connections."""
        url = new_database(engine_name, folder)
        with make_app(url, folder).app_context():
            Base.metadata.create_all(db.engine)
            db.engine.dispose()
        pool = {"pool_size": connections, "max_overflow": 0, "pool_timeout": 120}
        engine = create_engine(url, **pool)
        prepare_engine(engine)
        with Session(engine) as session:
            room = make.cleanroom(session)
            manager = make.manager(session, room)
            owner = make.organisation(session)
            asker, project = make.founder(session, owner), make.project(session, owner)
            requests = [
                make.slot_request(session, room, window, by=asker, project=project) for _ in range(rivals)
            ]
            return cls(url, folder, engine, room.id, manager, tuple(request.id for request in requests))

    def reset(self) -> None:
        """Give the window back and let everybody ask for it again."""
        with Session(self.engine) as session:
            blocks.lock_cleanrooms(session, [self.cleanroom_id])
            for booking in session.scalars(select(Booking).where(Booking.state == BookingState.CONFIRMED)):
                blocks.change_state(session, booking, BookingState.CANCELLED, at=make.NOON)
            session.execute(
                update(SlotRequest).values(state=RequestState.SUBMITTED, version=SlotRequest.version + 1)
            )
            session.commit()

    def confirmed(self) -> int:
        """Return how many bookings hold the window."""
        with Session(self.engine) as session:
            question = (
                select(func.count()).select_from(Booking).where(Booking.state == BookingState.CONFIRMED)
            )
            return session.scalar(question) or 0

    def approved(self) -> int:
        """Return how many requests were approved."""
        with Session(self.engine) as session:
            question = select(func.count()).select_from(SlotRequest)
            return session.scalar(question.where(SlotRequest.state == RequestState.APPROVED)) or 0


def make_app(url: str, folder: Path) -> Flask:
    """Return the portal on a database of its own."""
    return create_app(settings_for(url, folder))
