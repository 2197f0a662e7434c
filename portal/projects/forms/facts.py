"""What people state of a project, at first and later."""

from collections.abc import Callable, Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    Field,
    RadioField,
    SelectField,
    SelectMultipleField,
)
from wtforms.validators import DataRequired
from wtforms.widgets import CheckboxInput, ListWidget

from portal.core.errors import Reason
from portal.projects import wording
from portal.projects.forms.fields import amount, chosen, known, number, truth, word, words
from portal.projects.models import Project
from portal.projects.rules.fields import (
    CURRENCIES,
    FIELDS,
    LONGEST_TEASER,
    TEN_YEARS_IN_HOURS,
)
from portal.projects.rules.values import Visibility
from portal.web.forms import ActionForm, BaseForm, day, line, text, whole_number


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
        wording.LABELS["gmo_class"], choices=words("gmo_class", _l("Unknown")), coerce=number
    )
    bsl = SelectField(
        wording.LABELS["bsl"],
        choices=lambda: [
            ("", _("Unknown")),
            *((str(level), _("Level %(level)s", level=level)) for level in (1, 2, 3, 4)),
        ],
        coerce=number,
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
        coerce=word,
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
