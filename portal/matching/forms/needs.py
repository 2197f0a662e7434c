"""What a founder says that the project needs."""

from collections.abc import Collection, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.widgets import CheckboxInput, ListWidget

from portal.matching.models import StatedNeed
from portal.matching.rules.needs import LONGEST_WORDS, Asked, Proposal, Way
from portal.matching.rules.values import CAPITAL
from portal.partners.forms import AmountField
from portal.partners.rules.values import CURRENCIES
from portal.partners.words import INSTRUMENTS
from portal.projects import wording
from portal.projects.models import Project
from portal.reference import vocabulary
from portal.roadmap.words import in_words
from portal.web.filters import day as day_words
from portal.web.forms import ActionForm, day, text
from portal.web.locale import language

FUNDING = ("funding_min", "funding_max", "funding_currency")


class NeedsForm(ActionForm):
    """How much is sought, and for every kind of help whether it is wanted, by when and for what."""

    funding_min = AmountField(
        wording.LABELS["funding_min"], description=_l("In whole units of the currency.")
    )
    funding_max = AmountField(wording.LABELS["funding_max"])
    funding_currency = SelectField(
        wording.LABELS["funding_currency"],
        choices=lambda: [("", _("Choose")), *((code, code) for code in CURRENCIES)],
    )
    instrument = SelectField(
        _l("Instrument"),
        choices=lambda: [("", _("Open")), *((one, str(INSTRUMENTS[one])) for one in INSTRUMENTS)],
    )

    @classmethod
    def of(
        cls, project: Project, stated: Mapping[str, StatedNeed], proposed: Collection[Proposal] = ()
    ) -> "NeedsForm":
        """Return the form filled with what is stored, and, not ticked yet, with the days and steps that are proposed."""
        capital = stated.get(CAPITAL)
        data: dict[str, Any] = {name: getattr(project, name) for name in FUNDING}
        data |= {"version": project.version, "instrument": capital.instrument if capital else ""}
        for one in proposed:
            data |= {f"by_{one.kind}": one.by, f"steps_{one.kind}": list(one.steps)}
        for kind in vocabulary.ids("need"):
            row = stated.get(kind)
            data[f"wanted_{kind}"] = kind in project.needs
            if row is not None:
                data |= {f"by_{kind}": row.by, f"words_{kind}": row.words, f"steps_{kind}": row.steps}
        return cls(data=data)

    def offer(self, way: Way) -> None:
        """Offer for each kind of help the steps that it can be asked for: those that are not done, and what was chosen."""
        for kind in vocabulary.ids("need"):
            field: Any = self[f"steps_{kind}"]
            field.choices = [
                SelectChoice(
                    step.id,
                    in_words(step.name),
                    render_kw={"help": f"{day_words(step.start)} – {day_words(step.finish)}"},
                )
                for step in way.for_kind(kind)
                if not step.is_done or step.id in (field.data or ())
            ]

    def of_kind(self, kind: str) -> dict[str, Field]:
        """Return the four fields of a kind of help."""
        return {name: self[f"{name}_{kind}"] for name in ("wanted", "by", "steps", "words")}

    @property
    def asked(self) -> list[Asked]:
        """Return what is asked for, in the order of the vocabulary."""
        return [
            Asked(
                kind=kind,
                by=self[f"by_{kind}"].data,
                words=self[f"words_{kind}"].data or "",
                steps=tuple(dict.fromkeys(self[f"steps_{kind}"].data or ())),
                instrument=(self.instrument.data or None) if kind == CAPITAL else None,
            )
            for kind in vocabulary.ids("need")
            if self[f"wanted_{kind}"].data
        ]

    @property
    def funding(self) -> dict[str, Any]:
        """Return the range of money that is sought, by field of the project."""
        return {name: self[name].data or None for name in FUNDING}


class _Label:
    """The name of a kind of help, in the language of whoever reads."""

    def __init__(self, kind: str) -> None:
        """Keep which one."""
        self._kind = kind

    def __str__(self) -> str:
        """Return the name."""
        return vocabulary.label("need", self._kind, language())


def _add_kinds() -> None:
    for kind in vocabulary.ids("need"):
        label: Any = _Label(kind)
        setattr(NeedsForm, f"wanted_{kind}", BooleanField(label))
        setattr(NeedsForm, f"by_{kind}", day(_l("Needed by"), required=False))
        setattr(NeedsForm, f"steps_{kind}", _steps())
        setattr(NeedsForm, f"words_{kind}", text(_l("What for"), longest=LONGEST_WORDS))


def _steps() -> SelectMultipleField:
    """Return the field for steps of the roadmap; which there are is known, and judged, with the project."""
    return SelectMultipleField(
        _l("Steps of the roadmap"),
        choices=[],
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


_add_kinds()
