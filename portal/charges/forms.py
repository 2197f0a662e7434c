"""What a facility's manager types about what programmes pay."""

from flask_babel import lazy_gettext as _l

from portal.facilities.forms.fields import OneOf
from portal.facilities.models import BookingUnit, CustomerKind
from portal.facilities.words import label, unit
from portal.web.forms import BaseForm, day, line, whole_number

MOST_UNITS = 100_000


class SubsidyForm(BaseForm):
    """That a programme pays a share of so many units."""

    programme = line(
        _l("Programme"), longest=160, description=_l("Who pays, as it stands on the basis of invoices.")
    )
    units = whole_number(_l("How many"), least=1, most=MOST_UNITS)
    unit = OneOf(
        _l("Unit"),
        answers=lambda: [(one.value, unit(one.value)) for one in BookingUnit],
        reads=BookingUnit,
        default=BookingUnit.DAY.value,
        description=_l("It holds in cleanrooms that are booked by this unit."),
    )
    percent = whole_number(_l("Share that the programme pays, in per cent"), least=1, most=100)
    first_day = day(
        _l("First day"), description=_l("Bookings that begin from this day to the last are subsidised.")
    )
    last_day = day(_l("Last day"))
    customer_kind = OneOf(
        _l("For"),
        answers=lambda: [(one.value, label("customer_kind", one.value)) for one in CustomerKind],
        reads=CustomerKind,
        nothing=lambda: str(_l("Every customer")),
    )
    project = line(
        _l("Only for the project with this number"),
        required=False,
        longest=20,
        description=_l("One that has asked this facility for time. Leave it empty for all."),
    )
