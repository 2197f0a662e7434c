"""What people type about the meeting of an introduction; every time is one of the clock on their own wall."""

from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateTimeLocalField, RadioField, SelectField
from wtforms.validators import InputRequired, Optional

from portal.core.errors import Reason
from portal.core.slots import Slot
from portal.matching.rules.meetings import LENGTHS
from portal.web.filters import window
from portal.web.forms import FIRST_DAY, LAST_DAY, ActionForm, BaseForm, line
from portal.web.locale import from_local, time_zone

CLOCK = "%Y-%m-%dT%H:%M"
NEEDED = _l("This is needed. Fill it in.")
OTHER = "other"


class FreeTimeForm(BaseForm):
    """From when to when somebody could meet the other side."""

    starts_at = DateTimeLocalField(_l("Free from"), format=[CLOCK], validators=[InputRequired(NEEDED)])
    ends_at = DateTimeLocalField(_l("Free until"), format=[CLOCK], validators=[InputRequired(NEEDED)])

    @property
    def said(self) -> tuple[datetime, datetime] | None:
        """Return both moments, or None where one of them cannot be meant."""
        moments = [_moment(field.data) for field in (self.starts_at, self.ends_at)]
        if None in moments:
            self.refuse(Reason("meeting_out_of_range", {}, "starts_at"))
            return None
        start, end = (moment for moment in moments if moment is not None)
        return start, end


class MeetingForm(ActionForm):
    """Which time is proposed for a meeting: one of those at which both sides are free, or another one."""

    chosen = RadioField(_l("When both sides are free"), validate_choice=False, validators=[Optional()])
    starts_at = DateTimeLocalField(_l("Another time"), format=[CLOCK], validators=[Optional()])
    minutes = SelectField(
        _l("For how long"),
        choices=lambda: [(str(one), _("%(minutes)s minutes", minutes=one)) for one in LENGTHS],
        default="60",
    )
    place = line(
        _l("Where"),
        required=False,
        longest=500,
        description=_l("An address, or the link to a call. Both sides and their adviser read it."),
    )

    def offer(self, times: list[Slot]) -> None:
        """Offer the times at which both sides are free."""
        own = time_zone()
        offered = [(slot.start.isoformat(), window(slot.start, slot.end, own)) for slot in times]
        self.chosen.choices = [*offered, (OTHER, _("Another time"))] if offered else []

    @property
    def slot(self) -> Slot | None:
        """Return the proposed stretch of time, or None, with the reason beside the field, where none can be meant."""
        start = _stated(self.chosen.data) or _moment(self.starts_at.data)
        if start is None:
            self.refuse(Reason("meeting_time_missing", {}, "starts_at"))
            return None
        return Slot(start, start + timedelta(minutes=int(self.minutes.data)))


def _stated(chosen: str | None) -> datetime | None:
    """Return the moment of an offered time, or None where none was chosen."""
    try:
        moment = datetime.fromisoformat(chosen or OTHER)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None and FIRST_DAY <= moment.date() <= LAST_DAY else None


def _moment(wall: datetime | None) -> datetime | None:
    """Return the moment at which the reader's clock shows a time, or None where none can be meant."""
    if wall is None or not FIRST_DAY <= wall.date() <= LAST_DAY:
        return None
    return from_local(wall, time_zone())
