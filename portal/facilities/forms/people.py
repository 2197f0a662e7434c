"""What managers and administrators type about licences, holidays and duties."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from portal.accounts.models import User
from portal.core.actors import Role
from portal.facilities import words
from portal.facilities.forms.fields import Among, OneOf
from portal.facilities.rules.duties import DUTIES
from portal.facilities.rules.validity import NeededFor
from portal.web.forms import ActionForm, day, line, text, whole_number


class LicenceForm(ActionForm):
    """A permission that a facility holds."""

    kind = OneOf(
        _l("Kind"), answers=lambda: [(kind, words.licence_kind(kind)) for kind in words.LICENCE_KINDS]
    )
    number = line(_l("Number"), required=False, longest=80)
    authority = line(_l("Authority"), required=False, longest=120)
    scope = text(_l("Scope"), description=_l("What it allows. Anyone reads it."))
    valid_from = day(_l("Valid from"), required=False)
    valid_until = day(
        _l("Valid until"), required=False, description=_l("The last day. Empty: no end is known.")
    )

    needed_for = OneOf(
        _l("What can’t be booked without it"),
        answers=lambda: [(one.value, words.needed_for(one)) for one in NeededFor],
        reads=NeededFor,
        description=_l(
            "Beyond its last day nothing of this is offered or approved. Of several licences of one kind the one that holds "
            "longest counts. What is booked already stays."
        ),
    )

    FIELDS = ("kind", "number", "authority", "scope", "valid_from", "valid_until", "needed_for")

    def values(self) -> dict[str, Any]:
        """Return what was typed; an empty field is not published."""
        return {name: None if self[name].data == "" else self[name].data for name in self.FIELDS}


class HolidayForm(ActionForm):
    """A day on which a facility departs from its country's calendar."""

    day = day(_l("Day"))
    name = line(_l("What for"), required=False, longest=120, description=_l("Anyone reads it."))
    is_open = BooleanField(
        _l("Open in spite of a public holiday"),
        description=_l("Without this the facility is closed that day."),
    )


class DutyForm(ActionForm):
    """A role at a facility for a member of the operator's organisation."""

    user_id = Among(_l("Person"), description=_l("Somebody of the operator’s organisation."))
    role = OneOf(
        _l("Duty"),
        answers=lambda: [(role.value, words.label("role", role)) for role in DUTIES],
        reads=Role,
    )
    starts_on = day(_l("From"))
    ends_on = day(_l("To"), required=False, description=_l("The last day. Empty: until further notice."))
    stands_in_for_id = Among(
        _l("Stands in for"),
        nothing=lambda: gettext("Nobody; it is a duty of their own"),
        description=_l("For a deputy: whose absence it is."),
    )

    def offer(self, members: list[User], holders: list[User]) -> None:
        """Let these people be chosen, and these be stood in for."""
        self.user_id.offer([(person.id, f"{person.name} ({person.email})") for person in members])
        self.stands_in_for_id.offer([(person.id, person.name) for person in holders])


class EndDutyForm(ActionForm):
    """The last day of a duty."""

    last_day = day(_l("Last day"), required=False, description=_l("Empty: it ends at once."))


class RunLimitForm(ActionForm):
    """Days on which a facility carries another number of runs at once."""

    first_day = day(_l("First day"))
    last_day = day(_l("Last day"))
    most_runs = whole_number(
        _l("Runs at once"), least=0, most=500, description=_l("In all cleanrooms together; 0 for none.")
    )
    name = line(
        _l("What for"),
        longest=120,
        description=_l("For instance holiday weeks. Only people with a duty here read it."),
    )


class EquipmentForm(ActionForm):
    """Until when a piece of equipment is qualified."""

    equipment = OneOf(_l("Equipment"), answers=lambda: ())
    valid_until = day(
        _l("Qualified until"), required=False, description=_l("The last day. Empty: nobody is held to a day.")
    )


class TrainingForm(ActionForm):
    """Until when somebody is trained for a cleanroom."""

    user_id = Among(_l("Person"), description=_l("Somebody of the operator’s organisation."))
    valid_until = day(
        _l("Trained until"),
        required=False,
        description=_l("The last day. Empty: they are not trained for it."),
    )


class TrainedNeededForm(ActionForm):
    """How many people must be trained for a cleanroom."""

    trained_needed = whole_number(
        _l("People who must be trained for it"),
        required=False,
        least=1,
        most=50,
        description=_l(
            "The room can’t be booked beyond the day on which they are fewer. Empty: nobody is asked for."
        ),
    )
