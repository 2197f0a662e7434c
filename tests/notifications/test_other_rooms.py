"""What happens at gates and to introductions reaches those whom it concerns, and says nothing that they may not know."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Membership
from portal.bookings import services as bookings
from portal.core.actors import Actor, Role
from portal.gates import services as gates
from portal.gates.rules import Gate
from portal.gates.services import Given
from portal.ledger import Delivery
from portal.mail.models import OutgoingMail
from portal.matching import services as matching
from portal.matching.models import Introduction
from portal.matching.queries import count_waiting
from portal.notifications import queries
from portal.notifications.models import Message, Preference
from portal.notifications.queries import Told
from portal.notifications.rules import Topic, Way
from portal.notifications.services import Choices, choose, take_digest
from portal.projects.models import Grant, Visibility
from portal.projects.services import edit_project
from portal.web.locale import local
from tests import make
from tests.client import PageClient
from tests.gates.conftest import Scene, scene
from tests.matching.stage import stage
from tests.notifications.test_handlers import LATER, deliver, told

__all__ = ["scene"]

TODAY = make.NOON.date()
WISHED = "introduction.wished"
ITEM = "gme_quality_agreement"


def give(session: Session, scene: Scene) -> None:
    given = Given(title="Agreement", url="https://files.example.org/agreement", stated_version="2")
    gates.give_evidence(session, scene.founder, scene.dossier.id, ITEM, given, at=make.NOON)


def review(session: Session, scene: Scene, *, accepts: bool) -> None:
    gates.review_item(
        session,
        scene.qa,
        scene.dossier.id,
        ITEM,
        accepts=accepts,
        note="Page 3 is missing.",
        today=TODAY,
        at=make.NOON,
    )


def seen(session: Session, actor: Actor) -> list[Told]:
    """Return what a person reads in their inbox, oldest first."""
    messages = session.scalars(
        select(Message).where(Message.recipient_id == actor.user_id).order_by(Message.id)
    ).all()
    return queries.told(session, messages, queries.reach_of(session, actor.user_id, at=LATER))


def test_evidence_goes_to_its_reviewer_and_what_they_say_to_the_founders(
    app: Flask, session: Session, scene: Scene
) -> None:
    give(session, scene)
    deliver(app, session)
    assert told(session, scene.qa.user_id) == ["gate.evidence_given"]
    review(session, scene, accepts=False)
    deliver(app, session)
    assert told(session, scene.founder.user_id) == ["gate.item_returned"]
    assert told(session, scene.qa.user_id) == ["gate.evidence_given"]
    (one,) = seen(session, scene.founder)
    assert one.is_visible
    assert one.facility == scene.facility.name
    assert one.item["en"]
    assert scene.project.name not in str(one)


def test_a_waiver_and_its_end_are_told_to_the_founders_and_the_managers(
    app: Flask, session: Session, scene: Scene
) -> None:
    gates.waive_item(
        session,
        scene.qa,
        scene.dossier.id,
        ITEM,
        reason="The laboratory moves.",
        until=TODAY + timedelta(days=60),
        proof=make.proof(scene.qa),
        today=TODAY,
        at=make.NOON,
    )
    gates.end_waiver(
        session, scene.qa, scene.dossier.id, ITEM, note="It has moved.", today=TODAY, at=make.NOON
    )
    deliver(app, session)
    both = ["gate.item_waived", "gate.waiver_ended"]
    assert told(session, scene.founder.user_id) == both
    assert told(session, scene.manager.user_id) == both


def test_a_changed_checklist_is_told_to_those_who_show_their_gates_there(
    app: Flask, session: Session, scene: Scene
) -> None:
    make.founder(session)
    row = {
        "id": ITEM,
        "name": {"en": "Agreement", "sv": "Avtal"},
        "owner_role": "founder",
        "reviewer_role": "qa",
        "blocking": True,
    }
    gates.publish_checklist(
        session,
        scene.qa,
        scene.facility.id,
        Gate.GMP_ENTRY,
        rows=[row],
        reason="Fewer papers.",
        shown_version=0,
        proof=make.proof(scene.qa),
        at=make.NOON,
    )
    deliver(app, session)
    told_of = select(Message.recipient_id).where(Message.code == "gate.checklist_published")
    people = {scene.founder.user_id, scene.manager.user_id, scene.qp.user_id}
    assert set(session.scalars(told_of)) == people
    assert [one.is_visible for one in seen(session, scene.founder)] == [True]


def test_a_facility_that_no_longer_sees_the_project_reads_nothing_of_its_gates(
    app: Flask, session: Session, scene: Scene
) -> None:
    give(session, scene)
    deliver(app, session)
    assert [one.is_visible for one in seen(session, scene.qa)] == [True]
    for grant in session.scalars(select(Grant).where(Grant.project_id == scene.project.id)):
        grant.ends_at = make.NOON
    session.commit()
    (one,) = seen(session, scene.qa)
    assert not one.is_visible
    assert one.facts == {}
    assert (one.facility, one.item) == ("", None)


def test_a_message_of_a_gate_leads_to_its_item(
    app: Flask, client: PageClient, session: Session, scene: Scene
) -> None:
    give(session, scene)
    deliver(app, session)
    message = session.scalars(select(Message)).one()
    answer = client.sign_in(scene.qa).get(f"/messages/{message.id}")
    assert answer.location == f"/gates/{scene.dossier.id}/items/{ITEM}"
    assert client.get(answer.location).status_code == 200
    assert client.sign_in(scene.manager).get(f"/messages/{message.id}").status_code == 404


def test_who_stands_on_both_sides_is_told_once(app: Flask, session: Session) -> None:
    room = make.cleanroom(session)
    asker, decider, both = make.founder(session), make.manager(session, room), make.manager(session, room)
    assert asker.organisation_id is not None
    session.add(
        Membership(
            user_id=both.user_id, organisation_id=asker.organisation_id, role=Role.FOUNDER, since=make.NOON
        )
    )
    request = make.slot_request(session, room, make.slot(11, 16), by=asker)
    bookings.offer_window(
        session, decider, request.id, cleanroom_id=room.id, slot=make.slot(18, 23), at=make.NOON
    )
    deliver(app, session)
    assert told(session, asker.user_id) == ["request.offered"]
    assert told(session, both.user_id) == ["request.offered"]
    assert session.scalars(select(Delivery).where(Delivery.last_error.is_not(None))).all() == []


def test_each_side_of_an_introduction_is_told_only_of_what_it_may_know(app: Flask, session: Session) -> None:
    one = stage(session)
    one.shortlisted()
    deliver(app, session)
    assert told(session, one.founder.user_id) == []
    it = session.scalars(select(Introduction)).one()
    matching.ask_consent(session, one.adviser, it.id, version=it.version, at=make.NOON)
    deliver(app, session)
    assert told(session, one.founder.user_id) == ["introduction.consent_asked"]
    assert told(session, one.investor.user_id) == []


def test_a_founders_wish_reaches_who_looks_after_the_project_or_else_every_adviser(
    app: Flask, session: Session
) -> None:
    one, other, barred = stage(session), make.adviser(session), make.adviser(session)
    matching.declare_conflict(session, barred, name=one.project.organisation.name, at=make.NOON)
    advisers = (one.adviser, other, barred)
    assert [count_waiting(session, adviser, today=TODAY) for adviser in advisers] == [0, 0, 0]
    it = matching.wish(session, one.founder, one.project.id, one.thesis.id, groups=(), at=make.NOON)
    deliver(app, session)
    assert [told(session, adviser.user_id) for adviser in advisers] == [[WISHED], [WISHED], []]
    assert told(session, one.founder.user_id) == told(session, one.investor.user_id) == []
    assert count_waiting(session, other, today=TODAY) == 1
    matching.take_up(session, other, it.id, version=it.version, at=make.NOON)
    assert count_waiting(session, other, today=TODAY) == 0
    second = make.partner(session, make.investor(session), ticket_currency="EUR")
    matching.wish(session, one.founder, one.project.id, second.id, groups=(), at=make.NOON)
    deliver(app, session)
    assert told(session, one.adviser.user_id) == [WISHED]
    assert told(session, other.user_id) == [WISHED, WISHED]


def test_mail_of_an_introduction_comes_as_its_reader_chose(app: Flask, session: Session) -> None:
    one = stage(session)
    session.add(Preference(user_id=one.investor.user_id, topic=Topic.INTRODUCTIONS, way=Way.PORTAL))
    one.sent()
    deliver(app, session)
    assert told(session, one.investor.user_id) == ["introduction.teaser_sent"]
    mails = session.scalars(select(OutgoingMail)).all()
    assert {mail.subject for mail in mails} == {
        "An adviser asks for your consent to an introduction.",
        "The founder has consented to an introduction.",
    }
    assert not any("Secret Compass" in (mail.text or "") + (mail.html or "") for mail in mails)


def test_a_message_of_an_introduction_leads_to_its_page_for_each_side(
    app: Flask, client: PageClient, session: Session
) -> None:
    one = stage(session)
    it = one.agreed()
    deliver(app, session)
    for actor in (one.founder, one.adviser, one.investor):
        message = session.scalars(select(Message).where(Message.recipient_id == actor.user_id)).first()
        assert message is not None
        answer = client.sign_in(actor).get(f"/messages/{message.id}")
        assert answer.location == f"/introductions/{it.id}"
        assert all(seen_one.is_visible for seen_one in seen(session, actor))


def test_a_published_teaser_comes_once_to_those_whom_it_fits_and_weekly_to_who_chose_so(
    app: Flask, session: Session
) -> None:
    one = stage(session)
    elsewhere = make.investor(session)
    make.partner(session, elsewhere, text="Skin.", exclude_product_classes=[one.project.product_class.value])
    session.add(Preference(user_id=one.investor.user_id, topic=Topic.TEASERS, way=Way.WEEKLY))
    for visibility in (Visibility.INVESTORS, Visibility.PUBLIC):
        edit_project(
            session,
            one.founder,
            one.project.id,
            {"visibility": visibility},
            version=one.project.version,
            at=make.NOON,
        )
    deliver(app, session)
    deliver(app, session)
    message = session.scalars(select(Message).where(Message.recipient_id == one.investor.user_id)).one()
    assert (message.code, told(session, elsewhere.user_id)) == ("teaser.fits", [])
    assert message.digest_at is not None
    monday = local(message.digest_at, "Europe/Stockholm")
    assert (monday.isoweekday(), monday.hour) == (1, 7)
    assert session.scalars(select(OutgoingMail)).all() == []
    due, reader = message.digest_at, one.investor.user_id
    assert take_digest(session, reader, at=due - timedelta(minutes=1)) is None
    taken = take_digest(session, reader, at=due)
    assert taken is not None
    assert [line.code for line in taken[1]] == ["teaser.fits"]
    assert take_digest(session, reader, at=due) is None


def test_a_choice_moves_what_waits_for_a_monday(app: Flask, session: Session) -> None:
    one = stage(session)
    session.add(Preference(user_id=one.investor.user_id, topic=Topic.TEASERS, way=Way.WEEKLY))
    opened = {"visibility": Visibility.INVESTORS}
    edit_project(session, one.founder, one.project.id, opened, version=one.project.version, at=make.NOON)
    deliver(app, session)
    message = session.scalars(select(Message).where(Message.recipient_id == one.investor.user_id)).one()

    def due(way: Way) -> tuple[int, int]:
        """Return weekday and hour at which it goes out after this choice."""
        choose(session, one.investor, Choices(ways={Topic.TEASERS: way}, hour=9), at=LATER)
        session.refresh(message)
        assert message.digest_at is not None
        here = local(message.digest_at, "Europe/Stockholm")
        return here.isoweekday(), here.hour

    assert due(Way.WEEKLY) == (1, 9)
    assert due(Way.DIGEST) == (2, 9)
