"""The main job, start to end: an organisation, a project, a slot request, an offer, an approval; in three browsers."""

import re
import time
from collections.abc import Callable, Mapping

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from portal.mail.delivery import send_waiting
from tests.journeys.conftest import Visit, carry_messages, check_accessible

pytestmark = pytest.mark.browser
PASSWORD = "correct horse battery staple, for a test"


def confirmation_link(demo: Flask) -> str:
    """Return the address that the newest mail leads to."""
    folder = demo.extensions["portal_settings"].instance / "mail"
    for _ in range(60):
        if list(folder.glob("*.eml")):
            break
        time.sleep(1)
        with demo.app_context():  # what the worker leaves, the jobs process sends; here nobody else is it
            send_waiting()
    newest = max(folder.glob("*.eml"), key=lambda file: file.stat().st_mtime)
    text = newest.read_text().replace("=\n", "").replace("=3D", "=")
    found = re.search(r"https?://[^/\s]+(/confirm/\S+)", text)
    assert found is not None, text
    return found.group(1)


def test_from_registration_to_an_approved_booking(
    visit: Visit, demo: Flask, picture: Callable[[Page, str], None]
) -> None:
    founder = visit()
    register(founder, demo)
    project(founder)
    reference = ask_for_a_slot(founder, picture)
    carry_messages(demo)
    manager = visit("manager")
    manager.goto("/inbox")
    manager.get_by_role("link", name=re.compile("Journey Therapeutics")).first.click()
    expect(manager.get_by_role("heading", name=re.compile("Journey Therapeutics"))).to_be_visible()
    check_accessible(manager)
    picture(manager, "job-4-inbox")
    approve(manager)
    carry_messages(demo)
    founder.goto("/messages")
    expect(founder.locator("main")).to_contain_text(f"approved {reference}")
    founder.get_by_role("link", name=re.compile(reference)).first.click()
    expect(founder.locator("main")).to_contain_text(re.compile("Approved|Confirmed"))
    check_accessible(founder)
    picture(founder, "job-5-approved")


def approve(page: Page) -> None:
    """Approve the request that is open in the inbox."""
    page.locator("summary", has_text="Approve").first.click()
    page.locator("dialog[open], details[open]").get_by_label("Note").fill("Welcome.")
    page.locator("dialog[open], details[open]").get_by_role("button", name="Approve").click()
    expect(page.locator("body")).to_contain_text("Request approved.")


def register(page: Page, demo: Flask) -> None:
    """Register a person and an organisation, and confirm the address from the mail."""
    page.goto("/register")
    page.get_by_label("Your name").fill("Journey Founder")
    page.get_by_label("E-mail").first.fill("journey@journey.example")
    page.locator("input[type=password]").first.fill(PASSWORD)
    page.get_by_label("Name of your organisation").fill("Journey Therapeutics AB")
    page.get_by_label("Company", exact=True).check()
    page.get_by_role("button", name="Register").click()
    page.wait_for_url("**/register/sent")
    page.goto(confirmation_link(demo))
    confirm = page.locator("main form button[type=submit]")
    if confirm.count():
        confirm.first.click()
        page.wait_for_load_state()
    if "/login" in page.url or page.locator("input[name=password]").count():
        page.goto("/login")
        page.locator("input[name=email]").fill("journey@journey.example")
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_load_state()
    page.goto("/")
    expect(page.locator("main")).to_contain_text("Journey Therapeutics AB")


def project(page: Page, name: str = "Journey neutropenia", more: Mapping[str, str] | None = None) -> str:
    """Register a project, state the facts that rules ask for and perhaps more, and return the address of its page."""
    page.goto("/projects/register")
    page.get_by_label("Name").first.fill(name)
    for field, value in {
        "product_class": "GTMP",
        "modality": "gene_modified_hsc",
        "indication_area": "haematology",
        "phase": "preclinical",
    }.items():
        choose(page, field, value)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state()
    number = re.search(r"/projects/(\d+)", page.url)
    assert number is not None, page.locator("main").inner_text()
    page.goto(f"/projects/{number.group(1)}/edit")
    for field, value in {
        "gmo_class": "2",
        "vector_level": "lentiviral_retroviral",
        "process_class": "lv_rv",
        "bsl": "2",
        **(more or {}),
    }.items():
        choose(page, field, value)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state()
    expect(page.locator("main")).to_contain_text(name)
    return f"/projects/{number.group(1)}"


def choose(page: Page, name: str, value: str) -> None:
    """Answer a choice, whether it is a list or a row of buttons."""
    field = page.locator(f"select[name={name}]")
    if field.count():
        field.select_option(value)
        return
    button = page.locator(f"input[name={name}][value='{value}']")
    if button.count():
        button.first.check()
    else:
        page.locator(f"input[name={name}]").fill(value)


def ask_for_a_slot(
    page: Page, picture: Callable[[Page, str], None], start: str = "/requests/new", name: str = "job"
) -> str:
    """Go through the wizard's three steps and return the request's reference."""
    page.goto(start)
    page.get_by_label("Title").fill("Runs 1–3")
    page.get_by_label("How long it takes").fill("5")
    page.get_by_label("Lund University pre-GMP facility").check()
    check_accessible(page)
    picture(page, f"{name}-1-what-you-will-do")
    page.get_by_role("button", name="Continue to rooms and windows").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Choose a room and a window")
    check_accessible(page)
    page.locator("input[name=window]").first.check()
    picture(page, f"{name}-2-room-and-window")
    page.get_by_role("button", name=re.compile("Continue with")).click()
    check_accessible(page)
    page.get_by_label(re.compile("I accept these confidentiality terms")).check()
    picture(page, f"{name}-3-check")
    page.get_by_role("button", name="Submit the request").click()
    expect(page.locator("main")).to_contain_text("Submitted")
    found = re.search(r"SR-\d{4}-\d{4}", page.locator("main").inner_text())
    assert found is not None
    return found.group()
