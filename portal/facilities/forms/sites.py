"""What administrators and managers type about a facility: its facts and its terms."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, IntegerField, StringField
from wtforms.validators import URL, Email, Length, NumberRange, Optional, Regexp

from portal.accounts.labels import country_choices
from portal.core.errors import Reason
from portal.facilities import words
from portal.facilities.forms.fields import (
    Among,
    Lines,
    OneOf,
    degrees,
    is_yes,
    not_published,
    one_of,
    some_of,
    yes_no,
)
from portal.facilities.models import Facility, FacilityKind, FacilityStatus, Priority
from portal.facilities.rules.opening import has_calendar, known_zones
from portal.facilities.rules.terms import FURTHEST, MOST_STEPS
from portal.web.forms import ActionForm, BaseForm, line, text, whole_number

NO_ADDRESS = _l("This is no web address. Write it whole, for instance https://example.org.")
LONGEST_TERMS = 20_000
MOST_AREA = 1_000_000


def _countries() -> list[tuple[str, str]]:
    return [(code, name) for code, name in country_choices() if has_calendar(code)]


def _zones() -> list[tuple[str, str]]:
    return [(zone, zone.replace("_", " ")) for zone in known_zones()]


class NewFacilityForm(BaseForm):
    """What must be known of a facility before it stands in the catalogue."""

    name = line(_l("Name"))
    kind = one_of(_l("Kind"), "facility_kind", reads=FacilityKind)
    city = line(_l("City"), longest=120)
    country = OneOf(_l("Country"), answers=_countries, default="SE")
    time_zone = OneOf(_l("Time zone"), answers=_zones, default="Europe/Stockholm")
    operator_id = Among(
        _l("Operator"), description=_l("The organisation whose people answer for the facility.")
    )

    def values(self) -> dict[str, Any]:
        """Return the facts that were typed."""
        return {name: self[name].data for name in ("name", "kind", "city", "country", "time_zone")}


class OperatorForm(ActionForm):
    """Which organisation operates a facility."""

    operator_id = Among(_l("Operator"))


class FactsForm(ActionForm):
    """What a facility says of itself."""

    name = line(_l("Name"))
    kind = one_of(_l("Kind"), "facility_kind", reads=FacilityKind)
    status = one_of(_l("State"), "facility_status", reads=FacilityStatus)
    operator_name = line(
        _l("Operator"), longest=250, description=_l("As it stands in the catalogue, with its legal form.")
    )
    operator_kind = one_of(_l("Kind of operator"), "operator_kind", nothing=not_published)
    city = line(_l("City"), longest=120)
    region = line(_l("Region"), required=False, longest=120)
    country = OneOf(
        _l("Country"), answers=_countries, description=_l("Its public holidays close the cleanrooms.")
    )
    time_zone = OneOf(
        _l("Time zone"),
        answers=_zones,
        description=_l(
            "Bookings start and end at this zone’s midnight. What is booked already keeps its moments."
        ),
    )
    latitude = degrees(_l("Latitude"), 90, description=_l("Degrees north, for instance 55.70."))
    longitude = degrees(_l("Longitude"), 180, description=_l("Degrees east, for instance 13.19."))
    opened = line(
        _l("Opened"),
        required=False,
        longest=10,
        description=_l("A year, a month or a day: 2024, 2024-05, 2024-05-17."),
    )
    expected_operational = line(
        _l("Expected to operate"), required=False, longest=10, description=_l("A year, a month or a day.")
    )
    area_m2 = whole_number(_l("Area"), required=False, least=1, most=MOST_AREA)
    cleanroom_count = whole_number(_l("Number of cleanrooms"), required=False, least=0, most=1000)
    modalities = some_of(_l("Products"), "facility_modality")
    services = some_of(_l("Services"), "facility_service")
    permits = text(
        _l("Permits as published"),
        description=_l("One a line. Permits with a number and validity go under Licences."),
    )
    former_names = Lines(_l("Former names"), description=_l("One a line."))
    website = StringField(
        _l("Website"),
        validators=[
            Optional(),
            Length(max=300),
            URL(message=NO_ADDRESS),
            Regexp(r"https?://", message=NO_ADDRESS),
        ],
    )
    note = text(_l("Note"), description=_l("Anyone reads it."))
    contact_name = line(
        _l("Contact person or desk"), required=False, longest=120, description=_l("Anyone reads the contact.")
    )
    contact_email = StringField(
        _l("Contact e-mail"),
        validators=[
            Optional(),
            Length(max=254),
            Email(message=_l("This is no e-mail address. Write it like name@example.org.")),
        ],
    )
    contact_phone = line(_l("Contact telephone"), required=False, longest=40)

    FIELDS = (
        "name",
        "kind",
        "status",
        "operator_name",
        "operator_kind",
        "city",
        "region",
        "country",
        "time_zone",
        "latitude",
        "longitude",
        "opened",
        "expected_operational",
        "area_m2",
        "cleanroom_count",
        "modalities",
        "services",
        "permits",
        "former_names",
        "website",
        "note",
        "contact_name",
        "contact_email",
        "contact_phone",
    )

    def values(self) -> dict[str, Any]:
        """Return the facts that were typed; an empty field is not published."""
        return {name: _or_none(self[name].data) for name in self.FIELDS}


def _step_field(label: Any, least: int, most: int) -> IntegerField:
    message = _l("Give a whole number from %(least)s to %(most)s.", least=least, most=most)
    return IntegerField(label, validators=[Optional(), NumberRange(least, most, message=message)])


class TermsForm(ActionForm):
    """On which terms a facility takes work."""

    is_open_for_requests = BooleanField(
        _l("Takes requests through the portal"),
        description=_l("Without this the cleanrooms stand in the catalogue, and nobody can ask for a slot."),
    )
    booking_terms = text(_l("Booking terms"), longest=LONGEST_TERMS, description=_l("Anyone reads them."))
    confidentiality_terms = text(
        _l("Confidentiality terms"),
        longest=LONGEST_TERMS,
        description=_l(
            "Whoever shows you a project accepts these first. A new text is a new version, which must be accepted anew."
        ),
    )
    public_records = OneOf(
        _l("Is the operator bound by rules on public records?"),
        answers=yes_no,
        reads=is_yes,
        nothing=not_published,
        description=_l(
            "A public body must often hand out what it was sent. Founders read this before they share."
        ),
    )
    hold_working_days = whole_number(_l("An offer is held for"), least=1, most=60)
    moves_without_asking_days = whole_number(
        _l("A booking may be moved without asking the other side"),
        required=False,
        least=0,
        most=FURTHEST,
        description=_l("If it starts at least so many days ahead. Empty: the other side is always asked."),
    )
    most_runs = whole_number(
        _l("Runs that your staff and QA can carry at once"),
        required=False,
        least=1,
        most=500,
        description=_l(
            "In all cleanrooms together. Nothing beyond is offered or approved. Empty: the rooms alone are the limit."
        ),
    )
    most_runs_each = whole_number(
        _l("Runs at once that one person can be named on"),
        least=1,
        most=50,
        description=_l(
            "As operator, where runs are planned. With 1 nobody is named on two runs that overlap."
        ),
    )
    priority = OneOf(
        _l("Order of the waiting list"),
        answers=lambda: [(word.value, words.priority(word)) for word in Priority],
        reads=Priority,
    )
    default_changeover_days = whole_number(_l("Changeover while nothing follows yet"), least=0, most=365)
    same_project_changeover_days = whole_number(
        _l("Changeover between two runs of one project and class"), least=0, most=365
    )
    charges_changeover = BooleanField(_l("Changeover days are charged"))
    signs_pre_gmp = BooleanField(
        _l("Approvals for pre-GMP rooms are signed"), description=_l("Those for GMP rooms always are.")
    )

    FIELDS = (
        "is_open_for_requests",
        "booking_terms",
        "confidentiality_terms",
        "public_records",
        "hold_working_days",
        "moves_without_asking_days",
        "most_runs",
        "most_runs_each",
        "priority",
        "default_changeover_days",
        "same_project_changeover_days",
        "charges_changeover",
        "signs_pre_gmp",
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Say whether the form can be; each step of the cancellation terms is whole or empty."""
        is_good = bool(super().validate(extra_validators))
        for days, percent in self.step_fields():
            if (days.data is None) != (percent.data is None) and not (days.errors or percent.errors):
                missing = days if days.data is None else percent
                missing.errors = [
                    *missing.errors,
                    _l("A step needs days and percent. Give both, or neither."),
                ]
                is_good = False
        return is_good

    def refuse(self, *reasons: Reason) -> None:
        """Show what is wrong with the cancellation terms beside the step that it is about."""
        others = []
        for reason in reasons:
            wrong = [
                percent for days, percent in self.step_fields() if days.data == reason.values.get("days")
            ]
            if reason.field == "cancellation" and wrong:
                others.append(Reason(reason.code, reason.values, field=wrong[-1].short_name))
            else:
                others.append(reason)
        super().refuse(*others)

    def step_fields(self) -> list[tuple[Field, Field]]:
        """Return the pairs of fields in which the cancellation terms are typed."""
        return [(self[f"days_{number}"], self[f"percent_{number}"]) for number in range(1, MOST_STEPS + 1)]

    def values(self) -> dict[str, Any]:
        """Return the terms that were typed."""
        steps = [
            {"days_before": days.data, "percent": percent.data}
            for days, percent in self.step_fields()
            if days.data is not None and percent.data is not None
        ]
        found = {name: _or_none(self[name].data) for name in self.FIELDS}
        return {**found, "cancellation_steps": sorted(steps, key=lambda step: -step["days_before"])}

    @classmethod
    def showing(cls, facility: Facility) -> "TermsForm":
        """Return the form filled with a facility's terms."""
        steps = {}
        for number, step in enumerate(facility.cancellation_steps[:MOST_STEPS], start=1):
            steps[f"days_{number}"], steps[f"percent_{number}"] = step["days_before"], step["percent"]
        return cls(obj=facility, data=steps)


for _number in range(1, MOST_STEPS + 1):
    setattr(
        TermsForm,
        f"days_{_number}",
        _step_field(_l("Step %(number)s, days before the start", number=_number), 0, FURTHEST),
    )
    setattr(
        TermsForm,
        f"percent_{_number}",
        _step_field(_l("Step %(number)s, percent of the estimate", number=_number), 0, 100),
    )


def _or_none(data: Any) -> Any:
    return None if data == "" else data
