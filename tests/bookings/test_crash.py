"""Nothing acknowledged is lost: a process that approves is killed again and again, in the middle of its work."""

import random
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.bookings.models import Block, BlockKind, Booking, BookingState, RequestState, SlotRequest
from portal.core.clock import now
from portal.ledger import Entry, seal_waiting, verify
from tests import make
from tests.bookings.stage import Stage
from tests.engines import ENGINES
from tests.killing import run_and_kill

KILLS, SHORT, EACH = 200, 5, 30


@pytest.mark.prove
@pytest.mark.parametrize("engine", ENGINES)
def test_every_acknowledged_booking_survives_sigkill_exactly_once(
    engine: str, tmp_path: Path, proving: bool
) -> None:
    stage = Stage.built(engine, tmp_path, rivals=1, connections=2)
    chance = random.Random(7)
    acknowledged: dict[int, int] = {}
    kills = KILLS if proving else SHORT
    in_the_middle = 0
    for _ in range(kills):
        request_ids = ask_in_rooms_of_their_own(stage)
        said, killed = run_and_kill(
            "tests.bookings.decider",
            stage.url,
            stage.manager,
            request_ids,
            tmp_path,
            answers=chance.randrange(EACH // 2),
            then=chance.uniform(0, 0.02),
        )
        acknowledged |= said
        in_the_middle += killed
    with Session(stage.engine) as session:
        told = {
            entry.facts["booking_id"]: entry.facts["request_id"]
            for entry in session.scalars(select(Entry).where(Entry.name == "request.approved"))
        }
        booked = dict(iter(session.execute(select(Booking.request_id, Booking.id))))
        assert len(booked) == session.scalar(select(func.count()).select_from(Booking))
        for request_id, booking_id in acknowledged.items():
            assert booked[request_id] == booking_id
        assert {booking_id: request_id for request_id, booking_id in booked.items()} == told
        approved = session.scalars(
            select(SlotRequest.id).where(SlotRequest.state == RequestState.APPROVED)
        ).all()
        assert set(approved) == set(booked)
        blocks = session.scalar(
            select(func.count()).select_from(Block).where(Block.kind == BlockKind.BOOKING)
        )
        assert blocks == len(booked)
        assert set(session.scalars(select(Booking.state))) <= {BookingState.CONFIRMED}
        while seal_waiting(session, at=now()):
            session.commit()
        assert verify(session) == []
    stage.engine.dispose()
    print(f"{engine}: {kills} kills, {in_the_middle} in the middle, {len(acknowledged)} acknowledged")
    assert in_the_middle >= kills // 2


def ask_in_rooms_of_their_own(stage: Stage) -> list[int]:
    """Store requests that can all be approved, because each wants a cleanroom of its own."""
    with Session(stage.engine) as session:
        first = session.get_one(SlotRequest, stage.request_ids[0])
        facility = first.cleanroom.facility if first.cleanroom else make.facility(session)
        asker = make.founder(session, first.organisation)
        return [
            make.slot_request(
                session, make.cleanroom(session, facility), make.slot(11, 16), by=asker, project=first.project
            ).id
            for _ in range(EACH)
        ]
