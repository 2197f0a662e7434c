"""The pages on which QA decides about segregation, and where others meet what was decided."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.accounts.passwords import hashed
from portal.bookings import services as bookings
from portal.core.actors import Actor
from portal.segregation.models import StanceRecord
from portal.segregation.rules import Stance
from tests import make
from tests.client import PageClient
from tests.segregation.scenes import AIR, Scene, asks, decide, set_up

PASSWORD = "winter barley over the bridge"


@pytest.fixture(scope="session")
def password_hash(app: Flask) -> Iterator[str]:
    """Return the hash of the password of these tests, made and compared with little effort."""
    security = app.extensions["security"]
    dear = security.pwd_context
    security.pwd_context = dear.copy(argon2__time_cost=1, argon2__memory_cost=8, argon2__parallelism=1)
    with app.app_context():
        made = hashed(PASSWORD)
    yield made
    security.pwd_context = dear


@pytest.fixture
def scene(session: Session, password_hash: str) -> Scene:
    """Return the scene, in which QA and the manager can sign."""
    made = set_up(session)
    for actor in (made.qa, made.manager):
        session.get_one(User, actor.user_id).password = password_hash
    session.commit()
    return made


def page(scene: Scene, rest: str = "") -> str:
    """Return the address of a page of segregation at the scene's facility."""
    return f"/facilities/{scene.facility.slug}/segregation{rest}"


def test_qa_adopts_a_rule_and_reads_it_with_its_signature(
    client: PageClient, session: Session, scene: Scene
) -> None:
    client.sign_in(scene.qa)
    listed = client.get(page(scene))
    assert "Warns, not adopted" in listed.text
    shown = client.get(page(scene, f"/rules/{AIR}"))
    assert "Open vector work needs air" in shown.text
    form = {"stance": "adopted", "reason": "Read against the drawings.", "version": "0"}
    wrong = client.post(page(scene, f"/rules/{AIR}"), {**form, "password": "no"})
    assert wrong.status_code == 422
    assert session.scalars(select(StanceRecord)).first() is None
    nothing = client.post(page(scene, f"/rules/{AIR}"), {**form, "stance": "", "password": PASSWORD})
    assert nothing.status_code == 422
    done = client.post(page(scene, f"/rules/{AIR}"), {**form, "password": PASSWORD})
    assert done.status_code == 303
    stored = session.scalars(select(StanceRecord)).one()
    assert stored.stance is Stance.ADOPTED
    after = client.get(page(scene, f"/rules/{AIR}"))
    assert "Read against the drawings." in after.text
    pdf = client.get(page(scene, f"/signatures/{stored.signature_id}.pdf"))
    assert pdf.data.startswith(b"%PDF")
    late = client.post(page(scene, f"/rules/{AIR}"), {**form, "password": PASSWORD})
    assert late.status_code == 409


def test_qa_says_what_a_room_shares(client: PageClient, session: Session, scene: Scene) -> None:
    client.sign_in(scene.qa)
    address = page(scene, f"/rooms/{scene.one.slug}")
    assert "ahu1" in client.get(address).text
    form = {"air_handling": "ahu7", "corridor": "north", "staff_group": "", "reason": "Rebuilt in May."}
    done = client.post(address, {**form, "password": PASSWORD, "version": str(scene.one.version)})
    assert done.status_code == 303
    session.refresh(scene.one)
    assert (scene.one.air_handling, scene.one.corridor) == ("ahu7", "north")
    history = client.get(f"/facilities/{scene.facility.slug}/history")
    assert f"QA said what cleanroom {scene.one.code} shares" in history.text


def test_a_manager_reads_and_a_stranger_finds_nothing(
    client: PageClient, session: Session, scene: Scene
) -> None:
    client.sign_in(scene.manager)
    assert client.get(page(scene)).status_code == 200
    assert "Sign the decision" not in client.get(page(scene, f"/rules/{AIR}")).text
    assert client.get(page(scene, f"/rooms/{scene.one.slug}")).status_code == 404
    stranger: Actor = make.manager(session, make.cleanroom(session))
    client.sign_in(stranger)
    for rest in ("", f"/rules/{AIR}", f"/rooms/{scene.one.slug}", "/signatures/1.pdf"):
        assert client.get(page(scene, rest)).status_code == 404


def test_the_inbox_names_the_rule_that_warns_and_asks_to_acknowledge_it(
    client: PageClient, session: Session, scene: Scene
) -> None:
    first, second = asks(session, scene.vector, scene.one), asks(session, scene.plain, scene.other)
    bookings.approve_request(session, scene.manager, first.id, at=make.NOON)
    session.commit()
    client.sign_in(scene.manager)
    shown = client.get(f"/inbox/{second.id}")
    assert "on shared air” (EudraLex Volume 4, Part IV" in shown.text
    assert "general knowledge" in shown.text
    form = {"approve-version": str(second.version)}
    refused = client.post(f"/inbox/{second.id}/approve", form)
    assert refused.status_code == 422
    assert "Rules of segregation warn of this window" in refused.text
    done = client.post(f"/inbox/{second.id}/approve", {**form, "approve-acknowledged": "y"})
    assert done.status_code == 303


def test_the_inbox_names_the_rule_that_refuses(client: PageClient, session: Session, scene: Scene) -> None:
    decide(session, scene, Stance.ADOPTED)
    first, second = asks(session, scene.vector, scene.one), asks(session, scene.plain, scene.other)
    bookings.approve_request(session, scene.manager, first.id, at=make.NOON)
    session.commit()
    client.sign_in(scene.manager)
    shown = client.get(f"/inbox/{second.id}")
    assert f"{scene.one.code} shares air with" in shown.text
    assert "EudraLex Volume 4, Part IV" in shown.text
    refused = client.post(f"/inbox/{second.id}/approve", {"approve-version": str(second.version)})
    assert refused.status_code == 422
