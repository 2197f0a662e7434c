"""Writing a message from its template, with or without a request."""

from pathlib import Path

import pytest
from flask import Flask
from jinja2 import UndefinedError

from portal.mail.writing import page_address, write

BASE = "http://127.0.0.1:5000"


def test_an_address_is_the_settings_whatever_a_request_says(app: Flask) -> None:
    with app.app_context():
        assert page_address("security.login") == f"{BASE}/login"
    with app.test_request_context("/", base_url="https://evil.example"):
        assert page_address("security.login", next="/account") == f"{BASE}/login?next=/account"


def test_the_first_line_is_the_subject_and_the_rest_has_one_link(app: Flask) -> None:
    with app.app_context():
        message = write(
            "password_changed", to="eva@example.org", language="en", name="Eva <&> Lind", link=f"{BASE}/reset"
        )
    assert message.subject == "Your password is another one"
    assert message.text.startswith("Hello Eva <&> Lind,\n\n")
    assert message.text.count("http") == 1
    assert "\nWhy you get this: the password of your account" in message.text
    assert "\n\n\n" not in message.text


def test_the_html_says_the_same_and_escapes_it(app: Flask) -> None:
    with app.app_context():
        message = write(
            "password_changed", to="eva@example.org", language="sv", name="Eva <&> Lind", link=f"{BASE}/reset"
        )
    assert message.html is not None
    assert '<html lang="sv">' in message.html
    assert "Eva &lt;&amp;&gt; Lind" in message.html
    assert message.html.count(f'href="{BASE}/reset"') == 1
    assert message.text.split("\n\n")[1] in message.html


def test_a_value_that_is_missing_is_an_error_and_not_a_gap(app: Flask) -> None:
    with app.app_context(), pytest.raises(UndefinedError, match="link"):
        write("password_changed", to="eva@example.org", language="en", name="Eva")


def test_every_letter_has_a_subject_a_text_and_a_reason(app: Flask) -> None:
    folder = Path(app.root_path) / str(app.template_folder) / "mail"
    templates = {path.stem for path in folder.glob("*.txt")} - {"frame"}
    assert len(templates) > 10
    for name in templates:
        blocks = app.jinja_env.get_template(f"mail/{name}.txt").blocks
        assert {"subject", "text", "why"} <= set(blocks), name
