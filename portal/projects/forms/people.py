"""Who is in a project's team, and who outside it may see what."""

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    SelectField,
    SelectMultipleField,
)
from wtforms.validators import DataRequired
from wtforms.widgets import CheckboxInput, ListWidget

from portal.projects import wording
from portal.projects.forms.fields import number, word
from portal.projects.models import TeamMember
from portal.projects.rules.team import LONGEST_NAME, TeamMemberFields
from portal.projects.rules.values import FieldGroup
from portal.web.forms import ActionForm, BaseForm, day, line, whole_number


class TeamMemberForm(ActionForm):
    """A member of a project's team."""

    name = line(wording.LABELS["member_name"], longest=LONGEST_NAME)
    task = line(
        wording.LABELS["member_task"],
        longest=LONGEST_NAME,
        description=_l("For instance process development."),
    )
    email = line(wording.LABELS["member_email"], required=False, longest=254)

    @classmethod
    def of(cls, member: TeamMember) -> "TeamMemberForm":
        """Return the form filled with what is stored."""
        stored = {"name": member.name, "task": member.task, "email": member.email}
        return cls(data={**stored, "version": member.version})

    @property
    def stated(self) -> TeamMemberFields:
        """Return what was typed as one value."""
        return TeamMemberFields(
            name=self.name.data or "", task=self.task.data or "", email=self.email.data or None
        )


class AdviserForm(BaseForm):
    """Which adviser's organisation may see what of a project, and how long."""

    organisation_id = SelectField(
        _l("Adviser’s organisation"),
        coerce=number,
        validators=[DataRequired(_l("This is needed. Choose one."))],
    )
    groups = SelectMultipleField(
        _l("May see"),
        choices=lambda: [
            (group.value, str(words_of))
            for group, words_of in wording.GROUPS.items()
            if group is not FieldGroup.TEASER
        ],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    until = day(
        _l("Until the end of"), required=False, description=_l("Leave it empty for as long as you like.")
    )

    def offer(self, organisations: Iterable[tuple[int, str]]) -> None:
        """Let one of these organisations be chosen."""
        listed = [(str(organisation_id), name) for organisation_id, name in organisations]
        self.organisation_id.choices = [("", _("Choose")), *listed]

    @property
    def chosen_groups(self) -> set[FieldGroup]:
        """Return the field groups that were ticked."""
        return {FieldGroup(value) for value in self.groups.data or []}


class TakeBackForm(BaseForm):
    """Which organisation's access ends, and to what; an empty group ends all of it."""

    organisation_id = whole_number(_l("Organisation"), least=1, most=2**31 - 1)
    group = SelectField(
        _l("Field group"),
        choices=lambda: [("", ""), *((group.value, str(group.value)) for group in FieldGroup)],
        coerce=word,
    )

    @property
    def chosen_group(self) -> FieldGroup | None:
        """Return the field group, or None for all."""
        return FieldGroup(self.group.data) if self.group.data else None
