"""Every page of the access matrix over the national portal, as everybody who may read it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from benchmarks.national import databases
from benchmarks.national.measuring import Took, best_of
from portal.accounts.models import Membership, Organisation, SignIn, SignInMeans, User
from portal.accounts.tokens import digest_of, new_token
from portal.bookings.models import Block, Booking, BookingState, Closure, RequestState, SlotRequest
from portal.core.actors import Role
from portal.facilities.models import Cleanroom, Facility
from portal.notifications.models import Message
from portal.projects.models import Grant, GrantReason, Project, TeamMember
from portal.web.limits import limiter
from tests.house.access import TABLE, Line, Who
from tests.house.world import COMMON

READERS = {
    Who.VISITOR: None,
    Who.OWNER: "founder",
    Who.MANAGER: "manager",
    Who.QA: "qa",
    Who.QP: "qp",
    Who.GRANTED: "adviser",
    Who.INVESTOR: "investor",
    Who.PROVIDER: "provider",
    Who.ANALYST: "analyst",
    Who.ADMINISTRATOR: "administrator",
}
"""One reader of each role: of the developers the one with the most requests, of the facilities the one with most rooms."""

BUDGET = 0.100
FILES = (".csv", ".xlsx")
"""What hands out all rows of a list, and so grows with it; the budget is for pages."""
Places = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Walked:
    """What one page took for one reader."""

    name: str
    reader: str
    path: str
    code: int
    size: int
    took: Took


def walk(app: Flask, engine: Engine, *, times: int = 3, only: str = "") -> Iterator[Walked]:
    """Fetch every page of the matrix that the big data can fill, as each reader who may, and say what it took."""
    limiter.enabled = False
    with Session(engine) as session:
        places, people = places_of(session), people_of(session)
        tokens = {who: sign_in(session, number) for who, number in people.items()}
    for line in TABLE:
        if line.method != "GET" or (only and only not in line.name):
            continue
        path = _path(app, line, places)
        if path is None or path.endswith(FILES):
            continue
        for who, name in READERS.items():
            if who in line.may:
                client = signed_in(app, tokens[name] if name else None)
                yield _fetched(client, engine, line.name, name or "visitor", path, times)


def signed_in(app: Flask, token: str | None) -> FlaskClient:
    """Return a browser of the person with this token, or of a visitor."""
    client = app.test_client(use_cookies=token is not None)
    if token is not None:
        with client.session_transaction() as cookie:
            cookie["_user_id"] = token
    return client


def sign_in(session: Session, person: int) -> str:
    """Store a sign-in of a person that begins now, and return what the browser's cookie holds."""
    token, now = new_token(), datetime.now(UTC)
    session.add(
        SignIn(
            user_id=person,
            token_digest=digest_of(token),
            means=SignInMeans.PASSWORD,
            is_strong=False,
            began_at=now,
            seen_at=now,
            proven_at=now,
        )
    )
    session.commit()
    return token


def people_of(session: Session) -> dict[str, int]:
    """Return whom to sign in as for each role."""
    facts = databases.facts()
    founder = _founder(session)
    found = {name: facts[name] for name in READERS.values() if name and name in facts}
    return {**found, "founder": founder}


def places_of(session: Session) -> Places:
    """Return what fills the addresses of the matrix, taken from the large data."""
    facts = databases.facts()
    founder = session.get_one(User, _founder(session))
    own = founder.current_organisation_id
    facility = session.get_one(Facility, facts["facility"])
    room = session.get_one(Cleanroom, facts["room"])
    here = select(Cleanroom.id).where(Cleanroom.facility_id == facility.id)
    places: Places = dict(COMMON)

    def first(question: Any) -> Any:
        return session.scalars(question.limit(1)).first()

    def request(*conditions: Any) -> dict[str, Any]:
        question = select(SlotRequest).where(*conditions).order_by(SlotRequest.id.desc())
        return {"request_id": first(question).id}

    def booking(*conditions: Any) -> dict[str, Any]:
        question = select(Booking).join(Booking.block).where(*conditions).order_by(Booking.id.desc())
        return {"booking_id": first(question).id}

    places["facility"] = places["facility id"] = {"slug": facility.slug, "facility_id": facility.id}
    places["room"] = {"slug": facility.slug, "room_slug": room.slug}
    places["licence"] = {"slug": facility.slug, "licence_id": facts["licence"]}
    places["organisation"] = {"organisation_id": own}
    places["operator"] = {"organisation_id": facility.operator_id}
    places["person"] = {"user_id": founder.id}
    asked_here = first(
        select(SlotRequest)
        .where(
            SlotRequest.organisation_id == own,
            SlotRequest.cleanroom_id.in_(here),
            SlotRequest.state == RequestState.APPROVED,
        )
        .order_by(SlotRequest.id.desc())
    )
    shown = select(Grant.project_id).where(
        Grant.reason == GrantReason.CONSENT,
        Grant.organisation_id == session.get_one(User, facts["adviser"]).current_organisation_id,
    )
    granted = first(select(Project).where(Project.organisation_id == own, Project.id.in_(shown)))
    project = granted or session.get_one(Project, asked_here.project_id)
    places["project"] = places["spare project"] = {"project_id": project.id}
    member = first(select(TeamMember).where(TeamMember.project_id == project.id))
    places["team member"] = {"project_id": project.id, "member_id": member.id if member else 0}
    states = SlotRequest.organisation_id == own, SlotRequest.state
    for place, state in (
        ("draft", RequestState.DRAFT),
        ("waiting", RequestState.WAITLISTED),
        ("offered", RequestState.OFFERED),
        ("rejected", RequestState.REJECTED),
    ):
        places[place] = request(states[0], states[1] == state)
    places["submitted"] = request(
        states[0], SlotRequest.cleanroom_id.in_(here), states[1] == RequestState.SUBMITTED
    )
    places["booking"] = booking(Booking.request_id == asked_here.id)
    places["own work"] = booking(Booking.request_id.is_(None), Block.cleanroom_id.in_(here))
    places["running"] = booking(Booking.state == BookingState.IN_USE, Block.cleanroom_id.in_(here))
    closure = first(select(Closure).join(Closure.block).where(Block.cleanroom_id.in_(here)))
    places["closure"] = {"closure_id": closure.id}
    for place, reader in (
        ("message to the founder", founder.id),
        ("message to the manager", facts["manager"]),
    ):
        message = first(select(Message).where(Message.recipient_id == reader).order_by(Message.id.desc()))
        places[place] = {"message_id": message.id} if message else {}
    return places


def _founder(session: Session) -> int:
    """Return the founder of the organisation with the most projects."""
    return session.scalars(
        select(Membership.user_id)
        .join(Organisation)
        .where(Membership.role == Role.FOUNDER, Organisation.name == "Benchmark Developer 1")
        .order_by(Membership.id)
        .limit(1)
    ).one()


def _path(app: Flask, line: Line, places: Places) -> str | None:
    values = places.get(line.place or "", {})
    if line.place is not None and line.place not in places:
        return None
    rules = list(app.url_map.iter_rules(line.endpoint))
    takes = {name for rule in rules for name in rule.arguments if name not in (rule.defaults or {})}
    if not takes <= values.keys():
        return None
    filled = {name: value for name, value in values.items() if name in takes}
    path = app.url_map.bind("localhost").build(line.endpoint, filled, method="GET")
    return path if line.asks is None else f"{path}?{urlencode({})}"


def _fetched(client: FlaskClient, engine: Engine, name: str, reader: str, path: str, times: int) -> Walked:
    answers = []

    def fetch() -> None:
        answer = client.get(path)
        answers[:] = [(answer.status_code, len(answer.get_data()))]
        answer.close()

    took = best_of(times, fetch, engine)
    return Walked(name, reader, path, *answers[0], took)


__all__ = ["BUDGET", "Walked", "people_of", "places_of", "sign_in", "signed_in", "walk"]
