"""What QA types: a decision about a rule, and what a cleanroom shares."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms.validators import InputRequired

from portal.facilities.forms.fields import Among, OneOf, SomeOf
from portal.reference import vocabulary
from portal.segregation import words
from portal.segregation.rules import RESTRICTING, Effect, Stance
from portal.signatures.forms import SigningForm
from portal.web.forms import ActionForm, line, text


class StanceForm(SigningForm, ActionForm):
    """What QA says of a rule."""

    stance = OneOf(
        _l("What holds in our rooms"),
        [InputRequired(_l("Choose one of the listed answers."))],
        answers=lambda: [(one.value, words.stance_offered(one)) for one in Stance],
        reads=Stance,
        nothing=lambda: gettext("Choose"),
    )
    effect = OneOf(
        _l("If tightened: what it asks for instead"),
        answers=lambda: [(one.value, words.effect(one)) for one in RESTRICTING],
        reads=Effect,
        nothing=lambda: gettext("The same as shipped"),
    )
    shares = SomeOf(
        _l("If tightened: it also holds for work that shares"),
        answers=lambda: [(one, words.label("share", one)) for one in vocabulary.ids("share")],
    )
    reason = text(
        _l("Reason"),
        required=True,
        longest=2000,
        description=_l("It is signed with the rule as it then holds."),
    )


class SharingForm(SigningForm, ActionForm):
    """What a cleanroom shares with others of its facility, and to which project it is dedicated."""

    air_handling = line(
        _l("Air-handling group"),
        required=False,
        longest=40,
        description=_l("Cleanrooms with the same word here share their air."),
    )
    corridor = line(
        _l("Corridor group"),
        required=False,
        longest=40,
        description=_l("Cleanrooms with the same word here are reached through one corridor."),
    )
    staff_group = line(
        _l("Staff group"),
        required=False,
        longest=40,
        description=_l("Cleanrooms with the same word here are worked in by the same people on one day."),
    )
    dedicated_to_id = Among(
        _l("Dedicated to"),
        nothing=lambda: gettext("No project; anybody may have it"),
        description=_l("No other project is offered the room from now on. What is booked already stays."),
    )
    reason = text(_l("Reason"), required=True, longest=2000, description=_l("It is signed and kept."))
