"""Pages for who is not signed in: registering, confirming an address, a new password, accepting an invitation."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session

from portal.accounts import letters, links, queries, services
from portal.accounts.assistance import only_in_person
from portal.accounts.forms import AddressForm, JoinForm, RegisterForm, ResetForm
from portal.accounts.labels import role_label
from portal.accounts.models import Invitation, OrganisationKind, SignInMeans, User
from portal.accounts.passwords import hashed
from portal.accounts.presence import begin, browser, device_token, enter, leave, remember_device
from portal.accounts.rules.people import invitation_is_open
from portal.accounts.services.joining import new_uniquifier
from portal.accounts.views.blueprint import bp
from portal.core import clock
from portal.core.errors import Reason
from portal.mail.messages import Message
from portal.mail.services import post, post_to_nobody
from portal.store import db
from portal.web.actors import back
from portal.web.forms import BaseForm
from portal.web.limits import limiter
from portal.web.locale import language as chosen_language
from portal.web.sentences import sentence


def typed_address() -> str:
    """Return the address in the form that was sent, as a key to count by."""
    return f"typed:{request.form.get('email', '').strip().lower()[:254]}"


by_host = limiter.limit("30 per hour", methods=["POST"])
by_address = limiter.limit("5 per hour", key_func=typed_address, methods=["POST"])
by_link = limiter.limit("60 per minute; 600 per hour")


@bp.route("/register", methods=["GET", "POST"])
@by_host
def register() -> ResponseReturnValue:
    """Make an account and an organisation; the answer is the same whether or not the address is known."""
    if current_user.is_authenticated:
        return redirect("/")
    form, at = RegisterForm(request.form or None), clock.now()
    if request.method == "POST" and form.validate():
        password_hash = hashed(form.password.data)

        def work(session: Session) -> None:
            user = services.register(
                session,
                services.NewPerson(
                    email=form.email.data or "",
                    name=form.name.data or "",
                    password_hash=password_hash,
                    language=form.language.data,
                ),
                services.NewOrganisation(
                    name=" ".join((form.organisation_name.data or "").split()),
                    kind=OrganisationKind(form.kind.data),
                    country=form.country.data,
                    is_sme=form.is_sme.data,
                ),
                at=at,
            )
            if user.active:
                letter = letters.confirm_address if user.confirmed_at is None else letters.registered_already
                post(session, letter(user), at=at)

        if form.attempt(work):
            return back("accounts.sent")
    return _page("register", form)


@bp.get("/register/sent")
def sent() -> ResponseReturnValue:
    """Say that a mail is on its way, whatever was asked for."""
    return render_template("accounts/sent.html")


@bp.route("/confirm", methods=["GET", "POST"])
@by_host
@by_address
def resend() -> ResponseReturnValue:
    """Send the mail once more with which an address is confirmed; the answer is the same for every address."""
    form = AddressForm(request.form or None)
    if request.method == "POST" and form.validate():
        _write_to(form, letters.confirm_address, only=lambda user: user.confirmed_at is None)
        return back("accounts.sent")
    return _page("resend", form)


@bp.route("/confirm/<token>", methods=["GET", "POST"])
@by_link
def confirm(token: str) -> ResponseReturnValue:
    """Confirm an address; opening the link asks, and only the button confirms, since mail readers open links."""
    user = links.person_to_confirm(token)
    if user is None:
        flash(sentence(Reason("link_void")), "refused")
        return back("accounts.resend")
    form, at = BaseForm(request.form or None), clock.now()
    if request.method == "POST" and form.validate():
        user_id = user.id
        form.attempt(lambda session: services.confirm(session, session.get_one(User, user_id), at=at))
        flash(_("Your address is confirmed. Sign in."), "done")
        return back("security.login")
    return _page("confirm", form, email=user.email)


@bp.route("/reset", methods=["GET", "POST"])
@by_host
@by_address
def forgot() -> ResponseReturnValue:
    """Send the mail with which somebody takes a new password; the answer is the same for every address."""
    form = AddressForm(request.form or None)
    if request.method == "POST" and form.validate():
        _write_to(form, letters.reset_password)
        return back("accounts.sent")
    return _page("forgot", form)


@bp.route("/reset/<token>", methods=["GET", "POST"])
@by_link
def reset(token: str) -> ResponseReturnValue:
    """Let somebody who came by a link take a new password."""
    user = links.person_to_reset(token)
    if user is None:
        flash(sentence(Reason("link_void")), "refused")
        return back("accounts.forgot")
    form, at, user_id = ResetForm(request.form or None), clock.now(), user.id
    form.known = (user.name, user.email)
    if request.method == "POST" and form.validate():
        password_hash = hashed(form.password.data)

        def work(session: Session) -> str:
            person = services.reset_password(session, user_id, password_hash=password_hash, at=at)
            post(session, letters.password_changed(person), at=at)
            return services.know_device(
                session, person, browser=browser(), device_token=device_token(), at=at
            )

        if form.attempt(work):
            leave()
            remember_device(form.result)
            flash(_("You have a new password. Sign in with it."), "done")
            return back("security.login")
    return _page("reset", form)


@bp.route("/join/<token>", methods=["GET", "POST"])
@by_link
@only_in_person
def join(token: str) -> ResponseReturnValue:
    """Accept an invitation: with the account that one is signed in with, or by making one."""
    invitation = queries.invitation_of_token(db.session(), token)
    if current_user.is_authenticated:
        return _join_signed_in(invitation, token)
    if queries.person_by_email(db.session(), invitation.email) is not None:
        flash(_("Sign in to accept the invitation."), "info")
        return redirect(url_for("security.login", next=request.path), code=303)
    form, at = JoinForm(request.form or None), clock.now()
    if request.method == "POST" and form.validate():
        password_hash = hashed(form.password.data)

        def work(session: Session) -> services.Begun:
            user = services.accept_as_new_person(
                session,
                token,
                name=form.name.data or "",
                password_hash=password_hash,
                language=form.language.data,
                at=at,
            )
            return begin(session, user, means=SignInMeans.INVITATION, is_strong=False, at=at)

        if form.attempt(work):
            enter(form.result)
            flash(_("Welcome. Your account is ready."), "done")
            return redirect("/", code=303)
    return _invitation_page(invitation, form)


def _join_signed_in(invitation: Invitation, token: str) -> ResponseReturnValue:
    form, at, user_id = BaseForm(request.form or None), clock.now(), current_user.id
    if (
        request.method == "POST"
        and form.validate()
        and form.attempt(lambda session: services.accept_invitation(session, token, user_id, at=at))
    ):
        flash(_("You are now a member."), "done")
        return back("accounts.organisation", organisation_id=form.result.organisation_id)
    return _invitation_page(invitation, form)


def _invitation_page(invitation: Invitation, form: BaseForm) -> ResponseReturnValue:
    is_open = invitation_is_open(
        accepted_at=invitation.accepted_at,
        revoked_at=invitation.revoked_at,
        expires_at=invitation.expires_at,
        at=clock.now(),
    )
    if not is_open:
        void = sentence(Reason("invitation_void"))
        return render_template("accounts/invitation_void.html", sentence=void), 410
    return _page("join", form, invitation=invitation, role=role_label(invitation.role))


def _write_to(
    form: AddressForm,
    letter: Callable[[User], Message],
    *,
    only: Callable[[User], bool] = lambda _user: True,
) -> None:
    at = clock.now()

    email, language = form.email.data or "", chosen_language()

    def work(session: Session) -> None:
        user = queries.person_by_email(session, email)
        if user is not None and user.active and only(user):
            post(session, letter(user), at=at)
        else:  # the same work for nobody, so that the time does not tell
            post_to_nobody(session, letter(_stand_in(email, language)), at=at)

    form.attempt(work)


def _stand_in(email: str, language: str) -> User:
    return User(
        id=0,
        email=email,
        name="Somebody Else",
        password=new_uniquifier(),
        fs_uniquifier=new_uniquifier(),
        active=True,
        language=language,
    )


def _page(name: str, form: BaseForm, **values: object) -> ResponseReturnValue:
    code = 422 if form.has_errors else 200
    return render_template(f"accounts/{name}.html", form=form, **values), code
