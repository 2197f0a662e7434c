"""What the scripts of the parts do, in Chromium, under the portal's own Content-Security-Policy."""

from collections.abc import Iterator

import flask
import pytest
import wtforms
from flask import Flask
from flask.typing import ResponseReturnValue
from flask_babel import Babel
from playwright.sync_api import Browser, Page
from wtforms.validators import InputRequired

from portal.config import ROOT
from portal.reference import views as reference_pages
from portal.web import assets, filters, headers
from portal.web.forms import BaseForm
from tests.browser import PATIENCE, awake, served

pytestmark = pytest.mark.browser

SAVE = ".ap-decide button"

PAGE = """{% extends "layout.html" %}
{% from "parts/button.html" import post_button, submit %}
{% from "parts/decide.html" import decide %}
{% from "parts/field.html" import fields %}
{% from "parts/filters.html" import filter_select, filters %}
{% from "parts/form.html" import post_form %}
{% from "parts/head.html" import head %}
{% block title %}Try{% endblock %}
{% block content %}
  {{ head("Try") }}
  {% call filters() %}{{ filter_select("state", "State", [("a", "Asked"), ("b", "Booked")], request.args.state, all="All") }}{% endcall %}
  {% call post_form(form, draft="try") %}{{ fields(form) }}{% call decide() %}{{ submit("Save") }}{% endcall %}{% endcall %}
  {{ post_button("Withdraw", "/withdraw", confirm="Its place is lost.", yes="Yes, withdraw") }}
{% endblock %}"""

MANY_TABS = """{% extends "layout.html" %}
{% from "parts/tabs.html" import tabs %}
{% block title %}Tabs{% endblock %}
{% block content %}
  <h1>Tabs</h1>
  {{ tabs(items, "Pages") }}
{% endblock %}"""


class Typed(BaseForm):
    """A form with something to lose."""

    version = wtforms.HiddenField(default="1")
    name = wtforms.StringField("Name", [InputRequired("Give a name.")])
    secret = wtforms.PasswordField("Secret")
    orphan = wtforms.BooleanField("Orphan")


def show_tabs(number: int) -> ResponseReturnValue:
    """Show twenty tabs, one of them as the present page."""
    items = [(f"Page {place}", f"/tabs/{place}", place == number) for place in range(20)]
    return flask.render_template_string(MANY_TABS, items=items)


@pytest.fixture(scope="module")
def pages() -> Flask:
    """Return an application of one page with a form, that counts what was sent to it."""
    app = Flask("pages", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.config.update(SECRET_KEY="for tests only", WTF_CSRF_ENABLED=False, SENT=[])
    app.jinja_env.globals["csrf_token"] = lambda: "token"
    Babel(app)
    filters.init_app(app)
    app.register_blueprint(reference_pages.bp)
    headers.init_app(app, secure=False)
    assets.init_app(app)

    @app.context_processor
    def frame() -> dict[str, object]:
        number = flask.session.get("account", 7)
        return {
            "search_url": "/find",
            "account": {"id": number, "name": "Demo Founder", "sign_out_url": "/out"} if number else None,
        }

    def drawn(form: Typed, code: int = 200) -> ResponseReturnValue:
        return flask.render_template_string(PAGE, form=form), code

    @app.get("/")
    def show() -> ResponseReturnValue:
        return drawn(Typed(version=flask.request.args.get("version", "1")))

    @app.post("/")
    def save() -> ResponseReturnValue:
        app.config["SENT"].append(flask.request.form["name"])
        form = Typed(flask.request.form)
        if not flask.session.get("account", 7):
            return drawn(Typed())
        if not form.validate():
            return drawn(form, 422)
        flask.flash("Saved.", "done")
        return flask.redirect("/", 303)

    app.add_url_rule("/tabs/<int:number>", view_func=show_tabs)

    @app.post("/withdraw")
    def withdraw() -> ResponseReturnValue:
        app.config["SENT"].append("withdrawn")
        return flask.redirect("/", 303)

    @app.get("/be/<int:number>")
    def become(number: int) -> ResponseReturnValue:
        flask.session["account"] = number
        return flask.redirect("/", 303)

    @app.post("/out")
    def sign_out() -> ResponseReturnValue:
        flask.session["account"] = 0
        return flask.redirect("/", 303)

    return app


@pytest.fixture(scope="module")
def address(pages: Flask) -> Iterator[str]:
    """Return where the pages are served."""
    with served(pages) as where:
        yield where


@pytest.fixture
def page(browser: Browser, address: str, pages: Flask) -> Iterator[Page]:
    """Return a fresh visitor's page; a script that fails or breaks the policy fails the test."""
    pages.config["SENT"].clear()
    context = browser.new_context(base_url=address)
    context.set_default_timeout(PATIENCE)
    visit = context.new_page()
    faults: list[str] = []
    visit.on("pageerror", lambda error: faults.append(str(error)))
    visit.on("console", lambda line: faults.append(line.text) if "Security Policy" in line.text else None)
    visit.goto("/")
    awake(visit)
    yield visit
    context.close()
    assert not faults


def type_name(page: Page, name: str) -> None:
    """Type a name, and wait until the browser has kept it."""
    page.fill("#name", name)
    page.wait_for_function("name => JSON.stringify(localStorage).includes(name)", arg=name)


def test_what_was_typed_survives_leaving_and_is_put_back_with_a_word_about_it(page: Page) -> None:
    page.check("#orphan")
    page.fill("#secret", "hush")
    type_name(page, "Neutropenia")
    assert "hush" not in str(page.evaluate("JSON.stringify(localStorage)"))
    page.goto("/")
    awake(page)
    assert page.input_value("#name") == "Neutropenia"
    assert page.is_checked("#orphan")
    assert page.is_visible("text=was put back")
    page.click("text=Discard it")
    assert page.input_value("#name") == ""
    page.goto("/")
    awake(page)
    assert page.input_value("#name") == ""


def test_what_was_typed_goes_once_it_is_saved(page: Page) -> None:
    type_name(page, "Neutropenia")
    page.click(SAVE)
    page.wait_for_selector("text=Saved.")
    awake(page)
    assert page.input_value("#name") == ""
    assert page.evaluate("localStorage.length") == 0


def test_what_was_typed_stays_when_the_form_is_refused(page: Page) -> None:
    page.check("#orphan")
    page.click(SAVE)
    page.wait_for_selector(".ap-errors")
    awake(page)
    assert page.evaluate("document.activeElement.className") == "ap-errors"
    assert page.title().startswith("Error: ")
    assert page.evaluate("localStorage.length") == 1


def test_a_copy_of_a_changed_record_waits_to_be_asked_for(page: Page) -> None:
    type_name(page, "Older words")
    page.goto("/?version=2")
    awake(page)
    assert page.input_value("#name") == ""
    page.click("text=Put it back")
    assert page.input_value("#name") == "Older words"


def test_one_person_never_sees_what_another_typed(page: Page) -> None:
    type_name(page, "Mine")
    page.goto("/be/8")
    awake(page)
    assert page.input_value("#name") == ""
    page.goto("/be/7")
    awake(page)
    assert page.input_value("#name") == "Mine"


def test_a_lost_session_keeps_the_copy_and_signing_out_removes_it(page: Page) -> None:
    type_name(page, "Mine")
    page.context.request.post("/out")
    page.click(SAVE)
    page.wait_for_load_state()
    awake(page)
    page.goto("/be/7")
    awake(page)
    assert page.input_value("#name") == "Mine"
    page.click("summary[aria-label^=Account]")
    page.click("text=Sign out")
    page.wait_for_load_state()
    awake(page)
    assert page.evaluate("localStorage.length") == 0


def test_a_form_is_sent_once_however_often_its_button_is_pressed(page: Page, pages: Flask) -> None:
    page.fill("#name", "Once")
    page.evaluate("for (let n = 0; n < 3; n += 1) document.querySelector('.ap-decide .btn').click()")
    page.wait_for_selector("text=Saved.")
    assert pages.config["SENT"] == ["Once"]


def test_a_question_comes_before_what_cannot_be_undone(page: Page, pages: Flask) -> None:
    page.click("summary:has-text('Withdraw')")
    assert page.is_visible("dialog:has-text('Its place is lost.')")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Withdraw"
    assert pages.config["SENT"] == []
    page.click("summary:has-text('Withdraw')")
    page.click("text=Yes, withdraw")
    page.wait_for_load_state()
    assert pages.config["SENT"] == ["withdrawn"]


def test_single_keys_search_and_show_themselves_and_can_be_switched_off(page: Page) -> None:
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("?")
    assert not page.is_visible("text=Keyboard shortcuts")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    assert page.is_visible("text=Keyboard shortcuts")
    page.uncheck("text=Use single keys")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog[open]", state="detached")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    assert not page.is_visible("text=Keyboard shortcuts")


def test_a_filter_applies_as_it_is_chosen_and_keeps_the_focus(page: Page) -> None:
    page.select_option("#filter-state", "b")
    page.wait_for_url("**/?state=b")
    awake(page)
    assert page.evaluate("document.activeElement.id") == "filter-state"
    assert page.input_value("#filter-state") == "b"


def test_a_message_can_be_closed(page: Page) -> None:
    page.fill("#name", "Once")
    page.click(SAVE)
    page.wait_for_selector("text=Saved.")
    awake(page)
    page.click(".ap-toast button")
    assert page.locator(".ap-toast").count() == 0


def test_everything_can_be_done_without_scripts(browser: Browser, address: str, pages: Flask) -> None:
    pages.config["SENT"].clear()
    context = browser.new_context(base_url=address, java_script_enabled=False)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto("/")
    page.fill("#name", "Plain")
    page.click(SAVE)
    page.wait_for_selector("text=Saved.")
    page.click("summary:has-text('Withdraw')")
    page.click("text=Yes, withdraw")
    page.wait_for_load_state()
    page.select_option("#filter-state", "a")
    page.click("text=Apply")
    page.wait_for_url("**/?state=a*")
    context.close()
    assert pages.config["SENT"] == ["Plain", "withdrawn"]


def test_the_tab_of_this_page_comes_into_view_where_not_all_fit(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    for number in (0, 10, 19):
        page.goto(f"/tabs/{number}")
        awake(page)
        box = page.locator(".ap-tabs [aria-current]").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
