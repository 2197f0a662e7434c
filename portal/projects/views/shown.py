"""What the pages of a project show: its values in words, its phases as lines, its grants as rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.core.actors import Role
from portal.projects import queries, wording
from portal.projects.models import Grant, Project
from portal.projects.queries import GrantsToOrganisation, SeenProject
from portal.projects.rules import access, facts
from portal.projects.rules.fields import fields_of
from portal.projects.rules.phases import HOME_ZONE
from portal.projects.rules.values import FieldGroup, GrantReason, Visibility
from portal.projects.tabs import tabs_of
from portal.web.actors import maybe_actor
from portal.web.filters import day, moment
from portal.web.sentences import sentence

TEASER_READERS = frozenset({Role.ADVISER, Role.INVESTOR, Role.SUPPORT_PROVIDER})
"""Who has a list of teasers."""

APART = frozenset(
    {"teaser", "teaser_sv", "name", "visibility", "funding_min", "funding_max", "funding_currency"}
)
"""Fields that the pages show in places of their own, not as rows of a list of facts."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A row of a list of facts: label, value in words or None, and what it costs that it is unknown."""

    label: str
    value: str | None
    cost: str | None = None
    """Empty for those whom it does not concern; None where nothing needs to be known."""


def frame(seen: SeenProject) -> dict[str, Any]:
    """Return what every page of a project shows around its own content."""
    project = seen.project
    named = seen.shows(FieldGroup.IDENTITY)
    return {
        "seen": seen,
        "project": project,
        "groups": {group.value for group in seen.groups},
        "title": project.name if named else wording.title_without_name(project),
        "organisation": project.organisation.name if named else None,
        "phase_words": wording.phase(project.phase.value),
        "area_words": wording.area(project.indication_area),
        "class_words": wording.product_class(project.product_class.value),
        "teaser": wording.teaser(seen.teaser),
        "tabs": tabs_of(seen),
        "came_from": _came_from(seen),
    }


def _came_from(seen: SeenProject) -> list[tuple[str, str]]:
    actor = maybe_actor()
    if seen.is_own:
        return [(_("Projects"), url_for("projects.index"))]
    if actor is not None and actor.roles & TEASER_READERS:
        return [(_("Teasers"), url_for("projects.teasers"))]
    return []


def facts_of(seen: SeenProject, group: FieldGroup) -> list[Fact]:
    """Return the facts of one field group in words, for the owner with what each unknown costs."""
    project = seen.project
    if not seen.shows(group):
        return []
    costs = {
        reason.field: sentence(reason) if seen.is_own else ""
        for reason in facts.costs_of_unknown(queries.stated_values(project))
    }
    return [
        Fact(
            wording.label(field.name),
            wording.value_words(field.name, getattr(project, field.name)),
            costs.get(field.name),
        )
        for field in fields_of(group)
        if field.name not in APART
    ]


def unknown_for_rooms(project: Project) -> list[tuple[str, str]]:
    """Return each unknown fact that decides about cleanrooms, with what that costs."""
    reasons = facts.costs_of_unknown(queries.stated_values(project))
    return [
        (wording.label(reason.field or ""), sentence(reason))
        for reason in reasons
        if reason.field in facts.DECIDES_ROOMS
    ]


def warnings_about(project: Project) -> list[str]:
    """Return what is worth a second look in a project's facts, in words."""
    stated = queries.stated_values(project)
    return [
        sentence(reason) for reason in facts.warnings_about(stated, organisation=project.organisation.name)
    ]


def sees_funding(seen: SeenProject) -> bool:
    """Say whether the reader sees the range of funding sought."""
    return access.sees_funding_range(maybe_actor(), seen.groups)


def funding_shown(seen: SeenProject) -> str | None:
    """Return the range of funding sought in words, if the reader sees it and it is stated."""
    return wording.funding(seen.project) if sees_funding(seen) else None


def grant_rows(granted: Sequence[GrantsToOrganisation]) -> list[dict[str, Any]]:
    """Return who sees what, why, since when and until when, by organisation and then by reason."""
    return [
        {
            "organisation": held.organisation,
            "reasons": [
                {"why": str(wording.BECAUSE[reason]), "grants": [_grant(grant, held) for grant in grants]}
                for reason, grants in _by_reason(held.grants).items()
            ],
        }
        for held in granted
    ]


def _by_reason(grants: Sequence[Grant]) -> dict[GrantReason, list[Grant]]:
    found: dict[GrantReason, list[Grant]] = {}
    for grant in grants:
        found.setdefault(grant.reason, []).append(grant)
    return found


def _grant(grant: Grant, held: GrantsToOrganisation) -> dict[str, Any]:
    # Whoever sees anything of a project sees its teaser, so taking back only that would change nothing.
    goes_with_others = grant.field_group is FieldGroup.TEASER and len(held.grants) > 1
    return {
        "group": grant.field_group.value,
        "words": str(wording.GROUPS[grant.field_group]),
        "since": grant.starts_at,
        "until": _until(grant.ends_at),
        "can_end": not goes_with_others,
    }


def _until(ends_at: datetime | None) -> str | None:
    if ends_at is None:
        return None
    here = ends_at.astimezone(HOME_ZONE)
    if here.time() == time():
        return _("the end of %(day)s", day=day(here.date() - timedelta(days=1)))
    return moment(ends_at)


def teaser_audience(project: Project) -> str:
    """Return in a sentence who reads the teaser without being granted anything."""
    if project.archived_at is not None:
        return _("Nobody: the project is archived.")
    return {
        Visibility.PRIVATE: _("Advisers only, and those to whom it is sent."),
        Visibility.INVESTORS: _(
            "Advisers and every investor with an account here, and those to whom it is sent."
        ),
        Visibility.PUBLIC: _("Everybody, on the public pipeline page."),
    }[project.visibility]


def stage_lines(session: Session, project: Project) -> list[dict[str, Any]]:
    """Return the dated history of a project's phase, newest first, in words."""
    lines = queries.phase_history(session, project)
    stages = queries.stages(lines)
    found = []
    for place, stage in enumerate(stages):
        before = stages[place - 1] if place else None
        if before is not None and before.on_hold is not stage.on_hold:
            words = _("On hold") if stage.on_hold else _("Went on")
        else:
            words = wording.phase(stage.phase.value)
        found.append({"words": words, "since": stage.since, "is_rest": stage.on_hold})
    return found[::-1]
