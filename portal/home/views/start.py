"""The way home: the landing page for visitors, and for others the home of their first role, with tabs to the rest."""

from collections.abc import Callable, Mapping
from datetime import datetime

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.accounts.labels import role_label
from portal.core import clock
from portal.core.actors import Actor, Role
from portal.core.errors import NotFound
from portal.home.views import administrator, analyst, facility, founder, landing, teasers
from portal.home.views.blueprint import bp
from portal.store import db
from portal.web.actors import current_actor, maybe_actor, signed_in

Page = Callable[..., ResponseReturnValue]

HOMES: Mapping[Role, Page] = {
    Role.FACILITY_MANAGER: facility.manager,
    Role.FOUNDER: founder.page,
    Role.QA: facility.quality,
    Role.QP: facility.quality,
    Role.ADVISER: teasers.adviser,
    Role.INVESTOR: teasers.investor,
    Role.SUPPORT_PROVIDER: teasers.provider,
    Role.ANALYST: analyst.page,
    Role.ADMINISTRATOR: administrator.page,
}
"""The home of each role, those first for whom somebody else waits."""


@bp.get("/")
def start() -> ResponseReturnValue:
    """Show a visitor what the portal is, and anybody else what their first role asks."""
    actor = maybe_actor()
    if actor is None:
        return landing.page(db.session(), at=clock.now())
    held = roles_with_homes(actor)
    if not held:
        return render_template("home/nobody.html", has_organisation=actor.organisation_id is not None)
    return _home(actor, held[0], at=clock.now())


@bp.get("/home/<role>")
@signed_in
def show(role: str) -> ResponseReturnValue:
    """Show the home of one of the reader's roles."""
    actor = current_actor()
    held = next((one for one in roles_with_homes(actor) if one.value == role), None)
    if held is None:
        raise NotFound
    return _home(actor, held, at=clock.now())


def roles_with_homes(actor: Actor) -> list[Role]:
    """Return the actor's roles in the order of their homes; QA and QP share one."""
    held = [role for role in HOMES if role in actor.roles]
    return [role for role in held if role is not Role.QP or Role.QA not in held]


def _home(actor: Actor, role: Role, *, at: datetime) -> ResponseReturnValue:
    session: Session = db.session()
    return HOMES[role](session, actor, at=at, role_tabs=_tabs(actor, role))


def _tabs(actor: Actor, current: Role) -> list[tuple[str, str, bool]]:
    held = roles_with_homes(actor)
    if len(held) < 2:
        return []
    return [(role_label(role), url_for("home.show", role=role.value), role is current) for role in held]
