"""Decisions that give a GMP room away are signed, on the page and in the service; the signature tells what it was for."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Passkey, User
from portal.accounts.passwords import hashed
from portal.bookings import services, signing
from portal.bookings.models import Booking, BookingState, RequestState, SlotRequest
from portal.core.actors import Actor, Role
from portal.core.clock import now
from portal.core.errors import Refused
from portal.facilities.models import Cleanroom, RoomKind
from portal.ledger import Entry
from portal.signatures.models import Signature
from portal.signatures.queries import signatures_of
from portal.signatures.rules import Meaning, Method
from portal.signatures.statements import holds, signed_content
from portal.store import db
from tests import make
from tests.accounts.keys import SoftwareKey
from tests.bookings.facility import arrived, days, room
from tests.client import PageClient

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


def gmp_room(session: Session, **values: Any) -> Cleanroom:
    """Store a GMP room that is open every day."""
    return room(session, kind=RoomKind.GMP, **values)


def signing_manager(session: Session, where: Cleanroom, password_hash: str) -> Actor:
    """Store a manager who has a password."""
    actor = make.manager(session, where)
    session.get_one(User, actor.user_id).password = password_hash
    session.commit()
    return actor


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


def signatures(session: Session, request: SlotRequest) -> list[Signature]:
    return signatures_of(session, signing.SUBJECT, [request.id])


# The service


@pytest.mark.parametrize(
    ("kind", "signs_pre_gmp", "needed"),
    [
        (RoomKind.GMP, False, True),
        (RoomKind.GMP, True, True),
        (RoomKind.PRE_GMP, True, True),
        (RoomKind.PRE_GMP, False, False),
    ],
)
def test_gmp_is_always_signed_and_pre_gmp_where_the_facility_says(
    session: Session, kind: RoomKind, signs_pre_gmp: bool, needed: bool
) -> None:
    where = room(session, kind=kind)
    where.facility.signs_pre_gmp = signs_pre_gmp
    request = arrived(session, where, days(30, 35))
    manager = make.manager(session, where)
    at = now()
    if needed:
        with pytest.raises(Refused) as refused:
            services.approve_request(session, manager, request.id, at=at)
        assert codes(refused) == ["signature_needed"]
        session.rollback()
        assert request.state is RequestState.SUBMITTED
        assert session.scalars(select(Booking)).all() == []
    services.approve_request(session, manager, request.id, proof=make.proof(manager, at=at), at=at)
    assert len(signatures(session, request)) == int(needed)


def test_a_signed_approval_says_exactly_what_was_approved(session: Session) -> None:
    where = gmp_room(session)
    request = arrived(session, where, days(30, 35))
    manager, at = make.manager(session, where), now()
    booking = services.approve_request(
        session,
        manager,
        request.id,
        note="Bring the protocol.",
        condition="GMO permit",
        condition_until=at + timedelta(days=10),
        proof=make.proof(manager, at=at),
        at=at,
    )
    [signature] = signatures(session, request)
    content = signed_content(signature)
    assert signature.meaning is Meaning.APPROVED_WITH_CONDITIONS
    assert signature.signer_role is Role.FACILITY_MANAGER
    assert (content["cleanroom"], content["facility"]) == (where.code, where.facility.name)
    assert (content["condition"], content["note"]) == ("GMO permit", "Bring the protocol.")
    assert content["starts_at"] == booking.block.starts_at.isoformat()
    assert signing.changes_since(signature, request, booking) == []
    names = session.scalars(select(Entry.name).order_by(Entry.id)).all()
    assert names[-2:] == ["signature.given", "request.approved"]


def test_every_decision_that_leads_to_a_window_is_signed(session: Session) -> None:
    where = gmp_room(session)
    manager, at = make.manager(session, where), now()
    proof = make.proof(manager, at=at)
    offered, waiting, held = (arrived(session, where, days(first, first + 5)) for first in (30, 60, 90))
    slot = days(40, 45)
    for attempt in (
        lambda proof: services.offer_window(
            session, manager, offered.id, cleanroom_id=where.id, slot=slot, proof=proof, at=at
        ),
        lambda proof: services.waitlist_request(session, manager, waiting.id, proof=proof, at=at),
    ):
        with pytest.raises(Refused) as refused:
            attempt(None)
        assert codes(refused) == ["signature_needed"]
        session.rollback()
        attempt(proof)
        session.commit()
    booking = services.approve_request(
        session,
        manager,
        held.id,
        condition="GMO permit",
        condition_until=at + timedelta(days=10),
        proof=proof,
        at=at,
    )
    session.commit()
    with pytest.raises(Refused) as refused:
        services.confirm_condition(session, manager, booking.id, at=at)
    assert codes(refused) == ["signature_needed"]
    session.rollback()
    services.confirm_condition(session, manager, booking.id, proof=proof, at=at)
    assert booking.state is BookingState.CONFIRMED
    steps = [
        [signed_content(signature)["step"] for signature in signatures(session, request)]
        for request in (offered, waiting, held)
    ]
    assert steps == [["offer"], ["waitlist"], ["approve", "confirm"]]


def test_nobody_signs_for_what_they_asked_for_themselves(session: Session) -> None:
    where = gmp_room(session)
    request = arrived(session, where, days(30, 35))
    manager, at = make.manager(session, where), now()
    request.requested_by_id = manager.user_id
    session.commit()
    with pytest.raises(Refused) as refused:
        services.approve_request(session, manager, request.id, proof=make.proof(manager, at=at), at=at)
    assert "cannot_sign_own_request" in codes(refused)


def test_what_has_moved_since_it_was_signed_is_named(session: Session) -> None:
    where = gmp_room(session)
    other = gmp_room(session, where=where.facility)
    where.facility.moves_without_asking_days = 1
    request = arrived(session, where, days(30, 35))
    manager, at = make.manager(session, where), now()
    booking = services.approve_request(session, manager, request.id, proof=make.proof(manager, at=at), at=at)
    session.commit()
    services.propose_move(
        session, manager, booking.id, cleanroom_id=other.id, slot=days(40, 45), why="Filters.", at=at
    )
    session.commit()
    [signature] = signatures(session, request)
    changed = {
        one.field: (one.signed, one.present) for one in signing.changes_since(signature, request, booking)
    }
    assert changed["cleanroom"] == (where.code, other.code)
    assert set(changed) == {"cleanroom", "cleanroom_id", "starts_at", "ends_at"}


# The pages


def approve(client: PageClient, request: SlotRequest, **values: str) -> Any:
    data = {
        "approve-version": str(request.version),
        **{f"approve-{name}": value for name, value in values.items()},
    }
    return client.post(f"/inbox/{request.id}/approve", data)


def test_the_page_asks_for_the_password_keeps_what_was_typed_and_signs(
    client: PageClient, session: Session, password_hash: str
) -> None:
    where = gmp_room(session)
    request = arrived(session, where, days(30, 35))
    manager = signing_manager(session, where, password_hash)
    client.sign_in(manager)
    assert "Your password, as your signature" in client.get(f"/inbox/{request.id}").text
    nothing = approve(client, request, note="Bring the protocol.")
    assert nothing.status_code == 422
    assert "This is signed. To sign it, show once more that it is you" in nothing.text
    assert "Bring the protocol." in nothing.text
    wrong = approve(client, request, note="Bring the protocol.", password="not mine")
    assert wrong.status_code == 422
    assert "This is not your password, so nothing was signed" in wrong.text
    assert "not mine" not in wrong.text
    assert session.scalars(select(Signature)).all() == []
    assert approve(client, request, note="Bring the protocol.", password=PASSWORD).status_code == 303
    assert request.state is RequestState.APPROVED
    name = session.get_one(User, manager.user_id).name
    text = client.get(f"/inbox/{request.id}").text
    assert f"Approved: {name}" in text
    assert "The record is as it was signed." in text
    names = session.scalars(select(Entry.name)).all()
    assert names.count("signature.refused") == 1
    assert PASSWORD not in str(session.scalars(select(Entry.facts)).all())


def test_who_has_a_passkey_and_no_password_signs_with_it(client: PageClient, session: Session) -> None:
    where = gmp_room(session)
    request, manager = arrived(session, where, days(30, 35)), make.manager(session, where)
    key, strange = SoftwareKey(), SoftwareKey()
    session.add(
        Passkey(
            user_id=manager.user_id,
            name="Blue key",
            credential_id=key.id,
            public_key=key.public,
            sign_count=0,
            transports=[],
            added_at=make.NOON,
        )
    )
    client.sign_in(manager)
    page = client.get(f"/inbox/{request.id}").text
    assert "Sign with a passkey" in page
    assert "Your password, as your signature" not in page
    wrong = approve(client, request, passkey=strange.shown(question(client)))
    assert wrong.status_code == 422
    assert "This passkey was not taken, so nothing was signed" in wrong.text
    assert request.state is RequestState.SUBMITTED
    answer = key.shown(question(client))
    assert approve(client, request, passkey=answer).status_code == 303
    [signature] = signatures(session, request)
    assert signature.method is Method.PASSKEY
    assert holds(signature)
    other = arrived(session, where, days(60, 65))
    assert approve(client, other, passkey=answer).status_code == 422
    assert other.state is RequestState.SUBMITTED


def question(client: PageClient) -> dict[str, Any]:
    """Return what the portal asks a browser for a passkey, to sign with it."""
    found: dict[str, Any] = json.loads(client.post("/passkeys/prove").get_data(as_text=True))
    return found


def test_a_pre_gmp_room_asks_for_no_password(
    client: PageClient, session: Session, password_hash: str
) -> None:
    where = room(session)
    request = arrived(session, where, days(30, 35))
    client.sign_in(signing_manager(session, where, password_hash))
    assert "as your signature" not in client.get(f"/inbox/{request.id}").text
    assert approve(client, request).status_code == 303


def test_offer_waiting_list_and_condition_are_signed_on_their_pages(
    client: PageClient, session: Session, password_hash: str
) -> None:
    where = gmp_room(session)
    manager = signing_manager(session, where, password_hash)
    offered, waiting, held = (arrived(session, where, days(first, first + 5)) for first in (30, 60, 90))
    client.sign_in(manager)
    first = days(40, 45).start
    offer = {"offer-version": "1", "offer-window": f"{where.id}@{first.isoformat()}"}
    until = (now() + timedelta(days=9)).date().isoformat()
    for path, data, prefix in (
        (f"/inbox/{offered.id}/offer", offer, "offer"),
        (f"/inbox/{waiting.id}/waitlist", {"waitlist-version": "1"}, "waitlist"),
        (
            f"/inbox/{held.id}/approve",
            {"approve-version": "1", "approve-condition": "Permit", "approve-condition_until": until},
            "approve",
        ),
    ):
        refused = client.post(path, data)
        assert refused.status_code == 422
        assert "This is signed. To sign it, show once more that it is you" in refused.text
        assert client.post(path, {**data, f"{prefix}-password": PASSWORD}).status_code == 303
    booking = session.scalars(select(Booking).where(Booking.request_id == held.id)).one()
    page = f"/bookings/{booking.id}"
    assert "Your password, as your signature" in client.get(page).text
    assert client.post(f"{page}/confirm", {"confirm-note": "All there."}).status_code == 422
    assert client.post(f"{page}/confirm", {"confirm-password": PASSWORD}).status_code == 303
    assert booking.state is BookingState.CONFIRMED
    text = client.get(page).text
    assert text.count("The record is as it was signed.") == 2


def test_five_wrong_passwords_shut_the_signing(
    client: PageClient, session: Session, password_hash: str
) -> None:
    where = gmp_room(session)
    request = arrived(session, where, days(30, 35))
    client.sign_in(signing_manager(session, where, password_hash))
    for _ in range(5):
        last = approve(client, request, password="not mine")
    assert "Too many tries failed" in last.text
    shut = approve(client, request, password=PASSWORD)
    assert shut.status_code == 422
    assert "Too many tries failed" in shut.text
    assert request.state is RequestState.SUBMITTED


def test_the_signature_is_read_as_a_pdf_by_both_sides_and_by_nobody_else(
    client: PageClient, session: Session
) -> None:
    where = gmp_room(session)
    founder = make.founder(session)
    request = arrived(session, where, days(30, 35), by=founder)
    manager, at = make.manager(session, where), now()
    services.approve_request(session, manager, request.id, proof=make.proof(manager, at=at), at=at)
    session.commit()
    [signature] = signatures(session, request)
    path = f"/requests/{request.id}/signatures/{signature.id}.pdf"
    qa = make.duty(session, where.facility, Role.QA)
    for reader in (founder, manager, qa):
        answer = client.sign_in(reader).get(path)
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
        assert answer.get_data().startswith(b"%PDF-")
    assert path in client.sign_in(founder).get(f"/requests/{request.id}").text
    stranger = make.manager(session, gmp_room(session))
    for reader in (stranger, make.founder(session), make.administrator(session)):
        assert client.sign_in(reader).get(path).status_code == 404
    other = arrived(session, where, days(60, 65), by=founder)
    assert (
        client.sign_in(founder).get(f"/requests/{other.id}/signatures/{signature.id}.pdf").status_code == 404
    )


def test_the_signature_of_an_assisted_manager_is_refused(
    client: PageClient, session: Session, app: Flask, password_hash: str
) -> None:
    where = gmp_room(session)
    request = arrived(session, where, days(30, 35))
    manager = signing_manager(session, where, password_hash)
    assisted = Actor(
        user_id=manager.user_id,
        organisation_id=manager.organisation_id,
        roles=manager.roles,
        duties=manager.duties,
        assisted_by_id=make.administrator(session).user_id,
    )
    at = now()
    with app.app_context(), pytest.raises(Refused) as refused:
        services.approve_request(db.session(), assisted, request.id, proof=make.proof(manager, at=at), at=at)
    assert codes(refused) == ["cannot_sign_for_others"]
    assert client is not None
