"""Two managers who end each other's duty at the same moment: one of them stays, on both engines."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.app import create_app
from portal.core.actors import Actor, Role
from portal.core.errors import Stale
from portal.facilities import queries, services
from portal.facilities.models import DutyRecord, Facility
from portal.store import Base, db, in_one_unit
from tests import make
from tests.conftest import settings_for
from tests.engines import ENGINES, new_database


@pytest.mark.parametrize("engine", ENGINES)
def test_of_two_managers_who_end_each_others_duty_one_stays(engine: str, tmp_path: Path) -> None:
    portal = create_app(settings_for(new_database(engine, tmp_path), tmp_path))
    with portal.app_context():
        Base.metadata.create_all(db.engine)
        with Session(db.engine) as session:
            facility = make.facility(session)
            actors = [make.manager(session, facility), make.manager(session, facility)]
            duties = {duty.user_id: duty.id for duty in session.scalars(select(DutyRecord))}
            facility_id = facility.id
        try:
            for _ in range(10):
                outcomes = _at_once(facility_id, actors, duties)
                assert sorted(outcomes) == ["done", "stale"]
                with Session(db.engine) as session:
                    left = queries.holders_of(
                        session, facility_id, Role.FACILITY_MANAGER, today=make.NOON.date()
                    )
                    assert len(left) == 1
                    for duty in session.scalars(select(DutyRecord)):
                        duty.ends_on = None
                    session.commit()
        finally:
            db.engine.dispose()


def _at_once(facility_id: int, actors: list[Actor], duties: dict[int, int]) -> list[str]:
    engine, gate = db.engine, threading.Barrier(len(actors))
    outcomes: list[str] = []
    with Session(engine) as session:
        version = session.get_one(Facility, facility_id).version

    def end(actor: Actor, duty_id: int) -> None:
        with Session(engine) as session:
            gate.wait()
            try:
                in_one_unit(
                    lambda current: services.end_duty(
                        current,
                        actor,
                        facility_id,
                        duty_id,
                        last_day=None,
                        shown_version=version,
                        at=make.NOON,
                    ),
                    session,
                )
            except Stale:
                outcomes.append("stale")
            else:
                outcomes.append("done")

    first, second = actors
    threads = [
        threading.Thread(target=end, args=(first, duties[second.user_id])),
        threading.Thread(target=end, args=(second, duties[first.user_id])),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
