"""From a fresh project to a referral and a booked slot, through next best actions; and a bar dragged to another day."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser import awake
from tests.journeys.conftest import Visit, carry_messages, check_accessible
from tests.journeys.test_main_job import approve, ask_for_a_slot, project

pytestmark = pytest.mark.browser
DONE = ("in_vivo_proof_of_concept", "qtpp", "regulatory_strategy")
NAME = "Journey roadmap"
Picture = Callable[[Page, str], None]


def test_from_a_fresh_project_to_a_referral_and_a_booked_slot(
    visit: Visit, demo: Flask, picture: Picture
) -> None:
    founder = visit("founder")
    path = project(founder, NAME)
    make_roadmap(founder, path)
    check_accessible(founder)
    picture(founder, "roadmap-1-next-actions")
    referral = ask_for_help(founder, path)
    provider = visit("provider")
    accept(provider, referral, picture)
    founder.goto(referral)
    expect(founder.locator("main")).to_contain_text("Gladly")
    check_accessible(founder)

    founder.goto(f"{path}/roadmap")
    room = founder.get_by_role("link", name=re.compile("Request a slot.*Process development"))
    ask_for_a_slot(founder, picture, room.get_attribute("href") or "", "roadmap-slot")
    carry_messages(demo)
    manager = visit("manager")
    manager.goto(f"/inbox/{request_on(founder)}")
    approve(manager)
    carry_messages(demo)
    founder.goto(f"{path}/roadmap/steps/process_development")
    expect(founder.locator("main")).to_contain_text("Room booked")
    expect(founder.locator("main")).to_contain_text("Cleanroom booked from")
    founder.goto(f"{path}/roadmap")
    picture(founder, "roadmap-3-booked")
    drag_a_bar(founder, path)


def test_each_reader_finds_the_roadmap_as_it_concerns_them(visit: Visit, picture: Picture) -> None:
    founder = visit("founder")
    founder.goto("/projects")
    project = founder.locator("main tbody th a", has_text="Severe congenital neutropenia").first
    path = project.get_attribute("href") or ""
    for name, address, heading in (
        ("roadmap-4-grid", f"{path}/roadmap?scale=quarter", "What decides the date"),
        ("roadmap-5-list", f"{path}/roadmap?view=list", "What decides the date"),
        ("roadmap-6-readiness", f"{path}/readiness", "Readiness"),
        ("roadmap-7-market-access", f"{path}/market-access", "What the team states"),
        ("roadmap-8-rights", f"{path}/rights", "Freedom to operate"),
    ):
        founder.goto(address)
        expect(founder.locator("main").get_by_role("heading", name=heading).first).to_be_visible()
        picture(founder, name)
    adviser, analyst = visit("adviser"), visit("analyst")
    adviser.goto("/roadmaps")
    expect(adviser.locator("main tbody tr").first).to_be_visible()
    picture(adviser, "roadmap-9-portfolio")
    analyst.goto("/roadmaps/figures")
    expect(analyst.get_by_role("heading", name="At which steps do they stand?")).to_be_visible()
    check_accessible(analyst)
    picture(analyst, "roadmap-10-figures")


def request_on(page: Page) -> str:
    """Return the number of the request that a page shows."""
    found = re.search(r"/requests/(\d+)", page.url)
    assert found is not None, page.url
    return found.group(1)


def make_roadmap(page: Page, path: str) -> None:
    """Make the roadmap of a fresh project, and say what is done already."""
    page.goto(f"{path}/roadmap")
    page.get_by_role("button", name="Make the roadmap").click()
    expect(page).to_have_url(re.compile("/roadmap/done"))
    check_accessible(page)
    for step in DONE:
        page.locator(f"input[name=done-{step}]").check()
    page.locator("main form button[type=submit]").last.click()
    expect(page.get_by_role("heading", name="Next actions")).to_be_visible()


def ask_for_help(page: Page, path: str) -> str:
    """Go from the next action to who helps with it, ask, and return the address of the referral."""
    page.goto(f"{path}/roadmap/support")
    check_accessible(page)
    page.goto(f"{path}/roadmap")
    page.get_by_role("link", name=re.compile("Get help.*Invention disclosure")).click()
    expect(page).to_have_url(re.compile("/steps/invention_disclosure"))
    check_accessible(page)
    page.get_by_role("link", name="Ask for help").first.click()
    page.get_by_label("What you need help with").fill("We want to file before we publish.")
    check_accessible(page)
    page.get_by_role("button", name="Ask for help").click()
    expect(page).to_have_url(re.compile(r"/referrals/\d+"))
    return page.url


def accept(page: Page, referral: str, picture: Picture) -> None:
    """Accept, as the provider, what waits on their home."""
    page.goto("/")
    expect(page.locator("main")).to_contain_text("They ask for your help")
    check_accessible(page)
    page.goto(referral)
    expect(page.locator("body")).not_to_contain_text(NAME)
    check_accessible(page)
    picture(page, "roadmap-2-referral")
    page.locator("textarea[name=words]").fill("Gladly.")
    page.get_by_role("button", name="Accept").click()
    expect(page.locator("body")).to_contain_text("Accepted.")
    expect(page.locator("main")).to_contain_text(NAME)


def drag_a_bar(page: Page, path: str) -> None:
    """Take a planned bar with the mouse and let go of it later: the step is planned for that day."""
    page.goto(f"{path}/roadmap?scale=quarter&track=regulatory")
    awake(page)
    row = page.locator("[data-step=lv_scientific_advice]")
    bar = row.locator(".ap-bar:not(.ap-range)").first
    bar.scroll_into_view_if_needed()
    box, lane = bar.bounding_box(), row.locator(".ap-tl__lane").bounding_box()
    assert box is not None
    assert lane is not None
    x, y, way = box["x"] + min(6, box["width"] / 2), box["y"] + box["height"] / 2, lane["width"] / 8
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + way / 2, y, steps=4)
    page.mouse.move(x + way, y, steps=4)
    page.mouse.up()
    expect(page.locator("body")).to_contain_text("Planned. The roadmap is computed anew.")
    moved = page.locator("[data-step=lv_scientific_advice] .ap-bar:not(.ap-range)").first.bounding_box()
    assert moved is not None
    assert moved["x"] - box["x"] > way / 2
    page.goto(f"{path}/roadmap/steps/lv_scientific_advice")
    expect(page.locator("input[name=not_before]")).not_to_have_value("")
