"""The tabs that this room adds to a project's page."""

from flask_babel import lazy_gettext as _l

from portal.core.actors import Role
from portal.projects.rules.values import FieldGroup
from portal.projects.tabs import Tab
from portal.roadmap.queries.market import CONFIDENTIAL

TABS = (
    Tab(_l("Roadmap"), "roadmap.show", frozenset({FieldGroup.ROADMAP})),
    Tab(
        _l("Readiness"),
        "roadmap.readiness",
        frozenset({FieldGroup.ROADMAP}),
        roles=frozenset({Role.INVESTOR, Role.SUPPORT_PROVIDER}),
    ),
    Tab(_l("Market access"), "roadmap.market_access", CONFIDENTIAL, needs_all=True),
    Tab(_l("Rights"), "roadmap.rights", CONFIDENTIAL, needs_all=True),
)
