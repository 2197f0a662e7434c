"""What people choose about calendars outside the portal."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import InputRequired

from portal.facilities.forms.fields import OneOf
from portal.web.forms import BaseForm


class FeedForm(BaseForm):
    """Of what a feed is to be; the view offers what the reader may follow."""

    what = OneOf(
        _l("What it shows"),
        [InputRequired(_l("Choose one of the listed answers."))],
        answers=lambda: (),
        nothing=lambda: gettext("Choose"),
    )

    def offer(self, answers: list[tuple[str, str]]) -> None:
        """Let these be chosen."""
        self.what.offer(answers)


class InvitationsForm(BaseForm):
    """Whether bookings come as invitations."""

    invites = BooleanField(_l("Send me an invitation for each booking that I asked for"))
