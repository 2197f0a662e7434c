"""Showing at the moment who one is, by password or passkey: before what is sensitive, and for every signature.

`only_proven` guards a view: whoever has shown it within a quarter of an hour passes; anybody else is asked, and what
they had typed goes on with their answer. A signature asks each time: its form is a `ProofForm`, its page shows
`proof_fields(form)` of `parts/proof.html`, and its view calls `proof_in(form)`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import ParamSpec

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy.orm import Session
from wtforms import HiddenField

from portal.accounts import queries, services
from portal.accounts.assistance import present_assistance
from portal.accounts.fields import SecretField
from portal.accounts.limiting import guessed_by_person
from portal.accounts.models import SignInMeans
from portal.accounts.passkeys import Purpose, shown
from portal.accounts.passwords import is_password_of
from portal.accounts.presence import go_on_with, has_shown_lately, presence
from portal.core import clock
from portal.core.errors import NotAllowed, Reason
from portal.store import db, in_one_unit
from portal.web.forms import BaseForm

P = ParamSpec("P")
PASSWORD, PASSKEY = "proof_password", "proof_passkey"
NOT_CARRIED = frozenset({PASSWORD, PASSKEY, "csrf_token"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """That a person has just shown who they are, by what, and when; a signature keeps it."""

    user_id: int
    means: SignInMeans
    at: datetime


class ProofForm(BaseForm):
    """A form that is good only with a password or a passkey."""

    proof_password = SecretField(_l("Your password"))
    proof_passkey = HiddenField()


def proof_in(form: ProofForm) -> Proof | None:
    """Return what a form proves; if nothing, the form says why. An administrator who acts for somebody proves nothing.

    Tries are counted: whoever guesses gets a 429.
    """
    if present_assistance() is not None:
        raise NotAllowed
    answer, typed, at = form.proof_passkey.data or "", form.proof_password.data or "", clock.now()
    user_id = current_user.id
    guessed_by_person.check(user_id)
    if answer:
        found = shown(answer, Purpose.PROVE)
        if found is not None and found[0].user_id == user_id:
            passkey_id, count = found[0].id, found[1]

            def used(unit: Session) -> None:
                services.note_passkey_used(unit, passkey_id, sign_count=count, at=at)

            in_one_unit(used)
            return Proof(user_id=user_id, means=SignInMeans.PASSKEY, at=at)
        form.refuse(Reason("passkey_not_taken"))
    elif not typed:
        form.refuse(Reason("proof_missing", {}, PASSWORD))
    elif is_password_of(current_user, typed):
        return Proof(user_id=user_id, means=SignInMeans.PASSWORD, at=at)
    else:
        form.refuse(Reason("proof_wrong", {}, PASSWORD))
    guessed_by_person.count(user_id)
    return None


def prove(form: ProofForm) -> bool:
    """Note that who is here has shown it again, if the form proves it; return whether it does."""
    proof = proof_in(form)
    if proof is None:
        return False
    sign_in_id = presence().sign_in_id
    go_on_with(in_one_unit(lambda unit: services.note_proof(unit, sign_in_id, at=proof.at)))
    return True


def only_proven(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Let only people reach the view who have shown lately who they are; others are asked first, and lose nothing."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if present_assistance() is not None:
            raise NotAllowed
        if has_shown_lately():
            return view(*args, **kwargs)
        if request.method == "GET":
            return redirect(url_for("security.verify", next=request.full_path.rstrip("?")))
        form = ProofForm(request.form)
        if PASSWORD in request.form and form.validate() and prove(form):
            return view(*args, **kwargs)
        return ask(form, asked=PASSWORD in request.form)

    guarded.only_proven = True  # type: ignore[attr-defined]
    return guarded


def ask(form: ProofForm, *, asked: bool) -> ResponseReturnValue:
    """Show the page that asks who is here to show it again; what they had sent stands in it, out of sight."""
    carried = [
        (name, value) for name, values in request.form.lists() for value in values if name not in NOT_CARRIED
    ]
    return render_template(
        "security/verify.html",
        form=form,
        carried=carried if request.method == "POST" else [],
        target=request.full_path.rstrip("?"),
        has_passkey=has_passkey(),
    ), 422 if asked or carried else 403


def has_passkey() -> bool:
    """Say whether who is here could show a passkey instead of the password."""
    if "has_passkey" not in g:
        g.has_passkey = bool(queries.factors_of(db.session(), current_user.id).passkeys)
    found: bool = g.has_passkey
    return found
