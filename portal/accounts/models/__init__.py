"""The tables of accounts: people and organisations, and how people sign in."""

from portal.accounts.models.people import (
    Invitation,
    Membership,
    Organisation,
    OrganisationKind,
    RoleRequest,
    RoleRequestState,
    User,
)
from portal.accounts.models.signing_in import (
    AddressChange,
    Authenticator,
    Device,
    Passkey,
    RecoveryCode,
    SignIn,
    SignInMeans,
)

__all__ = [
    "AddressChange",
    "Authenticator",
    "Device",
    "Invitation",
    "Membership",
    "Organisation",
    "OrganisationKind",
    "Passkey",
    "RecoveryCode",
    "RoleRequest",
    "RoleRequestState",
    "SignIn",
    "SignInMeans",
    "User",
]
