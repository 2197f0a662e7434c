"""Writing a message from its template, with or without a request."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2 import UndefinedError

from portal.mail.writing import page_address, write

BASE = "http://127.0.0.1:5000"
NOON = datetime(2027, 1, 11, 12, tzinfo=UTC)
ROLE = {"organisation": "Acme", "role": lambda: "QA", "reason": "Because."}
BOOKING = {"room": "R1", "facility": "Site", "window": "W 2", "reference": "B-1", "choose": f"{BASE}/choose"}
MEETING = {"reference": "P-1", "window": "W 2", "place": "Room 5"}
NOTICE = {"sentence": "It was moved.", "topic": "T", "choose": f"{BASE}/choose"}
DIGEST = {
    "choose": f"{BASE}/choose",
    "link_label": "See",
    "groups": [("T", [("Moved.", "noon", f"{BASE}/1")])],
}
LETTERS: dict[str, list[dict[str, Any]]] = {
    "address_changed": [{"email": "new@example.org"}],
    "address_is_yours": [{}],
    "assisted": [{"administrator": "Ada", "reason": "Because."}],
    "calendar_entry": [
        {**BOOKING, "cancelled": cancelled, "changed": changed}
        for cancelled, changed in ((True, False), (False, True), (False, False))
    ],
    "confirm_address": [{}],
    "digest": [{**DIGEST, "number": 1 + more, "more": more} for more in (0, 1, 2)],
    "invitation": [{**ROLE, "inviter": "Ada", "expires_at": NOON, "name": None}],
    "meeting": [
        {**MEETING, "cancelled": cancelled, "changed": changed, "tentative": tentative}
        for cancelled, changed, tentative in (
            (True, False, False),
            (False, True, False),
            (False, False, True),
            (False, False, False),
        )
    ],
    "membership_ended": [ROLE],
    "new_device": [{"at": NOON, "zone": "Europe/Stockholm", "browser": lambda: "Firefox"}],
    "notice": [
        {**NOTICE, "about": about, "can_be_stopped": can_be_stopped}
        for about in ("work", "introductions", "gates", "requests")
        for can_be_stopped in (True, False)
    ],
    "password_changed": [{}],
    "registered_already": [{}],
    "reset_password": [{}],
    "role_decided": [{**ROLE, "approved": approved} for approved in (True, False)],
    "role_given": [ROLE],
    "role_requested": [{**ROLE, "person": "Ada"}],
    "second_factor_changed": [{"change": lambda: "It changed."}],
    "second_factor_dropped": [{"administrator": "Ada", "reason": "Because."}],
    "take_address": [{}],
}
"""Every letter, with values that lead through each of its branches."""

AS_GIVEN = {"", "--", "T", "It was moved.", "It changed.", "Because.", "- Moved. (noon)"}
"""Lines that are the values above, and so the same in every language."""


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


def test_no_letter_is_left_out(app: Flask) -> None:
    folder = Path(app.root_path) / str(app.template_folder) / "mail"
    assert {path.stem for path in folder.glob("*.txt")} - {"frame"} == set(LETTERS)


@pytest.mark.parametrize("template", LETTERS)
def test_every_branch_of_a_letter_is_whole_in_both_languages_as_text_and_html(
    app: Flask, template: str
) -> None:
    with app.app_context():
        for values in LETTERS[template]:
            given = {"name": "Eva", "link": f"{BASE}/thing", **values}
            lines = []
            for language in ("en", "sv"):
                message = write(template, to="eva@example.org", language=language, **given)
                html = str(message.html)
                for written in (message.subject, message.text, html):
                    assert not [gap for gap in ("None", "Undefined", "%(", "{{") if gap in written]
                assert f'<html lang="{language}">' in html
                assert f'href="{BASE}/thing"' in html
                assert f"\n{BASE}/thing\n" in message.text
                lines.append({message.subject, *map(str.strip, message.text.splitlines())})
            same = {line for line in lines[0] & lines[1] if not line.startswith(BASE)}
            assert same <= AS_GIVEN | {app.extensions["portal_settings"].portal_name}


def test_every_letter_has_a_subject_a_text_and_a_reason(app: Flask) -> None:
    for name in LETTERS:
        blocks = app.jinja_env.get_template(f"mail/{name}.txt").blocks
        assert {"subject", "text", "why"} <= set(blocks), name
