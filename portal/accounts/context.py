"""What every page shows of who is signed in."""

from typing import Any

from flask import g, url_for
from flask_babel import gettext as _
from flask_login import current_user

from portal.accounts import queries
from portal.accounts.assistance import present_assistance
from portal.accounts.labels import role_label
from portal.accounts.models import Organisation
from portal.core.actors import Role
from portal.store import db
from portal.web.actors import current_actor


def frame() -> dict[str, Any]:
    """Return the account menu, or where to sign in, and whether somebody acts for the person."""
    if "account_frame" not in g:
        g.account_frame = _frame()
    found: dict[str, Any] = g.account_frame
    return found


def _frame() -> dict[str, Any]:
    if not current_user.is_authenticated:
        return {"account": None, "assisting": None, "sign_in_url": url_for("security.login")}
    actor = current_actor()
    belongs_to = queries.organisations_of(db.session(), actor.user_id)
    present = next((pair for pair in belongs_to if pair[0].id == actor.organisation_id), None)
    return {
        "account": {
            "id": actor.user_id,
            "name": current_user.name,
            "organisation": present[0].name if present else None,
            "role": ", ".join(role_label(role) for role in Role if role in actor.roles),
            "switch_url": url_for("accounts.switch") if len(belongs_to) > 1 else None,
            "links": _links(present[0] if present else None, administers=actor.is_administrator),
            "sign_out_url": url_for("security.logout"),
        },
        "assisting": _assisting(),
        "sign_in_url": None,
    }


def _links(organisation: Organisation | None, *, administers: bool) -> list[tuple[str, str]]:
    links = [
        (_("Your account"), url_for("accounts.account")),
        (_("What you are told, and how"), url_for("notifications.preferences")),
        (_("Your calendars"), url_for("calendars.index")),
        (_("Long work"), url_for("jobs.index")),
    ]
    if organisation is not None:
        links.append((_("Organisation"), url_for("accounts.organisation", organisation_id=organisation.id)))
    if administers:
        links += [
            (_("People"), url_for("accounts.people")),
            (_("Organisations"), url_for("accounts.organisations")),
            (_("Requests for roles"), url_for("accounts.role_requests")),
            (_("The clock"), url_for("jobs.overview")),
        ]
    return links


def _assisting() -> dict[str, Any] | None:
    assistance = present_assistance()
    if assistance is None:
        return None
    return {
        "person": current_user.name,
        "administrator": assistance.administrator_name,
        "until": assistance.until,
        "end_url": url_for("accounts.end_assistance"),
    }
