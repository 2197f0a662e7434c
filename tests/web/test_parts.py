"""The parts of every page: they stand on one style sheet each, load what exists, and render what forms hold."""

import re
from datetime import date
from typing import Any

import flask
import pytest
import wtforms
from flask import Flask, render_template
from flask_babel import Babel
from werkzeug.datastructures import MultiDict
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, NumberRange

from portal.config import ROOT
from portal.reference import views as reference_pages
from portal.web import assets, filters
from portal.web.forms import BaseForm
from tests.page import attributes, check_page, parsed

TEMPLATES, CSS, JS = ROOT / "templates", ROOT / "static" / "css", ROOT / "static" / "js"
PARTS = sorted(path.stem for path in (CSS / "parts").glob("*.css"))
WITHOUT_MACRO = {
    "ruler",
    "facility",
    "guide",
    "project",
    "request",
    "roadmap",
}  # for several macros, or for one room's pages


class Inner(wtforms.Form):
    """A form inside a form."""

    street = wtforms.StringField("Street", [InputRequired("Give the street.")])


class Sample(BaseForm):
    """One field of every kind."""

    version = wtforms.HiddenField(default="3")
    name = wtforms.StringField("Name", [InputRequired("Give a name.")], description="Shown to colleagues.")
    teaser = wtforms.TextAreaField("Teaser")
    phase = wtforms.SelectField("Phase", choices=[SelectChoice("d", "Discovery")])
    vectors = wtforms.SelectMultipleField(
        "Vectors", choices=[SelectChoice("aav", "AAV"), SelectChoice("lv", "LV")]
    )
    origin = wtforms.RadioField(
        "Origin",
        [InputRequired("Choose the origin.")],
        choices=[SelectChoice("a", "Own"), SelectChoice("b", "Given")],
    )
    start = wtforms.DateField("Start")
    days = wtforms.IntegerField("Days", [NumberRange(1, 60, "Give 1 to 60 days.")])
    agreement = wtforms.FileField("Agreement")
    orphan = wtforms.BooleanField("Orphan")
    address = wtforms.FormField(Inner, "Address")
    lines = wtforms.FieldList(wtforms.StringField("Line"), "Lines", min_entries=2)


@pytest.fixture(scope="module")
def pages() -> Flask:
    """Return an application that only draws pages, in the context of one request."""
    app = Flask("pages", template_folder=str(TEMPLATES), static_folder=str(ROOT / "static"))
    app.config.update(SECRET_KEY="for drawing only", WTF_CSRF_ENABLED=False)
    app.jinja_env.globals["csrf_token"] = lambda: "token"
    Babel(app)
    filters.init_app(app)
    app.register_blueprint(reference_pages.bp)
    assets.init_app(app)
    return app


def drawn(pages: Flask, source: str, path: str = "/here", **values: Any) -> str:
    """Return what a piece of template draws."""
    with pages.test_request_context(path):
        return pages.jinja_env.from_string(source).render(**values)


def sample(typed: dict[str, Any] | None = None) -> Sample:
    """Return the form as it is shown first, or as it was typed and checked."""
    form = Sample(formdata=None if typed is None else MultiDict(typed))
    if typed is not None:
        form.validate()
    return form


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_a_macro_with_a_style_sheet_of_its_name(part: str) -> None:
    assert part in WITHOUT_MACRO or (TEMPLATES / "parts" / f"{part}.html").exists()


def test_the_bundle_holds_every_style_sheet_once() -> None:
    assert sorted(assets.PARTS) == PARTS


def test_browsers_get_one_style_sheet_that_they_keep_until_it_changes(pages: Flask) -> None:
    with pages.test_request_context("/"):
        address = flask.url_for("static", filename="css/portal.css")
    visitor = pages.test_client()
    answer = visitor.get(address)
    assert "immutable" in answer.headers["Cache-Control"]
    assert all((CSS / "parts" / f"{part}.css").read_bytes() in answer.data for part in PARTS)
    plain = visitor.get("/static/css/portal.css")
    assert "immutable" not in plain.headers["Cache-Control"]
    assert (
        visitor.get("/static/css/portal.css", headers={"If-None-Match": plain.headers["ETag"]}).status_code
        == 304
    )
    assert "immutable" not in str(visitor.get("/static/css/portal.css?v=old").headers)


@pytest.mark.parametrize("path", ["/static/none.css?v=x", "/static/../pyproject.toml?v=x", "/static/css?v=x"])
def test_a_static_file_that_is_not_there_is_not_found(pages: Flask, path: str) -> None:
    assert pages.test_client().get(path).status_code == 404


def test_every_script_is_woken_by_its_name() -> None:
    named = re.search(r"new Set\(\[(.*?)\]", (JS / "main.js").read_text(), re.DOTALL)
    assert named
    assert sorted(re.findall(r'"(\w+)"', named[1])) == sorted(
        path.stem for path in (JS / "parts").glob("*.js")
    )


def test_colours_come_from_the_tokens_only() -> None:
    for path in [CSS / "base.css", *(CSS / "parts").glob("*.css")]:
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", path.read_text()), path.name


def test_no_template_carries_inline_code_or_style() -> None:
    for path in TEMPLATES.rglob("*.html"):
        if path.parent.name == "mail":
            continue  # mail programs know no style sheets, and no page shows it
        text = path.read_text()
        assert not re.search(r"<style|\sstyle=|<script(?![^>]*src=)|\son[a-z]+=\"", text), path.name


def test_the_style_guide_is_a_sound_page(pages: Flask) -> None:
    with pages.test_request_context("/guide"):
        html = render_template("styleguide.html", sample=sample(), today=date(2026, 11, 24))
    check_page(html, "styleguide")


@pytest.mark.parametrize("code", [400, 403, 404, 405, 409, 413, 422, 429, 500])
def test_an_error_page_is_sound_and_needs_no_context(pages: Flask, code: int) -> None:
    with pages.test_request_context("/lost"):
        html = pages.jinja_env.get_template(f"errors/{code}.html").render(sentences=["Suite 3 is grade C."])
    check_page(html, f"errors/{code}")
    assert (code == 500) or "Suite 3 is grade C." in html


FORM = """{% from "parts/form.html" import post_form %}{% from "parts/field.html" import field, fields %}
<!DOCTYPE html><html lang="en"><head><title>t</title></head><body><h1>t</h1>
{% call post_form(form, draft="sample") %}{{ fields(form) }}{% endcall %}</body></html>"""


def test_a_fresh_form_shows_every_field_with_a_label_and_its_hidden_ones(pages: Flask) -> None:
    with pages.test_request_context("/form"):
        html = pages.jinja_env.from_string(FORM).render(form=sample())
    check_page(html, "form")
    page = parsed(html)
    form = page.query("form")[0]
    assert attributes(form)["enctype"] == "multipart/form-data"
    assert [attributes(node)["value"] for node in page.query("input[name=version]")] == ["3"]
    assert len(page.query("input[name=csrf_token]")) == 1
    assert attributes(page.query("#name")[0])["aria-describedby"] == "name-help"
    assert [attributes(node)["type"] for node in page.query("input[name=vectors]")] == [
        "checkbox",
        "checkbox",
    ]


def test_a_refused_form_lists_each_error_on_top_and_beside_its_field_and_keeps_what_was_typed(
    pages: Flask,
) -> None:
    with pages.test_request_context("/form", method="POST"):
        form = sample({"name": "", "days": "soon", "vectors": "lv", "teaser": "<b>kept</b>"})
        form.refusals = ["Suite 3 is grade C; this request needs grade B."]
        html = pages.jinja_env.from_string(FORM).render(form=form)
    check_page(html, "form")
    page = parsed(html)
    summary = page.query(".ap-errors")[0]
    targets = [attributes(node)["href"] for node in summary.query("a")]
    assert {"#name", "#origin-0", "#days", "#address-street"} <= set(targets)
    for target in targets:
        assert page.query(target), target
    assert "Suite 3 is grade C" in summary.to_text()
    assert attributes(page.query("#days")[0])["value"] == "soon"
    assert attributes(page.query("#days")[0])["type"] == "text"
    assert "name-error" in str(attributes(page.query("#name")[0])["aria-describedby"])
    assert attributes(page.query("#name")[0])["aria-invalid"] == "true"
    assert "checked" in attributes(page.query("#vectors-1")[0])
    assert "&lt;b&gt;kept" in html


def test_an_address_keeps_its_other_parameters_whatever_they_are_called(pages: Flask) -> None:
    source = '{% from "parts/url.html" import here %}{{ here(sort="-start", page=none) }}'
    address = drawn(pages, source, "/list?state=a&state=b&page=3&_external=1&endpoint=x&sort=name")
    assert address == "?state=a&amp;state=b&amp;_external=1&amp;endpoint=x&amp;sort=-start"


def test_a_sorted_column_says_so_and_turns_round(pages: Flask) -> None:
    source = """{% from "parts/table.html" import table %}
    {% call table([("When", "start"), "Room", ("Cost", none, "number")], "Requests", count=1, sort="start") %}
    <tr><th scope="row">a</th><td>b</td><td>c</td></tr>{% endcall %}"""
    table = parsed(drawn(pages, source))
    when, room, cost = table.query("thead th")
    assert attributes(when)["aria-sort"] == "ascending"
    assert attributes(when.query("a")[0])["href"] == "?sort=-start"
    assert "aria-sort" not in attributes(room)
    assert attributes(cost)["class"] == "ap-r"


def test_an_empty_list_says_what_to_do_instead_of_showing_a_bare_head(pages: Flask) -> None:
    source = """{% from "parts/table.html" import table %}{% from "parts/empty.html" import empty_state %}
    {% call table(["When"], "Requests", count=0, empty=empty_state("No requests yet", "Ask for one.", "/new", "Ask")) %}
    {% endcall %}"""
    html = drawn(pages, source)
    assert "<table" not in html
    assert '<a href="/new">Ask</a>' in html


def test_a_button_that_asks_first_asks_without_scripts_too(pages: Flask) -> None:
    source = """{% from "parts/button.html" import post_button %}
    {{ post_button("Withdraw", "/withdraw", confirm="Its place is lost.", fields={"version": 4}) }}"""
    page = parsed(drawn(pages, source))
    details = page.query("details")[0]
    assert "Its place is lost." in details.to_text()
    assert attributes(details.query("form")[0])["method"] == "post"
    assert {attributes(node)["name"] for node in details.query("input")} == {"csrf_token", "version"}


@pytest.mark.parametrize(
    ("grade", "words", "walls"),
    [
        ("CNC", "Unclassified", "ap-g-cnc"),
        ("D", "Grade D", "ap-g-d"),
        ("C", "Grade C", "ap-g-c"),
        ("B", "Grade B", "ap-g-b"),
        ("A_in_B", "Grade A in B", "ap-g-ab"),
    ],
)
def test_a_grade_is_walls_and_words(pages: Flask, grade: str, words: str, walls: str) -> None:
    source = '{% from "parts/grade.html" import grade, walls %}{{ grade(g) }}|{{ walls(g) }}'
    mark, classes = drawn(pages, source, g=grade).split("|")
    assert words in mark
    assert classes == f"ap-walls {walls}"


def test_what_people_typed_is_never_code(pages: Flask) -> None:
    source = """{% from "parts/history.html" import history %}{% from "parts/facts.html" import facts %}
    {{ history([{"when": "Today", "text": evil, "quote": evil, "changes": [(evil, evil, evil)]}]) }}
    {{ facts([(evil, evil)]) }}"""
    assert "<script>" not in drawn(pages, source, evil="<script>alert(1)</script>")


def test_a_source_says_how_far_to_trust_it_and_links_only_addresses(pages: Flask) -> None:
    source = '{% from "parts/source.html" import source %}{{ source(record) }}'
    facts = {"title": "A report", "publisher": "Somebody", "published": "2024", "checked": None}
    page = parsed(
        drawn(
            pages, source, record={"source": {**facts, "ref": "javascript:alert(1)"}, "confidence": "general"}
        )
    )
    assert not page.query("a")
    assert "to be verified" in page.to_text()
    linked = parsed(
        drawn(
            pages,
            source,
            record={"source": {**facts, "ref": "https://example.org"}, "confidence": "official"},
        )
    )
    assert attributes(linked.query("a")[0])["href"] == "https://example.org"
