"""The verbs of accounts: joining, what is one's own, belonging to organisations, administration."""

from portal.accounts.services.administration import (
    add_organisation,
    add_role,
    approve_role,
    begin_assistance,
    deactivate,
    end_assistance,
    reactivate,
    refuse_role,
)
from portal.accounts.services.belonging import (
    OrganisationFacts,
    edit_organisation,
    end_membership,
    invite,
    request_role,
    revoke_invitation,
    send_invitation_again,
)
from portal.accounts.services.joining import (
    NewOrganisation,
    NewPerson,
    accept_as_new_person,
    accept_invitation,
    confirm,
    register,
)
from portal.accounts.services.own import (
    OwnSettings,
    change_password,
    edit_own_account,
    note_sign_in,
    reset_password,
    sign_out_everywhere,
    switch_organisation,
)

__all__ = [
    "NewOrganisation",
    "NewPerson",
    "OrganisationFacts",
    "OwnSettings",
    "accept_as_new_person",
    "accept_invitation",
    "add_organisation",
    "add_role",
    "approve_role",
    "begin_assistance",
    "change_password",
    "confirm",
    "deactivate",
    "edit_organisation",
    "edit_own_account",
    "end_assistance",
    "end_membership",
    "invite",
    "note_sign_in",
    "reactivate",
    "refuse_role",
    "register",
    "request_role",
    "reset_password",
    "revoke_invitation",
    "send_invitation_again",
    "sign_out_everywhere",
    "switch_organisation",
]
