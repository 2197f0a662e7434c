"""Acting for somebody, to help: an administrator goes on as the person, for an hour, and every page says so.

The administrator's own sign-in says for whom they act and until when. Each request asks anew whether they still are
one; what the request changes is recorded in the ledger with both names. What only the person may do (passwords, other
sign-ins, invitations, signatures) stays closed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import ParamSpec

from flask import Flask, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from portal.accounts import queries, services
from portal.accounts.presence import WITHOUT_SIGN_IN, look_again, present
from portal.core import clock
from portal.core.errors import NotAllowed
from portal.ledger.services import ASSISTED_BY
from portal.store import db, in_one_unit

P = ParamSpec("P")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assistance:
    """Who acts for the person who is signed in, and until when."""

    administrator_id: int
    administrator_name: str
    until: datetime


def init_app(app: Flask) -> None:
    """Look before each request whether somebody acts for somebody, and still may."""
    app.before_request(_check)


def present_assistance() -> Assistance | None:
    """Return who acts for the person who is signed in, or None if they act themselves."""
    found: Assistance | None = g.get("assistance")
    return found


def end() -> int | None:
    """Go on as the administrator again; return the id of the person who was acted for, if somebody still was."""
    found = present()
    g.pop("assistance", None)
    db.session().info.pop(ASSISTED_BY, None)
    if found is None:
        return None
    ids, at = (found.owner_id, found.sign_in_id), clock.now()
    person_id = in_one_unit(
        lambda unit: services.end_assistance(unit, administrator_id=ids[0], sign_in_id=ids[1], at=at)
    )
    look_again()
    return person_id


def only_in_person(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Keep the view for the person themselves; nobody reaches it who acts for them."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if present_assistance() is not None:
            raise NotAllowed
        return view(*args, **kwargs)

    guarded.only_in_person = True  # type: ignore[attr-defined]
    return guarded


def _check() -> ResponseReturnValue | None:
    if request.endpoint in WITHOUT_SIGN_IN:
        return None
    found = present()
    if found is None or found.assisted_id is None or found.assisted_until is None:
        return None
    if (
        clock.now() >= found.assisted_until
        or current_user.id != found.assisted_id
        or not current_user.active
        or not queries.is_administrator(db.session(), found.owner_id)
    ):
        person_id = end()
        flash(_("You no longer act for somebody else: the hour is over, or you may not any more."), "info")
        present_again = person_id is not None and queries.is_administrator(db.session(), found.owner_id)
        target = url_for("accounts.person", user_id=person_id) if present_again else "/"
        return redirect(target, code=303)
    if request.endpoint == "security.logout":
        end()
        return None
    g.assistance = Assistance(
        administrator_id=found.owner_id,
        administrator_name=found.owner_name,
        until=found.assisted_until,
    )
    db.session().info[ASSISTED_BY] = found.owner_id
    return None
