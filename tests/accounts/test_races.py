"""What two people do at the same moment, over connections of their own."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.orm import Session

from portal.accounts import services
from portal.accounts.models import Membership, OrganisationKind, User
from portal.accounts.services import NewOrganisation, NewPerson
from portal.core.actors import Role
from portal.core.errors import NotFound, Refused
from portal.store import Base, connect_arguments, db, in_one_unit, prepare_engine
from tests import make
from tests.engines import new_database
from tests.make import NOON

AT_ONCE = 6


@pytest.fixture
def engine(app: Flask, tmp_path: Path) -> Iterator[Engine]:
    with app.app_context():
        address = new_database(db.engine.dialect.name, tmp_path)
    made = create_engine(address, **connect_arguments(address))
    prepare_engine(made)
    Base.metadata.create_all(made)
    yield made
    made.dispose()


def all_at_once(engine: Engine, work: Callable[[Session, int], object]) -> list[str]:
    """Let everybody do the work at the same moment, and return how it went: "done" or the reasons against it."""
    start = Barrier(AT_ONCE)

    def one(number: int) -> str:
        with Session(engine) as session:
            start.wait()
            try:
                in_one_unit(lambda unit: work(unit, number), session)
            except Refused as refused:
                return refused.reasons[0].code
            except NotFound:
                return "not found"
        return "done"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sorted(pool.map(one, range(AT_ONCE)))


def test_one_of_many_registers_an_organisation(engine: Engine) -> None:
    def work(session: Session, number: int) -> object:
        person = NewPerson(email=f"person{number}@example.org", name="X", password_hash="hash")
        home = NewOrganisation(name="Lund Cells AB", kind=OrganisationKind.COMPANY)
        return services.register(session, person, home, at=NOON)

    assert all_at_once(engine, work) == ["done"] + ["organisation_exists"] * (AT_ONCE - 1)
    with Session(engine) as session:
        assert session.scalar(select(func.count(User.id))) == 1


def test_one_address_becomes_one_person(engine: Engine) -> None:
    def work(session: Session, number: int) -> object:
        person = NewPerson(email="eva@example.org", name="Eva", password_hash="hash")
        home = NewOrganisation(name=f"Organisation number {number}", kind=OrganisationKind.COMPANY)
        return services.register(session, person, home, at=NOON)

    assert set(all_at_once(engine, work)) <= {"done", "registered_meanwhile"}
    with Session(engine) as session:
        assert session.scalar(select(func.count(User.id))) == 1
        assert session.scalar(select(func.count(Membership.id))) == 1


def test_a_link_is_used_once(engine: Engine) -> None:
    with Session(engine) as session:
        founder, invited = make.founder(session), make.user(session, email="new@example.org")
        assert founder.organisation_id is not None
        _offer, token = services.invite(
            session, founder, founder.organisation_id, email=invited.email, role=Role.FOUNDER, at=NOON
        )
        session.commit()
        user_id = invited.id

    def work(session: Session, _number: int) -> object:
        return services.accept_invitation(session, token, user_id, at=NOON)

    assert all_at_once(engine, work) == ["done"] + ["invitation_void"] * (AT_ONCE - 1)


def test_of_all_founders_who_leave_at_once_one_stays(engine: Engine) -> None:
    with Session(engine) as session:
        home = make.organisation(session)
        actors = [make.founder(session, home) for _ in range(AT_ONCE)]
        own = {
            actor.user_id: session.scalars(
                select(Membership.id).where(Membership.user_id == actor.user_id)
            ).one()
            for actor in actors
        }

    def work(session: Session, number: int) -> object:
        actor = actors[number]
        return services.end_membership(session, actor, own[actor.user_id], reason="done", at=NOON)

    assert all_at_once(engine, work) == ["done"] * (AT_ONCE - 1) + ["last_manager"]


def test_of_all_administrators_who_shut_each_other_out_one_stays(engine: Engine) -> None:
    with Session(engine) as session:
        actors = [make.administrator(session) for _ in range(AT_ONCE)]

    def work(session: Session, number: int) -> object:
        other = actors[(number + 1) % AT_ONCE]
        return services.deactivate(session, actors[number], other.user_id, reason="done", at=NOON)

    went = all_at_once(engine, work)
    with Session(engine) as session:
        left = session.scalar(select(func.count(User.id)).where(User.active))
    assert (went.count("done"), left) == (AT_ONCE - 1, 1), went
