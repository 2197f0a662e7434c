"""What the pages of a project show: its values in words, its history as lines, its grants as rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.core.actors import Role
from portal.ledger import HistoryLine
from portal.projects import queries, wording
from portal.projects.events import OWNER
from portal.projects.models import Project
from portal.projects.queries import GrantsToOrganisation, SeenProject
from portal.projects.rules import access, facts
from portal.projects.rules.fields import fields_of
from portal.projects.rules.values import FieldGroup, GrantReason, Visibility
from portal.projects.tabs import tabs_of
from portal.web.actors import maybe_actor
from portal.web.filters import moment
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
        "teaser": wording.teaser(project),
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


def facts_of(project: Project, group: FieldGroup) -> list[Fact]:
    """Return the facts of one field group in words, the unknown ones with what they cost."""
    costs = {
        reason.field: sentence(reason) for reason in facts.costs_of_unknown(queries.stated_values(project))
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
    """Return who sees what, why, since when and until when, one row for each organisation and reason."""
    rows = []
    for held in granted:
        reasons: dict[GrantReason, list[Any]] = {}
        for grant in held.grants:
            reasons.setdefault(grant.reason, []).append(grant)
        rows.append(
            {
                "organisation": held.organisation,
                "reasons": [
                    {
                        "why": str(wording.BECAUSE[reason]),
                        "grants": [
                            {
                                "group": grant.field_group.value,
                                "words": str(wording.GROUPS[grant.field_group]),
                                "since": grant.starts_at,
                                "until": grant.ends_at,
                            }
                            for grant in grants
                        ],
                    }
                    for reason, grants in reasons.items()
                ],
            }
        )
    return rows


def history_lines(session: Session, seen: SeenProject) -> list[dict[str, Any]]:
    """Return what happened to a project, newest first, as far as the reader may see it."""
    readable = {group.value for group in seen.groups} | ({OWNER} if seen.is_own else set())
    lines = queries.project_history(session, seen.project, readable)
    people = queries.names_of_people(session, {line.actor_id for line in lines if line.actor_id is not None})
    bodies = queries.names_of_organisations(
        session, {int(line.private["organisation_id"]) for line in lines if "organisation_id" in line.private}
    )
    return [
        _line(line, people, bodies, seen)
        for line in lines
        if seen.is_own or line.private or line.name in PLAIN_EVENTS
    ]


def _line(
    line: HistoryLine, people: Mapping[int, str], bodies: Mapping[int, str], seen: SeenProject
) -> dict[str, Any]:
    kind = KINDS.get(line.name, "asked")
    who = people.get(line.actor_id or 0) if seen.shows(FieldGroup.IDENTITY) else None
    if who and line.assisted_by_id is not None:
        who = _("%(name)s, with an administrator acting for them", name=who)
    return {
        "when": moment(line.at),
        "iso": line.at.isoformat(),
        "text": _text(line, bodies),
        "kind": kind,
        "who": who,
        "changes": [] if line.name in TOLD_IN_TEXT else _changes(line, seen.project),
        "hidden": line.hidden and not seen.is_own,
    }


def _changes(line: HistoryLine, project: Project) -> list[tuple[str, str, str]]:
    found = []
    for name, changes in line.private.items():
        if not name.endswith("_changes"):
            continue
        for field, (before, after) in changes.items():
            label = wording.label(f"member_{field}" if ".team_" in line.name else field)
            found.append((label, _words(line, project, field, before), _words(line, project, field, after)))
    return found


def _words(line: HistoryLine, project: Project, field: str, value: Any) -> str:
    if ".team_" in line.name:
        return str(value or _("none"))
    known = wording.value_words(field, value, currency=_currency(line, project))
    return known if known is not None else _("unknown") if _can_be_unknown(field) else _("none")


def _currency(line: HistoryLine, project: Project) -> str | None:
    stated = line.private.get("money_changes", {}).get("funding_currency")
    return stated[1] if stated else project.funding_currency


def _can_be_unknown(field: str) -> bool:
    return field in facts.COSTS_OF_UNKNOWN or field == "phase_since"


def _text(line: HistoryLine, bodies: Mapping[int, str]) -> str:
    sheet = line.facts.get("sheet_id") is not None
    organisation = bodies.get(int(line.private.get("organisation_id", 0)), "")
    group = str(wording.GROUPS[FieldGroup(line.facts["field_group"])]) if "field_group" in line.facts else ""
    return {
        "project.registered": _("Registered from a sheet") if sheet else _("Registered"),
        "project.edited": _("Changed by a sheet") if sheet else _("Facts changed"),
        "project.phase_changed": _("Reached another phase"),
        "project.phase_corrected": _("Last change of phase corrected"),
        "project.phase_withdrawn": _("Last change of phase taken out"),
        "project.put_on_hold": _("Put on hold"),
        "project.resumed": _("Went on"),
        "project.team_member_added": _("Joined the team"),
        "project.team_member_edited": _("Entry in the team changed"),
        "project.team_member_removed": _("Left the team"),
        "project.archived": _("Archived"),
        "project.restored": _("Restored"),
        "project.group_granted": _("“%(group)s” opened to %(who)s", group=group, who=organisation),
        "project.access_ended": _("Access of %(who)s to “%(group)s” ended", group=group, who=organisation),
    }[line.name]


KINDS: Mapping[str, str] = {
    "project.registered": "firm",
    "project.phase_changed": "done",
    "project.put_on_hold": "wait",
    "project.resumed": "firm",
    "project.archived": "no",
    "project.restored": "firm",
    "project.access_ended": "no",
}
PLAIN_EVENTS = frozenset({"project.archived", "project.restored"})
TOLD_IN_TEXT = frozenset({"project.group_granted", "project.access_ended"})


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
