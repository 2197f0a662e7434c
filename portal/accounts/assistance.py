"""Acting for somebody, to help: an administrator is signed in as the person, for an hour, and every page says so.

The cookie keeps who acts for whom and until when. Each request asks anew whether the administrator still is one; what
the request changes is recorded in the ledger with both names. What only the person may do (passwords, other
sign-ins, invitations) stays closed.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import ParamSpec

from flask import Flask, flash, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, logout_user
from sqlalchemy import select

from portal.accounts import queries, services
from portal.accounts.models import User
from portal.core import clock
from portal.core.errors import NotAllowed
from portal.ledger.services import ASSISTED_BY
from portal.store import db, in_one_unit

P = ParamSpec("P")
COOKIE = "assistance"
SHOWN_AT = "fs_paa"
"""Flask-Security's note of when somebody last proved who they are; nobody has, for a person who is acted for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assistance:
    """Who acts for the person who is signed in, and until when."""

    administrator_id: int
    administrator_name: str
    until: datetime


def init_app(app: Flask) -> None:
    """Look at the cookie before each request."""
    app.before_request(_check)


def present_assistance() -> Assistance | None:
    """Return who acts for the person who is signed in, or None if they act themselves."""
    found: Assistance | None = g.get("assistance")
    return found


def begin(user: User, until: datetime) -> None:
    """Go on as this person until a moment."""
    session[COOKIE] = {
        "administrator": current_user.fs_uniquifier,
        "person": user.fs_uniquifier,
        "until": until.timestamp(),
        "shown_at": session.get(SHOWN_AT, 0),
    }
    session["_user_id"] = user.fs_uniquifier
    session[SHOWN_AT] = 0


def end() -> int | None:
    """Go on as the administrator again, if they still are one; return the id of the person who was acted for."""
    noted = session.pop(COOKIE)
    administrator, person = (_known(noted[who]) for who in ("administrator", "person"))
    if administrator is not None and person is not None:
        ids = (administrator.id, person.id)
        in_one_unit(
            lambda unit: services.end_assistance(
                unit, administrator_id=ids[0], user_id=ids[1], at=clock.now()
            )
        )
    g.pop("assistance", None)
    db.session().info.pop(ASSISTED_BY, None)
    if administrator is None or not queries.is_administrator(db.session(), administrator.id):
        logout_user()
        return None
    session["_user_id"] = administrator.fs_uniquifier
    session[SHOWN_AT] = noted["shown_at"]
    return person.id if person is not None else None


def only_in_person(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Keep the view for the person themselves; nobody reaches it who acts for them."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if present_assistance() is not None:
            raise NotAllowed
        return view(*args, **kwargs)

    return guarded


def _check() -> ResponseReturnValue | None:
    noted = session.get(COOKIE)
    if noted is None or request.endpoint == "static":
        return None
    if request.endpoint == "security.logout":
        end()
        return None
    administrator = _known(noted["administrator"])
    if (
        administrator is None
        or time.time() >= noted["until"]
        or session.get("_user_id") != noted["person"]
        or _known(noted["person"]) is None
        or not queries.is_administrator(db.session(), administrator.id)
    ):
        person_id = end()
        flash(_("You no longer act for somebody else: the hour is over, or you may not any more."), "info")
        target = url_for("accounts.person", user_id=person_id) if person_id is not None else "/"
        return redirect(target, code=303)
    g.assistance = Assistance(
        administrator_id=administrator.id,
        administrator_name=administrator.name,
        until=datetime.fromtimestamp(noted["until"], UTC),
    )
    db.session().info[ASSISTED_BY] = administrator.id
    return None


def _known(uniquifier: str) -> User | None:
    return db.session().scalar(select(User).where(User.fs_uniquifier == uniquifier, User.active))
