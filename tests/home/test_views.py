"""Each role's home: what it says, what it must not say, and what it says to a newcomer."""

import dataclasses
import re
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, OrganisationKind, RoleRequest
from portal.bookings import services
from portal.bookings.models import ClosureKind
from portal.config import Mode
from portal.core.actors import Actor, Role
from portal.core.slots import Slot
from portal.facilities.models import Licence
from portal.mail.models import OutgoingMail
from portal.projects.models import FieldGroup, GrantReason, Visibility
from portal.projects.services import end_grants, grant_group
from portal.web.locale import LANGUAGE_COOKIE
from portal.work.services import hold_lease
from tests import make
from tests.client import PageClient
from tests.home.conftest import Developer, Site, asked, booked, counted, developer, offered, reader, site
from tests.page import parsed

HOMES = {
    Role.FOUNDER: "What next?",
    Role.FACILITY_MANAGER: "What needs my decision?",
    Role.QA: "What runs in our rooms, and what runs out?",
    Role.QP: "What runs in our rooms, and what runs out?",
    Role.ADVISER: "Whom do I help next?",
    Role.INVESTOR: "What is new for me?",
    Role.SUPPORT_PROVIDER: "What is new for me?",
    Role.ANALYST: "How is the pipeline doing?",
    Role.ADMINISTRATOR: "What needs me?",
}
WINDOWS = [make.slot(day, day + 2, month=month) for day, month in ((8, 1), (22, 1), (5, 2), (19, 2), (5, 3))]
ON_DUTY = (Role.FACILITY_MANAGER, Role.QA, Role.QP)


def text(client: PageClient, path: str = "/") -> str:
    """Return the words of a page in one line."""
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(parsed(response.get_data(as_text=True)).to_text().split())


def newcomer(session: Session, role: Role) -> Actor:
    """Store somebody who holds a role and has nothing yet; a facility's people have their facility."""
    if role in ON_DUTY:
        operator = make.organisation(session, kind=OrganisationKind.FACILITY_OPERATOR)
        return make.duty(session, make.facility(session, operator=operator), role)
    return reader(session, role)


@pytest.mark.parametrize("role", HOMES)
@pytest.mark.parametrize("language", ["en", "sv"])
def test_a_newcomer_finds_the_question_of_their_role(
    client: PageClient, session: Session, role: Role, language: str
) -> None:
    client.sign_in(newcomer(session, role))
    client._client.set_cookie(LANGUAGE_COOKIE, language)
    page = client.get("/").get_data(as_text=True)
    heading = parsed(page).query("h1")[0].to_text()
    assert heading == HOMES[role] or language == "sv"
    assert "ap-empty" in page or role in (Role.ANALYST, Role.ADMINISTRATOR)


def test_somebody_without_a_role_is_told_how_to_get_one(client: PageClient, session: Session) -> None:
    organisation = make.organisation(session)
    actor = make.member(session, organisation)
    words = text(client.sign_in(actor))
    assert "Nothing is open to you here yet" in words
    assert "Ask a colleague for an invitation" in words
    assert "Ask for a role" not in words, "there is no organisation to hold it in"


def test_a_duty_that_is_over_leaves_a_page_that_says_so(client: PageClient, session: Session) -> None:
    operator = make.organisation(session, kind=OrganisationKind.FACILITY_OPERATOR)
    where = make.facility(session, operator=operator)
    gone = make.duty(session, where, Role.FACILITY_MANAGER, ends_on=date(2027, 1, 3))
    words = text(client.sign_in(gone))
    assert "You manage no facility at present." in words
    assert where.name not in words


def test_the_home_of_a_role_that_is_not_held_does_not_exist(client: PageClient, session: Session) -> None:
    client.sign_in(make.founder(session))
    assert client.get("/home/analyst").status_code == 404
    assert client.get("/home/queen").status_code == 404
    assert client.get("/home/founder").status_code == 200


def test_a_visitor_is_asked_to_sign_in_before_any_role_s_home(client: PageClient) -> None:
    assert client.get("/home/founder").status_code == 302


def test_whoever_holds_two_roles_sees_the_first_and_a_tab_to_the_other(
    client: PageClient, session: Session
) -> None:
    organisation = make.organisation(session, kind=OrganisationKind.PUBLIC_BODY)
    actor = make.member(session, organisation, Role.ANALYST, Role.ADVISER)
    page = client.sign_in(actor).get("/").get_data(as_text=True)
    assert parsed(page).query("h1")[0].to_text() == HOMES[Role.ADVISER]
    assert [tab.to_text() for tab in parsed(page).query(".ap-tabs a")] == ["Adviser", "Analyst"]
    assert (
        parsed(client.get("/home/analyst").get_data(as_text=True)).query("h1")[0].to_text()
        == (HOMES[Role.ANALYST])
    )


def test_the_home_follows_the_organisation_that_is_acted_for(client: PageClient, session: Session) -> None:
    own = developer(session, "Quartz")
    other = make.organisation(session, kind=OrganisationKind.PUBLIC_BODY)
    session.add(
        Membership(user_id=own.founder.user_id, organisation_id=other.id, role=Role.ANALYST, since=make.NOON)
    )
    session.commit()
    acting = Actor(user_id=own.founder.user_id, organisation_id=other.id, roles=frozenset({Role.ANALYST}))
    words = text(client.sign_in(acting))
    assert HOMES[Role.ANALYST] in words
    assert not [name for name in own.names if name in words]


# Founder


def test_a_founder_is_led_to_what_lapses_first(client: PageClient, session: Session) -> None:
    own, place = developer(session, "Quartz", bsl=None), site(session)
    offer = offered(session, own, place, make.slot(11, 16), title="Batch 8")
    question = asked(session, own, place, make.slot(18, 20), title="Batch 9")
    services.ask_for_information(session, place.manager, question.id, note="Which bank?", at=make.NOON)
    session.commit()
    page = client.sign_in(own.founder).get("/").get_data(as_text=True)
    titles = [node.to_text() for node in parsed(page).query(".ap-next h3")]
    assert titles == [
        f"Accept or decline the offer of {place.room.code}, 25–29 Jan 2027",
        "Answer the question about Batch 9",
        "Say what is unknown about Quartz project",
    ]
    assert "Which bank?" in page
    assert f"/requests/{offer.request_id}" in page
    assert len(parsed(page).query(".btn-primary")) == 1


def test_a_founder_whose_window_went_to_somebody_else_chooses_again_and_does_not_learn_to_whom(
    client: PageClient, session: Session
) -> None:
    own, rival, place = developer(session, "Quartz"), developer(session, "Basalt"), site(session)
    mine = asked(session, own, place, make.slot(11, 16), title="Batch 8")
    booked(session, rival, place, make.slot(11, 16), title="Basalt batch")
    response = client.sign_in(own.founder).get("/")
    words = response.get_data(as_text=True)
    assert "Choose another window for Batch 8" in words
    assert f"/requests/{mine.id}/window" in words
    assert not [name for name in (*rival.names, "Basalt") if name in words]


def test_a_condition_and_a_proposal_to_move_wait_with_their_dates(
    client: PageClient, session: Session
) -> None:
    own, place = developer(session, "Quartz"), site(session)
    held = asked(session, own, place, make.slot(11, 16), title="Batch 8")
    services.approve_request(
        session,
        place.manager,
        held.id,
        condition="GMO notification covers this use",
        condition_until=make.midnight(9),
        at=make.NOON,
    )
    moved = booked(session, own, place, make.slot(20, 23), title="Batch 9")
    services.propose_move(
        session,
        place.manager,
        moved.id,
        cleanroom_id=place.room.id,
        slot=make.slot(25, 28),
        why="The air handling is serviced.",
        at=make.NOON,
    )
    session.commit()
    words = text(client.sign_in(own.founder))
    assert "GMO notification covers this use" in words
    assert "5 days left" in words
    assert "Answer the proposal to move" in words
    assert "The air handling is serviced." in words


def test_a_hold_that_has_lapsed_is_no_longer_offered(
    client: PageClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, place = developer(session, "Quartz"), site(session)
    offered(session, own, place, make.slot(11, 16), title="Batch 8")
    monkeypatch.setattr("portal.core.clock.now", lambda: make.NOON + timedelta(days=12))
    assert "Accept or decline" not in text(client.sign_in(own.founder))


def test_a_founder_sees_requests_projects_deadlines_and_what_happened(
    client: PageClient, session: Session
) -> None:
    own, place = developer(session, "Quartz"), site(session)
    booked(session, own, place, make.slot(11, 16), title="Batch 8")
    waiting = asked(session, own, place, make.slot(18, 20), title="Batch 9")
    services.waitlist_request(session, place.manager, waiting.id, at=make.NOON)
    session.commit()
    words = text(client.sign_in(own.founder))
    for said in (
        "Confirmed",
        "Waiting list, place 1",
        f"{place.room.code}, 11–15 Jan 2027",
        f"Batch 8 starts in {place.room.code}",
        f"{place.room.facility.name} put Batch 9 on its waiting list.",
        f"{place.room.facility.name} approved Batch 8 in {place.room.code}.",
    ):
        assert said in words, said


def test_what_a_facility_noted_of_a_project_without_a_request_is_not_on_the_founder_s_home(
    client: PageClient, session: Session
) -> None:
    own, place = developer(session, "Quartz"), site(session)
    asked(session, own, place, make.slot(18, 20))
    booking = services.record_booking(
        session,
        place.manager,
        cleanroom_id=place.room.id,
        slot=make.slot(6, 8),
        title="Internal note",
        process_class="lv_rv",
        at=make.NOON,
    )
    booking.project_id, booking.organisation_id = own.project.id, own.organisation.id
    session.commit()
    assert "Internal note" not in client.sign_in(own.founder).get("/").get_data(as_text=True)


def test_no_founder_s_home_holds_a_byte_of_another_organisation(client: PageClient, session: Session) -> None:
    own, other, place = developer(session, "Quartz"), developer(session, "Basalt"), site(session)
    for one, first in ((own, 11), (other, 13)):
        asked(session, one, place, make.slot(first, first + 4), title=f"{one.project.name} run")
    booked(session, other, place, make.slot(20, 24), title="Basalt batch")
    offered(session, other, place, make.slot(25, 27), title="Basalt offer")
    page = client.sign_in(own.founder).get("/").get_data(as_text=True)
    assert not [name for name in (*other.names, "Basalt") if name in page]


# The facility's people


def test_a_manager_sees_what_waits_who_competes_and_what_is_taken(
    client: PageClient, session: Session
) -> None:
    own, rival, place = developer(session, "Quartz"), developer(session, "Basalt"), site(session)
    asked(
        session, own, place, make.slot(11, 16), title="Batch 8", waiting_since=make.NOON - timedelta(days=3)
    )
    asked(session, rival, place, make.slot(13, 18), title="Run 1")
    booked(session, rival, place, make.slot(5, 7), title="Run 0")
    page = client.sign_in(place.manager).get("/").get_data(as_text=True)
    entries = [" ".join(node.to_text().split()) for node in parsed(page).query(".ap-inbox li")]
    assert len(entries) == 2
    assert entries[0].startswith("3 days") or entries[0].startswith("3days")
    assert "Quartz Cells AB: Batch 8" in entries[0]
    assert all("1 other wants this time" in entry for entry in entries)
    assert "Run 0" in page  # starts this week


def test_a_manager_of_another_facility_sees_nothing_of_it(client: PageClient, session: Session) -> None:
    own, place, elsewhere = developer(session, "Quartz"), site(session), site(session)
    asked(session, own, place, make.slot(11, 16), title="Quartz batch")
    booked(session, own, place, make.slot(5, 7), title="Quartz batch 2")
    page = client.sign_in(elsewhere.manager).get("/").get_data(as_text=True)
    assert "Quartz" not in page
    assert place.room.facility.name not in page
    assert "No request waits" in page


@pytest.mark.parametrize("role", [Role.FACILITY_MANAGER, Role.QA, Role.QP])
def test_the_facility_s_people_see_what_runs_out(client: PageClient, session: Session, role: Role) -> None:
    place = site(session, qualified_until=date(2027, 2, 1))
    make.cleanroom(session, place.room.facility, code="OLD", qualified_until=date(2026, 12, 31))
    make.cleanroom(session, place.room.facility, code="FAR", qualified_until=date(2028, 1, 1))
    make.cleanroom(session, place.room.facility, code="NEVER", qualified_until=None)
    session.add(
        Licence(
            facility_id=place.facility_id, kind="manufacturing_authorisation", valid_until=date(2027, 3, 1)
        )
    )
    elsewhere = site(session, code="ELSEWHERE", qualified_until=date(2027, 2, 1))
    words = text(client.sign_in(make.duty(session, place.room.facility, role)))
    assert f"Qualification of {place.room.code}" in words
    assert "Over: the room can’t be booked" in words
    assert "Manufacturing authorisation" in words
    assert "NEVER" in words
    assert "FAR" not in words
    assert elsewhere.room.code not in words
    links = re.findall(
        r'href="(/facilities/[^"]+)"', client.get("/", follow_redirects=True).get_data(as_text=True)
    )
    assert links
    assert {client.get(link).status_code for link in links} == {200}, "each leads to what the reader may open"


def test_qa_sees_what_runs_now_and_next(
    client: PageClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, place = developer(session, "Quartz"), site(session)
    running = booked(session, own, place, make.slot(5, 8), title="Batch 8")
    booked(session, own, place, make.slot(12, 15), title="Batch 9")
    at = make.midnight(6)
    services.start_booking(session, place.manager, running.id, at=at)
    session.commit()
    monkeypatch.setattr("portal.core.clock.now", lambda: at)
    page = client.sign_in(make.duty(session, place.room.facility, Role.QA)).get("/").get_data(as_text=True)
    now, coming = parsed(page).query("#now")[0].to_text(), parsed(page).query("#coming")[0].to_text()
    assert "Batch 8" in now
    assert "In use" in now
    assert "Batch 9" in coming
    assert "Batch 9" not in now


def test_a_facility_no_longer_names_whose_request_it_may_not_read_any_more(
    client: PageClient, session: Session
) -> None:
    own, place = developer(session, "Quartz"), site(session)
    booking = booked(session, own, place, make.slot(5, 8), title="Batch 8")
    end_grants(
        session,
        reason=GrantReason.REQUEST,
        reason_id=booking.request_id,
        actor_id=None,
        at=make.NOON - timedelta(minutes=1),
    )
    session.commit()
    page = client.sign_in(place.manager).get("/").get_data(as_text=True)
    assert "Batch 8" in page
    assert own.organisation.name not in page


# Those who read teasers


def test_an_adviser_sees_teasers_without_names_and_nothing_of_what_was_not_opened(
    client: PageClient, session: Session
) -> None:
    own, place = developer(session, "Quartz"), site(session)
    booked(session, own, place, make.slot(11, 16), title="Quartz batch")
    page = client.sign_in(reader(session, Role.ADVISER)).get("/").get_data(as_text=True)
    assert own.project.teaser in page
    assert not [name for name in (own.organisation.name, own.project.name, "Quartz batch") if name in page]
    assert "Only the teaser is open to you" in page
    assert "Needs manufacturing" not in page


@pytest.mark.parametrize("has_asked", [True, False])
def test_an_adviser_is_led_to_who_needs_a_room_and_has_not_asked_where_both_were_opened(
    client: PageClient, session: Session, *, has_asked: bool
) -> None:
    own, place = developer(session, "Quartz"), site(session)
    adviser = reader(session, Role.ADVISER)
    if has_asked:
        asked(session, own, place, make.slot(11, 16))
    for group in (FieldGroup.ROADMAP, FieldGroup.BOOKINGS):
        grant_group(
            session,
            actor_id=own.founder.user_id,
            project_id=own.project.id,
            organisation_id=adviser.organisation_id or 0,
            group=group,
            reason=GrantReason.CONSENT,
            reason_id=None,
            at=make.NOON - timedelta(hours=1),
        )
    session.commit()
    page = client.sign_in(adviser).get("/").get_data(as_text=True)
    assert ("no cleanroom has been asked for" in page) is not has_asked
    assert own.organisation.name not in page


def test_that_a_room_was_asked_for_is_not_told_where_only_the_needs_were_opened(
    client: PageClient, session: Session
) -> None:
    own, adviser = developer(session, "Quartz"), reader(session, Role.ADVISER)
    grant_group(
        session,
        actor_id=own.founder.user_id,
        project_id=own.project.id,
        organisation_id=adviser.organisation_id or 0,
        group=FieldGroup.ROADMAP,
        reason=GrantReason.CONSENT,
        reason_id=None,
        at=make.NOON - timedelta(hours=1),
    )
    session.commit()
    page = client.sign_in(adviser).get("/").get_data(as_text=True)
    assert "Needs: Manufacturing and cleanroom" in page
    assert "no cleanroom has been asked for" not in page


@pytest.mark.parametrize("role", [Role.INVESTOR, Role.SUPPORT_PROVIDER])
def test_investors_and_providers_see_the_newest_that_is_open_to_them(
    client: PageClient, session: Session, role: Role
) -> None:
    public = developer(
        session, "Agate", visibility=Visibility.PUBLIC, funding_min=1, funding_max=2, funding_currency="EUR"
    )
    private = developer(session, "Basalt")
    page = client.sign_in(reader(session, role)).get("/").get_data(as_text=True)
    assert public.project.teaser in page
    assert public.organisation.name not in page
    assert public.project.name not in page
    assert "Seeks EUR" in page
    assert not [name for name in private.names if name in page]


def test_new_is_what_changed_since_the_visit_before_this_one(
    client: PageClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    investor = reader(session, Role.INVESTOR)
    own = developer(session, "Agate", visibility=Visibility.PUBLIC)
    client.sign_in(investor)
    assert "1 teaser is new or changed since 5 Dec 2026" in text(client)
    later = make.NOON + timedelta(days=2)
    monkeypatch.setattr("portal.core.clock.now", lambda: later)
    assert "0 teasers are new or changed since your visit on 4 Jan 2027" in text(client)
    own.project.updated_at = make.NOON + timedelta(days=1)
    session.commit()
    assert "1 teaser is new or changed since your visit on 4 Jan 2027" in text(client)
    monkeypatch.setattr("portal.core.clock.now", lambda: later + timedelta(minutes=5))
    assert "1 teaser is new or changed since your visit on 4 Jan 2027" in text(client)


@pytest.mark.parametrize("cookie", ["", "x", "1.2", "1.99999999999999999999.1", "1.-1.1", "٣.٣.٣", "1.1.1.1"])
def test_a_cookie_of_visits_that_says_nothing_is_forgotten(
    client: PageClient, session: Session, cookie: str
) -> None:
    investor = reader(session, Role.INVESTOR)
    client.sign_in(investor)._client.set_cookie("visits", cookie.replace("1.", f"{investor.user_id}.", 1))
    assert "since 5 Dec 2026" in text(client)


def test_the_visits_of_one_person_are_not_those_of_the_next_at_the_same_machine(
    client: PageClient, session: Session
) -> None:
    text(client.sign_in(reader(session, Role.INVESTOR)))
    assert "since your visit" not in text(client.sign_in(reader(session, Role.INVESTOR)))


# Analyst and administrator


def test_the_analyst_s_figures_hide_what_is_small_and_name_nobody(
    client: PageClient, session: Session
) -> None:
    place = site(session)
    few = [developer(session, f"Quartz{number}", indication_area="oncology") for number in range(3)]
    for number, one in enumerate(few):
        booked(session, one, place, make.slot(6 + 8 * number, 7 + 8 * number))
    page = client.sign_in(reader(session, Role.ANALYST)).get("/").get_data(as_text=True)
    assert "Quartz" not in page
    assert "not shown" in page
    assert "Oncology" not in {node.to_text() for node in parsed(page).query("#counts tbody th")}


def test_the_analyst_sees_use_waiting_and_months_once_five_projects_stand_behind_them(
    client: PageClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = site(session)
    for number in range(5):
        one = developer(session, f"Quartz{number}")
        request = asked_and_sent(session, one, place, window=WINDOWS[number])
        services.approve_request(session, place.manager, request, at=make.NOON + timedelta(hours=12))
    session.commit()
    monkeypatch.setattr("portal.core.clock.now", lambda: make.NOON + timedelta(days=170))
    page = client.sign_in(reader(session, Role.ANALYST)).get("/").get_data(as_text=True)
    assert "0.5 days" in page
    use = " ".join(parsed(page).query("#use tbody tr")[0].to_text().split())
    # Ten of 182 days less eleven public holidays.
    assert use == f"{place.room.facility.name} 1 171 6 %"
    months = {
        " ".join(row.query("th")[0].to_text().split()): row.query("td")[0].to_text().strip()
        for row in parsed(page).query("#months tbody tr")
    }
    assert months["Jan 2027"] == "5"
    assert months["Dec 2026"] == "not shown"


def asked_and_sent(session: Session, by: Developer, place: Site, *, window: Slot) -> int:
    """Draft a request and send it by the services, so that the ledger knows; return its id."""
    request = make.slot_request(
        session,
        place.room,
        window,
        by=by.founder,
        project=by.project,
        state="draft",
        submitted_at=None,
        waiting_since=None,
        earliest_start=date(2027, 1, 5),
    )
    services.submit_request(session, by.founder, request.id, terms_accepted=True, at=make.NOON)
    session.commit()
    return request.id


def test_the_administrator_sees_who_waits_what_failed_and_whether_the_clock_goes(
    client: PageClient, session: Session
) -> None:
    someone = make.member(session, make.organisation(session, name="Basalt Cells AB"))
    session.add(
        RoleRequest(
            user_id=someone.user_id,
            organisation_id=someone.organisation_id,
            role=Role.ADVISER,
            why="I advise.",
            asked_at=make.NOON - timedelta(days=2),
        )
    )
    session.add(
        OutgoingMail(
            recipient="someone@example.org",
            subject="Hello",
            posted_at=make.NOON,
            given_up_at=make.NOON,
            last_error="no such mailbox",
        )
    )
    hold_lease(session, "clock", "host:1:abc", lasts=timedelta(seconds=20), at=make.NOON)
    unmanaged = make.facility(session)
    administrator = make.administrator(session)
    words = text(client.sign_in(administrator))
    for said in (
        "1 request for a role waits",
        "Waits for 2 days",
        "Basalt Cells AB",
        "1 mail was given up",
        "no such mailbox",
        "host:1:abc",
        "Runs",
        unmanaged.name,
        "0" * 64,
    ):
        assert said in words, said
    assert "someone@example.org" not in words


def test_a_clock_that_nobody_holds_is_said_to_stand_still(
    client: PageClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    administrator = make.administrator(session)
    assert "No process has ever held the clock" in text(client.sign_in(administrator))
    hold_lease(session, "clock", "host:1:abc", lasts=timedelta(seconds=20), at=make.NOON)
    monkeypatch.setattr("portal.core.clock.now", lambda: make.NOON + timedelta(minutes=1))
    assert "Stands still" in text(client)


# The landing page, and pages about the portal


def test_a_visitor_reads_what_the_portal_is_and_nothing_that_is_not_public(
    client: PageClient, session: Session
) -> None:
    own, place = developer(session, "Quartz"), site(session)
    booked(session, own, place, make.slot(11, 16), title="Quartz batch")
    page = client.get("/").get_data(as_text=True)
    assert place.room.facility.name in page
    assert "How a slot becomes yours" in page
    assert "Quartz" not in page
    assert "ap-year__m" not in page


def test_a_production_portal_shows_no_notice_of_a_demonstration(client: PageClient, app: Flask) -> None:
    assert "This is a demonstration." in text(client)
    settings = app.extensions["portal_settings"]
    app.extensions["portal_settings"] = dataclasses.replace(settings, mode=Mode.PRODUCTION)
    try:
        assert "This is a demonstration." not in text(client)
    finally:
        app.extensions["portal_settings"] = settings


@pytest.mark.parametrize("page", ["accessibility", "privacy", "terms", "contact"])
def test_the_footer_leads_to_what_the_portal_says_of_itself(client: PageClient, page: str) -> None:
    footer = parsed(client.get("/").get_data(as_text=True)).query("footer a")
    assert f"/{page}" in [(link.attrs or {}).get("href") for link in footer]
    assert client.get(f"/{page}").status_code == 200


def test_the_contact_page_names_the_address_of_the_settings_and_none_where_there_is_none(
    client: PageClient, app: Flask
) -> None:
    assert "mailto:" not in client.get("/contact").get_data(as_text=True)
    settings = app.extensions["portal_settings"]
    app.extensions["portal_settings"] = dataclasses.replace(settings, contact_email="desk@example.org")
    try:
        assert 'href="mailto:desk@example.org"' in client.get("/contact").get_data(as_text=True)
    finally:
        app.extensions["portal_settings"] = settings


@pytest.mark.parametrize("spoken", ["en", "sv"])
def test_what_the_operator_has_stated_stands_on_the_pages_and_what_not_is_said_to_be_missing(
    client: PageClient, app: Flask, spoken: str
) -> None:
    client._client.set_cookie(LANGUAGE_COOKIE, spoken)
    missing = {"en": ">not stated<", "sv": ">inte angivet<"}[spoken]
    facts = {"contact": 5, "privacy": 5, "terms": 3}
    assert {page: client.get(f"/{page}").get_data(as_text=True).count(missing) for page in facts} == facts
    settings = app.extensions["portal_settings"]
    app.extensions["portal_settings"] = dataclasses.replace(
        settings,
        operator="Region Exempel",
        operator_address="Storgatan 1, 123 45 Orten",
        operator_telephone="+46 40 12 34 56",
        contact_email="desk@example.org",
        data_protection_contact="Eva Lind, eva@example.org",
        data_protection_authority="The Authority",
        legal_basis="A public task.",
        legal_basis_sv="Allmänt intresse.",
        data_recipients="A host in Lund.",
        data_recipients_sv="En värd i Lund.",
        data_retention="Ten years.",
    )
    try:
        pages = {page: client.get(f"/{page}").get_data(as_text=True) for page in facts}
        assert {page: missing in words for page, words in pages.items()} == dict.fromkeys(facts, False)
        for words in pages.values():
            assert "Region Exempel" in words
            assert "Storgatan 1, 123 45 Orten" in words
            assert 'href="mailto:desk@example.org"' in words
        for page in ("contact", "privacy"):
            assert 'href="tel:+4640123456"' in pages[page]
            assert 'href="mailto:eva@example.org"' in pages[page]
        basis = {"en": "A public task.", "sv": "Allmänt intresse."}[spoken]
        assert f'<p lang="{spoken}">{basis}</p>' in pages["privacy"]
        assert "The Authority" in pages["privacy"]
        host = {"en": "A host in Lund.", "sv": "En värd i Lund."}[spoken]
        assert f'<p lang="{spoken}">{host}</p>' in pages["privacy"]
        assert '<p lang="en">Ten years.</p>' in pages["privacy"]
        assert not any(gap in pages["privacy"] for gap in ("article 13", "artikel 13", "has not stated"))
    finally:
        app.extensions["portal_settings"] = settings


# Every home asks as many questions, however much lies in it


def crowd(session: Session, number: int, place: Site) -> None:
    """Store so many more of everything that a home shows."""
    for count in range(number):
        own = developer(session, f"Crowd{number}x{count}", visibility=Visibility.PUBLIC, bsl=None)
        room = make.cleanroom(
            session,
            place.room.facility,
            open_weekdays=[1, 2, 3, 4, 5, 6, 7],
            qualified_until=date(2027, 2, 1),
        )
        here = Site(room=room, manager=place.manager)
        populate(session, own, here)


def populate(session: Session, own: Developer, here: Site) -> None:
    """Give a developer one request or booking in every state that a home shows, at one site."""
    offered(session, own, here, make.slot(11, 13))
    moving = booked(session, own, here, make.slot(5, 7))
    services.propose_move(
        session,
        here.manager,
        moving.id,
        cleanroom_id=here.room.id,
        slot=make.slot(14, 16),
        why="Service.",
        at=make.NOON,
    )
    asking = asked(session, own, here, make.slot(18, 20))
    services.ask_for_information(session, here.manager, asking.id, note="Which bank?", at=make.NOON)
    waiting = asked(session, own, here, make.slot(18, 20))
    services.waitlist_request(session, here.manager, waiting.id, at=make.NOON)
    asked(session, own, here, make.slot(18, 20))
    services.close_cleanroom(
        session,
        here.manager,
        cleanroom_id=here.room.id,
        slot=make.slot(15, 20, month=3),
        kind=ClosureKind.MAINTENANCE,
        at=make.NOON,
    )
    session.commit()


@pytest.mark.parametrize("role", HOMES)
def test_a_fuller_home_asks_no_more_questions(
    client: PageClient, session: Session, connection: Connection, role: Role
) -> None:
    own = developer(session, "Quartz", bsl=None, visibility=Visibility.PUBLIC)
    place = site(session, qualified_until=date(2027, 2, 1))
    populate(session, own, place)
    actor = (
        own.founder
        if role is Role.FOUNDER
        else make.duty(session, place.room.facility, role)
        if role in ON_DUTY
        else reader(session, role)
    )
    client.sign_in(actor)
    client.get("/")
    with counted(connection) as few:
        client.get("/")
    if role is Role.FOUNDER:
        for _ in range(2):
            more = make.project(session, own.organisation, bsl=None)
            room = make.cleanroom(session, place.room.facility, open_weekdays=[1, 2, 3, 4, 5, 6, 7])
            populate(
                session,
                Developer(organisation=own.organisation, founder=own.founder, project=more),
                Site(room=room, manager=place.manager),
            )
    else:
        crowd(session, 3, place)
    with counted(connection) as many:
        client.get("/")
    assert len(many) <= len(few), (role, [line for line in many if line not in few])
    assert len(few) <= 32


def test_a_visitor_s_first_page_asks_no_more_questions_of_a_fuller_portal(
    client: PageClient, session: Session, connection: Connection
) -> None:
    place = site(session)
    client.get("/")
    with counted(connection) as few:
        client.get("/")
    crowd(session, 2, place)
    with counted(connection) as many:
        client.get("/")
    assert len(many) == len(few)


def test_the_statement_of_accessibility_says_what_the_operator_has_stated_and_what_not(
    app: Flask, client: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = client.get("/accessibility").text
    assert "Whoever runs it has not stated their name here" in silent
    assert "has not stated when they assessed compliance" in silent
    stated = dataclasses.replace(
        app.extensions["portal_settings"],
        operator="Region Example",
        accessibility_assessed_on=date(2026, 11, 2),
        accessibility_updated_on=date(2026, 11, 24),
        accessibility_authority="Another Authority",
        accessibility_complaints_url="https://authority.example/tell",
    )
    monkeypatch.setitem(app.extensions, "portal_settings", stated)
    page = client.get("/accessibility").text
    assert "Region Example runs" in page
    assert "Compliance was last assessed on" in page
    assert "The statement was last updated on" in page
    assert 'href="https://authority.example/tell"' in page
    assert "has not stated" not in page
