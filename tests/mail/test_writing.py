"""Writing a message from its template, with or without a request."""

from flask import Flask

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
