"""The form of every page: what people type, checked for shape, and refusals turned into its own errors."""

from collections.abc import Callable, MutableMapping
from datetime import date
from typing import Any, TypeVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.datastructures import MultiDict
from wtforms import Field, HiddenField, StringField, TextAreaField
from wtforms.fields import DateField, IntegerField
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm as AnyForm
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from portal.core.errors import Reason, Refused, Stale
from portal.store import conflict_of, in_one_unit
from portal.web.sentences import sentence

T = TypeVar("T")
F = TypeVar("F", bound=Field)

LINE = 200
TEXT = 4000
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)
BIGGEST = 2_000_000_000


def tidy(value: Any) -> Any:
    """Strip surrounding space and the control characters that no database or page can hold."""
    if not isinstance(value, str):
        return value
    kept = "".join(c for c in value.replace("\r\n", "\n") if c in "\n\t" or ord(c) >= 32)
    return kept.strip()


class BaseForm(FlaskForm):
    """A form that shows a refusal as its own errors.

    `refusals` holds the sentences that belong to no field; `stale` says that the page was out of date;
    `result` is what the attempted work returned.
    """

    class Meta(FlaskForm.Meta):
        """Every text is tidied before it is checked."""

        def bind_field(
            self, form: AnyForm, unbound_field: "UnboundField[F]", options: MutableMapping[str, Any]
        ) -> F:
            """Give each text field the tidying filter."""
            own = unbound_field.kwargs.get("filters", ())
            if issubclass(unbound_field.field_class, StringField) and tidy not in own:
                unbound_field.kwargs["filters"] = [tidy, *own]
            return super().bind_field(form, unbound_field, options)

    def __init__(self, formdata: MultiDict[str, str] | None = None, **kwargs: Any) -> None:
        """Read what was typed, or what is stored."""
        self.refusals: list[str] = []
        self.stale = False
        self.result: Any = None
        super().__init__(formdata=formdata, **kwargs)  # type: ignore[no-untyped-call]

    def attempt(self, work: Callable[[Session], T]) -> bool:
        """Do the work in one unit of work; a refusal or a stale page becomes errors of this form.

        Returns whether it was done; `result` is then what the work returned.
        """
        try:
            self.result = in_one_unit(work)
        except Refused as refused:
            self.refuse(*refused.reasons)
        except (Stale, StaleDataError):
            self.stale = True
            self.refuse(Reason("stale"))
        except DBAPIError as error:
            if conflict_of(error) is None:
                raise
            self.refuse(Reason("slot_taken_meanwhile"))
        else:
            return True
        return False

    def refuse(self, *reasons: Reason) -> None:
        """Show reasons beside the fields that they name, and on top of the form otherwise."""
        for reason in reasons:
            words, field = sentence(reason), self._fields.get(reason.field or "")
            if field is None:
                self.refusals.append(words)
            else:
                field.errors = [*field.errors, words]

    @property
    def has_errors(self) -> bool:
        """Say whether anything stands in the way."""
        return bool(self.errors or self.refusals)


class ActionForm(BaseForm):
    """A form without fields of its own: a button that changes something, and the version that its page showed."""

    version = HiddenField()

    @property
    def shown_version(self) -> int | None:
        """Return the version of the record that the page showed, or None if it came without."""
        text = self.version.data or ""
        return int(text) if text.isdecimal() and len(text) < 10 else None


def line(label: Any, *, required: bool = True, longest: int = LINE, **kwargs: Any) -> StringField:
    """Return a field for one line of text."""
    return StringField(label, validators=[_words(required=required), _length(longest)], **kwargs)


def text(label: Any, *, required: bool = False, longest: int = TEXT, **kwargs: Any) -> TextAreaField:
    """Return a field for several lines of text."""
    return TextAreaField(label, validators=[_words(required=required), _length(longest)], **kwargs)


def whole_number(
    label: Any, *, required: bool = True, least: int = 0, most: int = BIGGEST, **kwargs: Any
) -> IntegerField:
    """Return a field for a whole number within bounds."""
    return IntegerField(
        label,
        validators=[
            _presence(required=required),
            NumberRange(
                least,
                most,
                message=_l("Give a whole number from %(least)s to %(most)s.", least=least, most=most),
            ),
        ],
        **kwargs,
    )


class DayField(DateField):
    """A day, with the way out where something else was typed."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the day; raises `ValueError` with a sentence for anything else."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Not a valid date. Write it like 2026-11-24.")) from None


def day(label: Any, *, required: bool = True, **kwargs: Any) -> DateField:
    """Return a field for a day of our century."""
    return DayField(label, validators=[_presence(required=required), in_our_time], **kwargs)


def in_our_time(_form: Any, field: Field) -> None:
    """Refuse a day that nobody can have meant."""
    if isinstance(field.data, date) and not FIRST_DAY <= field.data <= LAST_DAY:
        raise ValidationError(
            _l(
                "%(day)s is not between %(first)s and %(last)s. Check the year.",
                day=field.data.isoformat(),
                first=FIRST_DAY.isoformat(),
                last=LAST_DAY.isoformat(),
            )
        )


def _presence(*, required: bool) -> InputRequired | Optional:
    return InputRequired(_l("This is needed. Fill it in.")) if required else Optional()


def _words(*, required: bool) -> DataRequired | Optional:
    return DataRequired(_l("This is needed. Fill it in.")) if required else Optional()


def _length(longest: int) -> Length:
    return Length(
        max=longest,
        message=_l("At most %(longest)s characters are kept here. Shorten the text.", longest=longest),
    )
