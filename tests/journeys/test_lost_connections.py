"""What happens when a window is closed, a session ends or the network goes: nothing that was typed is lost."""

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from portal.demo import cast
from tests.browser import awake, served
from tests.journeys.conftest import Visit, check_accessible, sign_in

pytestmark = pytest.mark.browser

REASON = "We also advise three companies in Malmö."


def type_reason(page: Page) -> None:
    """Begin to ask for a role, and wait until the browser has kept what was typed."""
    page.goto("/request-role")
    awake(page)
    page.locator("[name=why]").fill(REASON)
    page.wait_for_function(
        "words => Object.entries(localStorage).some(([key, kept]) => key.startsWith('draft:') && kept.includes(words))",
        arg=REASON,
    )


def drafts(page: Page) -> list[str]:
    """Return the names of the drafts that the browser keeps."""
    found: list[str] = page.evaluate(
        "() => Object.keys(localStorage).filter(key => key.startsWith('draft:'))"
    )
    return found


def test_what_was_typed_is_there_after_a_reload_and_gone_after_sending(visit: Visit) -> None:
    page = visit("provider")
    type_reason(page)
    page.reload()
    expect(page.locator("[name=why]")).to_have_value(REASON)
    page.locator("[data-draft-notice]").wait_for(state="visible")
    check_accessible(page)
    page.locator("[name=role]").select_option(index=1)
    page.locator("main form [type=submit]").last.click()
    page.locator(".ap-toast[data-done]").wait_for()
    awake(page)
    assert drafts(page) == []
    page.goto("/request-role")
    assert page.locator("[name=why]").input_value() == ""


def test_what_was_typed_outlives_a_lost_session(visit: Visit) -> None:
    page = visit("analyst")
    type_reason(page)
    page.context.clear_cookies()
    page.locator("main form [type=submit]").last.click()
    page.wait_for_load_state()
    assert len(drafts(page)) == 1
    sign_in(page, f"analyst@{cast.DOMAIN}", cast.PASSWORD)
    page.goto("/request-role")
    expect(page.locator("[name=why]")).to_have_value(REASON)


def test_without_a_connection_a_page_says_so_and_the_next_one_comes_when_it_is_back(
    browser: Browser, demo: Flask
) -> None:
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    with served(demo) as address:
        page.goto(address)
        page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.goto(f"{address}/facilities")
    assert page.locator("h1").inner_text() == "You have no connection to the portal"
    style = page.evaluate("() => getComputedStyle(document.querySelector('.ap-problem')).display")
    assert style != "block", "the page looks like nothing without its style sheet"
    check_accessible(page)
    context.close()
