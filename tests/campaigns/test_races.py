"""Two people decide two links of a chain at the same moment: it is whole afterwards, whoever was first."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from portal.accounts.models import Organisation
from portal.bookings.models import RunKind
from portal.bookings.services import approve_request
from portal.campaigns import queries, services
from portal.campaigns.rules.standing import Standing
from portal.campaigns.services import Choice
from portal.campaigns.services.chains import settle_rest
from portal.core.actors import Actor
from portal.core.errors import Refused
from portal.core.slots import Slot
from portal.facilities.models import Cleanroom, Facility
from portal.gates.rules import Gate
from portal.store import Base, connect_arguments, in_one_unit, prepare_engine
from tests import make
from tests.campaigns.conftest import Scene, make_scene
from tests.engines import ENGINES, new_database

UNTIL = make.midnight(20, 2)
ROUNDS = 4


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Return a database with connections of its own."""
    url = new_database(request.param, tmp_path)
    made = create_engine(url, **connect_arguments(url))
    prepare_engine(made)
    Base.metadata.create_all(made)
    yield made
    made.dispose()


def asked_of_both(session: Session) -> Scene:
    """Return a chain over two facilities that was requested, and whose gate is met."""
    scene = make_scene(session)
    scene.meet(Gate.PRE_GMP_EXIT)
    scene.add(RunKind.PROCESS_DEVELOPMENT, "Development")
    scene.add(RunKind.ENGINEERING_RUN, "Engineering", lag_days=7)
    scene.choose()
    scene.request()
    return scene


def at_once(*works: Callable[[], object]) -> list[Any]:
    """Let each do their work at the same moment, and return what became of it."""
    barrier = Barrier(len(works))

    def wait_and(work: Callable[[], object]) -> object:
        barrier.wait(timeout=60)
        try:
            return work()
        except Refused as refused:
            return tuple(reason.code for reason in refused.reasons)

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(wait_and, works))


def part(engine: Engine, manager: Actor, campaign_id: int, where: int) -> Callable[[], object]:
    def approve() -> object:
        with Session(engine) as session:
            return in_one_unit(
                lambda unit: (
                    services.approve_part(
                        unit,
                        manager,
                        campaign_id,
                        where,
                        until=UNTIL,
                        proof=make.proof(manager),
                        at=make.NOON,
                    ).id
                ),
                session,
            )

    return approve


def alone(engine: Engine, manager: Actor, request_id: int) -> Callable[[], object]:
    def approve() -> object:
        with Session(engine) as session:
            return in_one_unit(
                lambda unit: (
                    approve_request(unit, manager, request_id, proof=make.proof(manager), at=make.NOON).id
                ),
                session,
            )

    return approve


def rival_of(scene: Scene, room: Cleanroom) -> Scene:
    """Return another product's chain over the same laboratory: its first link in a cleanroom of its own."""
    founder = make.founder(scene.session)
    owner = scene.session.get_one(Organisation, founder.organisation_id)
    project = make.project(scene.session, owner, process_state="closed")
    campaign = services.begin_campaign(scene.session, founder, project.id, name="Rival", at=make.NOON)
    scene.session.commit()
    return replace(scene, founder=founder, project=project, campaign=campaign, lab_room=room)


def ask_for(scene: Scene, *windows: tuple[Cleanroom, Slot]) -> None:
    """Request a chain of development runs in these windows."""
    scene.add(RunKind.PROCESS_DEVELOPMENT, *(f"Run {number}" for number, _ in enumerate(windows)))
    choices = [
        Choice(link_id=one.link.id, cleanroom_id=room.id, slot=slot)
        for one, (room, slot) in zip(scene.links(), windows, strict=True)
    ]
    services.choose_windows(scene.session, scene.founder, scene.campaign.id, choices, at=make.NOON)
    scene.session.commit()
    scene.request()


def standings(engine: Engine, campaign_id: int) -> set[Standing]:
    with Session(engine) as session:
        return {one.standing for one in queries.links_of(session, [campaign_id])[campaign_id]}


def test_two_facilities_that_answer_at_once_leave_the_chain_whole(engine: Engine) -> None:
    for _ in range(ROUNDS):
        with Session(engine, expire_on_commit=False) as session:
            scene = asked_of_both(session)
            campaign_id, lab, plant = scene.campaign.id, scene.lab.id, scene.plant.id
        found = at_once(
            part(engine, scene.lab_manager, campaign_id, lab),
            part(engine, scene.plant_manager, campaign_id, plant),
        )
        assert found == [campaign_id, campaign_id]
        assert standings(engine, campaign_id) == {Standing.BOOKED}


def test_a_link_that_is_decided_alone_meanwhile_is_the_last_of_it_too(engine: Engine) -> None:
    for _ in range(ROUNDS):
        with Session(engine, expire_on_commit=False) as session:
            scene = asked_of_both(session)
            campaign_id, lab = scene.campaign.id, scene.lab.id
            request_id = scene.link("Engineering").request.id
        at_once(
            part(engine, scene.lab_manager, campaign_id, lab), alone(engine, scene.plant_manager, request_id)
        )
        with Session(engine) as session:
            in_one_unit(lambda unit, one=request_id: settle_rest(unit, one, at=make.NOON), session)  # type: ignore[misc]
        assert standings(engine, campaign_id) == {Standing.BOOKED}


def test_two_answers_to_one_part_give_each_room_once(engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        scene = asked_of_both(session)
        campaign_id, lab = scene.campaign.id, scene.lab.id
        colleague = make.manager(session, session.get_one(Facility, lab))
    found = at_once(
        part(engine, scene.lab_manager, campaign_id, lab), part(engine, colleague, campaign_id, lab)
    )
    assert sorted(map(str, found)) == sorted([str(campaign_id), "('nothing_asked_here',)"])


def test_of_two_chains_that_compete_one_is_approved_whole_and_nothing_of_the_other(engine: Engine) -> None:
    for _ in range(ROUNDS):
        with Session(engine, expire_on_commit=False) as session:
            one = make_scene(session)
            other = rival_of(one, make.cleanroom(session, one.lab))
            colleague, lab = make.manager(session, one.lab), one.lab.id
            week, meeting = make.slot(11, 16), (one.lab_room, make.slot(18, 23))
            ask_for(one, (one.lab_room, week), meeting)
            ask_for(other, (other.lab_room, week), meeting)
            first, second = one.campaign.id, other.campaign.id
        found = at_once(part(engine, one.lab_manager, first, lab), part(engine, colleague, second, lab))
        whole = [campaign_id for campaign_id in (first, second) if campaign_id in found]
        assert len(whole) == 1, found
        (reasons,) = [one for one in found if one not in whole]
        assert set(reasons) == {"link_stands_in_the_way"}
        for campaign_id in (first, second):
            expected = Standing.BOOKED if campaign_id in whole else Standing.ASKED
            assert standings(engine, campaign_id) == {expected}
