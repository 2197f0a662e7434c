"""A manager plans with the mouse, with the keyboard, and without scripts; the rules answer before anything is saved."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from portal.demo import cast
from tests.browser import awake
from tests.journeys.conftest import Visit, check_accessible, sign_in

pytestmark = pytest.mark.browser
CALENDAR = "/facilities/lund_pre_gmp/calendar"


def far_monday() -> date:
    """Return a Monday for which the demo has nothing yet."""
    day = date.today() + timedelta(days=330)  # noqa: DTZ011  (a day far away, whatever the zone)
    return day - timedelta(days=day.weekday())


def enter(page: Page, title: str, first: date, last: date, room: str = "P5") -> None:
    """Enter a booking of the facility's own in a cleanroom."""
    page.goto("/bookings/new")
    value = page.locator("select[name=cleanroom] option", has_text=room).first.get_attribute("value")
    page.locator("select[name=cleanroom]").select_option(value)
    page.locator("input[name=starts_on]").fill(first.isoformat())
    page.locator("input[name=ends_on]").fill(last.isoformat())
    page.get_by_label("What it is").fill(title)
    page.get_by_role("button", name="Enter").or_(page.get_by_role("button", name="Add")).first.click()
    expect(page.locator("body")).to_contain_text("The booking is entered.")


def bar_of(page: Page, title: str) -> Locator:
    """Return the bar of a booking in the picture."""
    return page.locator(".ap-bar[data-ask]:not(.is-origin)").filter(has_text=title)


def left_of(bar: Locator) -> float:
    """Return where a bar begins."""
    box = bar.bounding_box()
    assert box is not None
    return box["x"]


def inside(bar: Locator) -> dict[str, float]:
    """Return a place on a bar, in the window, that a finger can rest on."""
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    assert box is not None
    return {"x": box["x"] + 20, "y": box["y"] + 20}


def drag(page: Page, bar: Locator, days: float, *, from_end: bool = False) -> None:
    """Take a bar with the mouse, move it by so many days, and let go."""
    awake(page)
    bar.scroll_into_view_if_needed()
    box, lane = bar.bounding_box(), bar.locator("xpath=..").bounding_box()
    assert box is not None
    assert lane is not None
    x = box["x"] + (box["width"] - 3 if from_end else box["width"] / 2)
    y, way = box["y"] + box["height"] / 2, days * lane["width"] / 91
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + way / 2, y + 4, steps=4)
    page.mouse.move(x + way, y, steps=4)
    page.mouse.up()


def test_a_manager_drags_is_refused_undoes_and_moves_by_keyboard(
    visit: Visit, picture: Callable[[Page, str], None]
) -> None:
    page, monday = visit("manager"), far_monday()
    enter(page, "Journey smoke test", monday + timedelta(days=7), monday + timedelta(days=11))
    enter(page, "Journey neighbour", monday + timedelta(days=28), monday + timedelta(days=34))
    page.goto(f"{CALENDAR}?room=demo_lund_pre_gmp_p5&from={monday}")
    bar = bar_of(page, "Journey smoke test")
    home = left_of(bar)
    drag(page, bar, 21)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("It can’t go there")
    expect(dialog).to_contain_text("is taken")
    check_accessible(page)
    picture(page, "calendar-refused")
    dialog.get_by_role("button", name="Close").click()
    assert left_of(bar) == home

    drag(page, bar, 7)
    expect(dialog).to_contain_text("It fits")
    expect(dialog).to_contain_text("Its changeover is")
    check_accessible(page)
    picture(page, "calendar-fits")
    page.keyboard.press("Escape")
    assert left_of(bar) == home

    drag(page, bar, 7)
    dialog.get_by_label("Why it moves").fill("The fogger comes a week later.")
    dialog.get_by_role("button", name="Move it").click()
    expect(page.locator("main .ap-note")).to_contain_text("Journey smoke test moved from")
    assert left_of(bar) > home
    check_accessible(page)
    picture(page, "calendar-moved")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("body")).to_contain_text("The move is taken back.")
    assert left_of(bar) == home

    drag(page, bar, 2, from_end=True)
    expect(dialog).to_contain_text(re.compile("P5 · "))
    expect(dialog.get_by_role("button", name="Move it")).to_be_visible()
    dialog.get_by_role("link", name="Leave it where it is").click()
    expect(dialog).to_have_count(0)
    move_by_keyboard(page, bar, monday, picture)
    assert left_of(bar) > home


def move_by_keyboard(page: Page, bar: Locator, monday: date, picture: Callable[[Page, str], None]) -> None:
    """Move a booking to two days of the week after the next, without a mouse."""
    awake(page)
    bar.get_by_role("link").focus()
    page.keyboard.press("m")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Move Journey smoke test")
    check_accessible(page)
    page.get_by_label("First day").fill((monday + timedelta(days=14)).isoformat())
    page.get_by_label("Last day").fill((monday + timedelta(days=15)).isoformat())
    page.get_by_role("button", name="See what it means").first.press("Enter")
    expect(page.get_by_role("heading", name="It fits")).to_be_visible()
    check_accessible(page)
    picture(page, "calendar-move-by-keyboard")
    page.get_by_label("Why it moves").fill("Shorter.")
    page.get_by_role("button", name="Move it").press("Enter")
    expect(page.locator("main .ap-note")).to_contain_text("moved from")


def test_a_free_place_is_closed_its_closure_dragged_and_nothing_dropped_on_it(
    visit: Visit, picture: Callable[[Page, str], None]
) -> None:
    page, monday = visit("manager"), far_monday() - timedelta(days=120)
    monday -= timedelta(days=monday.weekday())
    enter(page, "Journey to a closed place", monday + timedelta(days=56), monday + timedelta(days=58), "P6")
    page.goto(f"{CALENDAR}?room=demo_lund_pre_gmp_p6&from={monday}")
    awake(page)
    lane = page.locator(".ap-tl__lane[data-room]").first.bounding_box()
    assert lane is not None
    day = lane["width"] / 91
    page.mouse.move(lane["x"] + 70.5 * day, lane["y"] + 20)
    page.mouse.down()
    page.mouse.move(lane["x"] + 72.4 * day, lane["y"] + 22, steps=6)
    page.mouse.up()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("A new stretch in P6")
    check_accessible(page)
    picture(page, "calendar-drawn")
    dialog.get_by_role("link", name="Close the cleanroom here").click()
    first, last = (monday + timedelta(days=days) for days in (70, 72))
    expect(page.get_by_label("First day")).to_have_value(first.isoformat())
    expect(page.get_by_label("Last day")).to_have_value(last.isoformat())
    page.get_by_label("Why").select_option("requalification")
    page.get_by_role("button", name="Close it").click()
    expect(page.locator("body")).to_contain_text("The cleanroom is closed for that time.")
    page.goto(f"{CALENDAR}?room=demo_lund_pre_gmp_p6&from={monday}")
    closure = bar_of(page, "Requalification")
    expect(closure).to_have_count(1)

    home = left_of(closure)
    drag(page, closure, 7)
    expect(dialog).to_contain_text("It fits")
    dialog.get_by_role("button", name="Move the closure").click()
    expect(page.locator("main .ap-note")).to_contain_text("moved from")
    page.goto(f"{CALENDAR}?room=demo_lund_pre_gmp_p6&from={monday}")
    assert left_of(closure) > home

    booking = bar_of(page, "Journey to a closed place")
    home = left_of(booking)
    drag(page, booking, 21)
    expect(dialog).to_contain_text("It can’t go there")
    expect(dialog).to_contain_text("closed")
    dialog.get_by_role("button", name="Close").click()
    assert left_of(booking) == home


def test_a_finger_that_rests_on_a_bar_takes_it_and_one_that_swipes_does_not(
    visit: Visit, browser: Browser, address: str
) -> None:
    monday = far_monday() + timedelta(days=56)
    enter(visit("manager"), "Journey by finger", monday, monday + timedelta(days=13))
    context = browser.new_context(
        base_url=address, has_touch=True, viewport={"width": 1200, "height": 900}, locale="en-GB"
    )
    page = context.new_page()
    sign_in(page, f"manager@{cast.DOMAIN}", cast.PASSWORD)
    page.goto(f"{CALENDAR}?room=demo_lund_pre_gmp_p5&from={monday}")
    awake(page)
    bar = bar_of(page, "Journey by finger")
    finger = context.new_cdp_session(page)

    def touch(kind: str, by: float = 0) -> None:
        points = [] if kind == "touchEnd" else [{"x": spot["x"] + by, "y": spot["y"]}]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    spot = inside(bar)
    touch("touchStart")
    touch("touchMove", 30)
    touch("touchEnd")
    expect(page.get_by_role("dialog")).to_have_count(0)
    spot = inside(bar)
    touch("touchStart")
    expect(page.locator(".ap-tl.is-dragging")).to_have_count(1)
    touch("touchMove", 60)
    touch("touchMove", 90)
    touch("touchEnd")
    expect(page.get_by_role("dialog")).to_contain_text("It fits")
    context.close()


def test_without_scripts_the_table_leads_to_the_same_answer(
    visit: Visit, browser: Browser, address: str
) -> None:
    monday = far_monday() - timedelta(days=28)
    enter(visit("manager"), "Journey without scripts", monday, monday + timedelta(days=4))
    context = browser.new_context(base_url=address, java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    sign_in(page, f"manager@{cast.DOMAIN}", cast.PASSWORD)
    page.goto(f"{CALENDAR}?room=demo_lund_pre_gmp_p5&from={monday}")
    page.locator("tr", has_text="Journey without scripts").get_by_role("link", name="Move…").click()
    page.get_by_label("Last day").fill((monday + timedelta(days=6)).isoformat())
    page.get_by_role("button", name="See what it means").first.click()
    expect(page.get_by_role("heading", name="It fits")).to_be_visible()
    page.get_by_label("Why it moves").fill("It takes longer.")
    page.get_by_role("button", name="Move it").click()
    expect(page.locator("main .ap-note")).to_contain_text("Journey without scripts moved from")
    context.close()


@pytest.mark.parametrize("look", [{}, {"narrow": True, "dark": True}, {"sv": True}])
@pytest.mark.parametrize("person", ["manager", "founder", None])
def test_every_scale_for_whoever_looks(
    visit: Visit, picture: Callable[[Page, str], None], person: str | None, look: dict[str, bool]
) -> None:
    page = visit(person, **look)
    for scale in ("day", "week", "month", "quarter"):
        page.goto(f"{CALENDAR}?scale={scale}")
        check_accessible(page)
        picture(page, "-".join(["calendar", scale, person or "visitor", *look]))


def test_the_calendar_on_paper(visit: Visit, picture: Callable[[Page, str], None]) -> None:
    page = visit("manager", dark=True)
    page.goto(CALENDAR)
    page.emulate_media(media="print")
    expect(page.get_by_role("search")).to_be_hidden()
    expect(page.locator(".ap-tl-hint")).to_be_hidden()
    expect(page.locator(".ap-tl")).to_be_visible()
    wider = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0
    picture(page, "calendar-print")
