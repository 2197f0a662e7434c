"""The part of a form that signs."""

from datetime import datetime

from flask import g
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import HiddenField, PasswordField
from wtforms.validators import Length

from portal.accounts import queries
from portal.accounts.queries import Factors
from portal.core.actors import Actor
from portal.core.errors import Refused
from portal.signatures.proving import Shown, prove
from portal.signatures.rules import Proof
from portal.store import db
from portal.web.forms import BaseForm

LONGEST_TYPED = 1000


class SigningForm(BaseForm):
    """A form whose act may be signed: it asks who signs to show it anew, and keeps everything else that was typed."""

    password = PasswordField(
        _l("Your password, as your signature"),
        validators=[Length(max=LONGEST_TYPED)],
        description=_l(
            "It signs exactly what stands here, with your name and the moment, and cannot be taken back."
        ),
        render_kw={"autocomplete": "current-password"},
    )
    code = PasswordField(
        _l("Or a code of your app, as your signature"),
        validators=[Length(max=LONGEST_TYPED)],
        description=_l("Six digits. Each code signs once, and cannot be taken back either."),
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )
    passkey = HiddenField()
    proof: Proof | None = None

    @property
    def factors(self) -> Factors:
        """Return what whoever reads the form can sign with besides a password; asked once for a page."""
        if "signing_factors" not in g:
            g.signing_factors = queries.factors_of(db.session(), current_user.id)
        found: Factors = g.signing_factors
        return found

    @property
    def takes_password(self) -> bool:
        """Say whether a password is asked for: not of who has none, and has something better."""
        held = self.factors
        return current_user.password is not None or not (held.passkeys or held.authenticator)

    def sign(self, actor: Actor, *, subject_kind: str, subject_id: int, at: datetime) -> bool:
        """Take the proof of who signs; return whether it was given, with the reason beside the field otherwise."""
        shown = Shown(
            password=self.password.data or "", code=self.code.data or "", passkey=self.passkey.data or ""
        )
        try:
            self.proof = prove(actor, shown, subject_kind=subject_kind, subject_id=subject_id, at=at)
        except Refused as refused:
            self.refuse(*refused.reasons)
            return False
        finally:
            self.passkey.data = ""
        return True
