"""What a reason says to a reader: a sentence that names the rule, the value and the way out."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, current_app
from flask_babel import gettext

from portal.core.errors import Reason

Sentence = Callable[[Mapping[str, Any]], str]
EXTENSION = "portal_sentences"


def register(app: Flask, sentences: Mapping[str, Sentence]) -> None:
    """Add a room's sentences; raises `ValueError` if two rooms claim one code."""
    known: dict[str, Sentence] = app.extensions.setdefault(EXTENSION, {})
    doubled = known.keys() & sentences.keys()
    if doubled:
        raise ValueError(f"two rooms say {', '.join(sorted(doubled))}")
    known.update(sentences)


def sentence(reason: Reason) -> str:
    """Return the sentence of a reason in the reader's language.

    Raises `KeyError` for a code that no room has put into words: a bug, which tests find.
    """
    known: dict[str, Sentence] = current_app.extensions[EXTENSION]
    return known[reason.code](reason.values)


SENTENCES: dict[str, Sentence] = {
    "stale": lambda _: gettext(
        "Somebody has changed this since your page was made. Look at the present state below, and decide again."
    ),
    "already_there": lambda values: gettext(
        "%(what)s is already taken. Choose another.", what=values.get("what", "")
    ),
}
