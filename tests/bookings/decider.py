"""A process that approves requests one after another and says so, until somebody kills it."""

import sys
from functools import partial
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from portal.bookings import services
from portal.core.actors import Actor, Duty, Role
from portal.core.errors import Refused
from portal.store import in_one_unit, prepare_engine
from tests import make


def main(url: str, manager_id: int, operator_id: int, facility_id: int, request_ids: list[int]) -> None:
    """Approve each request in a unit of work of its own and print its number once it is acknowledged."""
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
        for request_id in request_ids:
            try:
                booking = in_one_unit(partial(approve, manager, request_id), session)
            except Refused:
                continue
            print(f"{request_id} {booking}", flush=True)
    print("done", flush=True)


def approve(manager: Actor, request_id: int, session: Session) -> int:
    """Approve one request and return its booking's number."""
    return services.approve_request(session, manager, request_id, at=make.NOON).id


if __name__ == "__main__":
    main(
        sys.argv[1],
        int(sys.argv[2]),
        int(sys.argv[3]),
        int(sys.argv[4]),
        [int(line) for line in Path(sys.argv[5]).read_text().split()],
    )
