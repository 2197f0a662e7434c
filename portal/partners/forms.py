"""What people type about partners, checked for shape."""

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, DecimalField, HiddenField, SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import DataRequired, InputRequired
from wtforms.widgets import CheckboxInput, ListWidget, TextInput

from portal.core.errors import Reason
from portal.partners import words
from portal.partners.models import Partner
from portal.partners.queries import stated_values
from portal.partners.rules.fields import (
    BIGGEST_AMOUNT,
    FIELD,
    LONGEST_TEXT,
    MOST_CAPACITY,
    PartnerField,
    written_assets,
    written_list,
)
from portal.partners.rules.sheets import MOST_BYTES
from portal.partners.rules.values import CURRENCIES, PartnerKind
from portal.reference import vocabulary
from portal.web.forms import ActionForm, BaseForm, line, whole_number
from portal.web.forms import day as day_field
from portal.web.forms import text as long_text
from portal.web.locale import language

NONE_TICKED = _l("Tick none for no restriction.")
Choices = Callable[[], list[tuple[str, str]]]


def _choices(stated: PartnerField, first: Any = None) -> Choices:
    def found() -> list[tuple[str, str]]:
        empty = [] if first is None else [("", str(first))]
        if stated.words:
            return [*empty, *vocabulary.choices(stated.words, language())]
        own = words.OWN_LISTS.get(stated.name, {})
        return [*empty, *((word, str(own.get(word, word))) for word in stated.closed)]

    return found


def _several(name: str, **more: Any) -> SelectMultipleField:
    return SelectMultipleField(
        words.LABELS[name],
        choices=_choices(FIELD[name]),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        **more,
    )


def _one(name: str, first: Any, **more: Any) -> SelectField:
    return SelectField(words.LABELS[name], choices=_choices(FIELD[name], first), coerce=_word, **more)


def _word(value: Any) -> str | None:
    return str(value) if value not in (None, "") else None


class ListField(TextAreaField):
    """Several words in one field, with commas or line ends between."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the words."""
        self.data = written_list(str(valuelist[0])) if valuelist else []  # type: ignore[assignment]

    def _value(self) -> str:
        return (", " if self.name.endswith("countries") else "\n").join(self.data or [])


class AssetsField(TextAreaField):
    """Assets in words, one a line; what cannot be read stays as it was typed."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the lines."""
        self.data = written_assets(str(valuelist[0])) if valuelist else []  # type: ignore[assignment]

    def _value(self) -> str:
        return "\n".join(words.asset(one) for one in self.data or [])


class AmountField(DecimalField):
    """A whole amount in which people may put spaces between the thousands."""

    widget = TextInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the number; raises `ValueError` with a sentence for anything else."""
        written = "".join(str(valuelist[0]).split()) if valuelist else ""
        self.data = None
        if not written:
            return
        digits = written.removeprefix("-")
        if not (digits.isascii() and digits.isdecimal() and len(digits) <= 15):
            raise ValueError(_("Give a whole number without decimals, for instance 5 000 000."))
        if not 0 <= int(written) <= BIGGEST_AMOUNT:
            raise ValueError(_("Give an amount from 0 to %(most)s.", most=f"{BIGGEST_AMOUNT:,}"))
        self.data = int(written)  # type: ignore[assignment]

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else "" if self.data is None else str(self.data)


class PartnerForm(ActionForm):
    """What every partner states."""

    organisation = HiddenField()

    name = line(words.LABELS["name"])
    text = long_text(
        words.LABELS["text"],
        required=True,
        longest=LONGEST_TEXT,
        description=_l("What you look for, or what you give, as you would say it. The ranking reads it."),
    )
    text_sv = long_text(words.LABELS["text_sv"], longest=LONGEST_TEXT)
    product_classes = _several("product_classes", description=NONE_TICKED)
    modalities = _several("modalities", description=NONE_TICKED)
    indication_areas = _several("indication_areas", description=NONE_TICKED)
    phases = _several("phases", description=NONE_TICKED)
    countries = ListField(
        words.LABELS["countries"],
        description=_l("Two capital letters each, or Nordic, EU, EEA. Leave it empty for no restriction."),
    )
    organisation_kinds = _several("organisation_kinds", description=NONE_TICKED)
    exclude_product_classes = _several("exclude_product_classes")
    exclude_modalities = _several("exclude_modalities")
    exclude_indication_areas = _several("exclude_indication_areas")
    exclude_countries = ListField(words.LABELS["exclude_countries"])
    exclusions = long_text(
        words.LABELS["exclusions"], longest=1000, description=_l("For people; the ranking does not read it.")
    )
    accepts_on_hold = BooleanField(words.LABELS["accepts_on_hold"])
    opens = day_field(words.LABELS["opens"], required=False)
    closes = day_field(words.LABELS["closes"], required=False)
    website = line(words.LABELS["website"], required=False, longest=300)
    capacity = whole_number(
        words.LABELS["capacity"],
        least=0,
        most=MOST_CAPACITY,
        description=_l(
            "So many introductions at most reach you in a quarter, and as many referrals to a provider. Only you and advisers read it."
        ),
    )
    contact = line(words.LABELS["contact"], required=False, description=_l("Only you and advisers read it."))
    conflicts = ListField(
        words.LABELS["conflicts"],
        description=_l(
            "Companies and groups that you hold or compete with, one a line. No project of theirs is matched with you. "
            "Only you read the list."
        ),
    )

    competing = AssetsField(
        words.LABELS["competing"],
        description=_l(
            "What you hold yourself, one a line: an indication area, or area / modality as you would tick them above. No project "
            "of the same kind is matched with you. Only you read the list."
        ),
    )

    @classmethod
    def of(cls, partner: Partner) -> "PartnerForm":
        """Return the form filled with what is stored."""
        return form_for(partner.kind)(data={**stated_values(partner), "version": partner.version})

    @property
    def values(self) -> dict[str, Any]:
        """Return the stated fields by name."""
        return {name: field.data for name, field in self._fields.items() if name in FIELD}

    def hide_conflicts(self) -> None:
        """Take out what only the partner itself reads."""
        del self.conflicts
        del self.competing


class InvestorForm(PartnerForm):
    """What an investor states besides."""

    investor_kind = _one(
        "investor_kind", _l("Choose"), validators=[DataRequired(_l("This is needed. Choose one."))]
    )
    ticket_min = AmountField(words.LABELS["ticket_min"], description=_l("In whole units of the currency."))
    ticket_max = AmountField(words.LABELS["ticket_max"])
    ticket_currency = SelectField(
        words.LABELS["ticket_currency"],
        choices=lambda: [("", _("Choose")), *((code, code) for code in CURRENCIES)],
        coerce=_word,
    )
    instruments = _several("instruments", description=NONE_TICKED)
    lead_or_follow = _one("lead_or_follow", _l("Not stated"))
    horizon_years = whole_number(words.LABELS["horizon_years"], required=False, least=1, most=50)


class SupportForm(PartnerForm):
    """What a support provider states besides."""

    expert_kind = _one("expert_kind", _l("Other"))
    serves = _several("serves")
    eligibility = long_text(words.LABELS["eligibility"], longest=1000)
    cost = line(words.LABELS["cost"], required=False)
    calls = long_text(words.LABELS["calls"], longest=1000)
    lead_time_days = whole_number(words.LABELS["lead_time_days"], required=False, most=3650)


def form_for(kind: PartnerKind) -> type[PartnerForm]:
    """Return the form of a kind of partner."""
    return InvestorForm if kind is PartnerKind.INVESTOR else SupportForm


class SheetForm(BaseForm):
    """A sheet as a file, or its rows pasted; `step` tells looking from importing."""

    file = FileField(_l("CSV file"), description=_l("UTF-8, separated by comma, semicolon or tab."))
    content = TextAreaField(_l("Or paste rows"), description=_l("The first row names the columns."))
    step = HiddenField()

    def sheet(self) -> str | None:
        """Return the sheet that was given, or None with the reason beside its field."""
        upload = self.file.data
        if upload is not None and upload.filename:
            try:
                return str(upload.stream.read(MOST_BYTES + 1).decode("utf-8-sig").replace("\x00", ""))
            except UnicodeDecodeError:
                self.refuse(Reason("partner_sheet_unreadable", {}, "file"))
                return None
        if self.content.data:
            return str(self.content.data)
        self.refuse(Reason("partner_sheet_nothing_given", {}, "file"))
        return None


class CallForm(BaseForm):
    """From when until when a programme takes applications, and where that stands."""

    opens = day_field(words.LABELS["opens"], required=False)
    closes = day_field(words.LABELS["closes"])
    source = line(_l("Source"), description=_l("The page or the person that says so."))


class RateForm(BaseForm):
    """What one unit of a currency is worth in euro."""

    currency = SelectField(
        words.LABELS["ticket_currency"],
        choices=lambda: [(code, code) for code in CURRENCIES if code != "EUR"],
    )
    per_unit = DecimalField(
        _l("One unit in euro"),
        places=None,
        widget=TextInput(),
        validators=[InputRequired(_l("This is needed. Fill it in."))],
        description=_l("For instance 0.0885."),
    )
    day = day_field(_l("Day of the rate"))
    source = line(_l("Source"), description=_l("Who published it."))

    @property
    def millionths(self) -> int:
        """Return the rate in millionths of a euro; 0 for what is none."""
        rate = self.per_unit.data
        return int(rate * 10**6) if rate is not None and rate.is_finite() and abs(rate) < 10**6 else 0


__all__ = ["CallForm", "PartnerForm", "RateForm", "SheetForm", "form_for"]
