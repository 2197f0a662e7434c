"""What the room's reasons say to a reader."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext

Values = Mapping[str, Any]

KINDS: Mapping[str, Callable[[], str]] = {
    "truth": lambda: gettext("yes or no"),
    "number": lambda: gettext("a number"),
    "text": lambda: gettext("text"),
    "list": lambda: gettext("a list"),
    "object": lambda: gettext("a group of values"),
}

SENTENCES: dict[str, Callable[[Values], str]] = {
    "fact_field_protected": lambda values: gettext(
        "%(field)s tells where the fact comes from and cannot be changed or confirmed. Choose another field.",
        field=values["field"],
    ),
    "fact_field_unknown": lambda values: gettext(
        "The shipped record has no field %(field)s. Choose one of its fields.", field=values["field"]
    ),
    "fact_value_not_plain": lambda values: gettext(
        "%(field)s takes only text, numbers, yes or no, lists and groups of these.", field=values["field"]
    ),
    "fact_value_of_other_kind": lambda values: gettext(
        "The field holds %(kind)s. Enter a value of that kind, or leave it unknown.",
        kind=KINDS[values["kind"]](),
    ),
    "fact_value_unchanged": lambda values: gettext(
        "%(field)s already has this value. Enter another one, or leave it as it is.", field=values["field"]
    ),
    "fact_not_changed_here": lambda values: gettext(
        "%(field)s was not changed here, so there is nothing to restore.", field=values["field"]
    ),
    "fact_text_missing": lambda _: gettext("Say why, or which text you have read."),
    "fact_text_too_long": lambda values: gettext(
        "The text has %(length)s characters; at most %(most)s are kept. Shorten it.",
        length=values["length"],
        most=values["most"],
    ),
}
