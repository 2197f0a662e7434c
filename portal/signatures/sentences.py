"""What the reasons of this room say to a reader."""

from flask_babel import gettext as _

from portal.web.filters import moment
from portal.web.sentences import Sentence

SENTENCES: dict[str, Sentence] = {
    "signature_needed": lambda _v: _(
        "This is signed. To sign it, show once more that it is you, in one of the ways that the form offers."
    ),
    "signature_password_wrong": lambda _v: _(
        "This is not your password, so nothing was signed and nothing was changed. Type it again. The try is recorded."
    ),
    "signature_code_wrong": lambda _v: _(
        "This code is wrong or was used already, so nothing was signed and nothing was changed. Wait for the next "
        "code, and type it. The try is recorded."
    ),
    "signature_passkey_not_taken": lambda _v: _(
        "This passkey was not taken, so nothing was signed and nothing was changed. Try again, or sign in another "
        "way. The try is recorded."
    ),
    "signing_is_shut": lambda v: _(
        "Too many tries failed, so nobody can sign with your account until %(until)s. If it was not you, change your "
        "password and tell your administrator.",
        until=moment(v["until"]),
    ),
    "cannot_sign_own_request": lambda _v: _(
        "You asked for this yourself, and nobody signs for what they asked for. A colleague has to."
    ),
    "cannot_sign_for_others": lambda _v: _(
        "A signature is personal. Whoever acts for somebody else cannot sign for them."
    ),
}
