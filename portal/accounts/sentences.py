"""What the reasons of accounts say to a reader."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from portal.accounts.labels import role_label
from portal.core.actors import Role
from portal.web.sentences import Sentence


def _role(values: Mapping[str, Any]) -> str:
    return role_label(Role(values["role"]))


SENTENCES: dict[str, Sentence] = {
    "password_too_short": lambda values: _(
        "A password has at least %(least)s characters. Add to it, for instance another word.",
        least=values["least"],
    ),
    "password_too_long": lambda values: _(
        "A password has at most %(most)s characters. Shorten it.", most=values["most"]
    ),
    "password_easy_to_guess": lambda _values: _(
        "This password is easy to guess. Take four or five words that have nothing to do with each other, or with you."
    ),
    "address_unusable": lambda _values: _(
        "This is not an e-mail address that the portal can write to. It should look like name@example.com."
    ),
    "kind_not_registered": lambda _values: _(
        "Only companies, academic groups and hospitals register themselves. "
        "Ask the portal's administrators to add another kind of organisation."
    ),
    "organisation_exists": lambda values: _(
        "An organisation called %(name)s uses the portal already. If it is yours, ask a colleague there to invite you; "
        "otherwise write the name so that it differs, for instance with the town.",
        name=values["name"],
    ),
    "organisation_name_taken": lambda values: _(
        "Another organisation is called %(name)s. Write the name so that it differs, for instance with the town.",
        name=values["name"],
    ),
    "organisation_unknown": lambda _values: _("There is no such organisation. Choose one from the list."),
    "organisation_number_unsound": lambda values: _(
        "%(number)s is not a Swedish organisation number: it has ten digits, and the last one checks the others. "
        "Compare it with a letter of the authorities.",
        number=values["number"],
    ),
    "vat_number_unsound": lambda values: _(
        "%(number)s is not a VAT number: it begins with the country, as in SE556677889901. Compare it with an invoice.",
        number=values["number"],
    ),
    "registered_meanwhile": lambda _values: _(
        "This was sent twice at the same moment. Look into your mailbox, or try again."
    ),
    "role_held_already": lambda values: _(
        "The role %(role)s is held there already. Nothing needs to be done.", role=_role(values)
    ),
    "role_not_of_this_kind": lambda values: _(
        "An organisation of this kind has no %(role)s that you could name. Choose another role or organisation.",
        role=_role(values),
    ),
    "role_requested_already": lambda values: _(
        "You have asked for the role %(role)s already. An administrator will answer.", role=_role(values)
    ),
    "role_request_decided": lambda values: (
        _("Somebody has approved this request already.")
        if values["state"] == "approved"
        else _("Somebody has refused this request already.")
    ),
    "own_role_request": lambda _values: _("Nobody decides on their own request. Ask another administrator."),
    "invited_already": lambda values: _(
        "%(email)s has an open invitation to this role. Send it again from the list of invitations.",
        email=values["email"],
    ),
    "invitation_void": lambda _values: _(
        "This invitation was accepted already, taken back, or has expired. Ask whoever invited you to send it again."
    ),
    "invitation_for_another": lambda _values: _(
        "This invitation was sent to another address than yours. Sign in with the account of that address, "
        "or ask to be invited under the address that you use here."
    ),
    "invitation_needs_sign_in": lambda _values: _(
        "There is an account with this address already. Sign in, and open the link in the mail again."
    ),
    "last_manager": lambda _values: _(
        "Nobody would be left to look after the organisation. Give the role to a colleague first."
    ),
    "last_administrator": lambda _values: _(
        "Nobody would be left to administer the portal. Make somebody else an administrator first."
    ),
    "cannot_deactivate_oneself": lambda _values: _("Nobody shuts themselves out. Ask another administrator."),
    "cannot_assist_oneself": lambda _values: _("You act for yourself already."),
    "cannot_assist_administrator": lambda _values: _(
        "Nobody acts for another administrator. Ask them to do it themselves."
    ),
    "cannot_assist_inactive": lambda _values: _("This person is shut out of the portal. Let them in first."),
    "wrong_password": lambda _values: _(
        "This is not your present password. Type it again, or sign out and choose “Forgot your password?”."
    ),
    "link_void": lambda _values: _("This link was used already, or is too old. Ask for a new one below."),
    "sign_in_wrong": lambda _values: _(
        "Address and password do not belong together. Check both, or take a new password below."
    ),
    "address_not_confirmed": lambda _values: _(
        "Confirm your e-mail address first: open the link in the mail that you were sent, "
        "or have it sent again below."
    ),
    "passkey_not_taken": lambda _values: _(
        "The passkey was not taken. Try it once more, or use the password instead."
    ),
    "passkey_not_made": lambda _values: _(
        "No passkey came from the browser. Choose “Make the passkey” and follow what your device asks."
    ),
    "passkey_is_there": lambda _values: _("This passkey is there already. Use another device or key."),
    "too_many_passkeys": lambda values: _(
        "You have %(most)s passkeys, and more are not kept. Remove one that you no longer use.",
        most=values["most"],
    ),
    "code_missing": lambda _values: _("Type the code that your app shows, or a recovery code."),
    "code_wrong": lambda _values: _(
        "This code is wrong, or was used already. Wait for the next one in your app, and type that."
    ),
    "proof_missing": lambda _values: _("Type your password."),
    "proof_wrong": lambda _values: _("This is not your password. Type it again."),
    "authenticator_is_there": lambda _values: _(
        "An app is set up already. Remove it first if you want another."
    ),
    "second_factor_needed": lambda _values: _(
        "You need a second factor here, and this is your only one. Add another app or passkey first."
    ),
    "own_second_factor": lambda _values: _(
        "You change your own second factor in your account, or ask another administrator."
    ),
    "no_second_factor": lambda _values: _("This person has no second factor. Nothing needs to be done."),
    "address_is_present": lambda _values: _("This is your address already. Type another one."),
    "address_link_void": lambda _values: _(
        "This link was used already, or is too old. Sign in, and ask for the change once more."
    ),
}
