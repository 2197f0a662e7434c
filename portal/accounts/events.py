"""What happens to people and organisations.

What is personal lies beside the entry: under `person` for the person and administrators, under `organisation` for its
members too. Changes read `{field: [before, after]}`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from portal.core.events import Event

Changes = Mapping[str, list[Any]]

PERSON: Mapping[str, str] = {"user_id": "user"}
ORGANISATION: Mapping[str, str] = {"organisation_id": "organisation"}
BOTH: Mapping[str, str] = {**PERSON, **ORGANISATION}


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRegistered(Event):
    """Somebody has made an account."""

    name: ClassVar[str] = "person.registered"
    about: ClassVar[Mapping[str, str]] = PERSON
    private: ClassVar[Mapping[str, str]] = {"person_name": "person", "email": "person"}

    user_id: int
    person_name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonConfirmed(Event):
    """A person has shown that the e-mail address is theirs."""

    name: ClassVar[str] = "person.confirmed"
    about: ClassVar[Mapping[str, str]] = PERSON

    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEdited(Event):
    """A person has changed their own name or settings."""

    name: ClassVar[str] = "person.edited"
    about: ClassVar[Mapping[str, str]] = PERSON
    private: ClassVar[Mapping[str, str]] = {"changes": "person"}

    user_id: int
    changes: Changes


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(Event):
    """A person has a new password; `how` is `changed` or `reset`. Every other sign-in of theirs has ended."""

    name: ClassVar[str] = "person.password_changed"
    about: ClassVar[Mapping[str, str]] = PERSON

    user_id: int
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOutEverywhere(Event):
    """A person has ended every sign-in of theirs."""

    name: ClassVar[str] = "person.signed_out_everywhere"
    about: ClassVar[Mapping[str, str]] = PERSON

    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEvent(Event):
    """Something that has happened to a person's account."""

    about: ClassVar[Mapping[str, str]] = PERSON

    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDeviceUsed(PersonEvent):
    """A person has signed in in a browser that was not known."""

    name: ClassVar[str] = "person.new_device_used"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInEnded(PersonEvent):
    """A person has ended one of their sign-ins from another one."""

    name: ClassVar[str] = "person.sign_in_ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticatorAdded(PersonEvent):
    """A person signs in with the codes of an app besides the password."""

    name: ClassVar[str] = "person.authenticator_added"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticatorRemoved(PersonEvent):
    """A person no longer uses the codes of an app."""

    name: ClassVar[str] = "person.authenticator_removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyAdded(PersonEvent):
    """A person may sign in with a passkey."""

    name: ClassVar[str] = "person.passkey_added"


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyRemoved(PersonEvent):
    """A passkey of a person is no longer taken."""

    name: ClassVar[str] = "person.passkey_removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodesMade(PersonEvent):
    """A person has new recovery codes; the old ones are void."""

    name: ClassVar[str] = "person.recovery_codes_made"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodeUsed(PersonEvent):
    """A person has signed in with a recovery code."""

    name: ClassVar[str] = "person.recovery_code_used"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorDropped(PersonEvent):
    """An administrator has taken app, passkeys and recovery codes off a person who has lost them."""

    name: ClassVar[str] = "person.second_factor_dropped"
    private: ClassVar[Mapping[str, str]] = {"reason": "person"}

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressChanged(PersonEvent):
    """A person has another e-mail address."""

    name: ClassVar[str] = "person.address_changed"
    private: ClassVar[Mapping[str, str]] = {"changes": "person"}

    changes: Changes


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDeactivated(Event):
    """An administrator has shut a person out."""

    name: ClassVar[str] = "person.deactivated"
    about: ClassVar[Mapping[str, str]] = PERSON
    private: ClassVar[Mapping[str, str]] = {"reason": "administrator"}

    user_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonReactivated(Event):
    """An administrator has let a person in again."""

    name: ClassVar[str] = "person.reactivated"
    about: ClassVar[Mapping[str, str]] = PERSON
    private: ClassVar[Mapping[str, str]] = {"reason": "administrator"}

    user_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistanceBegan(Event):
    """An administrator acts for a person, until a moment at the latest."""

    name: ClassVar[str] = "person.assistance_began"
    about: ClassVar[Mapping[str, str]] = PERSON
    private: ClassVar[Mapping[str, str]] = {"reason": "person"}

    user_id: int
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistanceEnded(Event):
    """An administrator no longer acts for a person."""

    name: ClassVar[str] = "person.assistance_ended"
    about: ClassVar[Mapping[str, str]] = PERSON

    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationRegistered(Event):
    """An organisation is new; its first member, or an administrator, has registered it."""

    name: ClassVar[str] = "organisation.registered"
    about: ClassVar[Mapping[str, str]] = ORGANISATION

    organisation_id: int
    organisation_name: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationEdited(Event):
    """Facts of an organisation have changed."""

    name: ClassVar[str] = "organisation.edited"
    about: ClassVar[Mapping[str, str]] = ORGANISATION
    private: ClassVar[Mapping[str, str]] = {"changes": "organisation"}

    organisation_id: int
    changes: Changes


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationEvent(Event):
    """Something that has happened to an invitation."""

    about: ClassVar[Mapping[str, str]] = {**ORGANISATION, "invitation_id": "invitation"}
    private: ClassVar[Mapping[str, str]] = {"email": "organisation"}

    organisation_id: int
    invitation_id: int
    role: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberInvited(InvitationEvent):
    """Somebody has been offered a role in an organisation."""

    name: ClassVar[str] = "organisation.member_invited"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationSentAgain(InvitationEvent):
    """An invitation has been sent again, with a new link; the old one is void."""

    name: ClassVar[str] = "organisation.invitation_sent_again"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationRevoked(InvitationEvent):
    """An invitation has been taken back."""

    name: ClassVar[str] = "organisation.invitation_revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationAccepted(Event):
    """A person has accepted a role in an organisation."""

    name: ClassVar[str] = "organisation.invitation_accepted"
    about: ClassVar[Mapping[str, str]] = {**BOTH, "invitation_id": "invitation"}

    organisation_id: int
    invitation_id: int
    user_id: int
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGiven(Event):
    """A person holds a role in an organisation: as the one who registered it, or by an administrator's decision."""

    name: ClassVar[str] = "organisation.role_given"
    about: ClassVar[Mapping[str, str]] = BOTH
    private: ClassVar[Mapping[str, str]] = {"reason": "organisation"}

    organisation_id: int
    user_id: int
    role: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipEnded(Event):
    """A person no longer holds a role in an organisation."""

    name: ClassVar[str] = "organisation.membership_ended"
    about: ClassVar[Mapping[str, str]] = BOTH
    private: ClassVar[Mapping[str, str]] = {"reason": "organisation"}

    organisation_id: int
    user_id: int
    role: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleEvent(Event):
    """Something that has happened to a request for a role."""

    about: ClassVar[Mapping[str, str]] = {**BOTH, "role_request_id": "role_request"}
    private: ClassVar[Mapping[str, str]] = {"reason": "organisation"}

    role_request_id: int
    organisation_id: int
    user_id: int
    role: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRequested(RoleEvent):
    """A person has asked for a role."""

    name: ClassVar[str] = "organisation.role_requested"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleApproved(RoleEvent):
    """An administrator has given a role that was asked for."""

    name: ClassVar[str] = "organisation.role_approved"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRefused(RoleEvent):
    """An administrator has refused a role that was asked for."""

    name: ClassVar[str] = "organisation.role_refused"
