"""What people type about introductions, checked for shape."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import DataRequired
from wtforms.widgets import CheckboxInput, ListWidget

from portal.core.errors import Reason
from portal.matching import words
from portal.matching.rules.introductions import OUTCOMES, DeclineReason, State
from portal.matching.services import Parties
from portal.matching.services.beginning import OPENABLE
from portal.partners.forms import AmountField
from portal.partners.rules.values import CURRENCIES
from portal.partners.words import INSTRUMENTS
from portal.projects import wording
from portal.projects.models import FieldGroup
from portal.web.files import is_given
from portal.web.forms import ActionForm, BaseForm, day, line, text, whole_number

CHOOSE = _l("This is needed. Choose one.")


def _lines(written: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.strip() for line in (written or "").splitlines() if line.strip()))


def _groups() -> SelectMultipleField:
    return SelectMultipleField(
        _l("Opened to them after both have said yes"),
        choices=lambda: [
            (group.value, str(wording.GROUPS[group])) for group in FieldGroup if group in OPENABLE
        ],
        default=[FieldGroup.IDENTITY.value],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description=_l(
            "Name, organisation and people are always opened then; everything else only if you tick it."
        ),
    )


class PickForm(BaseForm):
    """Which partner is shortlisted."""

    partner_id = whole_number(_l("Partner"), least=1)


class WishForm(PickForm):
    """Which partner a founder wants to meet, and what is opened to it."""

    groups = _groups()
    read = HiddenField()

    @property
    def chosen(self) -> set[FieldGroup]:
        """Return the field groups that were ticked."""
        return {FieldGroup(value) for value in self.groups.data or []}


class RenewForm(ActionForm):
    """A founder's yes to the words of the teaser that the page showed, by their digest."""

    read = HiddenField()


class ConsentForm(RenewForm):
    """A founder's yes to a partner."""

    groups = _groups()

    @property
    def chosen(self) -> set[FieldGroup]:
        """Return the field groups that were ticked."""
        return {FieldGroup(value) for value in self.groups.data or []}


class LaterForm(ActionForm):
    """From when a partner may be asked again."""

    until = day(_l("Ask us again after"))


class DeclineForm(ActionForm):
    """Why somebody says no."""

    reason = SelectField(
        _l("Why"),
        choices=lambda: [
            ("", _("Choose")),
            *((one.value, str(words.DECLINES[one])) for one in DeclineReason),
        ],
        validators=[DataRequired(CHOOSE)],
    )
    explained = text(_l("In your own words"), longest=1000)
    final = BooleanField(_l("Do not propose this pair again"))

    @property
    def chosen(self) -> DeclineReason:
        """Return the reason that was chosen."""
        return DeclineReason(self.reason.data)


class OutcomeForm(ActionForm):
    """What came of an introduction."""

    outcome = RadioField(
        _l("What came of it"),
        choices=lambda: [(one.value, str(words.STATES[one])) for one in State if one in OUTCOMES],
        validators=[DataRequired(CHOOSE)],
    )
    on = day(_l("Day"))
    amount = AmountField(_l("Amount"), description=_l("In whole units of the currency, if there is one."))
    currency = SelectField(
        _l("Currency"), choices=lambda: [("", _("Choose")), *((code, code) for code in CURRENCIES)]
    )
    instrument = SelectField(
        _l("Instrument"),
        choices=lambda: [("", _("Choose")), *((one, str(INSTRUMENTS[one])) for one in INSTRUMENTS)],
        description=_l("Of an investment, if it is known."),
    )
    explained = text(
        _l("In words"),
        longest=1000,
        description=_l("What support was given, or why it is closed; both sides read it."),
    )

    @property
    def chosen(self) -> State:
        """Return the outcome that was chosen."""
        return State(self.outcome.data)

    @property
    def whole_amount(self) -> int | None:
        """Return the amount, or None where there is none."""
        amount: Any = self.amount.data
        return None if amount is None else int(amount)


class AcceptForm(BaseForm):
    """Somebody's yes to the confidentiality terms, in the version that their page showed."""

    digest = HiddenField()
    agreed = BooleanField(_l("I accept these terms for myself and for my organisation"))


class DocumentForm(BaseForm):
    """A file to show to the partner."""

    file = FileField(
        _l("File"),
        description=_l("PDF, Word, Excel, PowerPoint, OpenDocument, picture or text."),
    )
    title = line(_l("Title"), required=False, description=_l("Without one the name of the file is shown."))

    def is_sound(self) -> bool:
        """Say whether a file was chosen, with the reason beside the field otherwise."""
        if not is_given(self, "file"):
            self.refuse(Reason("document_without_file", {}, "file"))
            return False
        return True


class ConflictForm(BaseForm):
    """An organisation with which an adviser has a conflict of interest."""

    name = line(
        _l("Organisation"),
        description=_l("By its name, its registered name or its number, as it is written there."),
    )


class RoundForm(BaseForm):
    """For what a round is, and how many partners each project may get."""

    name = line(_l("For which event or quarter"))
    per_project = whole_number(
        _l("Partners for each project, at most"), least=1, most=20, description=_l("Three is usual.")
    )
    only_mine = BooleanField(_l("Only projects that I look after"))
    references = text(
        _l("Only these projects"), description=_l("One number on each line; nothing is all of them.")
    )
    partners = text(
        _l("Only these partners"), description=_l("One name on each line; nothing is all of them.")
    )

    @property
    def parties(self) -> Parties:
        """Return who is to take part."""
        return Parties(
            references=_lines(self.references.data),
            partners=_lines(self.partners.data),
            only_mine=bool(self.only_mine.data),
        )


class AddPairForm(ActionForm):
    """Which pair an adviser adds to a round."""

    reference = line(
        _l("Project number"),
        longest=20,
        description=_l("As it stands beside its title."),
    )
    partner_name = line(_l("Partner"), description=_l("By its name, as it stands in the list of partners."))


class ApplyForm(ActionForm):
    """Which pairs of a round are put on the shortlists."""

    pairs = SelectMultipleField(_l("Pairs"), validate_choice=False)

    @property
    def chosen(self) -> list[tuple[str, str]]:
        """Return the ticked pairs: project and partner."""
        found = [value.partition(":") for value in self.pairs.data or []]
        return [(project, partner) for project, _colon, partner in found]


class CaseForm(ActionForm):
    """Who looks after a project from now on, and why."""

    adviser_id = SelectField(_l("Adviser"), coerce=int, validate_choice=False)
    reason = text(
        _l("Why"),
        longest=1000,
        description=_l("Advisers read it; who only takes on what nobody had needs none."),
    )


class NoteForm(BaseForm):
    """What an adviser notes, and when to follow it up."""

    words = text(_l("Note"), required=True, longest=2000)
    follow_up_on = day(
        _l("Remind me on"),
        required=False,
        description=_l("You get a mail on that day; leave it open for none."),
    )
