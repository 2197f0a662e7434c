"""Nobody gets a taken room: 64 deciders at once over real connections, and scripts at the database prompt."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.bookings import blocks, services
from portal.bookings.models import BookingState, ClosureKind
from portal.core.errors import Refused
from portal.store import conflict_of, in_one_unit
from tests import make
from tests.bookings.stage import Stage
from tests.engines import ENGINES

DECIDERS, ROUNDS, SHORT = 64, 2000, 12


@pytest.mark.prove
@pytest.mark.parametrize("engine", ENGINES)
def test_of_64_deciders_exactly_one_wins_each_round(engine: str, tmp_path: Path, proving: bool) -> None:
    stage = Stage.built(engine, tmp_path, rivals=DECIDERS, connections=DECIDERS + 1)
    outcomes: Counter[str] = Counter()
    with ThreadPoolExecutor(DECIDERS) as pool:
        for _ in range(ROUNDS if proving else SHORT):
            barrier = Barrier(DECIDERS)
            found = Counter(pool.map(lambda one, at=barrier: decide(stage, one, at), stage.request_ids))
            assert found == {"won": 1, "slot_taken": DECIDERS - 1}
            assert (stage.confirmed(), stage.approved()) == (1, 1)
            outcomes += found
            stage.reset()
    stage.engine.dispose()
    print(f"{engine}: {dict(outcomes)}")


def decide(stage: Stage, request_id: int, barrier: Barrier) -> str:
    """Approve a request together with all the others; return "won" or the reason of the refusal."""
    with Session(stage.engine) as session:
        barrier.wait(timeout=60)
        try:
            in_one_unit(
                lambda unit: services.approve_request(unit, stage.manager, request_id, at=make.NOON), session
            )
        except Refused as refused:
            return ",".join(reason.code for reason in refused.reasons)
        return "won"


INSERT = (
    "INSERT INTO block (cleanroom_id, kind, starts_at, ends_at) "
    "VALUES (:room, :kind, '2027-01-12 23:00:00.000000', '2027-01-20 23:00:00.000000')"
)


@pytest.mark.parametrize(
    ("kind", "guard"),
    [
        ("booking", "block_leaves_changeover"),
        ("hold", "block_leaves_changeover"),
        ("closure", "block_takes_the_room"),
        ("changeover", "block_leaves_changeover"),
    ],
)
def test_a_script_at_the_prompt_cannot_double_book(session: Session, kind: str, guard: str) -> None:
    room = make.cleanroom(session)
    blocks.take(session, room, make.slot(11, 16), state=BookingState.CONFIRMED, created_at=make.NOON)
    session.commit()
    with pytest.raises(DBAPIError) as refused, session.begin_nested():
        session.execute(text(INSERT), {"room": room.id, "kind": kind})
    assert conflict_of(refused.value) in {guard, "block_takes_the_room"}


def test_a_script_cannot_revive_a_cancelled_booking_over_a_newer_one(session: Session) -> None:
    room = make.cleanroom(session)
    old = blocks.take(session, room, make.slot(11, 16), state=BookingState.CONFIRMED, created_at=make.NOON)
    blocks.change_state(session, old, BookingState.CANCELLED, at=make.NOON)
    blocks.take(session, room, make.slot(12, 14), state=BookingState.CONFIRMED, created_at=make.NOON)
    session.commit()
    session.execute(text("UPDATE booking SET state = 'confirmed' WHERE id = :id"), {"id": old.id})
    with pytest.raises(DBAPIError), session.begin_nested():
        session.execute(text("UPDATE block SET kind = 'booking' WHERE id = :id"), {"id": old.block_id})
    session.rollback()


def test_a_changeover_may_lie_over_a_closure(session: Session) -> None:
    room = make.cleanroom(session)
    manager = make.manager(session, room)
    room.facility.default_changeover_days = 3
    blocks.take(session, room, make.slot(11, 16), state=BookingState.CONFIRMED, created_at=make.NOON)
    closure = services.close_cleanroom(
        session,
        manager,
        cleanroom_id=room.id,
        slot=make.slot(17, 19),
        kind=ClosureKind.MAINTENANCE,
        at=make.NOON,
    )
    assert closure.block.slot == make.slot(17, 19)
