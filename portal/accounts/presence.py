"""Who is here: the sign-in to which the cookie of a request belongs, kept in the database so that it ends at once.

The cookie holds a token and nothing of consequence besides; one question finds the sign-in, whose it is, and whether
they still owe a second factor. It is asked once in a request, and not at all for a static file.
"""

from dataclasses import dataclass
from datetime import datetime

from flask import Flask, Response, current_app, flash, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session

from portal.accounts import letters, queries, services
from portal.accounts.models import SignInMeans, User
from portal.accounts.rules.signing_in import (
    SEEN_EVERY,
    Browser,
    Over,
    browser_of,
    is_fresh,
    why_over,
)
from portal.core import clock
from portal.core.actors import Role
from portal.core.errors import NotFound
from portal.mail.services import post
from portal.store import db, in_one_unit
from portal.web.cookies import keep, kept

EXTENSION = "portal_accounts_presence"
DEVICE = "device"
TOKEN = "_user_id"  # noqa: S105 - where Flask-Login looks for who is signed in
WITHOUT_SIGN_IN = frozenset({"static", "web.healthy", "jobs.healthy"})
OWING_MAY = frozenset(
    {
        "accounts.second_factor_needed",
        "accounts.add_authenticator",
        "accounts.add_passkey",
        "accounts.passkey_challenge",
        "accounts.end_assistance",
        "home.accessibility",
        "home.contact",
        "home.privacy",
        "home.terms",
        "security.logout",
        "security.verify",
        "web.language",
        "web.theme",
    }
)
"""Where somebody may go who owes a second factor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """A sign-in that lasts; while its owner, an administrator, acts for somebody, it says for whom and until when."""

    sign_in_id: int
    owner_id: int
    owner_name: str
    began_at: datetime
    seen_at: datetime
    proven_at: datetime
    is_strong: bool
    needs_second_factor: bool
    assisted_id: int | None
    assisted_until: datetime | None

    @property
    def owes_second_factor(self) -> bool:
        """Say whether a second factor is needed that was not shown."""
        return self.needs_second_factor and not self.is_strong


def init_app(app: Flask, *, second_factor_for: frozenset[Role]) -> None:
    """Find the sign-in of each request; holders of some roles need a second factor."""
    app.extensions[EXTENSION] = second_factor_for
    app.login_manager.user_loader(_load)  # type: ignore[attr-defined]
    app.login_manager.request_loader(None)  # type: ignore[attr-defined]
    app.before_request(_look)
    app.after_request(_send_device)


def present() -> Presence | None:
    """Return the sign-in of this request, or None for a visitor."""
    if not current_user.is_authenticated:
        return None
    found: Presence | None = g.get("presence")
    return found


def presence() -> Presence:
    """Return the sign-in of this request; raises `NotFound` for a visitor."""
    found = present()
    if found is None:
        raise NotFound
    return found


def roles_that_need_second_factor() -> frozenset[Role]:
    """Return the roles whose holders need a second factor here."""
    roles: frozenset[Role] = current_app.extensions[EXTENSION]
    return roles


def needs_second_factor(user_id: int) -> bool:
    """Say whether a person needs a second factor."""
    return queries.needs_second_factor(db.session(), user_id, roles=roles_that_need_second_factor())


def has_shown_lately() -> bool:
    """Say whether who is here has shown lately enough who they are; nobody has who is acted for."""
    found = present()
    return found is not None and found.assisted_id is None and is_fresh(found.proven_at, at=clock.now())


def begin(unit: Session, user: User, *, means: SignInMeans, is_strong: bool, at: datetime) -> services.Begun:
    """Sign a person in, within a unit of work, and tell them by mail if this browser is new to them."""
    begun = services.begin_sign_in(
        unit,
        user,
        means=means,
        is_strong=is_strong,
        browser=browser(),
        device_token=device_token(),
        at=at,
    )
    if begun.is_new_device:
        post(unit, letters.new_device(user, browser(), at=at), at=at)
    return begun


def enter(begun: services.Begun) -> None:
    """Give the browser the cookies of a sign-in that has begun; whatever it kept from before is gone."""
    session.clear()
    session.permanent = True
    session[TOKEN] = begun.token
    remember_device(begun.device_token)
    look_again()


def go_on_with(token: str) -> None:
    """Give the browser another cookie for the same sign-in."""
    session[TOKEN] = token
    look_again()


def leave() -> None:
    """Take the browser's cookie off, and forget in this request who was here."""
    session.clear()
    look_again()


def look_again() -> None:
    """Find the sign-in of this request anew where it is asked for next."""
    for name in ("_login_user", "presence", "actor", "account_frame"):
        g.pop(name, None)


def browser() -> Browser:
    """Return the browser from which the request comes, as far as it says so."""
    return browser_of(request.headers.get("User-Agent", "")[:400])


def device_token() -> str | None:
    """Return what this browser shows of having been here before, or None."""
    return kept(DEVICE) or None


def remember_device(token: str) -> None:
    """Let this browser show next time that it was here."""
    g.device_to_send = token


def _load(token: str) -> User | None:
    at = clock.now()
    found = queries.sign_in_of_token(db.session(), token, roles=roles_that_need_second_factor())
    if found is None:
        return None
    row, owner, needs = found
    g.over = why_over(began_at=row.began_at, seen_at=row.seen_at, ended_at=row.ended_at, at=at)
    if g.over is not None:
        return None
    g.presence = Presence(
        sign_in_id=row.id,
        owner_id=owner.id,
        owner_name=owner.name,
        began_at=row.began_at,
        seen_at=row.seen_at,
        proven_at=row.proven_at,
        is_strong=row.is_strong,
        needs_second_factor=needs,
        assisted_id=row.assisted_id,
        assisted_until=row.assisted_until,
    )
    if row.assisted_id is None:
        return owner
    assisted = db.session().get(User, row.assisted_id)
    return assisted if assisted is not None and assisted.active else owner


def _look() -> ResponseReturnValue | None:
    if request.endpoint in WITHOUT_SIGN_IN or TOKEN not in session:
        return None
    found, at = present(), clock.now()
    if found is None:
        return _say_goodbye()
    if found.owes_second_factor and request.endpoint not in OWING_MAY:
        return redirect(url_for("accounts.second_factor_needed"), code=303)
    if at - found.seen_at > SEEN_EVERY:
        in_one_unit(lambda unit: services.note_seen(unit, found.sign_in_id, at=at))
    return None


def _say_goodbye() -> ResponseReturnValue | None:
    over = g.get("over")
    session.clear()
    if over is Over.LONGEST:
        flash(_("You were signed in for a week. Please sign in again."), "info")
    elif over is Over.IDLE:
        flash(
            _("You were signed out because nothing happened for twelve hours. Please sign in again."), "info"
        )
    else:
        return None
    target = request.full_path if request.method == "GET" else None
    return redirect(url_for("security.login", next=target))


def _send_device(response: Response) -> Response:
    token = g.pop("device_to_send", None)
    if token is not None:
        keep(response, DEVICE, token)
    return response
