"""Fields that several forms share: words of the vocabulary, yes, no or unknown, and amounts of money."""

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    IntegerField,
    RadioField,
    SelectField,
)
from wtforms.validators import DataRequired, NumberRange, Optional
from wtforms.widgets import TextInput

from portal.projects.rules.fields import (
    BIGGEST_AMOUNT,
)
from portal.reference import vocabulary
from portal.web.locale import language

Choices = Callable[[], list[tuple[str, str]]]
UNKNOWN = "unknown"
TRUTHS = {"yes": True, "no": False, UNKNOWN: None}


def words(list_name: str, first: Any = None) -> Choices:
    """Return what gives the words of a list in the reader's language, after a first, empty answer."""

    def choices() -> list[tuple[str, str]]:
        empty = [] if first is None else [("", str(first))]
        return [*empty, *vocabulary.choices(list_name, language())]

    return choices


def chosen(label: Any, list_name: str, **more: Any) -> SelectField:
    """Return a field for one word of a list that has to be chosen."""
    return SelectField(
        label,
        choices=words(list_name, _l("Choose")),
        coerce=word,
        validators=[DataRequired(_l("This is needed. Choose one."))],
        **more,
    )


def known(label: Any, list_name: str, **more: Any) -> SelectField:
    """Return a field for one word of a list, or unknown."""
    return SelectField(label, choices=words(list_name, _l("Unknown")), coerce=word, **more)


def truth(label: Any, **more: Any) -> RadioField:
    """Return a field for yes, no or unknown."""
    return RadioField(label, choices=_truths, coerce=_truth, **more)


def word(value: Any) -> str | None:
    """Return the id of a chosen word, or None where nothing was chosen."""
    return str(value) if value not in (None, "") else None


def number(value: Any) -> int | None:
    """Return a chosen number, or None where nothing was chosen; raises `ValueError` for what is no number."""
    return int(value) if value not in (None, "") else None


def _truth(value: Any) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    if value not in TRUTHS:
        raise ValueError(value)
    return TRUTHS[value]


def _truths() -> list[tuple[str, str]]:
    return [("yes", _("Yes")), ("no", _("No")), (UNKNOWN, _("Unknown"))]


class AmountField(IntegerField):
    """A whole number in which people may put spaces between the thousands."""

    widget = TextInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the number; raises `ValueError` with a sentence for anything else."""
        written = "".join(str(valuelist[0]).split()) if valuelist else ""
        self.data = None
        if not written:
            return
        if not (written.isascii() and written.isdecimal() and len(written) <= 15):
            raise ValueError(_("Give a whole number without decimals, for instance 5 000 000."))
        self.data = int(written)


def amount(label: Any, **more: Any) -> AmountField:
    """Return a field for an amount of money in whole units."""
    bound = NumberRange(
        0, BIGGEST_AMOUNT, message=_l("Give an amount from 0 to %(most)s.", most=f"{BIGGEST_AMOUNT:,}")
    )
    return AmountField(label, validators=[Optional(), bound], **more)
