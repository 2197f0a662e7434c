"""A process that approves requests one after another and says so, until somebody kills it."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from portal.bookings import services
from portal.core.actors import Actor, Duty, Role
from portal.core.errors import Refused
from portal.store import in_one_unit, prepare_engine
from tests import make

Decide = Callable[[Actor, int, Session], int]


def decide_each(decide: Decide, arguments: list[str]) -> None:
    """Decide about each in a unit of work of its own, and print its number once that is acknowledged."""
    url, (manager_id, operator_id, facility_id) = arguments[0], map(int, arguments[1:4])
    ids = [int(written) for written in Path(arguments[4]).read_text().split()]
    engine = create_engine(url)
    prepare_engine(engine)
    manager = Actor(
        user_id=manager_id,
        organisation_id=operator_id,
        roles=frozenset({Role.FACILITY_MANAGER}),
        duties=frozenset({Duty(role=Role.FACILITY_MANAGER, facility_id=facility_id)}),
    )
    print("ready", flush=True)
    with Session(engine) as session:
        for one in ids:
            try:
                made = in_one_unit(partial(decide, manager, one), session)
            except Refused:
                continue
            print(f"{one} {made}", flush=True)
    print("done", flush=True)


def approve(manager: Actor, request_id: int, session: Session) -> int:
    """Approve one request and return its booking's number."""
    return services.approve_request(session, manager, request_id, at=make.NOON).id


if __name__ == "__main__":
    decide_each(approve, sys.argv[1:])
