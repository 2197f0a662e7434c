"""From a need to an introduction, and to a no that lowers the next ranking: founder, adviser and investor, each in a browser."""

import re
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from icalendar import Calendar, Event
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from portal.accounts.models import Membership, User
from portal.core.actors import Role
from portal.demo import cast
from portal.jobs.long_work import do_waiting
from portal.mail.models import OutgoingMail
from portal.partners.models import Partner
from portal.store import db
from tests.browser import awake
from tests.journeys.conftest import Visit, carry_messages, check_accessible
from tests.journeys.test_main_job import choose

pytestmark = pytest.mark.browser
LOOKED_AT = {
    "/introductions": "introduction-9-board",
    "/matching/learning": "introduction-10-learning",
    "/matching": "introduction-11-desk",
}
"""What the adviser looks at in the end, and what its picture is called."""
TEASER = "A gene therapy for a disease of the brain, with data in animals and a process that runs."


def thesis(demo: Flask) -> str:
    """Return what the investor who signs in is called in rankings."""
    with demo.app_context():
        name = db.session.scalars(
            select(Partner.name)
            .join(Membership, Membership.organisation_id == Partner.organisation_id)
            .join(User, User.id == Membership.user_id)
            .where(User.email.like("investor@%"), Membership.role == Role.INVESTOR)
        ).first()
    assert name is not None
    return name


def test_from_a_need_to_introduced_and_to_declined_then_ranked_lower(
    visit: Visit, demo: Flask, picture: Callable[[Page, str], None]
) -> None:
    founder, adviser, investor = visit("founder"), visit("adviser"), visit("investor")
    name = thesis(demo)
    first = registered(founder, "Compass of the journey")
    second = registered(founder, "Needle of the journey")
    picture(founder, "introduction-1-needs")

    met = shortlisted(adviser, first, name, picture)
    consented(founder, met)
    sent(adviser, met, demo)
    answered(investor, met, picture)
    dragged(adviser, met, "introduced")
    expect(adviser.locator("body")).to_contain_text("Noted.")
    shared(founder, investor, met, picture)
    agreed_to_meet(founder, adviser, investor, met, demo, picture)

    before = score(adviser, second, name)
    declined = shortlisted(adviser, second, name, picture)
    consented(founder, declined)
    sent_by_keyboard(adviser, declined, demo)
    turned_down(investor, declined)
    assert score(adviser, second, name) < before
    expect(row(adviser, name)).to_contain_text(re.compile("Ranked lower: declined once.*Too early"))
    check_accessible(adviser)
    picture(adviser, "introduction-8-ranked-lower")
    proposed_round(adviser, demo)
    picture(adviser, "introduction-12-round")
    for path, what in LOOKED_AT.items():
        adviser.goto(path)
        awake(adviser)
        check_accessible(adviser)
        picture(adviser, what)


def registered(page: Page, name: str) -> int:
    """Register a project, state its teaser, and say what it needs; return its number."""
    page.goto("/projects/register")
    page.get_by_label("Name").first.fill(name)
    facts = {
        "product_class": "GTMP",
        "modality": "aav",
        "indication_area": "neurology",
        "phase": "preclinical",
    }
    for field, value in facts.items():
        choose(page, field, value)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state()
    found = re.search(r"/projects/(\d+)", page.url)
    assert found is not None, page.locator("main").inner_text()
    number = int(found[1])
    page.goto(f"/projects/{number}/edit")
    page.locator("textarea[name=teaser]").fill(TEASER)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state()
    page.goto(f"/projects/{number}/roadmap")
    page.get_by_role("button", name="Make the roadmap").click()
    expect(page.get_by_role("button", name="Make the roadmap")).to_have_count(0)
    page.goto(f"/projects/{number}/needs")
    expect(page.locator("main")).to_contain_text("The portal proposes")
    check_accessible(page)
    page.locator("input[name=wanted_capital]").check()
    page.locator("summary", has_text="Steps of your roadmap that it pays for").click()
    page.locator("input[name=steps_capital]").nth(1).check()
    for field, value in {
        "funding_min": "1 000 000",
        "funding_max": "3 000 000",
        "by_capital": "2099-06-30",
        "words_capital": "Two engineering runs and the trial application.",
    }.items():
        page.locator(f"[name={field}]").fill(value)
    choose(page, "funding_currency", "EUR")
    choose(page, "instrument", "equity")
    page.get_by_role("button", name="Save what we need").click()
    expect(page.locator("body")).to_contain_text("Rankings use it from now on.")
    return number


def row(page: Page, name: str) -> Locator:
    """Return the line of a partner in a ranking."""
    return page.locator("li.ap-match", has=page.get_by_role("heading", name=re.compile(re.escape(name))))


def score(page: Page, project: int, name: str) -> float:
    """Return a partner's score for a project, as an adviser reads it."""
    page.goto(f"/projects/{project}/matches?all=1")
    return float(row(page, name).locator(".ap-score__n").inner_text().split()[0])


def shortlisted(page: Page, project: int, name: str, picture: Callable[[Page, str], None]) -> str:
    """Shortlist a partner and ask the founder's consent; return the introduction's address."""
    page.goto(f"/projects/{project}/matches")
    picture(page, "introduction-2-ranking")
    page.goto(f"/projects/{project}/matches?all=1")
    row(page, name).get_by_role("button", name=re.compile("Shortlist")).click()
    page.wait_for_url("**/introductions/*")
    page.get_by_role("button", name="Ask consent").click()
    expect(page.locator("body")).to_contain_text("The founder is asked.")
    return re.sub(r"^https?://[^/]+", "", page.url)


def consented(page: Page, path: str) -> None:
    """Consent, as the founder, to showing process and money once both have said yes."""
    page.goto(path)
    check_accessible(page)
    form = page.locator("#consent-form")
    for group in ("process", "money", "roadmap"):
        form.locator(f"input[value={group}]").check()
    form.get_by_role("button", name="I consent").click()
    expect(page.locator("body")).to_contain_text("Consented.")


def sent(page: Page, path: str, demo: Flask) -> None:
    """Send the teaser."""
    page.goto(path)
    page.get_by_role("button", name="Send the teaser").click()
    expect(page.locator("body")).to_contain_text("Sent.")
    carry_messages(demo)


def dragged(page: Page, path: str, column: str) -> None:
    """Drop a card of the board on the column where its next step leads."""
    page.goto("/introductions")
    awake(page)
    card(page, path).drag_to(page.locator(f"[data-column={column}] header"))


def sent_by_keyboard(page: Page, path: str, demo: Flask) -> None:
    """Send the teaser from the board without a pointer."""
    page.goto("/introductions")
    awake(page)
    card(page, path).locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("body")).to_contain_text("Sent.")
    carry_messages(demo)


def card(page: Page, path: str) -> Locator:
    """Return the card of an introduction."""
    return page.locator(f'[data-card="{path.rpartition("/")[2]}"]')


def answered(page: Page, path: str, picture: Callable[[Page, str], None]) -> None:
    """Read a teaser that names nobody, and say yes."""
    page.goto(path)
    assert TEASER in page.content()
    for secret in ("Compass of the journey", "Two engineering runs"):
        assert secret not in page.content()
    check_accessible(page)
    picture(page, "introduction-3-teaser")
    page.locator("summary", has_text="Yes, introduce us").click()
    page.locator("dialog[open], details[open]").get_by_role("button", name="Yes, introduce us").click()
    expect(page.locator("body")).to_contain_text("You have both said yes.")
    expect(page.locator("h1")).to_contain_text("Compass of the journey")


def shared(founder: Page, investor: Page, path: str, picture: Callable[[Page, str], None]) -> None:
    """Show a document, accept the terms, open it, and find it in the log."""
    founder.goto(f"{path}/documents")
    founder.locator("summary", has_text="Add a document").click()
    form = founder.locator("#document-form")
    report = {"name": "report.txt", "mimeType": "text/plain", "buffer": b"The runs went well.\n"}
    form.locator("input[type=file]").set_input_files(report)  # type: ignore[arg-type]
    form.get_by_label("Title").fill("Report of two runs")
    form.get_by_role("button", name="Show it to them").click()
    expect(founder.locator("body")).to_contain_text("The partner is told of it.")
    investor.goto(f"{path}/profile")
    expect(investor.locator("main")).to_contain_text("Two engineering runs")
    check_accessible(investor)
    picture(investor, "introduction-4-profile")
    investor.goto(f"{path}/documents")
    assert "Report of two runs" not in investor.content()
    check_accessible(investor)
    investor.get_by_label(re.compile("I accept these terms")).check()
    investor.get_by_role("button", name="Accept and open the documents").click()
    with investor.expect_download() as got:
        investor.get_by_role("link", name="Report of two runs").click()
    assert got.value.suggested_filename == "report.txt"
    founder.reload()
    expect(founder.locator("main")).to_contain_text("1 opening")
    check_accessible(founder)
    picture(founder, "introduction-5-documents")


def agreed_to_meet(
    founder: Page,
    adviser: Page,
    investor: Page,
    path: str,
    demo: Flask,
    picture: Callable[[Page, str], None],
) -> None:
    """Say on both sides when one is free, propose what suits both, agree to it, and get the invitation by mail."""
    monday = datetime.now(ZoneInfo("Europe/Stockholm")) + timedelta(days=14)
    for page, first, last in ((founder, 9, 12), (investor, 11, 15)):
        page.goto(path)
        page.locator("summary", has_text="Say when you are free").click()
        form = page.locator("#free-form")
        form.locator("[name=starts_at]").fill(f"{monday:%Y-%m-%d}T{first:02}:00")
        form.locator("[name=ends_at]").fill(f"{monday:%Y-%m-%d}T{last:02}:00")
        form.get_by_role("button", name="We are free then").click()
        expect(page.locator("body")).to_contain_text("Times at which both sides are free")
    adviser.goto(path)
    adviser.locator("summary", has_text="Propose a time").click()
    form = adviser.locator("#meeting-form")
    form.locator("input[name=chosen]").first.check()
    form.get_by_label("Where").fill("By video call")
    form.get_by_role("button", name="Propose").click()
    expect(adviser.locator("body")).to_contain_text("Proposed.")
    for page in (founder, investor):
        page.goto(path)
        page.get_by_role("button", name="The time suits us").click()
        expect(page.locator("body")).to_contain_text("Noted: the time suits you.")
    check_accessible(investor)
    picture(investor, "introduction-6-meeting")
    carry_messages(demo)
    eleven = monday.replace(hour=11, minute=0, second=0, microsecond=0)
    for person in ("founder", "investor", "adviser"):
        event = invitation(demo, f"{person}@{cast.DOMAIN}")
        assert event.start == eleven, person
        assert event.get("STATUS") == "CONFIRMED"
        assert "Compass" not in str(event.get("SUMMARY"))


def proposed_round(page: Page, demo: Flask) -> None:
    """Ask for a round, let it be worked out, and read it."""
    page.goto("/matching/rounds")
    form = page.locator("#round-form")
    form.locator("[name=name]").fill("The partnering day in May")
    form.locator("[name=per_project]").fill("2")
    form.get_by_role("button", name="Propose a round").click()
    page.wait_for_load_state()
    with demo.app_context():
        do_waiting(demo, "journey", threading.Event())
    page.goto("/matching/rounds")
    page.get_by_role("link", name="The partnering day in May").click()
    expect(page.locator("main")).to_contain_text("What it comes to")
    check_accessible(page)


def invitation(demo: Flask, address: str) -> Event:
    """Return the event of the last invitation that was mailed to somebody, as a calendar program reads it."""
    with demo.app_context():
        text = db.session.scalars(
            select(OutgoingMail.calendar)
            .where(OutgoingMail.recipient == address, OutgoingMail.calendar_method == "REQUEST")
            .order_by(OutgoingMail.id.desc())
        ).first()
    assert text is not None, f"no invitation reached {address}"
    return Calendar.from_ical(text).events[0]


def turned_down(page: Page, path: str) -> None:
    """Say no because it is too early."""
    page.goto(path)
    page.locator("summary", has_text="No, decline").click()
    form = page.locator("#decline-form")
    form.locator("select[name=reason]").select_option("too_early")
    form.get_by_role("button", name="Decline").click()
    expect(page.locator("body")).to_contain_text("Declined.")
