"""What a founder types who asks for help, what an adviser does who proposes it, and what each side writes about it."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from portal.projects import wording
from portal.projects.models import FieldGroup
from portal.roadmap.rules.referrals import WORDS_MOST
from portal.roadmap.services import OPENABLE
from portal.web.forms import ActionForm, BaseForm, text


class AskForm(BaseForm):
    """What a founder needs help with, and what opens to a provider that accepts."""

    words = text(
        _l("What you need help with"),
        required=True,
        longest=WORDS_MOST,
        description=_l("They read this with your teaser before they know who you are, so name nobody."),
    )
    groups = SelectMultipleField(
        _l("Opened to them if they accept"),
        choices=lambda: [
            (group.value, str(wording.GROUPS[group]))
            for group in OPENABLE
            if group is not FieldGroup.IDENTITY
        ],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description=_l(
            "Name, organisation and people always open then; everything else only if you tick it. "
            "All of it ends when the referral is refused, withdrawn or completed."
        ),
    )

    @property
    def chosen(self) -> set[FieldGroup]:
        """Return the field groups that were ticked."""
        return {FieldGroup(value) for value in self.groups.data or []}


class SendForm(AskForm, ActionForm):
    """The founder's yes to what an adviser has proposed."""


class ProposeForm(BaseForm):
    """Why an adviser proposes a provider."""

    words = text(
        _l("Why this provider"),
        required=True,
        longest=WORDS_MOST,
        description=_l("The founders read this and decide. The provider never does."),
    )


class WordsForm(ActionForm):
    """What one side writes to the other, with a step or without."""

    words = text(_l("Message"), longest=WORDS_MOST)
