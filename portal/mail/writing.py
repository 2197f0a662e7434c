"""Writing a message from its template, in the recipient's language, with the portal's own address."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask, current_app
from flask_babel import force_locale
from jinja2 import Environment, StrictUndefined, Template

from portal.mail.messages import Message

EXTENSION = "portal_mail_writing"


@dataclass(frozen=True, slots=True)
class Writing:
    """Where people reach the portal, what it is called, and templates in which a missing value is an error, not a gap."""

    base_url: str
    portal_name: str
    templates: Environment


def init_app(app: Flask, *, base_url: str, portal_name: str) -> None:
    """Say under which address people reach the portal, and what it is called."""
    strict = app.jinja_env.overlay(undefined=StrictUndefined)
    app.extensions[EXTENSION] = Writing(base_url.rstrip("/"), portal_name, strict)


def page_address(endpoint: str, **values: object) -> str:
    """Return the full address of a page, from the setting and never from what a request claims."""
    return f"{_writing().base_url}{current_app.url_map.bind('portal').build(endpoint, values)}"


def host() -> str:
    """Return the name of the host under which people reach the portal."""
    return urlsplit(_writing().base_url).hostname or "portal"


def write(
    template: str, *, to: str, language: str, unsubscribe: str | None = None, **values: object
) -> Message:
    """Return the message of `mail/<template>.txt` as text and HTML: its first line is the subject, what follows the text.

    The HTML is `mail/frame.html` around the same words, so that nobody can change one and forget the other. Raises
    `UndefinedError` where a template asks for a value that it was not given.
    """
    templates = _writing().templates
    with force_locale(language):
        page = templates.get_template(f"mail/{template}.txt")
        context = {
            "portal_name": _writing().portal_name,
            "link_label": None,
            "choose": None,
            "groups": (),
            **values,
        }
        subject, _line, text = page.render(context).strip().partition("\n")
        html = templates.get_template("mail/frame.html").render(
            **context,
            language=language,
            subject=subject.strip(),
            paragraphs=_block(page, "text", context),
            after=_block(page, "after", context),
            why=_block(page, "why", context),
            stop=_block(page, "stop", context),
        )
    return Message(
        to=to,
        subject=subject.strip(),
        text=re.sub(r"\n{3,}", "\n\n", text).strip() + "\n",
        html=html,
        unsubscribe=unsubscribe,
    )


def _writing() -> Writing:
    found: Writing = current_app.extensions[EXTENSION]
    return found


def _block(page: Template, name: str, context: Mapping[str, object]) -> list[str]:
    """Return the paragraphs of one block of a text template, which HTML then escapes."""
    if name not in page.blocks:
        return []
    written = "".join(page.blocks[name](page.new_context(dict(context))))
    return [" ".join(part.split()) for part in written.split("\n\n") if part.strip()]
