"""What a facility types: decisions about requests, bookings without one, moves, closures, and a calendar to import."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, RadioField, SelectField
from wtforms.validators import InputRequired, ValidationError

from portal.bookings import words
from portal.bookings.models import ClosureKind, RunKind
from portal.bookings.outlooks import Choice
from portal.bookings.roomtime import midnight
from portal.core.errors import Reason
from portal.core.slots import Slot
from portal.facilities.forms.fields import Among, OneOf, SomeOf, one_of
from portal.facilities.models import BookingUnit, Cleanroom
from portal.signatures.forms import SigningForm
from portal.web.filters import window
from portal.web.forms import ActionForm, day, line, text
from portal.web.locale import from_local

FREE = "free"
"""The answer that another window than those listed is meant."""
WHOLE_DAY_HINT = _l("Only for rooms that are booked by the half day or the hour.")


def whole_hours(first: int, last: int) -> list[tuple[str, str]]:
    """Return the hours of a day for a choice."""
    return [(str(hour), f"{hour:02d}:00") for hour in range(first, last + 1)]


def first_hour() -> OneOf:
    """Return a field for the hour at which something starts."""
    return OneOf(
        _l("Hour it starts"),
        answers=lambda: whole_hours(0, 23),
        reads=int,
        default="0",
        description=WHOLE_DAY_HINT,
    )


def last_hour() -> OneOf:
    """Return a field for the hour at which something ends."""
    return OneOf(
        _l("Hour it ends"),
        answers=lambda: whole_hours(1, 24),
        reads=int,
        default="24",
        description=WHOLE_DAY_HINT,
    )


class DecisionForm(ActionForm):
    """A step of a request or booking with words for the other side; `seen` is when the newest line that it showed was."""

    seen = HiddenField()
    note = text(_l("Note"), longest=2000, description=_l("The requester reads it."))


class SignedForm(DecisionForm, SigningForm):
    """A decision that is signed where the room asks for it."""


class ReadForm(ActionForm):
    """A step of whose place the rules of segregation may warn."""

    acknowledged = BooleanField(
        _l("I have read what the rules of segregation warn of"),
        description=_l("Only asked where a rule warns that QA has not adopted. It stands in the ledger."),
    )


class WarnedForm(SignedForm):
    """A decision that gives a window, of which the rules of segregation may warn."""

    acknowledged = BooleanField(
        _l("I have read what the rules of segregation warn of"),
        description=_l(
            "Only asked where a rule warns that QA has not adopted. It is signed with the decision."
        ),
    )


class ApproveForm(WarnedForm):
    """An approval, perhaps on a condition."""

    condition = line(
        _l("Condition"),
        required=False,
        longest=300,
        description=_l("What must still be met. The window is held until then, and confirmed when it is."),
    )
    condition_until = day(
        _l("To be met by"),
        required=False,
        description=_l("The last day. Without it being met, the time is free again."),
    )

    def until(self, zone: str) -> datetime | None:
        """Return the moment with which the last day for the condition ends."""
        last = self.condition_until.data
        return None if last is None else midnight(last + timedelta(days=1), zone)


class WordsForm(DecisionForm):
    """A step that needs words: a question, a rejection, a cancellation."""

    note = text(_l("Your words"), required=True, longest=2000, description=_l("The requester reads it."))


class AnswerForm(DecisionForm, ReadForm):
    """The answer to a proposal to move a booking."""


class OperatorsForm(ActionForm):
    """Who runs what is booked; `shown` is who was named when the page was made, `seen` when its newest line was."""

    seen = HiddenField()
    shown = HiddenField()
    people = SomeOf(_l("Operators of the run"), answers=lambda: (), reads=int)

    @property
    def shown_ids(self) -> frozenset[int]:
        """Return who was named when the page was made."""
        words = (self.shown.data or "").split()
        return frozenset(int(word) for word in words if word.isdecimal() and len(word) < 16)


class HandOverForm(DecisionForm):
    """To whom a request is handed over."""

    colleague = Among(_l("Colleague"), nothing=lambda: gettext("Choose a colleague"))
    note = text(_l("Note"), longest=2000, description=_l("Your colleagues and the requester read it."))


class PlaceForm(ActionForm):
    """A cleanroom and a time in it."""

    cleanroom = Among(
        _l("Cleanroom"),
        validators=[InputRequired(_l("Choose a cleanroom."))],
        nothing=lambda: gettext("Choose a cleanroom"),
    )
    starts_on = day(_l("First day"))
    starts_hour = first_hour()

    def start_in(self, room: Cleanroom) -> datetime | None:
        """Return the moment at which it starts in a room, or None where no day was given."""
        return start_of(room, self.starts_on.data, self.starts_hour.data)


class OfferForm(WarnedForm, PlaceForm):
    """Another window: one of the first free ones, or a room and a first day."""

    window = RadioField(_l("First free windows"), choices=[], validate_choice=False)
    cleanroom = Among(_l("Cleanroom"), nothing=lambda: gettext("Choose a cleanroom"))
    starts_on = day(_l("First day"), required=False)

    def offer(self, choices: Iterable[Choice], rooms: Iterable[Cleanroom]) -> None:
        """Let these windows and rooms be chosen."""
        listed = list(choices)
        self.window.choices = [
            *((key_of(choice), f"{choice.room.code} · {words_of(choice)}") for choice in listed),
            (FREE, gettext("Another one: choose room and day below")),
        ]
        if self.window.data in (None, "", "None"):
            self.window.data = key_of(listed[0]) if listed else FREE
        self.cleanroom.offer((room.id, room_label(room)) for room in rooms)

    @property
    def chosen(self) -> tuple[int, datetime] | None:
        """Return the room and the start of the listed window that was chosen, or None."""
        room_id, _comma, start = str(self.window.data or "").partition("@")
        try:
            moment = datetime.fromisoformat(start)
        except ValueError:
            return None
        known = room_id.isdecimal() and len(room_id) < 10 and moment.tzinfo is not None
        return (int(room_id), moment) if known else None


class StretchForm(PlaceForm):
    """A cleanroom, a first and a last day."""

    ends_on = day(_l("Last day"))
    ends_hour = last_hour()

    def slot_in(self, room: Cleanroom) -> Slot | None:
        """Return the time in a room, or None, with the error beside the field, where it ends before it starts."""
        return slot_of(self, room)


class WhereToForm(StretchForm):
    """Where a booking should go; `seen` is when the newest line that its page showed was, `next` where to go on."""

    seen = HiddenField()
    next = HiddenField()
    ends_on = day(_l("Last day"), required=False)

    def whole_slot_in(self, room: Cleanroom) -> Slot | None:
        """Return the time in a room, or None, with the error beside the field, where its end is missing or too early."""
        if self.ends_on.data is None and not self.ends_on.errors:
            self.refuse(Reason("end_needed", field="ends_on"))
        return self.slot_in(room)


class MoveForm(WhereToForm, ReadForm):
    """Where a booking with a request should go, and why."""

    note = text(
        _l("Why it should move"), required=True, longest=2000, description=_l("The other side reads it.")
    )


class MoveOwnForm(WhereToForm, ReadForm):
    """Where a booking without a request should go, and why."""

    note = text(_l("Why it moves"), required=True, longest=2000, description=_l("It stands in the history."))


class BookingForm(StretchForm, ReadForm):
    """A booking without a request: own work, an existing booking, a walk-in."""

    title = line(_l("What it is"), longest=160, description=_l("People with a duty at the facility read it."))
    run_kind = OneOf(
        _l("Kind of work"),
        answers=lambda: [(kind.value, words.run_kind(kind)) for kind in RunKind],
        reads=RunKind,
        default=RunKind.OTHER.value,
    )
    process_class = one_of(
        _l("What runs in the room"),
        "process_class",
        nothing=lambda: gettext("not known: the facility’s usual changeover follows"),
        description=_l(
            "It decides how long the changeover before the next work is, and what may run beside it. Left open, what is asked "
            "for later in rooms that share something with this one is judged as if the most demanding work ran here."
        ),
    )


class ClosureForm(StretchForm):
    """A closure of a cleanroom."""

    kind = OneOf(
        _l("Why"),
        answers=lambda: [(kind.value, closure_kind(kind)) for kind in ClosureKind],
        reads=ClosureKind,
    )
    reason = line(_l("Note"), required=False, longest=200, description=_l("People with a duty here read it."))


class MoveClosureForm(ActionForm):
    """Another time for a closure; `shown` is the time that its page showed, `next` where to go on."""

    shown = HiddenField()
    next = HiddenField()
    starts_on = day(_l("First day"))
    starts_hour = first_hour()
    ends_on = day(_l("Last day"))
    ends_hour = last_hour()

    def slot_in(self, room: Cleanroom) -> Slot | None:
        """Return the time in a room, or None, with the error beside the field, where it ends before it starts."""
        return slot_of(self, room)

    @property
    def shown_slot(self) -> Slot | None:
        """Return the time that the page showed, or None if it came without."""
        return read_slot(self.shown.data or "")


class Where(SelectField):
    """Where events take place; the view offers the cleanrooms and facilities, each under a word of its own."""

    def __init__(self, label: Any = None, validators: list[Any] | None = None, **kwargs: Any) -> None:
        """Begin with nothing on offer."""
        self.known: set[str] = set()
        super().__init__(label, validators, choices=[], validate_choice=False, **kwargs)

    def offer(self, choices: list[tuple[str, str]]) -> None:
        """Let these be chosen."""
        self.choices, self.known = choices, {word for word, _words in choices}

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002  (WTForms calls it so)
        """Refuse what is not on offer."""
        if self.data not in self.known:
            raise ValidationError(gettext("Choose one of the listed answers."))


class UploadForm(ActionForm):
    """A calendar file, and where its events take place."""

    file = FileField(
        _l("Calendar file"),
        description=_l("CSV or iCalendar (.ics), at most 512 kB and 400 events."),
    )
    room = Where(
        _l("Cleanroom"),
        description=_l("One cleanroom for all events, or the one that each event names."),
    )
    room_column = line(
        _l("Column that names the cleanroom"),
        required=False,
        longest=80,
        description=_l(
            "Only for CSV, and only if it is not called “room”. It holds the cleanroom’s code or name."
        ),
    )
    process_class = one_of(
        _l("What runs in the room, where the file does not say"),
        "process_class",
        nothing=lambda: gettext("not known: the facility’s usual changeover follows"),
    )

    def offer(self, rooms: Iterable[Cleanroom]) -> None:
        """Let these cleanrooms, or the whole of their facilities, be chosen."""
        listed = list(rooms)
        facilities = {room.facility_id: room.facility.name for room in listed}
        choices = [
            *(
                (f"facility-{key}", gettext("As each event says, at %(facility)s", facility=name))
                for key, name in facilities.items()
            ),
            *((f"room-{room.id}", room_label(room)) for room in listed),
        ]
        self.room.offer(choices)


def start_of(room: Cleanroom, first: date | None, hour: int | None) -> datetime | None:
    """Return the moment at which a day, or an hour of it, begins in a room."""
    if first is None:
        return None
    zone = room.facility.time_zone
    if room.unit is BookingUnit.DAY or not hour:
        return midnight(first, zone)
    return from_local(datetime(first.year, first.month, first.day, hour), zone)  # noqa: DTZ001  (a wall clock)


def slot_of(form: Any, room: Cleanroom) -> Slot | None:
    """Return the time that a form's days and hours are in a room; an end before the start is an error of the form."""
    start = start_of(room, form.starts_on.data, form.starts_hour.data)
    last, hour = form.ends_on.data, form.ends_hour.data
    if start is None or last is None:
        return None
    if room.unit is BookingUnit.DAY or hour in (None, 24):
        end = midnight(last + timedelta(days=1), room.facility.time_zone)
    else:
        end = from_local(datetime(last.year, last.month, last.day, hour), room.facility.time_zone)  # noqa: DTZ001  (a wall clock)
    if end <= start:
        form.refuse(Reason("ends_before_start", field="ends_on"))
        return None
    return Slot(start, end)


def place_in(args: Mapping[str, str], today: date) -> dict[str, Any]:
    """Return the cleanroom and the time that an address names for a form; today where it names no day."""
    found: dict[str, Any] = {"starts_on": today, "ends_on": today}
    for name in ("starts_on", "ends_on"):
        try:
            found[name] = date.fromisoformat(args.get(name, ""))
        except ValueError:
            continue
    for name in ("cleanroom", "starts_hour", "ends_hour"):
        written = args.get(name, "")
        if written.isascii() and written.isdecimal() and len(written) < 10:
            found[name] = int(written)
    return found


def write_slot(slot: Slot) -> str:
    """Return a time as a hidden field keeps it."""
    return f"{slot.start.isoformat()}/{slot.end.isoformat()}"


def read_slot(written: str) -> Slot | None:
    """Return the time that a hidden field kept, or None where that is none."""
    start, _slash, end = written.partition("/")
    try:
        return Slot(datetime.fromisoformat(start), datetime.fromisoformat(end))
    except ValueError:
        return None


def key_of(choice: Choice) -> str:
    """Return the answer that stands for a window to offer."""
    return f"{choice.room.id}@{choice.slot.start.isoformat()}"


def words_of(choice: Choice) -> str:
    """Return a window to offer in words."""
    return window(choice.slot.start, choice.slot.end, choice.room.facility.time_zone)


def room_label(room: Cleanroom) -> str:
    """Return a cleanroom as a choice names it."""
    return f"{room.code} · {room.name}, {room.facility.name}"


def closure_kind(kind: ClosureKind) -> str:
    """Return why a cleanroom is closed."""
    return {
        ClosureKind.MAINTENANCE: gettext("Maintenance"),
        ClosureKind.REQUALIFICATION: gettext("Requalification"),
        ClosureKind.ASEPTIC_PROCESS_SIMULATION: gettext("Aseptic process simulation"),
        ClosureKind.OTHER: gettext("Other reason"),
    }[kind]
