"""What managers and QA type about a cleanroom."""

from typing import Any

from babel.dates import get_day_names
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField
from wtforms.validators import NumberRange, Optional

from portal.facilities import words
from portal.facilities.changeovers import Pair, process_classes
from portal.facilities.forms.fields import OneOf, SomeOf, hundredths, not_published, one_of, some_of
from portal.facilities.models import (
    BookingUnit,
    Cleanroom,
    CustomerKind,
    Grade,
    RoomKind,
    VectorLevel,
)
from portal.web.forms import ActionForm, day, line, text, whole_number

BIGGEST_RATE = 10_000_000
LONGEST_CHANGEOVER = 365


def _weekdays() -> list[tuple[str, str]]:
    names = get_day_names("wide", locale=words.language())
    return [(str(number), names[number - 1]) for number in range(1, 8)]


def _levels() -> list[tuple[str, str]]:
    return [(str(level), str(level)) for level in (1, 2, 3)]


class CleanroomForm(ActionForm):
    """Everything that is known of a cleanroom, but its rates, its changeover days and its qualification."""

    code = line(
        _l("Code"), longest=20, description=_l("The facility’s own short name for it, for instance P3.")
    )
    name = line(_l("Name"), longest=120)
    kind = one_of(_l("Kind"), "stage", reads=RoomKind)
    grade = one_of(_l("Grade"), "grade", reads=Grade, default=Grade.C)
    area_m2 = whole_number(_l("Area"), required=False, least=1, most=100_000)
    bsl = OneOf(_l("Biosafety level"), answers=_levels, reads=int)
    vector_level = one_of(
        _l("Viral-vector work that the permits allow"),
        "vector_level",
        reads=VectorLevel,
        description=_l("The most demanding kind; it covers those below."),
    )
    gmo_class = one_of(_l("GMO class that the permits allow"), "gmo_class", reads=int, nothing=not_published)
    isolator = BooleanField(_l("Has an isolator"))
    equipment = some_of(_l("Equipment"), "equipment")
    note = text(_l("Note"), description=_l("Anyone reads it."))

    unit = OneOf(
        _l("Booked by the"),
        answers=lambda: [(word.value, words.unit(word)) for word in BookingUnit],
        reads=BookingUnit,
    )
    open_weekdays = SomeOf(_l("Open on"), answers=_weekdays, reads=int, default=[1, 2, 3, 4, 5])
    opens_hour = whole_number(_l("Opens at"), least=0, most=23, default=0)
    closes_hour = whole_number(_l("Closes at"), least=1, most=24, default=24)
    min_units = whole_number(_l("Shortest booking"), least=1, most=2000, default=1)
    max_units = whole_number(
        _l("Longest booking"), required=False, least=1, most=2000, description=_l("Empty: no limit.")
    )
    notice_days = whole_number(_l("Notice"), least=0, most=730, default=0)
    last_class = one_of(
        _l("What ran last before the portal’s first booking"),
        "process_class",
        nothing=not_published,
        description=_l("It decides on the first changeover. Only people with a duty here read it."),
    )

    FIELDS = (
        "code",
        "name",
        "kind",
        "grade",
        "area_m2",
        "bsl",
        "vector_level",
        "gmo_class",
        "isolator",
        "equipment",
        "note",
        "unit",
        "open_weekdays",
        "opens_hour",
        "closes_hour",
        "min_units",
        "max_units",
        "notice_days",
        "last_class",
    )

    def values(self) -> dict[str, Any]:
        """Return what was typed; an empty field is not published."""
        return {name: None if self[name].data == "" else self[name].data for name in self.FIELDS}


class QualificationForm(ActionForm):
    """Until when a cleanroom is qualified, and on what that rests."""

    qualified_until = day(
        _l("Qualified until"),
        required=False,
        description=_l("The last day. Empty: not published, and nobody is held to it."),
    )
    reason = line(
        _l("What it rests on"),
        longest=300,
        description=_l("For instance the requalification report. Only people with a duty here read it."),
    )


class RetireForm(ActionForm):
    """Why a cleanroom takes no new requests."""

    reason = line(_l("Reason"), longest=300, description=_l("Only people with a duty here read it."))


class RateForm(ActionForm):
    """A rate from a day on."""

    customer_kind = one_of(_l("For"), "customer_kind", reads=CustomerKind)
    amount = hundredths(_l("Amount for one open booking unit, without VAT"), most=BIGGEST_RATE)
    currency = OneOf(_l("Currency"), answers=lambda: [(code, code) for code in words.CURRENCIES])
    vat = hundredths(_l("VAT"), most=100, default=2500)
    valid_from = day(_l("Valid from"))


class ChangeoverForm(ActionForm):
    """A cleanroom's own changeover days, one field for each pair of process classes; empty means the shipped figure."""

    def days(self) -> dict[Pair, int | None]:
        """Return what was typed for every pair."""
        return {pair: self[name_of(pair)].data for pair in _pairs()}

    @classmethod
    def showing(cls, room: Cleanroom, own: dict[Pair, int]) -> "ChangeoverForm":
        """Return the form filled with a cleanroom's own days."""
        return cls(data={"version": room.version, **{name_of(pair): days for pair, days in own.items()}})


def name_of(pair: Pair) -> str:
    """Return the name of the field for a pair of process classes."""
    return f"{pair[0]}__{pair[1]}"


def _pairs() -> list[Pair]:
    return [(before, after) for before in process_classes() for after in process_classes()]


def _days_field(pair: Pair) -> IntegerField:
    before, after = pair
    message = _l("Give a whole number from %(least)s to %(most)s.", least=0, most=LONGEST_CHANGEOVER)
    return IntegerField(
        _l("%(before)s, then %(after)s", before=_Worded(before), after=_Worded(after)),
        validators=[Optional(), NumberRange(0, LONGEST_CHANGEOVER, message=message)],
    )


class _Worded:
    """A process class that is worded when it is written out."""

    def __init__(self, word: str) -> None:
        """Keep the class."""
        self.word = word

    def __str__(self) -> str:
        return words.label("process_class", self.word)


for _pair in _pairs():
    setattr(ChangeoverForm, name_of(_pair), _days_field(_pair))
