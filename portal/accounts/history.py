"""What has happened to a person or an organisation, in words."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.accounts import queries
from portal.accounts.labels import country_label, role_label
from portal.core.actors import Role
from portal.ledger.queries import HistoryLine
from portal.web.filters import moment

Told = Callable[[Mapping[str, Any]], str]

KINDS = {
    "organisation.membership_ended": "no",
    "organisation.invitation_revoked": "no",
    "organisation.role_refused": "no",
    "person.deactivated": "no",
    "person.second_factor_dropped": "no",
    "organisation.member_invited": "wait",
    "organisation.invitation_sent_again": "wait",
    "organisation.role_requested": "wait",
}
"""With which glyph a line begins; every other one with that of something done."""


def told(session: Session, lines: Sequence[HistoryLine]) -> list[dict[str, Any]]:
    """Return the lines of a history as the page shows them; what the reader may not see is left out."""
    people = queries.names_of(
        session,
        {line.facts.get("user_id") for line in lines}
        | {line.actor_id for line in lines}
        | {line.assisted_by_id for line in lines},
    )
    organisations = queries.organisation_names(session, {line.facts.get("organisation_id") for line in lines})
    return [_entry(line, people, organisations) for line in lines if line.name in _sentences()]


def _entry(line: HistoryLine, people: Mapping[int, str], organisations: Mapping[int, str]) -> dict[str, Any]:
    role = line.facts.get("role")
    values = {
        **line.facts,
        **line.private,
        "person": people.get(line.facts.get("user_id", 0), ""),
        "organisation": organisations.get(line.facts.get("organisation_id", 0), ""),
        "role": role_label(Role(role)) if role else "",
        "email": line.private.get("email") or _("somebody"),
    }
    return {
        "when": moment(line.at),
        "iso": line.at.isoformat(),
        "text": _sentences()[line.name](values),
        "kind": KINDS.get(line.name, "done"),
        "who": _who(line, people),
        "quote": line.private.get("reason"),
        "changes": [
            (_fields().get(field, field), _shown(field, before), _shown(field, after))
            for field, (before, after) in (line.private.get("changes") or {}).items()
        ],
    }


def _who(line: HistoryLine, people: Mapping[int, str]) -> str:
    name = people.get(line.actor_id or 0, "")
    if line.assisted_by_id is None:
        return name
    return _(
        "%(administrator)s for %(person)s", administrator=people.get(line.assisted_by_id, ""), person=name
    )


def _shown(field: str, value: Any) -> str:
    if value is None or value == "":
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return country_label(value) if field == "country" else str(value)


def _fields() -> dict[str, str]:
    return {
        "name": _("Name"),
        "email": _("E-mail"),
        "requires_second_factor": _("Second factor for everybody"),
        "legal_name": _("Legal name"),
        "number": _("Organisation number"),
        "vat_number": _("VAT number"),
        "invoice_reference": _("Invoice reference"),
        "is_sme": _("Small or medium-sized"),
        "country": _("Country"),
        "city": _("Town"),
        "website": _("Website"),
        "language": _("Language"),
        "time_zone": _("Time zone"),
        "theme": _("Light or dark"),
    }


def _sentences() -> dict[str, Told]:
    return {
        "person.registered": lambda _values: _("Account made"),
        "person.confirmed": lambda _values: _("E-mail address confirmed"),
        "person.edited": lambda _values: _("Account changed"),
        "person.password_changed": lambda values: (
            _("New password, by a link in a mail") if values["how"] == "reset" else _("New password")
        ),
        "person.signed_out_everywhere": lambda _values: _("Signed out everywhere"),
        "person.sign_in_ended": lambda _values: _("Signed out in another browser"),
        "person.new_device_used": lambda _values: _("Signed in in a new browser"),
        "person.authenticator_added": lambda _values: _("App for codes set up"),
        "person.authenticator_removed": lambda _values: _("App for codes removed"),
        "person.passkey_added": lambda _values: _("Passkey added"),
        "person.passkey_removed": lambda _values: _("Passkey removed"),
        "person.recovery_codes_made": lambda _values: _("New recovery codes"),
        "person.recovery_code_used": lambda _values: _("Signed in with a recovery code"),
        "person.second_factor_dropped": lambda _values: _("Second factor taken off by an administrator"),
        "person.address_changed": lambda _values: _("E-mail address changed"),
        "person.deactivated": lambda _values: _("Shut out"),
        "person.reactivated": lambda _values: _("Let in again"),
        "person.assistance_began": lambda _values: _("An administrator acts for this person"),
        "person.assistance_ended": lambda _values: _("The administrator no longer acts for this person"),
        "organisation.registered": lambda _values: _("Organisation registered"),
        "organisation.edited": lambda _values: _("Facts changed"),
        "organisation.member_invited": lambda values: _(
            "%(email)s was invited as %(role)s", email=values["email"], role=values["role"]
        ),
        "organisation.invitation_sent_again": lambda values: _(
            "The invitation of %(email)s was sent again", email=values["email"]
        ),
        "organisation.invitation_revoked": lambda values: _(
            "The invitation of %(email)s was taken back", email=values["email"]
        ),
        "organisation.invitation_accepted": _joined,
        "organisation.role_given": _joined,
        "organisation.membership_ended": lambda values: _(
            "%(person)s is no longer %(role)s of %(organisation)s", **_names(values)
        ),
        "organisation.role_requested": lambda values: _(
            "%(person)s asks to be %(role)s of %(organisation)s", **_names(values)
        ),
        "organisation.role_approved": _joined,
        "organisation.role_refused": lambda values: _(
            "%(person)s was not made %(role)s of %(organisation)s", **_names(values)
        ),
    }


def _joined(values: Mapping[str, Any]) -> str:
    return _("%(person)s is now %(role)s of %(organisation)s", **_names(values))


def _names(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(values[name]) for name in ("person", "role", "organisation")}
