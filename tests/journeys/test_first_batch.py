"""One product's whole way, in six browsers: from registration over both kinds of facility to a certified clinical batch.

The house is a small one of its own, and its clock is set forward from run to run.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.accounts.passwords import hashed
from portal.app import create_app
from portal.campaigns.models import Campaign
from portal.campaigns.queries import Seen, links_of
from portal.config import Mode, Settings
from portal.core import clock
from portal.core.actors import Role
from portal.facilities.models import Grade, RoomKind
from portal.gates.models import Dossier, GateItem
from portal.gates.queries import book
from portal.gates.rules import Gate, ItemState
from portal.store import Base, db
from portal.web.limits import limiter
from tests import make
from tests.browser import PATIENCE, served
from tests.journeys.conftest import WIDE, carry_messages, check_accessible, sign_in
from tests.journeys.test_main_job import PASSWORD, choose, project, register

pytestmark = pytest.mark.browser
STAFF = ("lab-manager", "plant-manager", "qa", "qp")
LINKS = (
    ("process_development", "Development run", 0),
    ("engineering_run", "Engineering run", 3),
    ("clinical_batch", "First batch", 3),
)
FOUNDER = "journey@journey.example"
SHOWN_HERE = {
    Gate.PRE_GMP_EXIT: ("pex_risk_assessment", FOUNDER, "qa@house.example"),
    Gate.GMP_ENTRY: ("gme_gmo_permit", "plant-manager@house.example", "qa@house.example"),
    Gate.BATCH_RELEASE: ("fcb_manufacturing_authorisation", "qa@house.example", "qp@house.example"),
}
"""Of each gate, one item that binds whether or not QA has adopted it, who shows it and who reviews it on its page."""
WAIVED = "gme_authority_advice"


@dataclass
class House:
    """A laboratory, a plant, their people, and what time it is there."""

    app: Flask
    address: str
    browser: Browser
    ahead: timedelta = timedelta(0)
    pages: dict[str, tuple[timedelta, Page]] = field(default_factory=dict)
    """The browser of everybody who is signed in, and what time it was when they signed in."""

    def now(self) -> datetime:
        """Return the present of the house."""
        return datetime.now(UTC) + self.ahead

    def wait_until(self, moment: datetime) -> None:
        """Set the clock forward."""
        self.ahead = moment - datetime.now(UTC)

    def visit(self, email: str | None = None) -> Page:
        """Open a browser for somebody, signed in if they have an address here; who still is comes back to theirs."""
        since, known = self.pages.get(email or "", (timedelta(0), None))
        if known is not None and self.ahead - since < timedelta(hours=8):
            return known
        page = self.browser.new_context(base_url=self.address, viewport=WIDE, locale="en-GB").new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: pytest.fail(f"a script failed: {error}"))
        if email is not None:
            sign_in(page, email, PASSWORD)
            self.pages[email] = self.ahead, page
        return page

    def staff(self, name: str) -> Page:
        """Open a browser for one of the facilities' people."""
        return self.visit(f"{name}@house.example")

    def links(self) -> dict[str, Seen]:
        """Return the links of the only chain by their titles."""
        with self.app.app_context(), Session(db.engine, expire_on_commit=False) as session:
            (campaign_id,) = session.scalars(select(Campaign.id)).all()
            return {one.request.title: one for one in links_of(session, [campaign_id])[campaign_id]}

    def booking(self, title: str) -> tuple[int, datetime, datetime]:
        """Return a link's booking: its number, and when it starts and ends."""
        booking = self.links()[title].booking
        assert booking is not None
        return booking.id, booking.block.starts_at, booking.block.ends_at

    def accept_all_but(self, gate: Gate, *left: str) -> int:
        """Let all of a gate have been accepted but what is shown here and these, and return the dossier's number."""
        with self.app.app_context(), Session(db.engine) as session:
            dossier = session.scalars(
                select(Dossier).join(Dossier.facility).where(Dossier.facility.has(slug="the-plant"))
            ).one()
            rows = book(session, dossier, gate, today=self.now().date()).checklist.rows
            for row in rows:
                if row["id"] not in {SHOWN_HERE[gate][0], *left}:
                    session.add(GateItem(dossier_id=dossier.id, item=row["id"], state=ItemState.ACCEPTED))
            session.commit()
            return dossier.id


@pytest.fixture
def house(tmp_path: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    app = create_app(
        Settings(
            mode=Mode.DEMO,
            secret_key="a secret for tests, and only for tests",
            password_salt="a salt for tests, and only for tests",
            database_url=f"sqlite:///{tmp_path / 'portal.sqlite'}",
            instance=tmp_path,
        )
    )
    monkeypatch.setattr(limiter, "enabled", False)
    security = app.extensions["security"]
    cheap = security.pwd_context.copy(argon2__time_cost=1, argon2__memory_cost=8, argon2__parallelism=1)
    monkeypatch.setattr(security, "pwd_context", cheap)
    with app.app_context():
        Base.metadata.create_all(db.engine)
        furnish(hashed(PASSWORD))
    with served(app) as address:
        found = House(app, address, browser)
        monkeypatch.setattr(clock, "now", found.now)
        yield found
    for context in browser.contexts:
        context.close()


def furnish(password: str) -> None:
    """Store a laboratory before GMP and a plant, each with a room, and the people who answer for them."""
    with Session(db.engine) as session:
        good = {"qualified_until": (datetime.now(UTC) + timedelta(days=700)).date()}
        terms = {"confidentiality_terms": "What we read stays with us.", "default_changeover_days": 1}
        lab = make.facility(session, slug="the-lab", name="The laboratory", **terms)
        plant = make.facility(session, slug="the-plant", name="The plant", **terms)
        make.cleanroom(session, lab, name="Laboratory room", **good)
        make.cleanroom(session, plant, name="Plant room", kind=RoomKind.GMP, grade=Grade.B, **good)
        people = zip(
            STAFF,
            (
                make.manager(session, lab),
                make.manager(session, plant),
                make.duty(session, plant, Role.QA),
                make.duty(session, plant, Role.QP),
            ),
            strict=True,
        )
        for name, actor in people:
            person = session.get_one(User, actor.user_id)
            person.email, person.name, person.password = f"{name}@house.example", name, password
        session.commit()


def test_a_product_goes_from_registration_to_a_certified_clinical_batch(
    house: House, picture: Callable[[Page, str], None]
) -> None:
    founder = house.visit()
    register(founder, house.app)
    chain = ask_for_the_chain(founder, project(founder, more={"process_state": "closed"}), house)
    approve_both_parts(house, chain)
    pass_the_gates_before_the_runs(house, picture)
    founder.goto(chain)
    expect(founder.locator("main")).to_contain_text("Approved")
    check_accessible(founder)
    picture(founder, "batch-1-chain")

    for title, manager in (
        ("Development run", "lab-manager"),
        ("Engineering run", "plant-manager"),
        ("First batch", "plant-manager"),
    ):
        carry_out(house, title, manager)
    number, _starts, _ends = house.booking("First batch")
    certify(house, number, picture)
    founder = house.visit(FOUNDER)
    founder.goto(chain)
    expect(founder.locator("main .ap-head")).to_contain_text("Carried out")
    founder.goto(f"/runs/{number}")
    expect(founder.locator("main")).to_contain_text("Certified")
    with founder.expect_download() as paper:
        founder.get_by_role("link", name="Download as PDF").first.click()
    assert paper.value.path().read_bytes().startswith(b"%PDF")


def ask_for_the_chain(page: Page, home: str, house: House) -> str:
    """Plan a chain over both facilities, take the windows that are proposed, and request it as one."""
    page.goto(f"{home}/campaigns")
    page.get_by_label("Name").fill("To the first batch")
    page.get_by_role("button", name="Begin").click()
    chain = page.url
    first = house.now().date() + timedelta(days=10)
    for kind, title, lag in LINKS:
        page.goto(f"{chain}/links/new")
        choose(page, "run_kind", kind)
        page.locator("input[name=title]").fill(title)
        page.locator("input[name=duration]").fill("2")
        page.locator("input[name=earliest_start]").fill(first.isoformat())
        page.locator("input[name=lag_days]").fill(str(lag))
        page.get_by_role("button", name="Add it").click()
        expect(page.locator("body")).to_contain_text("1 link added.")
    page.goto(f"{chain}/windows")
    check_accessible(page)
    page.get_by_role("button", name="Take these windows").click()
    page.goto(f"{chain}/request")
    page.get_by_role("button", name="Request all of it").click()
    expect(page.locator("main")).to_contain_text("stands in the way")
    for name in ("The laboratory", "The plant"):
        page.get_by_label(f"Those of {name}").check()
    page.get_by_role("button", name="Request all of it").click()
    page.wait_for_url(chain)
    carry_messages(house.app)
    return chain


def approve_both_parts(house: House, chain: str) -> None:
    """Let the laboratory's part wait for the plant's; the plant is refused until it holds what waits for its gates."""
    until = (house.now() + timedelta(days=9)).date().isoformat()
    lab = house.staff("lab-manager")
    lab.goto(f"{chain}/part")
    expect(lab.locator("main")).not_to_contain_text("First batch")
    opened(lab, "Approve").get_by_label("Held until").fill(until)
    press(lab, "Approve as one")
    plant = house.staff("plant-manager")
    plant.goto(f"{chain}/part")
    opened(plant, "Approve").locator("input[type=password]").fill(PASSWORD)
    press(plant, "Approve as one")
    for gate in ("Pre-GMP exit", "GMP entry"):
        expect(plant.locator("main")).to_contain_text(
            re.compile(f"gate “{gate}” stands before this run", re.IGNORECASE)
        )
    form = plant.locator("dialog[open], details[open]").last
    form.get_by_label("Held until").fill(until)
    form.locator("input[type=password]").fill(PASSWORD)
    press(plant, "Approve as one")
    expect(plant.locator("main")).to_contain_text("until")
    carry_messages(house.app)


def pass_the_gates_before_the_runs(house: House, picture: Callable[[Page, str], None]) -> None:
    """Show what the gates ask for; before GMP entry is met the batch is not confirmed, and QA waives one item."""
    dossier = house.accept_all_but(Gate.PRE_GMP_EXIT)
    show(house, dossier, Gate.PRE_GMP_EXIT)
    batch, _starts, _ends = house.booking("First batch")
    manager = house.staff("plant-manager")
    manager.goto(f"/bookings/{batch}")
    opened(manager, "Condition met").locator("input[type=password]").fill(PASSWORD)
    press(manager, "Confirm")
    expect(manager.locator("main")).to_contain_text(
        re.compile("gate “GMP entry” stands before this run", re.IGNORECASE)
    )
    house.accept_all_but(Gate.GMP_ENTRY, WAIVED)
    waive(house, dossier, picture)
    show(house, dossier, Gate.GMP_ENTRY)


def waive(house: House, dossier: int, picture: Callable[[Page, str], None]) -> None:
    """Let QA waive an item of GMP entry until a day, signed."""
    qa = house.staff("qa")
    qa.goto(f"/gates/{dossier}/items/{WAIVED}")
    form = opened(qa, "Waive")
    form.get_by_label("Reason").fill("The meeting is booked; its minutes change nothing in the process.")
    form.get_by_label("Until").fill((house.now() + timedelta(days=90)).date().isoformat())
    form.locator("input[type=password]").fill(PASSWORD)
    press(qa, "Waive and sign")
    expect(qa.locator("main")).to_contain_text("Waiver in force")
    check_accessible(qa)
    picture(qa, "batch-2-waiver")
    carry_messages(house.app)


def show(house: House, dossier: int, gate: Gate) -> None:
    """Give a link as evidence of the last item that holds a gate, and let its reviewer accept it."""
    name, owner, reviewer = SHOWN_HERE[gate]
    page, item = house.visit(owner), f"/gates/{dossier}/items/{name}"
    page.goto(item)
    form = opened(page, "Give evidence")
    form.get_by_label("Or a link").fill("https://documents.example.org/record")
    press(page, "Give it to the reviewer")
    review = house.visit(reviewer)
    review.goto(item)
    opened(review, "Review")
    press(review, "Accept")
    expect(review.locator("body")).to_contain_text("Accepted")
    carry_messages(house.app)


def carry_out(house: House, title: str, manager: str) -> None:
    """Let the day of a run come: it is marked in use, completed, and its record written by the founder."""
    number, starts, ends = house.booking(title)
    house.wait_until(ends - timedelta(hours=2))
    page = house.staff(manager)
    page.goto(f"/bookings/{number}")
    opened(page, "Mark in use")
    press(page, "Mark in use")
    opened(page, "Complete")
    press(page, "Mark completed")
    expect(page.locator("body")).to_contain_text("Marked as completed.")
    house.wait_until(ends + timedelta(hours=1))
    founder = house.visit(FOUNDER)
    founder.goto(f"/runs/{number}")
    for name, value in {
        "started_at": f"{starts + timedelta(hours=10):%Y-%m-%dT%H:%M}",
        "ended_at": f"{ends - timedelta(hours=6):%Y-%m-%dT%H:%M}",
        "operators": "A. Operator",
        "batch_reference": "CB-01",
        "deviations": "0",
    }.items():
        founder.locator(f"[name='run-{name}']").fill(value)
    choose(founder, "'run-outcome'", "success")
    founder.get_by_role("button", name="Save").first.click()
    expect(founder.locator("main")).to_contain_text("A. Operator")


def certify(house: House, number: int, picture: Callable[[Page, str], None]) -> None:
    """Let QA close the batch's record, and the qualified person certify it once the gate of batch release is met."""
    qa = house.staff("qa")
    qa.goto(f"/runs/{number}")
    opened(qa, "Close and sign").locator("input[type=password]").fill(PASSWORD)
    press(qa, "Close and sign")
    expect(qa.locator("main")).to_contain_text("Closed")
    qp = house.staff("qp")
    qp.goto(f"/runs/{number}")
    opened(qp, "Certify and sign").locator("input[type=password]").fill(PASSWORD)
    press(qp, "Certify and sign")
    expect(qp.locator("main")).to_contain_text(
        re.compile("gate “.*release” stands before this run", re.IGNORECASE)
    )
    show(house, house.accept_all_but(Gate.BATCH_RELEASE), Gate.BATCH_RELEASE)
    qp.goto(f"/runs/{number}")
    opened(qp, "Certify and sign").locator("input[type=password]").fill(PASSWORD)
    press(qp, "Certify and sign")
    expect(qp.locator("main")).to_contain_text("Certified")
    check_accessible(qp)
    picture(qp, "batch-3-run-and-signatures")


def opened(page: Page, name: str) -> Locator:
    """Open the dialog behind a button and return it."""
    page.locator("summary", has_text=name).first.click()
    return page.locator("dialog[open], details[open]").last


def press(page: Page, name: str) -> None:
    """Press a button of the open dialog and wait for the answer."""
    with page.expect_navigation():
        page.locator("dialog[open], details[open]").last.get_by_role("button", name=name, exact=True).click()
