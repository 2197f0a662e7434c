"""The requester's pages: the wizard from the project to a sent request, the list, the record, and own bookings."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.accounts.models import Organisation
from portal.bookings import services
from portal.bookings.forms.requests import write_window
from portal.bookings.models import (
    Booking,
    BookingState,
    MoveProposal,
    MoveState,
    RequestState,
    RunKind,
    SlotRequest,
)
from portal.core import clock
from portal.core.actors import Actor
from portal.core.slots import Slot
from portal.facilities.models import BookingUnit, Cleanroom, Priority
from portal.ledger import Entry
from portal.projects.models import Grant, Project
from tests import make
from tests.client import PageClient

TERMS = "Our managers and QA read the process facts to decide, and tell nobody."


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be the noon of the tests' Monday."""
    monkeypatch.setattr(clock, "now", lambda: make.NOON)


@dataclass(frozen=True, slots=True)
class Scene:
    """A founder with a project, and a cleanroom with a price at a facility with terms."""

    founder: Actor
    project: Project
    room: Cleanroom
    manager: Actor


@pytest.fixture
def scene(session: Session) -> Scene:
    """Return a founder signed up, and one cleanroom that fits the project."""
    founder = make.founder(session)
    owner = session.get_one(Organisation, founder.organisation_id)
    room = make.cleanroom(session)
    room.facility.confidentiality_terms = TERMS
    room.facility.cancellation_steps = [{"days_before": 30, "percent": 50}]
    room.facility.public_records = True
    make.rate(session, room)
    manager = make.manager(session, room)
    return Scene(founder, make.project(session, owner), room, manager)


def work(scene: Scene, **changes: Any) -> dict[str, Any]:
    """Return the first step as somebody fills it in, from the project's facts."""
    return {
        "project_id": str(scene.project.id),
        "run_kind": "process_development",
        "title": "Runs 1–3",
        "duration": "4",
        "duration_unit": "day",
        "mode": "working",
        "earliest_start": "2027-01-04",
        "latest_end": "",
        "process_class": "lv_rv",
        "grade": "CNC",
        "bsl": "2",
        "vector_level": "lentiviral_retroviral",
        "gmo_class": "2",
        "equipment": ["co2_incubator"],
        "remark": "",
        "go": "continue",
        **changes,
    }


def draft(client: PageClient, session: Session, scene: Scene, **changes: Any) -> SlotRequest:
    """Begin a draft through the page and return it."""
    answer = client.sign_in(scene.founder).post("/requests/new", work(scene, **changes))
    assert answer.status_code == 303, messages(answer)
    request_id = int(answer.location.split("/")[-2])
    return session.get_one(SlotRequest, request_id)


def messages(answer: TestResponse) -> str:
    """Return what a page says, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).split())


def field(answer: TestResponse, name: str) -> str:
    """Return the value of a hidden field."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', answer.get_data(as_text=True))
    assert found, f"no field {name}"
    return found[1]


def windows_on(answer: TestResponse) -> list[str]:
    """Return the windows that a page offers."""
    return re.findall(r'name="window"[^>]*value="([^"]+)"', answer.get_data(as_text=True))


def names(session: Session) -> list[str]:
    """Return what the ledger holds, oldest first."""
    return list(session.scalars(select(Entry.name).order_by(Entry.id)))


# The wizard.


def test_the_whole_way_from_a_project_to_a_sent_request(
    client: PageClient, session: Session, scene: Scene
) -> None:
    client.sign_in(scene.founder)
    first = client.get(f"/requests/new?project={scene.project.id}")
    assert "The project asks for: Lentiviral or retroviral" in messages(first)
    asked = draft(client, session, scene)
    page = client.get(f"/requests/{asked.id}/window")
    assert "1 of 1 pre-GMP room fits" in messages(page)
    assert "SEK 4,000" in messages(page)
    window = windows_on(page)[0]
    assert window == write_window(scene.room, make.slot(5, 12))  # today’s midnight is past
    kept = client.post(
        f"/requests/{asked.id}/window", {"window": window, "version": str(asked.version), "go": "continue"}
    )
    assert kept.location.endswith(f"/requests/{asked.id}/check")
    check = client.get(kept.location)
    told = messages(check)
    for part in (
        "SEK 4,000 (4 open days × 1,000)",
        "SEK 5,000",
        "From 30 days before the start on: 50% of the estimate.",
        TERMS,
        "Process and biosafety facts",
        "The operator is bound by rules on public records",
    ):
        assert part in told
    shown = {name: field(check, name) for name in ("version", "terms_version", "amount")}
    sent = client.post(f"/requests/{asked.id}/check", {**shown, "terms": "y"})
    assert sent.location.endswith(f"/requests/{asked.id}")
    assert (asked.state, asked.slot) == (RequestState.SUBMITTED, make.slot(5, 12))
    assert asked.estimate is not None
    assert asked.estimate["amount"] == 400_000
    assert "Sent. The facility decides" in messages(client.get(sent.location))
    operator = scene.room.facility.operator_id
    grants = session.scalars(select(Grant).where(Grant.organisation_id == operator)).all()
    assert {grant.field_group.value for grant in grants} == {"teaser", "identity", "process", "bookings"}


def test_a_form_sent_twice_begins_one_draft(client: PageClient, session: Session, scene: Scene) -> None:
    first, second = (draft(client, session, scene) for _ in range(2))
    assert first.id == second.id
    assert names(session) == ["request.drafted"]


def test_a_request_sent_twice_is_sent_once(client: PageClient, session: Session, scene: Scene) -> None:
    asked = chosen(client, session, scene)
    form = {"version": str(asked.version), "terms": "y"}
    for _ in range(2):
        answer = client.post(f"/requests/{asked.id}/check", form)
        assert answer.location.endswith(f"/requests/{asked.id}")
    assert names(session).count("request.submitted") == 1
    assert "nothing was sent twice" in messages(client.get(f"/requests/{asked.id}"))


def test_a_draft_survives_signing_out_and_is_listed(client: PageClient, scene: Scene) -> None:
    client.sign_in(scene.founder)
    answer = client.post("/requests/new", work(scene, go="leave"))
    assert answer.location.endswith("/requests")
    client.post("/logout")
    told = messages(client.sign_in(scene.founder).get("/requests"))
    assert "Runs 1–3" in told
    assert "Draft" in told


def test_what_the_project_does_not_say_is_named_with_what_it_costs(client: PageClient, scene: Scene) -> None:
    scene.project.vector_level = scene.project.gmo_class = None
    told = messages(client.sign_in(scene.founder).get(f"/requests/new?project={scene.project.id}"))
    assert "The project does not say, so the most demanding is taken: Replication-competent." in told
    assert "Until you answer, every slot request takes class 3 for granted" in told


def test_a_request_cannot_ask_for_less_than_the_project(
    client: PageClient, session: Session, scene: Scene
) -> None:
    answer = client.sign_in(scene.founder).post("/requests/new", work(scene, gmo_class="1"))
    assert answer.status_code == 422
    assert "ask for at least GMO class 2 here. A request can ask for more, not for less" in messages(answer)
    assert session.scalar(select(func.count(SlotRequest.id))) == 0


def test_another_project_is_taken_over_without_scripts(
    client: PageClient, session: Session, scene: Scene
) -> None:
    answer = client.sign_in(scene.founder).post(
        "/requests/new", work(scene, run_kind="clinical_batch", go="refill", remark="Kept as typed.")
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert '<option selected value="A_in_B">' in page
    assert "Kept as typed." in page
    looked = client.post("/requests/new", work(scene, go="look", bsl="3"))
    assert "0 of 1 pre-GMP room fits" in messages(looked)
    assert '<option selected value="3">Level 3' in looked.get_data(as_text=True)
    assert session.scalar(select(func.count(SlotRequest.id))) == 0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"earliest_start": "2027-01-03"}, "3 Jan 2027 is past. Choose today, 4 Jan 2027, or a later day."),
        ({"earliest_start": "0207-01-10"}, "0207-01-10 is not between 1990-01-01 and 2100-12-31"),
        (
            {"earliest_start": "2099-01-10"},
            "is further ahead than cleanrooms can be booked. Choose a day up to",
        ),
        (
            {"earliest_start": "2027-02-10", "latest_end": "2027-02-01"},
            "1 Feb 2027 is before the earliest start, 10 Feb 2027. Choose a later end, or leave it open.",
        ),
        (
            {"latest_end": "2027-01-06"},
            "The days you allow are 3 days, and the work takes at least 4 days. Choose 7 Jan 2027 or a later day",
        ),
        ({"duration": "0"}, "Give a whole number from 1 to 1000."),
        ({"duration": "ten"}, "Not a valid integer value"),
        ({"process_class": ""}, "This is needed. Choose one."),
        ({"grade": "Z"}, "Choose one of the listed answers."),
        ({"facilities": ["999999"]}, "Choose among the listed answers only."),
        ({"equipment": ["sauna"]}, "Choose among the listed answers only."),
        ({"title": "x" * 161}, "At most 160 characters are kept here. Shorten the text."),
    ],
)
def test_what_cannot_be_meant_is_refused_beside_its_field_and_kept(
    client: PageClient, session: Session, scene: Scene, changes: dict[str, Any], sentence: str
) -> None:
    answer = client.sign_in(scene.founder).post("/requests/new", work(scene, **changes))
    assert answer.status_code == 422
    assert sentence in messages(answer)
    if all(isinstance(value, str) for value in changes.values()):
        assert all(value in answer.get_data(as_text=True) for value in changes.values() if value != "Z")
    assert names(session) == []


def test_a_remark_of_ten_megabytes_is_refused(client: PageClient, session: Session, scene: Scene) -> None:
    client.sign_in(scene.founder)
    answer = client._client.post("/requests/new", data=work(scene, remark="x" * 10_000_000))
    assert answer.status_code == 422
    assert "At most 4000 characters are kept here. Shorten the text." in answer.get_data(as_text=True)
    assert names(session) == []


def test_a_stale_page_shows_where_the_two_differ_and_changes_nothing(
    client: PageClient, session: Session, scene: Scene
) -> None:
    asked = draft(client, session, scene)
    stale = str(asked.version)
    client.post(f"/requests/{asked.id}/work", work(scene, version=stale, duration="3"))
    answer = client.post(f"/requests/{asked.id}/work", work(scene, version=stale, duration="9"))
    assert answer.status_code == 409
    told = messages(answer)
    assert "Somebody has saved this draft since you opened it." in told
    assert "How long it takes 3 9" in told
    assert asked.duration == 3
    again = client.post(
        f"/requests/{asked.id}/work", work(scene, version=field(answer, "version"), duration="9")
    )
    assert again.status_code == 303
    assert asked.duration == 9


def test_a_changed_need_forgets_the_window(client: PageClient, session: Session, scene: Scene) -> None:
    asked = chosen(client, session, scene)
    client.post(f"/requests/{asked.id}/work", work(scene, version=str(asked.version), duration="8"))
    assert asked.slot is None
    assert asked.duration == 8


def test_a_discarded_draft_leaves_the_list(client: PageClient, session: Session, scene: Scene) -> None:
    asked = draft(client, session, scene)
    client.post(f"/requests/{asked.id}/discard", {"version": str(asked.version)})
    assert asked.state is RequestState.WITHDRAWN
    assert "No request yet" in messages(client.get("/requests"))
    assert names(session) == ["request.drafted", "request.discarded"]


def test_without_a_project_there_is_nothing_to_ask_for(client: PageClient, session: Session) -> None:
    answer = client.sign_in(make.founder(session)).get("/requests/new")
    assert "Register a project first" in messages(answer)


def test_a_request_can_be_asked_again(client: PageClient, session: Session, scene: Scene) -> None:
    old = sent(session, scene, make.slot(11, 16), state=RequestState.REJECTED, title="Second try")
    page = client.sign_in(scene.founder).get(f"/requests/new?like={old.id}")
    assert 'value="Second try"' in page.get_data(as_text=True)


def test_the_list_beside_the_form_follows_what_is_typed(
    client: PageClient, session: Session, scene: Scene
) -> None:
    client.sign_in(scene.founder)
    session.commit()
    fitting = client._client.post("/requests/fitting", data=work(scene))
    assert "1 of 1 pre-GMP room fits" in messages(fitting)
    assert "5–11 Jan 2027" in messages(fitting)
    none = client._client.post("/requests/fitting", data=work(scene, equipment=["autoclave_double_door"]))
    assert "0 of 1 pre-GMP room fits" in messages(none)
    unsaid = client._client.post("/requests/fitting", data=work(scene, duration="", earliest_start="soon"))
    assert "Say how long the work takes" in messages(unsaid)
    needs = client._client.post("/requests/requirements", data=work(scene, run_kind="clinical_batch"))
    assert '<option selected value="A_in_B">' in needs.get_data(as_text=True)


# Rooms and windows.


def test_rooms_that_do_not_fit_say_why_and_what_to_do(
    client: PageClient, session: Session, scene: Scene
) -> None:
    make.cleanroom(session, scene.room.facility, code="P8", equipment=[])
    make.cleanroom(session, scene.room.facility, code="P9", gmo_class=1)
    asked = draft(client, session, scene)
    told = messages(client.get(f"/requests/{asked.id}/window"))
    assert "1 of 3 pre-GMP rooms fit" in told
    assert "P8 lacks: CO2 incubator. If your process can do without, change what is needed." in told
    assert "It would be free 5–11 Jan 2027." in told
    assert "P9 is permitted up to GMO class 1; this request is class 2." in told


def test_how_a_room_is_taken_is_shown_without_names(
    client: PageClient, session: Session, scene: Scene
) -> None:
    rival = sent(session, scene, make.slot(11, 16), title="Rival work", stranger=True)
    services.approve_request(session, scene.manager, rival.id, at=make.NOON)
    asked = draft(client, session, scene)
    page = client.get(f"/requests/{asked.id}/window")
    assert "Taken on 5 of 112 days." in page.get_data(as_text=True)
    for secret in (rival.title, rival.organisation.name, rival.project.name, rival.reference):
        assert secret not in page.get_data(as_text=True)


def test_another_start_day_is_checked_by_the_same_rules(
    client: PageClient, session: Session, scene: Scene
) -> None:
    asked = draft(client, session, scene)
    form = {"version": str(asked.version), "go": "other", "other_room": str(scene.room.id)}
    answer = client.post(f"/requests/{asked.id}/window", {**form, "other_day": "2027-01-13"})
    assert answer.status_code == 303
    assert asked.slot == make.slot(13, 19)
    picked = client.get(f"/requests/{asked.id}/window").get_data(as_text=True)
    assert f'value="{write_window(scene.room, make.slot(13, 19))}" checked' in picked


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("2027-01-10", "is not open on 10 Jan 2027. Start on an open day."),
        ("2027-01-04", "The window starts in the past. Choose a start from 5 Jan 2027."),
        ("1997-01-06", "The window starts in the past."),
        ("2099-01-06", "The window lies outside the time that can be booked"),
        ("0027-01-06", "is not between 1990-01-01 and 2100-12-31. Check the year."),
        ("", "Give the day."),
    ],
)
def test_a_start_that_will_not_do_says_every_reason_and_changes_nothing(
    client: PageClient, session: Session, scene: Scene, day: str, sentence: str
) -> None:
    asked = draft(client, session, scene)
    form = {"version": str(asked.version), "go": "other", "other_room": str(scene.room.id)}
    answer = client.post(f"/requests/{asked.id}/window", {**form, "other_day": day})
    assert answer.status_code == 422
    assert sentence in messages(answer)
    assert asked.slot is None


def test_a_room_by_the_hour_begins_at_an_hour(client: PageClient, session: Session, scene: Scene) -> None:
    scene.room.unit, scene.room.opens_hour, scene.room.closes_hour = BookingUnit.HOUR, 8, 17
    asked = draft(client, session, scene, duration="6", duration_unit="hour")
    form = {"version": str(asked.version), "go": "other", "other_room": str(scene.room.id)}
    client.post(f"/requests/{asked.id}/window", {**form, "other_day": "2027-01-11", "other_hour": "9"})
    start = make.midnight(11) + timedelta(hours=9)
    assert asked.slot == Slot(start, start + timedelta(hours=6))
    late = {**form, "version": str(asked.version), "other_day": "2027-01-11", "other_hour": "19"}
    assert "is not open on" in messages(client.post(f"/requests/{asked.id}/window", late))


def test_a_window_shorter_than_the_work_is_refused(
    client: PageClient, session: Session, scene: Scene
) -> None:
    asked = draft(client, session, scene)
    answer = choose(client, asked, scene.room, make.slot(11, 13))
    assert answer.status_code == 422
    assert "The window is shorter than the work: it takes" in messages(answer)
    assert asked.slot is None


@pytest.mark.parametrize("window", ["", "nonsense", "1_2_3", "1_00010101T0000Z_99991231T0000Z", "9_x_y"])
def test_a_window_that_cannot_be_read_is_asked_for_again(
    client: PageClient, session: Session, scene: Scene, window: str
) -> None:
    asked = draft(client, session, scene)
    answer = client.post(f"/requests/{asked.id}/window", {"window": window, "version": str(asked.version)})
    assert answer.status_code == 422
    assert asked.slot is None


def test_a_room_of_a_closed_facility_is_refused(client: PageClient, session: Session, scene: Scene) -> None:
    elsewhere = make.cleanroom(session, make.facility(session, is_open_for_requests=False))
    asked = draft(client, session, scene)
    answer = choose(client, asked, elsewhere, make.slot(11, 15))
    assert answer.status_code == 422
    assert "takes no requests through the portal at present" in messages(answer)
    assert asked.cleanroom_id is None


def test_a_window_taken_meanwhile_loses_nothing_and_shows_the_next(
    client: PageClient, session: Session, scene: Scene
) -> None:
    asked = chosen(client, session, scene)
    rival = sent(session, scene, make.slot(5, 12), stranger=True, duration=4)
    services.approve_request(session, scene.manager, rival.id, at=make.NOON)
    answer = client.post(f"/requests/{asked.id}/check", {"version": str(asked.version), "terms": "y"})
    assert answer.status_code == 422
    told = messages(answer)
    assert "is taken 5–11 Jan 2027. Choose one of the free windows." in told
    assert windows_on(answer)
    assert (asked.state, asked.title, asked.slot) == (RequestState.DRAFT, "Runs 1–3", make.slot(5, 12))
    later = messages(client.get(f"/requests/{asked.id}/check"))
    assert "The window that you had chosen can’t be had any more." in later


def test_terms_that_are_not_accepted_send_nothing(client: PageClient, session: Session, scene: Scene) -> None:
    asked = chosen(client, session, scene)
    answer = client.post(f"/requests/{asked.id}/check", {"version": str(asked.version)})
    assert answer.status_code == 422
    assert "Accept them, or choose a room elsewhere." in messages(answer)
    assert asked.state is RequestState.DRAFT
    assert session.scalar(select(func.count(Grant.id))) == 0


def test_terms_and_prices_that_changed_meanwhile_are_shown_before_anything_is_sent(
    client: PageClient, session: Session, scene: Scene
) -> None:
    asked = chosen(client, session, scene)
    check = client.get(f"/requests/{asked.id}/check")
    form = {name: field(check, name) for name in ("version", "terms_version", "amount")}
    scene.room.facility.confidentiality_version += 1
    make.rate(session, scene.room, amount=150_000, valid_from=date(2027, 1, 1))
    answer = client.post(f"/requests/{asked.id}/check", {**form, "terms": "y"})
    assert answer.status_code == 422
    assert "has changed its confidentiality terms since your page was made." in messages(answer)
    again = {name: field(answer, name) for name in ("version", "terms_version", "amount")}
    assert again["amount"] == "600000"
    answer = client.post(f"/requests/{asked.id}/check", {**again, "amount": "400000", "terms": "y"})
    assert "The estimate is SEK 6,000 by now, without VAT." in messages(answer)
    assert asked.state is RequestState.DRAFT
    assert client.post(f"/requests/{asked.id}/check", {**again, "terms": "y"}).status_code == 303


def test_changeover_is_charged_where_the_terms_say_so(
    client: PageClient, session: Session, scene: Scene
) -> None:
    scene.room.facility.charges_changeover = True
    scene.room.facility.default_changeover_days = 2
    asked = chosen(client, session, scene)
    told = messages(client.get(f"/requests/{asked.id}/check"))
    assert "SEK 6,000 (4 open days and 2 of changeover × 1,000)" in told


# The record.


def test_an_offer_is_accepted_before_it_lapses(client: PageClient, session: Session, scene: Scene) -> None:
    asked = offered(session, scene)
    page = messages(client.sign_in(scene.founder).get(f"/requests/{asked.id}"))
    assert "Held until 12 Jan 2027 17:00" in page
    assert "Accept 18–22 Jan 2027" in page
    client.post(f"/requests/{asked.id}/accept", {"version": str(asked.version)})
    assert (asked.state, asked.slot) == (RequestState.APPROVED, make.slot(18, 23))


def test_an_offer_that_lapsed_says_so(
    client: PageClient, session: Session, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = offered(session, scene)
    monkeypatch.setattr(clock, "now", lambda: make.NOON + timedelta(days=20))
    client.sign_in(scene.founder)
    assert "has lapsed" in messages(client.get(f"/requests/{asked.id}"))
    answer = client.post(f"/requests/{asked.id}/accept", {"version": str(asked.version)})
    assert answer.status_code == 422
    assert "This offer is no longer open" in messages(answer)


def test_an_offer_is_declined_with_a_note(client: PageClient, session: Session, scene: Scene) -> None:
    asked = offered(session, scene)
    client.sign_in(scene.founder)
    client.post(f"/requests/{asked.id}/decline", {"version": str(asked.version), "note": "Too late for us."})
    assert asked.state is RequestState.SUBMITTED
    assert "Too late for us." in messages(client.get(f"/requests/{asked.id}"))


def test_a_question_is_answered_in_the_thread(client: PageClient, session: Session, scene: Scene) -> None:
    asked = sent(session, scene, make.slot(11, 15))
    services.ask_for_information(session, scene.manager, asked.id, note="Which cell bank?", at=make.NOON)
    client.sign_in(scene.founder)
    page = messages(client.get(f"/requests/{asked.id}"))
    assert "Answer the question" in page
    assert "Which cell bank?" in page
    empty = client.post(f"/requests/{asked.id}/answer", {"version": str(asked.version), "note": " "})
    assert empty.status_code == 422
    assert asked.state.value == "needs_info"
    client.post(f"/requests/{asked.id}/answer", {"version": str(asked.version), "note": "MCB-2, on file."})
    assert asked.state.value == "submitted"
    assert "MCB-2, on file." in messages(client.get(f"/requests/{asked.id}"))


def test_a_request_is_withdrawn_and_the_facility_sees_nothing_more(
    client: PageClient, session: Session, scene: Scene
) -> None:
    asked = sent(session, scene, make.slot(11, 15))
    client.sign_in(scene.founder)
    client.post(f"/requests/{asked.id}/withdraw", {"version": str(asked.version), "note": "No cells."})
    assert asked.state is RequestState.WITHDRAWN
    again = client.post(f"/requests/{asked.id}/withdraw", {"version": str(asked.version)})
    assert again.status_code == 422
    assert names(session).count("request.withdrawn") == 1


def test_whoever_lost_the_time_is_told_and_offered_the_next_windows(
    client: PageClient, session: Session, scene: Scene
) -> None:
    asked = sent(session, scene, make.slot(11, 15))
    rival = sent(session, scene, make.slot(11, 15), stranger=True)
    services.approve_request(session, scene.manager, rival.id, at=make.NOON)
    page = client.sign_in(scene.founder).get(f"/requests/{asked.id}")
    told = messages(page)
    assert "The window that you asked for can’t be had any more." in told
    assert "Your request stays where it is" in told
    assert "Choose another window" in told
    assert asked.state is RequestState.SUBMITTED
    change = re.findall(r'href="([^"]+/change\?window=[^"]+)"', page.get_data(as_text=True))
    assert len(change) == 3


def test_another_window_is_asked_for_and_another_facility_has_terms_of_its_own(
    client: PageClient, session: Session, scene: Scene
) -> None:
    elsewhere = make.cleanroom(session, make.facility(session, confidentiality_terms="Ours, stricter."))
    asked = sent(session, scene, make.slot(11, 15))
    client.sign_in(scene.founder)
    here = choose(client, asked, scene.room, make.slot(18, 22))
    check = client.get(here.location)
    assert "You accepted these terms when the request was sent." in messages(check)
    form = {"version": field(check, "version"), "window": field(check, "window")}
    assert client.post(f"/requests/{asked.id}/change", form).status_code == 303
    assert (asked.cleanroom_id, asked.slot) == (scene.room.id, make.slot(18, 22))
    same = choose(client, asked, scene.room, make.slot(18, 22))
    assert same.location.endswith(f"/requests/{asked.id}")
    there = client.get(choose(client, asked, elsewhere, make.slot(18, 22)).location)
    assert "Ours, stricter." in messages(there)
    form = {"version": field(there, "version"), "window": field(there, "window")}
    assert client.post(f"/requests/{asked.id}/change", form).status_code == 422
    assert client.post(f"/requests/{asked.id}/change", {**form, "terms": "y"}).status_code == 303
    assert asked.cleanroom_id == elsewhere.id


def test_a_place_on_the_waiting_list_follows_the_stated_rule(
    client: PageClient, session: Session, scene: Scene
) -> None:
    scene.room.facility.priority = Priority.CLINICAL_FIRST
    asked = sent(session, scene, make.slot(11, 15))
    clinical = sent(session, scene, make.slot(11, 15), stranger=True, run_kind=RunKind.CLINICAL_BATCH)
    services.waitlist_request(session, scene.manager, asked.id, at=make.NOON)
    services.waitlist_request(session, scene.manager, clinical.id, at=make.NOON + timedelta(hours=1))
    told = messages(client.sign_in(scene.founder).get(f"/requests/{asked.id}"))
    assert "Waiting list, place 2" in told
    assert "Work for a clinical trial comes first, then who has waited longest" in told
    assert clinical.organisation.name not in told


# The list.


def test_the_list_filters_sorts_and_exports_what_it_shows(
    client: PageClient, session: Session, scene: Scene
) -> None:
    sent(session, scene, make.slot(11, 15), title="Alpha")
    sent(session, scene, make.slot(25, 29), title="Beta", state=RequestState.REJECTED)
    sent(session, scene, make.slot(11, 15), title="Foreign", stranger=True)
    client.sign_in(scene.founder)
    page = messages(client.get("/requests"))
    assert "Alpha" in page
    assert "Beta" in page
    assert "2 slot requests" in page
    assert "Foreign" not in page
    rejected = messages(client.get("/requests?state=rejected"))
    assert "Alpha" not in rejected
    by_window = messages(client.get("/requests?sort=-when"))
    assert by_window.index("Beta") < by_window.index("Alpha")
    rows = list(csv.reader(io.StringIO(client.get("/requests.csv?state=rejected").get_data(as_text=True))))
    assert [row[2] for row in rows[1:]] == ["Beta"]
    assert client.get("/requests.xlsx").get_data()[:2] == b"PK"
    odd = client.get("/requests?state=odd&project=999999&sort=size")
    assert odd.status_code == 200
    assert "is not among the choices, and was left out" in messages(odd)


def test_a_list_that_filters_everything_out_says_what_to_do(
    client: PageClient, session: Session, scene: Scene
) -> None:
    sent(session, scene, make.slot(11, 15))
    told = messages(client.sign_in(scene.founder).get("/requests?state=expired"))
    assert "No request matches" in told
    assert "Clear all filters" in told


# Bookings.


def test_a_booking_is_cancelled_for_the_fee_that_was_shown(
    client: PageClient, session: Session, scene: Scene
) -> None:
    booking = booked(session, scene)
    client.sign_in(scene.founder)
    page = client.get(f"/my-bookings/{booking.id}")
    assert "Cancelling now costs SEK 2,000 without VAT." in messages(page)
    form = {"version": field(page, "version"), "fee": field(page, "fee")}
    empty = client.post(f"/my-bookings/{booking.id}/cancel", {**form, "note": ""})
    assert empty.status_code == 422
    changed = client.post(f"/my-bookings/{booking.id}/cancel", {**form, "fee": "100", "note": "No cells."})
    assert changed.status_code == 422
    assert "Cancelling costs SEK 2,000 by now. Read it again, and confirm." in messages(changed)
    assert booking.state is BookingState.CONFIRMED
    client.post(f"/my-bookings/{booking.id}/cancel", {**form, "note": "No cells."})
    assert (booking.state, booking.fee) == (BookingState.CANCELLED, 200_000)
    assert "Fee: SEK 2,000." in messages(client.get(f"/my-bookings/{booking.id}"))


def test_a_move_is_proposed_and_taken_back(client: PageClient, session: Session, scene: Scene) -> None:
    booking = booked(session, scene)
    client.sign_in(scene.founder)
    page = client.get(f"/my-bookings/{booking.id}/move")
    assert "The facility is asked." in messages(page)
    form = {"version": field(page, "version"), "why": "The donor comes later."}
    silent = client.post(
        f"/my-bookings/{booking.id}/move", {**form, "why": "", "window": windows_on(page)[0]}
    )
    assert silent.status_code == 422
    nothing = client.post(f"/my-bookings/{booking.id}/move", form)
    assert "Choose a room and a window first." in messages(nothing)
    sunday = {**form, "go": "other", "other_room": str(scene.room.id), "other_day": "2027-01-24"}
    assert "is not open on 24 Jan 2027" in messages(client.post(f"/my-bookings/{booking.id}/move", sunday))
    window = write_window(scene.room, make.slot(18, 22))
    assert client.post(f"/my-bookings/{booking.id}/move", {**form, "window": window}).status_code == 303
    proposal = session.scalars(select(MoveProposal)).one()
    told = messages(client.get(f"/my-bookings/{booking.id}"))
    assert "The donor comes later." in told
    assert "Cost there SEK 4,000 without VAT (4 open days × 1,000)" in told
    client.post(f"/my-bookings/{booking.id}/moves/{proposal.id}/withdraw")
    assert proposal.state is MoveState.WITHDRAWN
    assert booking.slot == make.slot(11, 15)


def test_a_move_that_the_terms_allow_happens_at_once(
    client: PageClient, session: Session, scene: Scene
) -> None:
    scene.room.facility.moves_without_asking_days = 5
    booking = booked(session, scene)
    client.sign_in(scene.founder)
    page = client.get(f"/my-bookings/{booking.id}/move")
    assert "it moves at once" in messages(page)
    window = write_window(scene.room, make.slot(18, 22))
    client.post(
        f"/my-bookings/{booking.id}/move",
        {"version": field(page, "version"), "why": "Later donor.", "window": window},
    )
    assert booking.slot == make.slot(18, 22)


@pytest.mark.parametrize(("answer", "first"), [("accept", 18), ("decline", 11)])
def test_the_facility_is_answered_when_it_proposes_to_move(
    client: PageClient, session: Session, scene: Scene, answer: str, first: int
) -> None:
    booking = booked(session, scene)
    services.propose_move(
        session,
        scene.manager,
        booking.id,
        cleanroom_id=scene.room.id,
        slot=make.slot(18, 22),
        why="The air handling is serviced.",
        at=make.NOON,
    )
    proposal = session.scalars(select(MoveProposal)).one()
    client.sign_in(scene.founder)
    assert "The air handling is serviced." in messages(client.get(f"/my-bookings/{booking.id}"))
    for _ in range(2):
        again = client.post(f"/my-bookings/{booking.id}/moves/{proposal.id}/{answer}")
    assert booking.slot == make.slot(first, first + 4)
    assert "This proposal has been answered or withdrawn already." in messages(again)


def test_bookings_are_listed_by_whether_they_are_over(
    client: PageClient, session: Session, scene: Scene
) -> None:
    booking = booked(session, scene, title="Coming work")
    client.sign_in(scene.founder)
    assert "Coming work" in messages(client.get("/my-bookings"))
    assert "No booking is over yet" in messages(client.get("/my-bookings?when=past"))
    services.cancel_booking(session, scene.founder, booking.id, note="No cells.", at=make.NOON)
    assert "No booking is coming" in messages(client.get("/my-bookings"))
    rows = list(csv.reader(io.StringIO(client.get("/my-bookings.csv?when=past").get_data(as_text=True))))
    assert [row[2:4] for row in rows[1:]] == [["Coming work", "Cancelled"]]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("", ["Zebra run", "Apple run"]),
        ("sort=-when", ["Apple run", "Zebra run"]),
        ("sort=project", ["Apple run", "Zebra run"]),
        ("sort=-room", ["Zebra run", "Apple run"]),
        ("sort=state", ["Zebra run", "Apple run"]),
        ("sort=nothing", ["Zebra run", "Apple run"]),
    ],
)
def test_bookings_stand_in_the_order_that_the_address_asks_for_on_the_page_and_in_the_file(
    client: PageClient, session: Session, scene: Scene, asked: str, expected: list[str]
) -> None:
    scene.room.code = "B"
    other_room = make.cleanroom(session, scene.room.facility, code="A")
    make.rate(session, other_room)
    owner = session.get_one(Organisation, scene.founder.organisation_id)
    scene.project.name = "Zebra"
    booked(session, scene, title="Zebra run")
    late = sent(
        session,
        scene,
        make.slot(18, 22),
        title="Apple run",
        room=other_room,
        project=make.project(session, owner, name="apple"),
    )
    services.approve_request(session, scene.manager, late.id, at=make.NOON)
    session.commit()
    client.sign_in(scene.founder)
    page = client.get(f"/my-bookings?{asked}").get_data(as_text=True)
    assert sorted(expected, key=page.index) == expected
    rows = list(csv.reader(io.StringIO(client.get(f"/my-bookings.csv?{asked}").get_data(as_text=True))))
    assert [row[2] for row in rows[1:]] == expected


# Strangers.


def test_whose_request_it_is_not_for_them_it_does_not_exist(
    client: PageClient, session: Session, scene: Scene
) -> None:
    asked, booking = sent(session, scene, make.slot(25, 29)), booked(session, scene)
    unsent = sent(session, scene, make.slot(25, 29), state=RequestState.DRAFT)
    proposal = services.propose_move(
        session,
        scene.manager,
        booking.id,
        cleanroom_id=scene.room.id,
        slot=make.slot(18, 22),
        why="Service.",
        at=make.NOON,
    )
    stranger = make.founder(session)
    make.project(session, session.get_one(Organisation, stranger.organisation_id))
    window = write_window(scene.room, make.slot(18, 22))
    pages = [
        f"/requests/{asked.id}",
        f"/requests/{unsent.id}/work",
        f"/requests/{unsent.id}/window",
        f"/requests/{unsent.id}/check",
        f"/requests/{asked.id}/change?window={window}",
        f"/requests/new?project={scene.project.id}",
        f"/requests/new?like={asked.id}",
        "/requests/new?like=99999999999999999999",
        f"/my-bookings/{booking.id}",
        f"/my-bookings/{booking.id}/move",
    ]
    posts = [
        f"/requests/{unsent.id}/work",
        f"/requests/{unsent.id}/window",
        f"/requests/{unsent.id}/check",
        f"/requests/{unsent.id}/discard",
        *(f"/requests/{asked.id}/{verb}" for verb in ("change", "accept", "decline", "answer", "withdraw")),
        f"/my-bookings/{booking.id}/cancel",
        f"/my-bookings/{booking.id}/move",
        *(
            f"/my-bookings/{booking.id}/moves/{proposal.id}/{verb}"
            for verb in ("accept", "decline", "withdraw")
        ),
        "/requests/new",
        "/requests/fitting",
        "/requests/requirements",
    ]
    before = names(session)
    for reader in (stranger, scene.manager):
        client.sign_in(reader)
        for path in pages:
            assert client.get(path).status_code == 404, path
        for path in posts:
            assert client.post(path, work(scene, window=window, note="Mine.")).status_code == 404, path
    assert names(session) == before
    client.sign_in(stranger)
    assert "No request yet" in messages(client.get("/requests"))
    assert "No booking is coming" in messages(client.get("/my-bookings"))


# Many rooms, many requests.


def rooms_that_nearly_fit(session: Session, scene: Scene, many: int) -> None:
    """Add facilities with a room that is booked, one without the equipment, and a request, every other one waiting."""
    for number in range(many):
        other = make.facility(session)
        room = make.cleanroom(session, other)
        make.rate(session, room)
        make.cleanroom(session, other, equipment=[])
        rival = sent(session, scene, make.slot(11, 15), room=room, stranger=True)
        services.approve_request(session, make.manager(session, room), rival.id, at=make.NOON)
        more = sent(session, scene, make.slot(25, 29), room=room)
        if number % 2:
            services.waitlist_request(session, make.manager(session, room), more.id, at=make.NOON)


def test_the_queries_of_list_and_windows_do_not_grow(
    client: PageClient, session: Session, scene: Scene, connection: Connection
) -> None:
    asked = draft(client, session, scene)
    sent(session, scene, make.slot(11, 15))
    paths = ["/requests", f"/requests/{asked.id}/window", f"/requests/{asked.id}"]
    few = list(queries_of(client, connection, paths))
    rooms_that_nearly_fit(session, scene, 2)
    some = list(queries_of(client, connection, paths))
    rooms_that_nearly_fit(session, scene, 5)
    many = list(queries_of(client, connection, paths))
    assert many[2] == few[2]
    assert many[0] <= few[0] + 2  # offers and places on waiting lists, once for all rows
    assert many[1] == some[1]  # when rooms that nearly fit would be free, once for all of them


def queries_of(client: PageClient, connection: Connection, paths: list[str]) -> Iterator[int]:
    """Yield how many statements each page takes."""
    counted: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        counted.append(statement)

    event.listen(connection, "before_cursor_execute", count)
    try:
        for path in paths:
            counted.clear()
            assert client.get(path).status_code == 200
            yield len([one for one in counted if "SAVEPOINT" not in one])
    finally:
        event.remove(connection, "before_cursor_execute", count)


# What the tests build on.


def sent(
    session: Session,
    scene: Scene,
    window: Slot,
    *,
    stranger: bool = False,
    room: Cleanroom | None = None,
    **values: Any,
) -> SlotRequest:
    """Store a request for the scene's room, the founder's unless a stranger's is wanted."""
    if not stranger:
        values = {"by": scene.founder, "project": scene.project, **values}
    asked = make.slot_request(session, room or scene.room, window, **values)
    asked.estimate = {
        "amount": 400_000,
        "currency": "SEK",
        "units": 4,
        "unit": "day",
        "unit_amount": 100_000,
        "extra_units": 0,
        "customer_kind": "company",
        "vat_basis_points": 2500,
        "valid_from": "2026-01-01",
        "is_demo": False,
    }
    if asked.state is RequestState.DRAFT:
        asked.submitted_at = asked.waiting_since = None
    session.commit()
    return asked


def choose(client: PageClient, asked: SlotRequest, room: Cleanroom, window: Slot) -> TestResponse:
    """Choose a window on the page of rooms and windows."""
    form = {"window": write_window(room, window), "version": str(asked.version), "go": "continue"}
    return client.post(f"/requests/{asked.id}/window", form)


def chosen(client: PageClient, session: Session, scene: Scene) -> SlotRequest:
    """Begin a draft and choose the first free window for it."""
    asked = draft(client, session, scene)
    assert choose(client, asked, scene.room, make.slot(5, 12)).status_code == 303
    return asked


def offered(session: Session, scene: Scene) -> SlotRequest:
    """Store a request that was offered another window."""
    asked = sent(session, scene, make.slot(11, 15))
    services.offer_window(
        session, scene.manager, asked.id, cleanroom_id=scene.room.id, slot=make.slot(18, 23), at=make.NOON
    )
    session.commit()
    return asked


def booked(session: Session, scene: Scene, **values: Any) -> Booking:
    """Store a booking that came of a request."""
    asked = sent(session, scene, make.slot(11, 15), **values)
    booking = services.approve_request(session, scene.manager, asked.id, at=make.NOON)
    session.commit()
    return booking
