"""Writing a message from its template, in the recipient's language, with the portal's own address."""

import re

from flask import Flask, current_app
from flask_babel import force_locale

from portal.mail.messages import Message

EXTENSION = "portal_mail_writing"


def init_app(app: Flask, *, base_url: str, portal_name: str) -> None:
    """Say under which address people reach the portal, and what it is called."""
    app.extensions[EXTENSION] = (base_url.rstrip("/"), portal_name)


def page_address(endpoint: str, **values: object) -> str:
    """Return the full address of a page, from the setting and never from what a request claims."""
    base_url, _name = current_app.extensions[EXTENSION]
    return f"{base_url}{current_app.url_map.bind('portal').build(endpoint, values)}"


def write(template: str, *, to: str, language: str, **values: object) -> Message:
    """Return the message of `mail/<template>.txt`: its first line is the subject, what follows is the text."""
    _base_url, portal_name = current_app.extensions[EXTENSION]
    with force_locale(language):
        page = current_app.jinja_env.get_template(f"mail/{template}.txt")
        written = page.render(portal_name=portal_name, **values)
    subject, _line, text = written.strip().partition("\n")
    return Message(to=to, subject=subject.strip(), text=re.sub(r"\n{3,}", "\n\n", text).strip() + "\n")
