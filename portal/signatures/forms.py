"""The part of a form that signs."""

from datetime import datetime

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField
from wtforms.validators import Length

from portal.core.actors import Actor
from portal.core.errors import Refused
from portal.signatures.proving import prove
from portal.signatures.rules import Proof
from portal.web.forms import BaseForm

LONGEST_TYPED = 1000


class SigningForm(BaseForm):
    """A form whose act may be signed: it asks for the password, and keeps everything else that was typed."""

    password = PasswordField(
        _l("Your password, as your signature"),
        validators=[Length(max=LONGEST_TYPED)],
        description=_l(
            "It signs exactly what stands here, with your name and the moment, and cannot be taken back."
        ),
        render_kw={"autocomplete": "current-password"},
    )
    proof: Proof | None = None

    def sign(self, actor: Actor, *, subject_kind: str, subject_id: int, at: datetime) -> bool:
        """Take the proof of who signs; return whether it was given, with the reason beside the field otherwise."""
        typed = self.password.data or ""
        try:
            self.proof = prove(actor, typed, subject_kind=subject_kind, subject_id=subject_id, at=at)
        except Refused as refused:
            self.refuse(*refused.reasons)
            return False
        return True
