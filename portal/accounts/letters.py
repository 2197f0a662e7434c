"""The mails of accounts, each in its recipient's language."""

from collections.abc import Callable
from datetime import datetime

from flask_babel import gettext as _

from portal.accounts.labels import browser_label, role_label
from portal.accounts.links import confirmation_token, reset_token
from portal.accounts.models import Invitation, Organisation, RoleRequest, RoleRequestState, User
from portal.accounts.rules.signing_in import Browser
from portal.core.actors import Role
from portal.mail.messages import Message
from portal.mail.writing import page_address, write


def confirm_address(user: User) -> Message:
    """Return the mail with which a new person confirms their address."""
    return _to(user, "confirm_address", "accounts.confirm", token=confirmation_token(user))


def registered_already(user: User) -> Message:
    """Return the mail that tells somebody that their address was registered a second time."""
    return _to(user, "registered_already", "accounts.forgot")


def reset_password(user: User) -> Message:
    """Return the mail with which a person takes a new password."""
    return _to(user, "reset_password", "accounts.reset", token=reset_token(user))


def password_changed(user: User) -> Message:
    """Return the mail that tells a person that their password is another one."""
    return _to(user, "password_changed", "accounts.forgot")


def invitation(offer: Invitation, token: str, *, language: str) -> Message:
    """Return the mail that offers somebody a role in an organisation."""
    return write(
        "invitation",
        to=offer.email,
        language=language,
        name=None,
        inviter=offer.invited_by.name,
        organisation=offer.organisation.name,
        role=lambda: role_label(offer.role),
        expires_at=offer.expires_at,
        link=page_address("accounts.join", token=token),
    )


def role_given(user: User, organisation: Organisation, role: Role, *, reason: str) -> Message:
    """Return the mail that tells a person of a role that an administrator has given them."""
    return write(
        "role_given",
        to=user.email,
        language=user.language,
        name=user.name,
        organisation=organisation.name,
        role=lambda: role_label(role),
        reason=reason,
        link=page_address("accounts.organisation", organisation_id=organisation.id),
    )


def membership_ended(user: User, organisation: Organisation, role: Role, *, reason: str) -> Message:
    """Return the mail that tells a person that somebody has ended a role of theirs."""
    return write(
        "membership_ended",
        to=user.email,
        language=user.language,
        name=user.name,
        organisation=organisation.name,
        role=lambda: role_label(role),
        reason=reason,
        link=page_address("accounts.account"),
    )


def assisted(user: User, administrator: User, *, reason: str) -> Message:
    """Return the mail that tells a person that an administrator acts for them."""
    return write(
        "assisted",
        to=user.email,
        language=user.language,
        name=user.name,
        administrator=administrator.name,
        reason=reason,
        link=page_address("accounts.account"),
    )


def role_decided(request: RoleRequest) -> Message:
    """Return the mail that answers a request for a role."""
    return write(
        "role_decided",
        to=request.user.email,
        language=request.user.language,
        name=request.user.name,
        organisation=request.organisation.name,
        role=lambda: role_label(request.role),
        approved=request.state is RoleRequestState.APPROVED,
        reason=request.decision_reason,
        link=page_address("accounts.organisation", organisation_id=request.organisation_id),
    )


def role_requested(administrator: User, request: RoleRequest) -> Message:
    """Return the mail that tells an administrator that somebody asks for a role."""
    return write(
        "role_requested",
        to=administrator.email,
        language=administrator.language,
        name=administrator.name,
        person=request.user.name,
        organisation=request.organisation.name,
        role=lambda: role_label(request.role),
        link=page_address("accounts.role_requests"),
    )


def new_device(user: User, browser: Browser, *, at: datetime) -> Message:
    """Return the mail that tells a person of a sign-in in a browser that was not known."""
    return write(
        "new_device",
        to=user.email,
        language=user.language,
        name=user.name,
        browser=lambda: browser_label(browser.name, browser.system),
        at=at,
        zone=user.time_zone,
        link=page_address("accounts.sign_in_settings"),
    )


def second_factor_changed(user: User, change: str) -> Message:
    """Return the mail that tells a person that something about their second factor has changed."""
    return write(
        "second_factor_changed",
        to=user.email,
        language=user.language,
        name=user.name,
        change=CHANGES[change],
        link=page_address("accounts.sign_in_settings"),
    )


def second_factor_dropped(user: User, administrator: User, *, reason: str) -> Message:
    """Return the mail that tells a person that an administrator has taken their second factor off."""
    return write(
        "second_factor_dropped",
        to=user.email,
        language=user.language,
        name=user.name,
        administrator=administrator.name,
        reason=reason,
        link=page_address("accounts.sign_in_settings"),
    )


def take_address(user: User, email: str, token: str) -> Message:
    """Return the mail with which a person takes another address; it goes to that address."""
    return write(
        "take_address",
        to=email,
        language=user.language,
        name=user.name,
        link=page_address("accounts.take_address", token=token),
    )


def address_is_yours(user: User) -> Message:
    """Return the mail that tells somebody that another account was to have their address."""
    return _to(user, "address_is_yours", "accounts.forgot")


def address_changed(user: User, where: str) -> Message:
    """Return the mail that tells, at the old address and at the new one, that the address is another."""
    return write(
        "address_changed",
        to=where,
        language=user.language,
        name=user.name,
        email=user.email,
        link=page_address("home.contact"),
    )


CHANGES: dict[str, Callable[[], str]] = {
    "app_added": lambda: _("An app for codes was set up."),
    "app_removed": lambda: _("The app for codes was removed."),
    "passkey_added": lambda: _("A passkey was added."),
    "passkey_removed": lambda: _("A passkey was removed."),
    "codes_made": lambda: _("New recovery codes were made; the old ones are void."),
}
"""What has changed, in words that are chosen when the mail is written."""


def _to(user: User, template: str, endpoint: str, **values: str) -> Message:
    return write(
        template,
        to=user.email,
        language=user.language,
        name=user.name,
        link=page_address(endpoint, **values),
    )
