"""What a requester types about a slot request: the work, the window, the last check, and the answers to a facility."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import ValidationError

from portal.bookings import words
from portal.bookings.models import RunKind, SlotRequest, WorkMode
from portal.bookings.needs import Minimum, minimum_for
from portal.core.slots import Slot
from portal.facilities.forms.fields import Among, OneOf, one_of, some_of
from portal.facilities.models import BookingUnit, Cleanroom, Facility, Grade, VectorLevel
from portal.projects.models import Project
from portal.web.forms import FIRST_DAY, LAST_DAY, ActionForm, day, line, text, whole_number

LONGEST_WORK = 1000
HIGHEST_LEVEL = 4
MOMENT = "%Y%m%dT%H%MZ"
REQUIREMENTS = ("process_class", "grade", "bsl", "vector_level", "gmo_class")
"""The fields that a project's facts decide about."""
WORK = (
    "project_id",
    "run_kind",
    "title",
    "duration",
    "duration_unit",
    "mode",
    "earliest_start",
    "latest_end",
    *REQUIREMENTS,
    "equipment",
    "remark",
)
"""The fields of the first step that a stored request has under the same name."""


class Facilities(SelectMultipleField):
    """Facilities that would do, by id, which the view offers; none ticked means any."""

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        """Begin with nothing on offer."""
        self.offered: frozenset[int] = frozenset()
        super().__init__(label, coerce=int, choices=[], validate_choice=False, **kwargs)

    def offer(self, facilities: Iterable[Facility]) -> None:
        """Let these facilities be chosen."""
        found = list(facilities)
        self.offered = frozenset(facility.id for facility in found)
        self.choices = [
            SelectChoice(facility.id, facility.name, render_kw={"help": facility.city}) for facility in found
        ]

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the ids; whether they are on offer is checked later."""
        if any(not (written.isdecimal() and len(written) < 10) for written in valuelist):
            raise ValueError(gettext("Choose among the listed answers only."))
        self.data = sorted({int(written) for written in valuelist})

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002  (WTForms calls it so)
        """Refuse what is not on offer."""
        if set(self.data or ()) - self.offered:
            raise ValidationError(gettext("Choose among the listed answers only."))


class WorkForm(ActionForm):
    """The first step: what will be done, how long, between which days, and what a room must offer."""

    project_id = Among(_l("Project"))
    run_kind = OneOf(
        _l("Kind of run"),
        answers=lambda: [(kind.value, words.run_kind(kind)) for kind in RunKind],
        reads=RunKind,
    )
    title = line(
        _l("Title"),
        required=False,
        longest=160,
        description=_l("What you and the facility will call it, for instance “Runs 1–3”."),
    )
    duration = whole_number(_l("How long it takes"), least=1, most=LONGEST_WORK)
    duration_unit = OneOf(
        _l("Counted in"),
        answers=lambda: [(unit.value, words.unit(unit)) for unit in BookingUnit],
        reads=BookingUnit,
    )
    mode = OneOf(
        _l("When the work goes on"),
        answers=lambda: [(mode.value, words.mode(mode)) for mode in WorkMode],
        reads=WorkMode,
    )
    earliest_start = day(_l("Earliest start"))
    latest_end = day(_l("Latest end"), required=False, description=_l("Leave it open if any time will do."))
    process_class = one_of(_l("What runs in the room"), "process_class", nothing=lambda: gettext("Choose"))
    grade = one_of(_l("Background grade, at least"), "grade", reads=Grade)
    bsl = OneOf(
        _l("Biosafety level, at least"),
        answers=lambda: [
            (str(level), gettext("Level %(level)s", level=level)) for level in range(1, HIGHEST_LEVEL + 1)
        ],
        reads=int,
    )
    vector_level = one_of(_l("Viral-vector work"), "vector_level", reads=VectorLevel)
    gmo_class = one_of(_l("GMO class of contained use"), "gmo_class", reads=int)
    equipment = some_of(_l("Equipment in the room"), "equipment")
    facilities = Facilities(
        _l("Facilities that would do"), description=_l("Tick none, and any facility will do.")
    )
    remark = text(
        _l("Remark to the facility"), description=_l("The facility reads it with the request, and only then.")
    )

    def validate_process_class(self, field: OneOf) -> None:
        """Ask for the class: without it no changeover can be judged, and nothing be sent."""
        if field.data is None and not field.process_errors:
            raise ValidationError(gettext("This is needed. Choose one."))

    def offer(self, projects: Iterable[Project], facilities: Iterable[Facility]) -> None:
        """Let one of these projects and some of these facilities be chosen."""
        self.project_id.offer([(project.id, project.name) for project in projects])
        self.facilities.offer(facilities)

    def take_from(self, project: Project) -> None:
        """Put what the project asks of a room into the requirements."""
        for name, value in least_values(project, self.run_kind.data or RunKind.PROCESS_DEVELOPMENT).items():
            self._fields[name].data = value

    @property
    def values(self) -> dict[str, Any]:
        """Return the draft's fields by name."""
        stated = {name: self._fields[name].data for name in WORK}
        return {
            **stated,
            "title": stated["title"] or "",
            "remark": stated["remark"] or "",
            "acceptable_facility_ids": self.facilities.data or None,
        }


def least_values(project: Project, run_kind: RunKind) -> dict[str, Any]:
    """Return what a project's facts put into the requirements of a request."""
    least: Minimum = minimum_for(project, run_kind)
    return {name: getattr(least, name) for name in REQUIREMENTS}


def values_of(request: SlotRequest) -> dict[str, Any]:
    """Return a stored request's fields as the first step shows them."""
    return {
        **{name: getattr(request, name) for name in WORK},
        "facilities": request.acceptable_facility_ids or [],
        "version": str(request.version),
    }


class WindowForm(ActionForm):
    """The second step: one of the windows on offer, or a start of one's own."""

    window = StringField(_l("Window"))
    other_room = Among(_l("Room"), nothing=lambda: gettext("Choose"))
    other_day = day(_l("Day to start"), required=False)
    other_hour = OneOf(
        _l("Hour to start"),
        answers=lambda: [(str(hour), f"{hour:02d}:00") for hour in range(24)],
        reads=int,
        nothing=lambda: gettext("When the day begins"),
    )

    @property
    def choice(self) -> tuple[int, Slot] | None:
        """Return the cleanroom and the window that were chosen, or None if nothing that can be read was."""
        return read_window(self.window.data or "")

    def validate_window(self, field: StringField) -> None:
        """Refuse a window that nobody can have been offered."""
        if field.data and self.choice is None:
            raise ValidationError(gettext("Choose one of the windows."))

    def validate_for_other(self) -> bool:
        """Say whether room and day of a start of one's own were given; what is missing is said beside it."""
        if self.other_room.data is None:
            self.other_room.errors = [*self.other_room.errors, gettext("Choose the room.")]
        if self.other_day.data is None and not self.other_day.errors:
            self.other_day.errors = [*self.other_day.errors, gettext("Give the day.")]
        return not (self.other_room.errors or self.other_day.errors or self.other_hour.errors)


def write_window(room: Cleanroom, slot: Slot) -> str:
    """Return a cleanroom and a window as one word of a form or address."""
    return f"{room.id}_{slot.start.astimezone(UTC):{MOMENT}}_{slot.end.astimezone(UTC):{MOMENT}}"


def read_window(written: str) -> tuple[int, Slot] | None:
    """Return the cleanroom's id and the window that a word stands for, or None if it stands for nothing."""
    room, _separator, rest = written.partition("_")
    start, _separator, end = rest.partition("_")
    if not (room.isdecimal() and len(room) < 10):
        return None
    try:
        moments = [datetime.strptime(part, MOMENT).replace(tzinfo=UTC) for part in (start, end)]
        slot = Slot(*moments)
    except ValueError:
        return None
    in_our_time = slot.start.date() > FIRST_DAY and slot.end.date() < LAST_DAY
    return (int(room), slot) if in_our_time else None


class CheckForm(ActionForm):
    """The last step: the facility's confidentiality terms, and what the page showed of terms and price."""

    terms_version = HiddenField()
    amount = HiddenField()
    window = HiddenField()
    terms = BooleanField(_l("I accept these confidentiality terms on behalf of my organisation"))

    @property
    def shown_terms_version(self) -> int | None:
        """Return the version of the terms that the page showed."""
        return _whole(self.terms_version.data)

    @property
    def agreed_amount(self) -> int | None:
        """Return the estimate that the page showed, in minor units, or None if it showed none."""
        return _whole(self.amount.data)


class AnswerForm(ActionForm):
    """An answer to the facility's question."""

    note = text(_l("Your answer"), required=True)


class NoteForm(ActionForm):
    """A button with a few words of explanation, which may be left out."""

    note = text(_l("Why, if you like to say"), longest=2000)


class CancelForm(ActionForm):
    """Cancelling a booking: why, and the fee that the page showed."""

    fee = HiddenField()
    note = text(_l("Why"), required=True, longest=2000, description=_l("The facility reads it."))

    @property
    def agreed_fee(self) -> int | None:
        """Return the fee that the page showed, in minor units, or None if it could not be told."""
        return _whole(self.fee.data)


class MoveForm(WindowForm):
    """A proposal to move a booking: another window, and why."""

    why = text(
        _l("Why it should move"), required=True, longest=2000, description=_l("The facility reads it.")
    )
    acknowledged = BooleanField(
        _l("I have read what the rules of segregation warn of"),
        description=_l("Only asked where a rule warns that QA has not adopted. It stands in the ledger."),
    )


def _whole(written: Any) -> int | None:
    text_ = str(written or "")
    return int(text_) if text_.isdecimal() and len(text_) < 16 else None
