"""What happened to a project, from its ledger, in words and as far as a reader may see it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.ledger import HistoryLine
from portal.projects import queries, wording
from portal.projects.events import OWNER
from portal.projects.models import Project
from portal.projects.queries import SeenProject
from portal.projects.rules import facts
from portal.projects.rules.fields import FIELDS
from portal.projects.rules.values import FieldGroup
from portal.web.filters import moment

TEXTS: Mapping[str, Callable[[], str]] = {
    "project.registered": lambda: _("Registered"),
    "project.edited": lambda: _("Facts changed"),
    "project.phase_changed": lambda: _("Reached another phase"),
    "project.phase_corrected": lambda: _("Last change of phase corrected"),
    "project.phase_withdrawn": lambda: _("Last change of phase taken out"),
    "project.put_on_hold": lambda: _("Put on hold"),
    "project.resumed": lambda: _("Went on"),
    "project.team_member_added": lambda: _("Joined the team"),
    "project.team_member_edited": lambda: _("Entry in the team changed"),
    "project.team_member_removed": lambda: _("Left the team"),
    "project.archived": lambda: _("Archived"),
    "project.restored": lambda: _("Restored"),
    "project.group_granted": lambda: _("Access opened"),
    "project.access_ended": lambda: _("Access ended"),
}
KINDS: Mapping[str, str] = {
    "project.registered": "firm",
    "project.phase_changed": "done",
    "project.put_on_hold": "wait",
    "project.resumed": "firm",
    "project.archived": "no",
    "project.restored": "firm",
    "project.access_ended": "no",
}
PLACES = {field.name: place for place, field in enumerate(FIELDS)}
ABOUT_ACCESS = frozenset({"project.group_granted", "project.access_ended"})
WITHOUT_VALUES = frozenset({"project.archived", "project.restored"})


@dataclass(frozen=True, slots=True)
class _Names:
    people: Mapping[int, str]
    organisations: Mapping[int, str]


def history_lines(session: Session, seen: SeenProject, *, brief: bool = False) -> list[dict[str, Any]]:
    """Return what happened to a project, newest first; briefly, without from which value to which."""
    readable = {group.value for group in seen.groups} | ({OWNER} if seen.is_own else set())
    lines = [
        line
        for line in queries.project_history(session, seen.project, readable)
        if line.name in TEXTS and (seen.is_own or line.private or line.name in WITHOUT_VALUES)
    ]
    names = _Names(
        queries.names_of_people(session, {line.actor_id for line in lines if line.actor_id is not None}),
        queries.names_of_organisations(session, {_organisation(line) for line in lines} - {0}),
    )
    return [_entry(together, names, seen, brief=brief) for together in _together(lines)]


def _together(lines: Iterable[HistoryLine]) -> list[list[HistoryLine]]:
    """Return the lines with those in one that tell of one act: several groups opened to somebody, or closed."""
    found: list[list[HistoryLine]] = []
    for line in lines:
        if found and line.name in ABOUT_ACCESS and _act(found[-1][0]) == _act(line):
            found[-1].append(line)
        else:
            found.append([line])
    return found


def _act(line: HistoryLine) -> tuple[object, ...]:
    return line.name, line.at, line.actor_id, _organisation(line)


def _organisation(line: HistoryLine) -> int:
    return int(line.private.get("organisation_id") or 0)


def _entry(lines: list[HistoryLine], names: _Names, seen: SeenProject, *, brief: bool) -> dict[str, Any]:
    line = lines[0]
    who = names.people.get(line.actor_id or 0) if seen.shows(FieldGroup.IDENTITY) else None
    if who and line.assisted_by_id is not None:
        who = _("%(name)s, with an administrator acting for them", name=who)
    changes = _changes(line, seen.project)
    return {
        "when": moment(line.at),
        "iso": line.at.isoformat(),
        "text": _text(lines, names, changes if brief else []),
        "kind": KINDS.get(line.name, "asked"),
        "who": who,
        "changes": [] if brief else changes,
    }


def _text(lines: list[HistoryLine], names: _Names, changes: list[tuple[str, str | None, str]]) -> str:
    line = lines[0]
    text = TEXTS[line.name]()
    if line.facts.get("sheet_id") is not None:
        text = _("%(what)s by an imported sheet", what=text)
    if line.name in ABOUT_ACCESS:
        opened = {FieldGroup(one.facts["field_group"]) for one in lines}
        groups = "; ".join(str(words) for group, words in wording.GROUPS.items() if group in opened)
        who = names.organisations.get(_organisation(line), "")
        if line.name == "project.access_ended":
            return _("Access of %(who)s ended: %(groups)s", who=who, groups=groups)
        return _("Opened to %(who)s: %(groups)s", who=who, groups=groups)
    if ".team_" in line.name:
        people = [after or before for field, (before, after) in _stated(line) if field == "name"]
        return f"{text}: {people[0]}" if people else text
    if line.name == "project.edited" and changes:
        return f"{text}: {', '.join(label for label, _before, _after in changes)}"
    if line.name == "project.phase_changed":
        reached = [after for field, (_before, after) in _stated(line) if field == "phase"]
        return _("Reached the phase “%(phase)s”", phase=wording.phase(reached[0])) if reached else text
    return text


def _stated(line: HistoryLine) -> list[tuple[str, list[Any]]]:
    """Return what was stated, in the order of the project's own fields."""
    stated = [
        (field, change)
        for name, changes in line.private.items()
        if name.endswith("_changes")
        for field, change in changes.items()
    ]
    return sorted(stated, key=lambda pair: PLACES.get(pair[0], len(PLACES)))


def _changes(line: HistoryLine, project: Project) -> list[tuple[str, str | None, str]]:
    """Return each field that changed with both values in words; what is stated for the first time has no earlier one."""
    is_first = line.name in ("project.registered", "project.team_member_added")
    return [
        (
            wording.label(f"member_{field}" if ".team_" in line.name else field),
            None
            if is_first or (field == "since" and before is None)
            else _words(line, project, field, before),
            _words(line, project, field, after),
        )
        for field, (before, after) in _stated(line)
        if not (is_first and after is None)
    ]


def _words(line: HistoryLine, project: Project, field: str, value: Any) -> str:
    if ".team_" in line.name:
        return str(value or _("none"))
    known = wording.value_words(field, value, currency=_currency(line, project))
    if known is not None:
        return known
    can_be_unknown = field in facts.COSTS_OF_UNKNOWN or field in ("phase_since", "since")
    return _("unknown") if can_be_unknown else _("none")


def _currency(line: HistoryLine, project: Project) -> str | None:
    stated = line.private.get("money_changes", {}).get("funding_currency")
    return stated[1] if stated else project.funding_currency
