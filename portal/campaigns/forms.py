"""What people type about campaigns and runs."""

import math
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, DateTimeLocalField, HiddenField, SelectMultipleField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import Optional, ValidationError

from portal.bookings import words as booking_words
from portal.bookings.forms.facility import WarnedForm
from portal.bookings.forms.requests import LONGEST_WORK, read_window
from portal.bookings.models import RunKind, WorkMode
from portal.bookings.roomtime import midnight, wall_moment
from portal.campaigns import words
from portal.campaigns.models import Run
from portal.campaigns.rules.runs import RECORDED, Failure, Outcome, Record
from portal.campaigns.services import Choice
from portal.facilities.forms.fields import Among, OneOf, some_of
from portal.facilities.models import BookingUnit
from portal.signatures.forms import SigningForm
from portal.web.forms import FIRST_DAY, LAST_DAY, ActionForm, BaseForm, day, line, text, whole_number
from portal.web.locale import local

MOST_IN_SERIES = 26
LONGEST_LAG = 730
MOST_DEVIATIONS = 999
MOST_OF_NAMES = 500


class CampaignForm(BaseForm):
    """The name of a campaign, and a remark."""

    name = line(
        _l("Name"), longest=160, description=_l("What you will call it, for instance “First clinical batch”.")
    )
    remark = text(
        _l("Remark"), longest=2000, description=_l("Only your organisation and its advisers read it.")
    )


class OrderForm(ActionForm):
    """How a link follows the links before it."""

    after = Among(
        _l("Counted from the end of"),
        nothing=lambda: gettext("The link before it"),
        description=_l("An earlier link."),
    )
    lag_days = whole_number(
        _l("Starts at the earliest, days later"),
        required=False,
        most=LONGEST_LAG,
        description=_l("For instance 14, for results that must be there. Empty counts as none."),
    )
    spacing_days = whole_number(
        _l("Days between the starts of two runs"),
        required=False,
        most=LONGEST_LAG,
        description=_l("In a series: 7 for one run a week."),
    )


class LinkForm(OrderForm):
    """A link, or a series of links of the same kind."""

    run_kind = OneOf(
        _l("Kind of run"),
        answers=lambda: [(kind.value, booking_words.run_kind(kind)) for kind in RunKind],
        reads=RunKind,
    )
    title = line(
        _l("Title"),
        required=False,
        longest=120,
        description=_l("Without one it is named by its kind and number."),
    )
    times = whole_number(
        _l("How many runs"),
        least=1,
        most=MOST_IN_SERIES,
        default=1,
        description=_l("More than one is a series."),
    )
    duration = whole_number(_l("How long each takes"), least=1, most=LONGEST_WORK)
    duration_unit = OneOf(
        _l("Counted in"),
        answers=lambda: [(unit.value, booking_words.unit(unit)) for unit in BookingUnit],
        reads=BookingUnit,
    )
    mode = OneOf(
        _l("When the work goes on"),
        answers=lambda: [(mode.value, booking_words.mode(mode)) for mode in WorkMode],
        reads=WorkMode,
    )
    earliest_start = day(_l("Earliest start"))
    latest_end = day(_l("Latest end"), required=False, description=_l("Leave it open if any time will do."))
    equipment = some_of(_l("Equipment in the room"), "equipment")
    remark = text(
        _l("Remark to the facility"), description=_l("The facility reads it with the request, and only then.")
    )


class WindowsForm(ActionForm):
    """The windows that the page proposed for the links of a chain, and why links move, if they do."""

    why = text(
        _l("Why it moves"),
        longest=2000,
        description=_l("The facilities read it, if anything is booked already."),
    )
    acknowledged = BooleanField(
        _l("I have read what the rules of segregation warn of"),
        description=_l("Only asked where a rule warns that QA has not adopted. It stands in the ledger."),
    )

    @staticmethod
    def choices(written: Iterable[str]) -> list[Choice] | None:
        """Return the windows that came with the form, or None where one cannot be read."""
        found = []
        for word in written:
            link, _colon, rest = word.partition(":")
            window = read_window(rest)
            if not (link.isdecimal() and len(link) < 10) or window is None:
                return None
            found.append(Choice(link_id=int(link), cleanroom_id=window[0], slot=window[1]))
        return found or None


class TermsField(SelectMultipleField):
    """The confidentiality terms of facilities, each with its version, that are accepted."""

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        """Begin with nothing on offer."""
        super().__init__(label, choices=[], validate_choice=False, **kwargs)

    def offer(self, facilities: Iterable[tuple[int, int, str]]) -> None:
        """Let the terms of these facilities be accepted: id, version, and name."""
        self.choices = [
            SelectChoice(f"{facility_id}-{version}", gettext("Those of %(facility)s", facility=name))
            for facility_id, version, name in facilities
        ]

    @property
    def accepted(self) -> dict[int, int]:
        """Return the version that was accepted, by facility."""
        pairs = [word.split("-") for word in self.data or ()]
        return {
            int(pair[0]): int(pair[1])
            for pair in pairs
            if len(pair) == 2 and all(part.isdecimal() and len(part) < 10 for part in pair)
        }


class RequestForm(ActionForm):
    """Sending a chain: the terms that are accepted, and the estimates that the page showed."""

    agreed = HiddenField()
    terms = TermsField(_l("I accept these confidentiality terms on behalf of my organisation"))

    @property
    def estimates(self) -> dict[int, int]:
        """Return the estimate that was shown, by request."""
        return _pairs(self.agreed.data)


class ReleaseForm(ActionForm):
    """Why a chain is given back, and the fees that the page showed."""

    agreed = HiddenField()
    note = text(_l("Why"), required=True, longest=2000, description=_l("The facilities read it."))

    @property
    def fees(self) -> dict[int, int]:
        """Return the fee that was shown, by booking."""
        return _pairs(self.agreed.data)


class ApprovePartForm(WarnedForm):
    """The approval of a facility's part of a chain."""

    note = text(_l("Note"), longest=2000, description=_l("The requester reads it."))
    until = day(
        _l("Held until"),
        required=False,
        description=_l("For what waits for its gate, or for the rest of the chain. The last day."),
    )

    def until_in(self, zone: str) -> datetime | None:
        """Return the moment with which the last day ends at a place."""
        last = self.until.data
        return None if last is None else midnight(last + timedelta(days=1), zone)


class RejectPartForm(ActionForm):
    """The rejection of a facility's part of a chain."""

    note = text(_l("Reason"), required=True, longest=2000, description=_l("The requester reads it."))


class RunForm(ActionForm):
    """What is known of a run, in the facility's time."""

    started_at = DateTimeLocalField(_l("Started"), format=["%Y-%m-%dT%H:%M"], validators=[Optional()])
    ended_at = DateTimeLocalField(_l("Ended"), format=["%Y-%m-%dT%H:%M"], validators=[Optional()])
    operators = line(
        _l("Operators in the room"),
        required=False,
        longest=MOST_OF_NAMES,
        description=_l(
            "Names with commas between. Where the room asks for trained people, enough of them must be named as the portal knows them."
        ),
    )
    batch_reference = line(
        _l("Batch reference"), required=False, longest=80, description=_l("The number in the batch record.")
    )
    outcome = OneOf(
        _l("Outcome"),
        answers=lambda: [(one.value, words.outcome(one)) for one in Outcome],
        reads=Outcome,
        nothing=lambda: gettext("Not known yet"),
    )
    deviations = whole_number(_l("Deviations"), required=False, most=MOST_DEVIATIONS)
    failure = OneOf(
        _l("Why it failed"),
        answers=lambda: [(one.value, words.failure(one)) for one in Failure],
        reads=Failure,
        nothing=lambda: gettext("It did not fail"),
    )
    yield_amount = line(_l("Yield"), required=False, longest=20)
    yield_target = line(_l("Target"), required=False, longest=20)
    yield_unit = line(_l("Unit of the yield"), required=False, longest=40)
    remarks = text(_l("Remarks"), longest=4000)

    @classmethod
    def of(cls, run: Run | None, zone: str, planned: Sequence[str] = (), **kwargs: Any) -> "RunForm":
        """Return the form with what is stored, or, before anything is, with the operators who are planned."""
        if run is None:
            return cls(data={"version": "0", "operators": ", ".join(planned)[:MOST_OF_NAMES]}, **kwargs)
        stored: dict[str, Any] = {name: getattr(run, name) for name in RECORDED}
        for name in ("started_at", "ended_at"):
            stored[name] = local(stored[name], zone).replace(tzinfo=None) if stored[name] else None
        for name in ("yield_amount", "yield_target"):
            stored[name] = "" if stored[name] is None else words.figure(stored[name])
        return cls(data={**stored, "version": str(run.version)}, **kwargs)

    def validate_started_at(self, field: DateTimeLocalField) -> None:
        """Refuse a day that nobody can have meant."""
        _in_our_time(field)

    def validate_ended_at(self, field: DateTimeLocalField) -> None:
        """Refuse a day that nobody can have meant."""
        _in_our_time(field)

    def validate_yield_amount(self, field: Any) -> None:
        """Refuse what is no amount."""
        _check_amount(field)

    def validate_yield_target(self, field: Any) -> None:
        """Refuse what is no amount."""
        _check_amount(field)

    def said(self, zone: str) -> Record:
        """Return what was typed; moments are those of the facility's clock."""
        return Record(
            started_at=_moment(self.started_at.data, zone),
            ended_at=_moment(self.ended_at.data, zone),
            operators=self.operators.data or "",
            batch_reference=self.batch_reference.data or "",
            outcome=self.outcome.data,
            deviations=self.deviations.data,
            failure=self.failure.data,
            yield_amount=_amount(self.yield_amount.data),
            yield_target=_amount(self.yield_target.data),
            yield_unit=self.yield_unit.data or "",
            remarks=self.remarks.data or "",
        )


class CorrectForm(RunForm):
    """A correction of a closed record, and why."""

    why = text(
        _l("Why it is corrected"),
        required=True,
        longest=2000,
        description=_l("It is kept with the old values; nothing of them is lost."),
    )


class SignRunForm(SigningForm, ActionForm):
    """Closing or certifying a record by signature."""

    note = text(_l("Note"), longest=2000, description=_l("It is signed with the record."))


class RunFileForm(BaseForm):
    """A file for the record."""

    file = FileField(
        _l("File"),
        description=_l(
            "PDF, Word, Excel, PowerPoint, OpenDocument, picture or text. It is kept as it is for good."
        ),
    )
    title = line(_l("Title"), required=False, description=_l("Without one the name of the file is shown."))


def _pairs(written: str | None) -> dict[int, int]:
    """Return the numbers that a hidden field holds in pairs, `12:45000 13:0`."""
    pairs = [word.split(":") for word in (written or "").split()]
    return {
        int(pair[0]): int(pair[1])
        for pair in pairs
        if len(pair) == 2 and all(part.isdecimal() and len(part) < 16 for part in pair)
    }


def _moment(wall: datetime | None, zone: str) -> datetime | None:
    return wall_moment(wall, zone) if wall is not None else None


def _in_our_time(field: DateTimeLocalField) -> None:
    if field.data is not None and not FIRST_DAY <= field.data.date() <= LAST_DAY:
        raise ValidationError(gettext("Check the year."))


def _check_amount(field: Any) -> None:
    if field.data and _amount(field.data) is None:
        raise ValidationError(gettext("Give an amount, for instance 1250 or 2.5e8."))


def _amount(written: str | None) -> float | None:
    """Return an amount that was typed, or None where it cannot be read or is not one."""
    try:
        amount = float((written or "").replace(",", ".").replace(" ", "").replace("\u00a0", ""))
    except ValueError:
        return None
    return amount if math.isfinite(amount) and 0 <= amount < 1e30 else None
