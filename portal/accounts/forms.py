"""What people type about themselves and their organisations."""

from collections.abc import Iterable
from typing import Any
from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, Field, HiddenField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional, Regexp, ValidationError

from portal.accounts.addresses import normal_address
from portal.accounts.fields import SecretField
from portal.accounts.labels import country_choices, kind_label, role_label
from portal.accounts.models import OrganisationKind
from portal.accounts.passwords import normal_password
from portal.accounts.rules.people import (
    FOUNDED_KINDS,
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    reasons_against_password,
)
from portal.core.actors import Role
from portal.core.errors import Reason
from portal.web.forms import ActionForm, BaseForm, line, text
from portal.web.locale import LANGUAGES, THEMES, language
from portal.web.sentences import sentence

NEEDED = InputRequired(_l("This is needed. Fill it in."))


def time_zones() -> list[str]:
    """Return the names of all time zones of places, and UTC."""
    return sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")


def reachable(_form: Any, field: Field) -> None:
    """Refuse an address that no mail can reach, and keep any other in its one form."""
    found = normal_address(field.data or "")
    if found is None:
        raise ValidationError(sentence(Reason("address_unusable")))
    field.data = found


def address(label: Any, **kwargs: Any) -> EmailField:
    """Return a field for an e-mail address, kept in its one form."""
    return EmailField(label, validators=[NEEDED, Length(max=254), reachable], **kwargs)


def new_password(label: Any) -> SecretField:
    """Return a field for a new password."""
    return SecretField(
        label,
        validators=[NEEDED],
        description=_l(
            "At least %(least)s characters. Four or five unrelated words are easy to keep and hard to guess.",
            least=SHORTEST_PASSWORD,
        ),
    )


class NewPasswordForm(BaseForm):
    """A form that sets a password; `about` is what others know of its owner, and must not be the password."""

    password = new_password(_l("New password"))

    def about(self) -> Iterable[str]:
        """Return what others know of the person."""
        return ()

    def validate_password(self, field: Field) -> None:
        """Refuse what is short, long or easy to guess."""
        for reason in reasons_against_password(normal_password(field.data), about=self.about()):
            raise ValidationError(sentence(reason))


class ResetForm(NewPasswordForm):
    """A new password for somebody who came by a link."""

    known: tuple[str, ...] = ()

    def about(self) -> Iterable[str]:
        """Return the person's name and address."""
        return self.known


class ChangePasswordForm(ResetForm):
    """A new password for somebody who knows the present one."""

    present = SecretField(_l("Present password"), validators=[NEEDED, Length(max=10 * LONGEST_PASSWORD)])


class RegisterForm(NewPasswordForm):
    """A new person and their new organisation."""

    name = line(_l("Your name"), longest=120)
    email = address(_l("E-mail"))
    password = new_password(_l("Password"))
    organisation_name = line(_l("Name of your organisation"))
    kind = RadioField(
        _l("What it is"),
        choices=lambda: [(kind, kind_label(OrganisationKind(kind))) for kind in FOUNDED_KINDS],
        validators=[NEEDED],
    )
    country = SelectField(_l("Country"), choices=country_choices, default="SE")
    is_sme = BooleanField(
        _l("It is a small or medium-sized enterprise"),
        description=_l(
            "Fewer than 250 people, and at most EUR 50 million turnover or EUR 43 million balance sheet total."
        ),
    )
    language = SelectField(
        _l("Language of mails to you"), choices=lambda: list(LANGUAGES.items()), default=language
    )

    def about(self) -> Iterable[str]:
        """Return what the person has just said of themselves."""
        return [self.name.data or "", self.email.data or "", self.organisation_name.data or ""]


class JoinForm(NewPasswordForm):
    """A new person who was invited."""

    name = line(_l("Your name"), longest=120)
    password = new_password(_l("Password"))
    language = SelectField(
        _l("Language of mails to you"), choices=lambda: list(LANGUAGES.items()), default=language
    )

    def about(self) -> Iterable[str]:
        """Return the name that was just typed."""
        return [self.name.data or ""]


class AddressForm(BaseForm):
    """The address of somebody who needs a link."""

    email = address(_l("E-mail"))


class AccountForm(BaseForm):
    """A person's own name, and how the portal speaks to them."""

    name = line(_l("Name"), longest=120)
    language = SelectField(_l("Language"), choices=lambda: list(LANGUAGES.items()))
    time_zone = SelectField(
        _l("Time zone"),
        choices=lambda: [(zone, zone.replace("_", " ")) for zone in time_zones()],
        description=_l("Times at a facility are always shown in the facility's own zone, too."),
    )
    theme = RadioField(
        _l("Light or dark"),
        choices=lambda: list(zip(THEMES, (_l("As my system"), _l("Light"), _l("Dark")), strict=True)),
    )


class OrganisationForm(ActionForm):
    """The facts of an organisation."""

    name = line(_l("Name"), description=_l("As people know it."))
    legal_name = line(_l("Legal name"), required=False, description=_l("As it stands on an invoice."))
    number = StringField(
        _l("Organisation number"),
        validators=[Optional(), Length(max=40)],
        filters=[lambda value: "".join((value or "").split()).replace("-", "")],
    )
    vat_number = StringField(
        _l("VAT number"),
        validators=[Optional(), Length(max=40)],
        filters=[lambda value: "".join((value or "").split()).upper()],
    )
    invoice_reference = line(_l("Invoice reference"), required=False, longest=120)
    is_sme = BooleanField(_l("It is a small or medium-sized enterprise"))
    country = SelectField(_l("Country"), choices=country_choices)
    city = line(_l("Town"), required=False, longest=120)
    requires_second_factor = BooleanField(
        _l("Everybody here signs in with a second factor"),
        description=_l(
            "Besides the password: a code from an app, or a passkey. Who has none is asked to set one up."
        ),
    )
    website = StringField(
        _l("Website"),
        validators=[
            Optional(),
            Length(max=300),
            Regexp(
                r"https?://[^\s/]+\.[^\s]+$",
                message=_l("An address begins with https:// and has no spaces. Copy it from the browser."),
            ),
        ],
    )


class NewOrganisationForm(OrganisationForm):
    """An organisation of any kind."""

    kind = SelectField(
        _l("Kind"), choices=lambda: [(kind.value, kind_label(kind)) for kind in OrganisationKind]
    )


class RoleForm(BaseForm):
    """A form that names a role."""

    role = SelectField(_l("Role"))

    def offer(self, roles: Iterable[Role]) -> None:
        """Let these roles be chosen."""
        self.role.choices = [(role.value, role_label(role)) for role in roles]

    @property
    def chosen(self) -> Role:
        """Return the role that was chosen."""
        return Role(self.role.data)


class InviteForm(RoleForm):
    """Whom to invite, and as what."""

    email = address(_l("E-mail"))
    role = SelectField(_l("Role"))


class RequestRoleForm(RoleForm):
    """Which role somebody asks for, and why."""

    why = text(_l("Why you need it"), required=True, longest=2000)


class GiveRoleForm(RoleForm):
    """Which role an administrator gives to a person, and why."""

    organisation_id = SelectField(_l("Organisation"), coerce=int)
    role = SelectField(_l("Role"))
    reason = line(_l("Reason"))


class ReasonForm(BaseForm):
    """Something that needs a reason."""

    reason = line(_l("Reason"))


class SwitchForm(BaseForm):
    """For which organisation to act, and where to go then."""

    organisation_id = HiddenField(validators=[NEEDED])


class SignInForm(BaseForm):
    """An address and a password; whether they belong together is said as one, and of neither alone."""

    email = EmailField(
        _l("E-mail"), validators=[InputRequired(_l("Type your e-mail address.")), Length(max=1000)]
    )
    password = SecretField(
        _l("Password"),
        validators=[InputRequired(_l("Type your password.")), Length(max=10 * LONGEST_PASSWORD)],
    )


class SecondStepForm(BaseForm):
    """A code from an app, a recovery code, or a passkey."""

    code = line(
        _l("Code"),
        required=False,
        longest=40,
        description=_l("Six digits from your app, or one of your recovery codes."),
    )
    passkey = HiddenField()


class PasskeyForm(BaseForm):
    """What a browser answers when it is asked for a passkey."""

    passkey = HiddenField()
    next = HiddenField()


class NewPasskeyForm(BaseForm):
    """A new passkey, and what its owner calls it."""

    name = line(
        _l("Name"),
        longest=80,
        description=_l("So that you know it again: “work laptop”, “blue security key”."),
    )
    passkey = HiddenField()


class NewAppForm(BaseForm):
    """The first code of a new app, which shows that the secret has reached it."""

    code = line(_l("Code"), longest=20, description=_l("The six digits that the app shows now."))


class OwnAddressForm(BaseForm):
    """Another e-mail address for a person."""

    email = address(_l("New e-mail address"))
