"""What a team types about how its product will be paid for, and about its rights."""

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from portal.projects.rules.fields import CURRENCIES
from portal.roadmap.models import FreedomToOperate, MarketAccess, Right
from portal.roadmap.rules.market import (
    PATIENTS_MOST,
    PRICE_MOST,
    TITLE_MOST,
    WORDS_MOST,
    Freedom,
    FreedomFacts,
    MarketFacts,
    RightFacts,
    RightKind,
)
from portal.roadmap.words import FREEDOMS, RIGHT_KINDS
from portal.web.forms import ActionForm, day, line, text, whole_number


class MarketForm(ActionForm):
    """How a product will be paid for, as the team sees it today."""

    value_story = text(
        _l("Value story"),
        longest=WORDS_MOST,
        description=_l("What the product changes for patients, families and care, compared with today."),
    )
    comparator = text(
        _l("Comparator"),
        longest=WORDS_MOST,
        description=_l("What these patients get today in Sweden: the treatment an assessment compares with."),
    )
    patients = whole_number(
        _l("Patients a year in Sweden"),
        required=False,
        most=PATIENTS_MOST,
        description=_l("Those who could be treated, not all who have the disease."),
    )
    patients_basis = line(_l("How the number was found"), required=False, longest=500)
    evidence_plan = text(
        _l("Evidence plan"),
        longest=WORDS_MOST,
        description=_l("Which studies, registers and follow-up will show the value, and when."),
    )
    price_low = whole_number(_l("Price for one patient, from"), required=False, most=PRICE_MOST)
    price_high = whole_number(_l("Price for one patient, to"), required=False, most=PRICE_MOST)
    price_currency = SelectField(
        _l("Currency"), choices=lambda: [("", _("Choose")), *((code, code) for code in CURRENCIES)]
    )
    price_basis = line(_l("What the corridor rests on"), required=False, longest=500)

    @classmethod
    def of(cls, stated: MarketAccess | None) -> "MarketForm":
        """Return the form with what is stated."""
        if stated is None:
            return cls(data={"version": "0"})
        names = MarketFacts.__dataclass_fields__
        return cls(data={**{name: getattr(stated, name) for name in names}, "version": stated.version})

    @property
    def stated(self) -> MarketFacts:
        """Return what was typed."""
        return MarketFacts(
            value_story=self.value_story.data or "",
            comparator=self.comparator.data or "",
            patients=self.patients.data,
            patients_basis=self.patients_basis.data or "",
            evidence_plan=self.evidence_plan.data or "",
            price_low=self.price_low.data,
            price_high=self.price_high.data,
            price_currency=self.price_currency.data or None,
            price_basis=self.price_basis.data or "",
        )


class FreedomForm(ActionForm):
    """What is known of the freedom to operate."""

    finding = SelectField(
        _l("Freedom to operate"), choices=lambda: [(one.value, str(FREEDOMS[one])) for one in Freedom]
    )
    searched_on = day(_l("Searched on"), required=False)
    searched_by = line(_l("Searched by"), required=False)
    remark = text(_l("What was found"), longest=WORDS_MOST)

    @classmethod
    def of(cls, stated: FreedomToOperate | None) -> "FreedomForm":
        """Return the form with what is stated."""
        if stated is None:
            return cls(data={"version": "0", "finding": Freedom.NOT_BEGUN.value})
        names = ("searched_on", "searched_by", "remark", "version")
        return cls(data={**{name: getattr(stated, name) for name in names}, "finding": stated.finding.value})

    @property
    def stated(self) -> FreedomFacts:
        """Return what was typed."""
        return FreedomFacts(
            finding=Freedom(self.finding.data),
            searched_on=self.searched_on.data,
            searched_by=self.searched_by.data or "",
            remark=self.remark.data or "",
        )


class RightForm(ActionForm):
    """A patent family, a licence or another right."""

    kind = SelectField(_l("Kind"), choices=lambda: [(one.value, str(RIGHT_KINDS[one])) for one in RightKind])
    title = line(_l("Title"), longest=TITLE_MOST)
    reference = line(_l("Number or reference"), required=False, longest=120)
    party = line(
        _l("Holder, or other party"),
        required=False,
        description=_l("Who holds the patent, or with whom the licence is agreed."),
    )
    since = day(_l("Filed, or in force from"), required=False)
    until = day(_l("Expires"), required=False)
    due_on = day(
        _l("Next day that must not be missed"),
        required=False,
        description=_l("Founders are reminded 90, 30 and 7 days ahead, of this day and of the expiry."),
    )
    due_what = line(
        _l("What is due then"),
        required=False,
        description=_l("For instance the PCT filing, the national phase or an annual fee."),
    )
    remark = text(_l("Remark"), longest=WORDS_MOST)

    @classmethod
    def of(cls, right: Right) -> "RightForm":
        """Return the form with what is stated."""
        stored: dict[str, Any] = {name: getattr(right, name) for name in RightFacts.__dataclass_fields__}
        return cls(data={**stored, "kind": right.kind.value, "version": right.version})

    @property
    def stated(self) -> RightFacts:
        """Return what was typed."""
        days: dict[str, date | None] = {
            name: getattr(self, name).data for name in ("since", "until", "due_on")
        }
        return RightFacts(
            kind=RightKind(self.kind.data),
            title=self.title.data or "",
            reference=self.reference.data or "",
            party=self.party.data or "",
            due_what=self.due_what.data or "",
            remark=self.remark.data or "",
            **days,
        )
