"""What people type about projects, checked for shape."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.datastructures import MultiDict
from wtforms import (
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    TextAreaField,
)
from wtforms.validators import DataRequired, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget, TextInput

from portal.core.errors import Reason
from portal.projects import wording
from portal.projects.models import Project, TeamMember
from portal.projects.rules import sheets
from portal.projects.rules.fields import (
    BIGGEST_AMOUNT,
    CURRENCIES,
    FIELDS,
    LONGEST_TEASER,
    TEN_YEARS_IN_HOURS,
)
from portal.projects.rules.team import LONGEST_NAME, TeamMemberFields
from portal.projects.rules.values import FieldGroup, Phase, Visibility
from portal.reference import vocabulary
from portal.web.forms import ActionForm, BaseForm, day, line, text, whole_number
from portal.web.locale import language

Choices = Callable[[], list[tuple[str, str]]]

UNKNOWN = "unknown"
TRUTHS = {"yes": True, "no": False, UNKNOWN: None}


def words(list_name: str, first: Any = None) -> Choices:
    """Return what gives the words of a list in the reader's language, after a first, empty answer."""

    def choices() -> list[tuple[str, str]]:
        empty = [] if first is None else [("", str(first))]
        return [*empty, *vocabulary.choices(list_name, language())]

    return choices


def chosen(label: Any, list_name: str, **more: Any) -> SelectField:
    """Return a field for one word of a list that has to be chosen."""
    return SelectField(
        label,
        choices=words(list_name, _l("Choose")),
        coerce=_word,
        validators=[DataRequired(_l("This is needed. Choose one."))],
        **more,
    )


def known(label: Any, list_name: str, **more: Any) -> SelectField:
    """Return a field for one word of a list, or unknown."""
    return SelectField(label, choices=words(list_name, _l("Unknown")), coerce=_word, **more)


def truth(label: Any, **more: Any) -> RadioField:
    """Return a field for yes, no or unknown."""
    return RadioField(label, choices=_truths, coerce=_truth, **more)


def _word(value: Any) -> str | None:
    return str(value) if value not in (None, "") else None


def _number(value: Any) -> int | None:
    return int(value) if value not in (None, "") else None


def _truth(value: Any) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    if value not in TRUTHS:
        raise ValueError(value)
    return TRUTHS[value]


def _truths() -> list[tuple[str, str]]:
    return [("yes", _("Yes")), ("no", _("No")), (UNKNOWN, _("Unknown"))]


class AmountField(IntegerField):
    """A whole number in which people may put spaces between the thousands."""

    widget = TextInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the number; raises `ValueError` with a sentence for anything else."""
        written = "".join(str(valuelist[0]).split()) if valuelist else ""
        self.data = None
        if not written:
            return
        if not (written.isascii() and written.isdecimal() and len(written) <= 15):
            raise ValueError(_("Give a whole number without decimals, for instance 5 000 000."))
        self.data = int(written)


def amount(label: Any, **more: Any) -> AmountField:
    """Return a field for an amount of money in whole units."""
    bound = NumberRange(
        0, BIGGEST_AMOUNT, message=_l("Give an amount from 0 to %(most)s.", most=f"{BIGGEST_AMOUNT:,}")
    )
    return AmountField(label, validators=[Optional(), bound], **more)


class RegisterForm(BaseForm):
    """The first, short form of a project."""

    name = line(
        wording.LABELS["name"],
        description=_l("Only your own organisation reads it until you show it to somebody."),
    )
    product_class = chosen(wording.LABELS["product_class"], "product_class")
    modality = chosen(wording.LABELS["modality"], "modality")
    indication_area = chosen(wording.LABELS["indication_area"], "indication_area")
    phase = chosen(wording.LABELS["phase"], "phase")
    phase_since = day(
        wording.LABELS["phase_since"], required=False, description=_l("Leave it empty if you do not know.")
    )

    @property
    def values(self) -> dict[str, Any]:
        """Return the stated fields by name."""
        names = ("name", "product_class", "modality", "indication_area")
        return {name: self._fields[name].data for name in names}


class ProjectForm(ActionForm):
    """Everything that is stated of a project."""

    product_class = chosen(wording.LABELS["product_class"], "product_class")
    indication_area = chosen(wording.LABELS["indication_area"], "indication_area")
    teaser = text(
        wording.LABELS["teaser"],
        longest=LONGEST_TEASER,
        description=_l(
            "One paragraph without names: what it is, for whom, how far it has come, what it looks for."
        ),
    )
    teaser_sv = text(wording.LABELS["teaser_sv"], longest=LONGEST_TEASER)

    name = line(wording.LABELS["name"])
    indication = line(wording.LABELS["indication"], required=False)

    modality = chosen(wording.LABELS["modality"], "modality")
    autologous = truth(
        wording.LABELS["autologous"],
        description=_l(
            "Yes if the patient gets back cells of their own; no for another donor or no donor at all."
        ),
    )
    vector_level = known(
        wording.LABELS["vector_level"],
        "vector_level",
        description=_l(
            "What a cleanroom’s permit speaks of: the most demanding virus that is handled in the room."
        ),
    )
    vector = line(
        wording.LABELS["vector"],
        required=False,
        longest=80,
        description=_l("For instance AAV9 or lentivirus."),
    )
    gmo_class = SelectField(
        wording.LABELS["gmo_class"], choices=words("gmo_class", _l("Unknown")), coerce=_number
    )
    bsl = SelectField(
        wording.LABELS["bsl"],
        choices=lambda: [
            ("", _("Unknown")),
            *((str(level), _("Level %(level)s", level=level)) for level in (1, 2, 3, 4)),
        ],
        coerce=_number,
    )
    process_class = known(
        wording.LABELS["process_class"],
        "process_class",
        description=_l("What runs in the room. It decides the changeover before and after you."),
    )
    process_state = known(wording.LABELS["process_state"], "process_state")
    starting_material = known(wording.LABELS["starting_material"], "starting_material")
    infectious_status = known(wording.LABELS["infectious_status"], "infectious_status")
    cell_bank = truth(
        wording.LABELS["cell_bank"], description=_l("Yes if the product starts from a cell bank.")
    )
    animal_origin = truth(wording.LABELS["animal_origin"], description=_l("For instance bovine serum."))
    shelf_life_hours = whole_number(
        wording.LABELS["shelf_life_hours"], required=False, least=1, most=TEN_YEARS_IN_HOURS
    )
    device = truth(wording.LABELS["device"])

    orphan = truth(wording.LABELS["orphan"])
    paediatric = truth(wording.LABELS["paediatric"])

    needs = SelectMultipleField(
        wording.LABELS["needs"],
        choices=words("need"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    funding_min = amount(wording.LABELS["funding_min"], description=_l("In whole units of the currency."))
    funding_max = amount(wording.LABELS["funding_max"])
    funding_currency = SelectField(
        wording.LABELS["funding_currency"],
        choices=lambda: [("", _("Choose")), *((code, code) for code in CURRENCIES)],
        coerce=_word,
    )

    visibility = RadioField(
        wording.LABELS["visibility"],
        choices=lambda: [
            (item.value, str(wording.VISIBILITIES[item]), {"help": str(wording.VISIBILITY_HELP[item])})
            for item in Visibility
        ],
        validators=[DataRequired(_l("This is needed. Choose one."))],
    )

    @classmethod
    def of(cls, project: Project) -> "ProjectForm":
        """Return the form filled with what is stored."""
        stored = {field.name: getattr(project, field.name) for field in FIELDS}
        stored |= {"visibility": project.visibility.value, "product_class": project.product_class.value}
        return cls(data={**stored, "version": project.version})

    @property
    def values(self) -> dict[str, Any]:
        """Return the stated fields by name; what the page did not ask is not stated."""
        asked = {field.name for field in FIELDS if self._fields[field.name].raw_data}
        if "orphan" in asked:
            asked.add("needs")  # a list of boxes of which none is ticked sends nothing
        return {field.name: self._fields[field.name].data for field in FIELDS if field.name in asked}

    def tell_costs(self, costs: Iterable[Reason], sentence: Callable[[Reason], str]) -> None:
        """Say below each field that is unknown what this costs."""
        for reason in costs:
            field: Field = self._fields[reason.field or ""]
            field.description = f"{field.description} {sentence(reason)}".strip()


class PhaseForm(ActionForm):
    """Another phase, and the day on which it was reached."""

    phase = chosen(_l("New phase"), "phase")
    since = day(_l("Reached on"))

    @property
    def chosen_phase(self) -> Phase:
        """Return the phase that was chosen."""
        return Phase(self.phase.data or "")


class CorrectionForm(ActionForm):
    """The last line of a project's history, put right."""

    phase = chosen(wording.LABELS["phase"], "phase")
    since = day(
        wording.LABELS["since"],
        required=False,
        description=_l("Only the very first day may be left unknown."),
    )

    @classmethod
    def of(cls, project: Project, since: date | None) -> "CorrectionForm":
        """Return the form filled with the last line of the history, which began on that day."""
        stored = {"phase": project.phase.value, "since": since}
        return cls(data={**stored, "version": project.version})

    @property
    def chosen_phase(self) -> Phase:
        """Return the phase that was chosen."""
        return Phase(self.phase.data or "")


class RestForm(ActionForm):
    """The day from which a project rests, or goes on."""

    since = day(_l("From"))


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
        coerce=_number,
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
        coerce=_word,
    )

    @property
    def chosen_group(self) -> FieldGroup | None:
        """Return the field group, or None for all."""
        return FieldGroup(self.group.data) if self.group.data else None


class UploadForm(BaseForm):
    """A sheet as a file, or its rows pasted."""

    file = FileField(
        _l("CSV file"), description=_l("UTF-8, separated by comma, semicolon or tab; at most 500 projects.")
    )
    content = TextAreaField(_l("Or paste rows"), description=_l("The first row names the columns."))

    def sheet(self) -> str | None:
        """Return the sheet that was given, or None with the reason beside its field."""
        upload, pasted = self.file.data, self.content.data or ""
        given = bool(upload and upload.filename)
        if given and pasted:
            self.refuse(Reason("sheet_two_given", {}, "content"))
            return None
        if not given and not pasted:
            self.refuse(Reason("sheet_nothing_given", {}, "file"))
            return None
        read = sheets.decoded(upload.stream.read() if given else pasted.encode())
        if isinstance(read, Reason):
            self.refuse(Reason(read.code, read.values, "file" if given else "content"))
            return None
        return read


class ImportForm(BaseForm):
    """That somebody has seen what a sheet would change, and wants it."""

    digest = HiddenField()


class ListForm:
    """What the address of a list asks for; whatever cannot be meant is left out."""

    def __init__(self, address: MultiDict[str, str]) -> None:
        """Read the address."""
        self._address = address

    def word(self, name: str, list_name: str) -> str | None:
        """Return a word of a list, or None."""
        written = self._address.get(name, "")
        return written if written in vocabulary.ids(list_name) else None

    def truth(self, name: str) -> bool | None:
        """Return yes or no, or None."""
        return TRUTHS.get(self._address.get(name, ""))

    def text(self, name: str) -> str:
        """Return a short text without what no database can hold."""
        written = self._address.get(name, "")[:200]
        return "".join(c for c in written if ord(c) >= 32 and not 0xD800 <= ord(c) < 0xE000).strip()

    def sort(self, allowed: Iterable[str], default: str) -> str:
        """Return by what a list is sorted, with a minus before it for downwards."""
        written = self._address.get("sort", "")
        return written if written.removeprefix("-") in allowed else default

    def page(self) -> int:
        """Return the number of the page, from 1."""
        written = self._address.get("page", "")
        return max(1, int(written)) if written.isascii() and written.isdecimal() and len(written) < 7 else 1
