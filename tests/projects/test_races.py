"""What two people could break at once, over two connections of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from portal.core.actors import Actor
from portal.core.errors import PortalError
from portal.projects import queries, services
from portal.projects.models import Project
from portal.projects.rules.values import Phase
from portal.store import Base, in_one_unit, prepare_engine
from tests import make
from tests.engines import ENGINES, new_database

FIRST = {"product_class": "GTMP", "modality": "aav", "indication_area": "neurology"}
ROUNDS = 8


@pytest.fixture(scope="module", params=ENGINES)
def open_session(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return what opens sessions on a database of its own, where commits are real."""
    folder: Path = tmp_path_factory.mktemp("races")
    engine = create_engine(new_database(request.param, folder))
    prepare_engine(engine)
    Base.metadata.create_all(engine)
    yield lambda: Session(engine)
    engine.dispose()


def at_once(open_session: Callable[[], Session], *works: Callable[[Session], Any]) -> list[Any]:
    """Do the works at the same moment, each in a transaction of its own; return their results or refusals."""
    start = Barrier(len(works))

    def run(work: Callable[[Session], Any]) -> Any:
        with open_session() as session:
            start.wait()
            try:
                return in_one_unit(work, session)
            except PortalError as error:
                return error

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def register(actor: Actor, name: str) -> Callable[[Session], int]:
    return lambda session: (
        services.register_project(
            session, actor, {**FIRST, "name": name}, phase=Phase.DISCOVERY, phase_since=None, at=make.NOON
        ).id
    )


def test_of_two_projects_of_one_name_one_is_registered(open_session: Callable[[], Session]) -> None:
    with open_session() as session:
        actor = make.founder(session)
    for number in range(ROUNDS):
        results = at_once(open_session, *[register(actor, f"Project {number}")] * 3)
        assert sum(isinstance(result, int) for result in results) == 1, results
    with open_session() as session:
        assert (
            session.scalar(select(func.count()).where(Project.organisation_id == actor.organisation_id))
            == ROUNDS
        )


def test_of_two_edits_of_one_page_one_is_saved_and_one_is_stale(open_session: Callable[[], Session]) -> None:
    with open_session() as session:
        actor = make.founder(session)
    project_id = at_once(open_session, register(actor, "Edited"))[0]

    def edit(bsl: int, version: int) -> Callable[[Session], int]:
        return lambda session: (
            services.edit_project(
                session, actor, project_id, {"bsl": bsl}, version=version, at=make.NOON
            ).version
        )

    for number in range(ROUNDS):
        with open_session() as session:
            version = session.get_one(Project, project_id).version
        lowest = 1 if number % 2 else 3
        results = at_once(open_session, edit(lowest, version), edit(lowest + 1, version))
        assert sum(isinstance(result, int) for result in results) == 1, results


def test_two_renames_to_one_name_leave_one(open_session: Callable[[], Session]) -> None:
    with open_session() as session:
        actor = make.founder(session)
    ids = [at_once(open_session, register(actor, name))[0] for name in ("One", "Two")]
    for number in range(ROUNDS):
        versions = {}
        with open_session() as session:
            versions = {project_id: session.get_one(Project, project_id).version for project_id in ids}

        def rename(project_id: int, name: str, version: int) -> Callable[[Session], int]:
            return lambda session: (
                services.edit_project(
                    session, actor, project_id, {"name": name}, version=version, at=make.NOON
                ).id
            )

        results = at_once(open_session, *(rename(one, f"Same {number}", versions[one]) for one in ids))
        assert sum(isinstance(result, int) for result in results) == 1, results


def test_a_sheet_confirmed_by_two_clicks_is_imported_once(open_session: Callable[[], Session]) -> None:
    with open_session() as session:
        actor = make.founder(session)
    text = "name;product_class;modality;indication_area;phase\nFrom a sheet;GTMP;aav;neurology;discovery"
    with open_session() as session:
        sheet = services.upload_sheet(session, actor, text, at=make.NOON)
        digest = queries.sheet_plan(session, actor, sheet, at=make.NOON).digest
        sheet_id = sheet.id
        session.commit()

    def confirm(session: Session) -> date | None:
        return services.import_projects(session, actor, sheet_id, digest=digest, at=make.NOON).imported_at

    assert at_once(open_session, *[confirm] * 4) == [make.NOON] * 4
    with open_session() as session:
        assert session.scalar(select(func.count()).where(Project.name == "From a sheet")) == 1
