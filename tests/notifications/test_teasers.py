"""Investors are told of a teaser that is published and fits, once, and of nothing else."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core import clock
from portal.jobs.handlers import HANDLERS
from portal.ledger import Entry
from portal.mail.models import OutgoingMail
from portal.notifications.models import Message
from portal.projects.services import edit_project
from tests import make
from tests.client import PageClient
from tests.matching.stage import Stage, stage


def publish(one: Stage, visibility: str) -> None:
    edit_project(
        one.session,
        one.founder,
        one.project.id,
        {"visibility": visibility},
        version=one.project.version,
        at=clock.now(),
    )
    one.session.commit()


def handle(app: Flask, session: Session) -> None:
    with app.test_request_context():
        entry = session.scalars(
            select(Entry).where(Entry.name == "project.edited").order_by(Entry.id.desc())
        ).first()
        assert entry is not None
        for handler in HANDLERS[entry.name]:
            handler(session, entry, clock.now())
        session.commit()


def told(session: Session) -> list[int]:
    session.expire_all()
    return list(session.scalars(select(Message.recipient_id).where(Message.code == "teaser.fits")))


@pytest.mark.parametrize("visibility", ["investors", "public"])
def test_an_investor_whom_it_fits_is_told_and_can_read_it(
    app: Flask, client: PageClient, session: Session, visibility: str
) -> None:
    one = stage(session)
    unfit = make.partner(session, make.investor(session), text="Cars.", indication_areas=["oncology"])
    publish(one, visibility)
    handle(app, session)
    assert told(session) == [one.investor.user_id]
    assert unfit.indication_areas == ["oncology"]
    client.sign_in(one.investor)
    assert "published a teaser that fits" in client.get("/messages").text
    page = client.get(f"/projects/{one.project.id}").text
    assert "A gene therapy for the brain." in page
    letter = session.scalars(select(OutgoingMail)).one()
    assert "Secret Compass" not in f"{letter.subject}{letter.text}{letter.html}"


def test_a_teaser_that_was_open_before_or_stays_private_is_not_told_of(app: Flask, session: Session) -> None:
    one = stage(session)
    publish(one, "investors")
    publish(one, "public")
    handle(app, session)
    assert told(session) == []
    publish(one, "private")
    handle(app, session)
    assert told(session) == []


def test_a_teaser_that_is_closed_again_meanwhile_is_not_told_of(app: Flask, session: Session) -> None:
    one = stage(session)
    publish(one, "investors")
    published = session.scalars(select(Entry).where(Entry.name == "project.edited")).one()
    publish(one, "private")
    with app.test_request_context():
        for handler in HANDLERS[published.name]:
            handler(session, published, clock.now())
    assert told(session) == []


def test_a_weak_fit_is_not_worth_a_message(app: Flask, session: Session) -> None:
    nothing: dict[str, Any] = {"product_classes": [], "indication_areas": [], "phases": [], "modalities": []}
    one = stage(session, **nothing, countries=[])
    one.thesis.text, one.thesis.ticket_min, one.thesis.ticket_max = "Anything.", 5_900_000, 90_000_000
    publish(one, "investors")
    handle(app, session)
    assert told(session) == []
