"""What every form does with what is typed."""

from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import StringField

from portal.web.forms import BaseForm, line


class Form(BaseForm):
    name = line("Name")
    code = StringField(filters=[lambda value: (value or "").upper()])


def typed(app: Flask, **values: str) -> Form:
    with app.test_request_context():
        app.config["WTF_CSRF_ENABLED"] = False
        form = Form(MultiDict(values))
        form.validate()
        return form


def test_a_line_of_spaces_is_not_filled_in(app: Flask) -> None:
    assert typed(app, name="  \t ").errors == {"name": ["This is needed. Fill it in."]}
    assert typed(app, name=" Eva\x00 ").name.data == "Eva"


def test_a_fields_own_filter_holds_for_every_form_made(app: Flask) -> None:
    assert [typed(app, name="x", code=" ab ").code.data for _ in range(3)] == ["AB"] * 3
