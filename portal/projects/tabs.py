"""The tabs of a project's page; rooms above add theirs without this room knowing them."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request, url_for
from flask_babel import lazy_gettext as _l

from portal.core.actors import Role
from portal.projects.queries import SeenProject
from portal.projects.rules.values import FieldGroup
from portal.web.actors import maybe_actor

EXTENSION = "portal_project_tabs"


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of a project: its label, its endpoint, and the field groups of which a reader must see one.

    To those who hold one of the `roles` it is open with the teaser, because they read a summary there.
    """

    label: Any
    endpoint: str
    groups: frozenset[FieldGroup]
    for_owner_only: bool = False
    roles: frozenset[Role] = frozenset()
    needs_all: bool = False
    """Whether a reader must see every one of the groups, not one of them."""

    def is_open_to(self, seen: SeenProject, roles: frozenset[Role]) -> bool:
        """Say whether a reader with these roles has anything to read there."""
        if seen.is_own:
            return True
        if self.needs_all:
            return self.groups <= seen.groups
        return not self.for_owner_only and bool(self.groups & seen.groups or self.roles & roles)


FACTS_SHOWN = frozenset({FieldGroup.PROCESS, FieldGroup.ROADMAP, FieldGroup.MONEY})

OWN_TABS = (
    Tab(_l("Overview"), "projects.show", frozenset(FieldGroup)),
    Tab(_l("Facts"), "projects.facts", FACTS_SHOWN),
    Tab(_l("Team"), "projects.team", frozenset({FieldGroup.IDENTITY})),
    Tab(_l("Access"), "projects.access", frozenset(), for_owner_only=True),
    Tab(_l("History"), "projects.history", frozenset({FieldGroup.IDENTITY})),
)


def register(app: Flask, *tabs: Tab) -> None:
    """Add tabs of a room above, after Team; their views take `project_id` and look after themselves."""
    app.extensions.setdefault(EXTENSION, []).extend(tabs)


def tabs_of(seen: SeenProject) -> list[tuple[str, str, bool]]:
    """Return label, address and whether it is the present page, for each tab that the reader may open."""
    added = current_app.extensions.get(EXTENSION, [])
    actor = maybe_actor()
    roles = actor.roles if actor is not None else frozenset[Role]()
    everything = [*OWN_TABS[:3], *added, *OWN_TABS[3:]]
    return [
        (
            str(tab.label),
            url_for(tab.endpoint, project_id=seen.project.id),
            request.endpoint == tab.endpoint,
        )
        for tab in everything
        if tab.is_open_to(seen, roles)
    ]
