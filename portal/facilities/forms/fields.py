"""Fields of this room's forms: closed lists in the reader's words, lists of lines, amounts, and degrees."""

from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import FloatField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from portal.facilities import words
from portal.reference import vocabulary

Answers = Callable[[], Iterable[tuple[str, str]]]

LONGEST_LINE = 300
MOST_LINES = 40
BIGGEST_AMOUNT = 100_000_000


class OneOf(SelectField):
    """One answer of a closed list, worded when the page is made; with `nothing` there is an answer that means none."""

    def __init__(
        self,
        label: Any = None,
        validators: list[Any] | None = None,
        *,
        answers: Answers,
        reads: Callable[[str], Any] = str,
        nothing: Callable[[], str] | None = None,
        **kwargs: Any,
    ) -> None:
        """Word the answers in the reader's language."""
        self.reads, self.nothing = reads, nothing
        choices = [*([SelectChoice("", nothing())] if nothing else []), *_choices(answers())]
        self.known = {choice.value for choice in choices}
        super().__init__(
            label, validators, coerce=self._read, choices=choices, validate_choice=False, **kwargs
        )

    def offer(self, answers: Iterable[tuple[str, str]]) -> None:
        """Let these answers be chosen, where they are known only when the page is made."""
        choices = [*([SelectChoice("", self.nothing())] if self.nothing else []), *_choices(answers)]
        self.choices, self.known = choices, {choice.value for choice in choices}

    def _read(self, written: Any) -> Any:
        return None if written in ("", None) else self.reads(written)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the answer; what is on no list is refused in words."""
        if valuelist:
            if valuelist[0] not in self.known:
                raise ValueError(gettext("Choose one of the listed answers."))
            self.data = self._read(valuelist[0])

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002  (WTForms calls it so)
        """Refuse no answer at all where none is not among the answers."""
        if self.data is None and "" not in self.known and not self.process_errors:
            raise ValidationError(gettext("Choose one of the listed answers."))


class Among(SelectField):
    """One of some stored records, by id, which the view offers; with `nothing` there is an answer that means none."""

    def __init__(
        self,
        label: Any = None,
        validators: list[Any] | None = None,
        *,
        nothing: Callable[[], str] | None = None,
        **kwargs: Any,
    ) -> None:
        """Begin with nothing on offer."""
        self.nothing = nothing
        self.known: set[str] = set()
        super().__init__(label, validators, coerce=_id_or_none, choices=[], validate_choice=False, **kwargs)

    def offer(self, records: Iterable[tuple[int, str]]) -> None:
        """Let these records be chosen."""
        first = [SelectChoice("", self.nothing())] if self.nothing else []
        choices = [*first, *_choices((str(record_id), name) for record_id, name in records)]
        self.choices, self.known = choices, {choice.value for choice in choices}

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the id; whether it is on offer is checked later."""
        if valuelist:
            written = valuelist[0]
            self.data = int(written) if written.isdecimal() and len(written) < 10 else None
            if self.data is None and written:
                raise ValueError(gettext("Choose one of the listed answers."))

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002  (WTForms calls it so)
        """Refuse what is not on offer."""
        if str(self.data or "") not in self.known and not self.process_errors:
            raise ValidationError(gettext("Choose one of the listed answers."))


class SomeOf(SelectMultipleField):
    """Several answers of a closed list, worded when the page is made."""

    def __init__(
        self,
        label: Any = None,
        validators: list[Any] | None = None,
        *,
        answers: Answers,
        reads: Callable[[str], Any] = str,
        **kwargs: Any,
    ) -> None:
        """Word the answers in the reader's language."""
        choices = _choices(answers())
        self.known = [choice.value for choice in choices]
        super().__init__(label, validators, coerce=reads, choices=choices, validate_choice=False, **kwargs)

    def offer(self, answers: Iterable[tuple[str, str]]) -> None:
        """Let these answers be chosen, where they are known only when the page is made."""
        self.choices = _choices(answers)
        self.known = [choice.value for choice in self.choices]

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the answers, each once and in the order of the list."""
        if set(valuelist) - set(self.known):
            raise ValueError(gettext("Choose among the listed answers only."))
        self.data = [self.coerce(word) for word in self.known if word in valuelist]


class Lines(TextAreaField):
    """A list of texts, one a line."""

    data: Any

    def _value(self) -> str:
        return "\n".join(self.data or [])

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the lines that say anything."""
        lines = [line.strip() for line in (valuelist[0] if valuelist else "").splitlines()]
        self.data = ["".join(c for c in line if ord(c) >= 32) for line in lines if line]
        if len(self.data) > MOST_LINES or any(len(line) > LONGEST_LINE for line in self.data):
            raise ValueError(
                gettext(
                    "At most %(lines)s lines of %(longest)s characters are kept here. Shorten the list.",
                    lines=MOST_LINES,
                    longest=LONGEST_LINE,
                )
            )


class Degrees(FloatField):
    """An angle in degrees, with a point or a comma."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number."""
        if valuelist and valuelist[0].strip():
            try:
                self.data = round(float(valuelist[0].strip().replace(",", ".")), 4)
            except ValueError:
                self.data = None
                raise ValueError(gettext("Give degrees as a number, for instance 55.70.")) from None
        elif valuelist:
            self.data = None


class Hundredths(StringField):
    """A number with two decimals at most, kept as a whole number of hundredths: öre of kronor, basis points of percent."""

    data: Any

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        if self.data is None:
            return ""
        return f"{self.data // 100}" if self.data % 100 == 0 else f"{Decimal(self.data) / 100:.2f}"

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number, with a point or a comma and with or without spaces."""
        written = "".join((valuelist[0] if valuelist else "").split()).replace(",", ".")
        self.data = None
        if not written:
            return
        try:
            exact = Decimal(written) * 100
            self.data = int(exact) if exact.is_finite() and exact == exact.to_integral_value() else None
        except (InvalidOperation, OverflowError):
            self.data = None
        if self.data is None or abs(self.data) > BIGGEST_AMOUNT * 100:
            self.data = None
            raise ValueError(
                gettext("Give a number with two decimals at most, for instance 5400 or 5400.50.")
            )


def _choices(answers: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    return [SelectChoice(str(word), wording) for word, wording in answers]


def _id_or_none(written: Any) -> int | None:
    return None if written in ("", None) else int(written)


def one_of(label: Any, list_name: str, **kwargs: Any) -> OneOf:
    """Return a field for one word of a shared list."""
    return OneOf(label, answers=lambda: vocabulary.choices(list_name, words.language()), **kwargs)


def some_of(label: Any, list_name: str, **kwargs: Any) -> SomeOf:
    """Return a field for several words of a shared list."""
    return SomeOf(label, answers=lambda: vocabulary.choices(list_name, words.language()), **kwargs)


def degrees(label: Any, limit: int, **kwargs: Any) -> Degrees:
    """Return a field for an angle that may be unknown."""
    message = _l("Give degrees from −%(limit)s to %(limit)s.", limit=limit)
    return Degrees(label, validators=[Optional(), NumberRange(-limit, limit, message=message)], **kwargs)


def hundredths(label: Any, *, most: int, **kwargs: Any) -> Hundredths:
    """Return a field for an amount or a percentage from nought to so many whole ones."""
    needed = _l("This is needed. Fill it in.")

    def within(_form: Any, field: Hundredths) -> None:
        if field.data is None and not field.process_errors:
            raise ValidationError(needed)
        if field.data is not None and not 0 <= field.data <= most * 100:
            raise ValidationError(gettext("Give a number from 0 to %(most)s.", most=most))

    return Hundredths(label, validators=[InputRequired(needed), within], **kwargs)


def not_published() -> str:
    """Return the answer for a figure that nobody has published."""
    return str(gettext("not published"))


def yes_no() -> list[tuple[str, str]]:
    """Return the answers to a question that may stay open."""
    return [("yes", gettext("Yes")), ("no", gettext("No"))]


def is_yes(answer: Any) -> bool:
    """Read an answer to a question of yes and no."""
    return answer in ("yes", True)
