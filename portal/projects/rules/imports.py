"""What reading in a sheet would change, row by row, and everything that stands in its way."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from portal.core.errors import Reason
from portal.projects.rules import facts, phases
from portal.projects.rules.cells import read_cell, read_day, read_truth
from portal.projects.rules.fields import (
    FIELD,
    changes_by_group,
    reasons_against_values,
    shortened,
    tidied,
    unknown_phase,
)
from portal.projects.rules.sheets import Known, Mistake, Row, Sheet
from portal.projects.rules.values import FieldGroup, Phase
from portal.reference import vocabulary

NEEDED_TO_REGISTER = ("name", "product_class", "modality", "indication_area", "phase")


class Action(StrEnum):
    """What reading in a row does."""

    REGISTER = "register"
    EDIT = "edit"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What reading in one row would do, or everything that stands in its way."""

    row: int
    action: Action
    name: str
    project_id: int | None = None
    reference: str | None = None
    changes: Mapping[FieldGroup, Mapping[str, list[Any]]] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    phase: str | None = None
    phase_since: date | None = None
    on_hold: bool | None = None
    phase_before: str | None = None
    on_hold_before: bool | None = None
    mistakes: tuple[Mistake, ...] = ()
    warnings: tuple[Reason, ...] = ()

    @property
    def moves(self) -> bool:
        """Say whether the phase of a stored project changes."""
        return self.phase_before is not None and self.phase not in (None, self.phase_before)

    @property
    def rests_or_resumes(self) -> bool:
        """Say whether a project goes on hold, or a resting one goes on."""
        return self.on_hold is not None and self.on_hold is not bool(self.on_hold_before)


@dataclass(frozen=True, slots=True)
class Plan:
    """What reading in a whole sheet would do; `digest` changes whenever anything of it would."""

    lines: tuple[Line, ...]
    mistakes: tuple[Mistake, ...]
    digest: str

    def number(self, action: Action) -> int:
        """Return how many rows have this action."""
        return sum(line.action is action for line in self.lines)

    @property
    def is_clean(self) -> bool:
        """Say whether nothing stands in the way of reading it in."""
        return not self.mistakes and not self.number(Action.REFUSED)


def plan_of(sheet: Sheet, known: Sequence[Known], *, organisation: str, today: date) -> Plan:
    """Return what reading in a sheet would do to the organisation's projects, as far as its header can be trusted."""
    trusted = not any(mistake.row in (None, 1) for mistake in sheet.mistakes)
    lines: list[Line] = []
    if trusted:
        by_reference = {project.reference: project for project in known}
        times = Counter(_reference(row) for row in sheet.rows)
        lines = [
            _line(row, by_reference, twice=times[_reference(row)] > 1, organisation=organisation, today=today)
            for row in sheet.rows
        ]
        lines = _misshapen(_without_doubled_names(lines, known), sheet)
    told = {line.row for line in lines}
    mistakes = tuple(mistake for mistake in sheet.mistakes if mistake.row not in told)
    return Plan(tuple(lines), mistakes, _digest(sheet, lines, known))


def _misshapen(lines: Sequence[Line], sheet: Sheet) -> list[Line]:
    shape: dict[int | None, list[Mistake]] = {}
    for mistake in sheet.mistakes:
        shape.setdefault(mistake.row, []).append(mistake)
    return [_as(line, Action.REFUSED, *shape[line.row]) if line.row in shape else line for line in lines]


def _line(row: Row, known: Mapping[str, Known], *, twice: bool, organisation: str, today: date) -> Line:
    reference = _reference(row)
    stored = known.get(reference)
    values, mistakes = _values(row)
    state = _State(row)
    merged = {**(stored.values if stored else {}), **values}
    reasons = [
        *_reasons_against_reference(reference, stored, twice=twice),
        *(_missing(row) if stored is None else ()),
        *reasons_against_values(values),
        *facts.reasons_against_facts(merged),
        *state.reasons(stored, today=today),
    ]
    mistakes = _once([*mistakes, *(Mistake(row.number, _column_of(reason), reason) for reason in reasons)])
    line = Line(
        row=row.number,
        action=Action.REFUSED if mistakes else Action.REGISTER,
        name=str(merged.get("name") or ""),
        project_id=stored.project_id if stored else None,
        reference=reference or None,
        changes=changes_by_group(stored.values if stored else {}, values),
        values=values,
        phase=state.phase,
        phase_since=state.since,
        on_hold=state.on_hold,
        phase_before=stored.phase if stored else None,
        on_hold_before=stored.on_hold if stored else None,
        mistakes=tuple(mistakes),
        warnings=tuple(facts.warnings_about(merged, organisation=organisation)),
    )
    if mistakes or stored is None:
        return line
    changes_something = bool(line.changes) or line.moves or line.rests_or_resumes
    return _as(line, Action.EDIT if changes_something else Action.UNCHANGED)


class _State:
    """Phase, its first day and rest as a row states them; None where it says nothing."""

    def __init__(self, row: Row) -> None:
        """Read the three cells, noting what cannot be read."""
        self._unreadable: list[Reason] = []
        written = row.cells.get("phase", "").strip()
        found = vocabulary.find("phase", written) if written else None
        self.phase = found.id if found else None
        if written and found is None:
            self._unreadable.append(unknown_phase(written))
        since = self._read(read_day("phase_since", row.cells.get("phase_since", "")))
        self.since = since if isinstance(since, date) else None
        on_hold = self._read(read_truth("on_hold", row.cells.get("on_hold", "")))
        self.on_hold = on_hold if isinstance(on_hold, bool) else None

    def reasons(self, stored: Known | None, *, today: date) -> Iterator[Reason]:
        """Return what speaks against them, given what is stored of the project."""
        if self._unreadable:
            yield from self._unreadable
        elif stored is None:
            first = phases.Stage(phase=Phase(self.phase or Phase.DISCOVERY), on_hold=False, since=self.since)
            yield from phases.reasons_against_next((), first, today=today)
        elif self.phase not in (None, stored.phase):
            last = stored.last_day or stored.phase_since
            now = phases.Stage(phase=Phase(stored.phase), on_hold=stored.on_hold, since=last)
            new = phases.Stage(phase=Phase(self.phase or ""), on_hold=stored.on_hold, since=self.since)
            yield from phases.reasons_against_next((now,), new, today=today)
        elif self.since is not None and self.since != stored.phase_since:
            yield Reason("sheet_day_of_same_phase", {"day": stored.phase_since}, "phase_since")

    def _read(self, value: object) -> object:
        if isinstance(value, Reason):
            self._unreadable.append(value)
            return None
        return value


def _values(row: Row) -> tuple[dict[str, Any], list[Mistake]]:
    values: dict[str, Any] = {}
    mistakes = []
    for column, cell in row.cells.items():
        says_nothing = column == "visibility" and not cell.strip()
        if column not in FIELD or says_nothing:
            continue
        value = read_cell(FIELD[column], cell)
        if isinstance(value, Reason):
            mistakes.append(Mistake(row.number, column, value))
        else:
            values[column] = value
    return tidied(values), mistakes


def _reasons_against_reference(reference: str, stored: Known | None, *, twice: bool) -> Iterator[Reason]:
    values = {"reference": shortened(reference)}
    if reference and twice:
        yield Reason("sheet_reference_twice", values, "reference")
    if reference and stored is None:
        yield Reason("sheet_reference_unknown", values, "reference")
    if stored is not None and stored.archived:
        yield Reason("sheet_project_archived", values, "reference")


def _missing(row: Row) -> Iterator[Reason]:
    for column in NEEDED_TO_REGISTER:
        if not row.cells.get(column, "").strip():
            yield Reason("project_value_missing", {"field": column}, column)


def _column_of(reason: Reason) -> str | None:
    return "phase_since" if reason.field == "since" else reason.field


def _once(mistakes: Sequence[Mistake]) -> list[Mistake]:
    return list({(mistake.column, mistake.reason.code): mistake for mistake in mistakes}.values())


def _as(line: Line, action: Action, *more: Mistake) -> Line:
    return replace(line, action=action, mistakes=(*line.mistakes, *more))


def _without_doubled_names(lines: Sequence[Line], known: Sequence[Known]) -> list[Line]:
    # A name that another row frees counts as taken all the same, because rows are read in one after the other.
    stored = {
        str(project.values["name"]).casefold(): project.project_id
        for project in known
        if not project.archived
    }
    written = Counter(line.name.casefold() for line in lines)
    checked = []
    for line in lines:
        name = line.name.casefold()
        if name and (stored.get(name, line.project_id) != line.project_id or written[name] > 1):
            reason = Reason("project_name_taken", {"name": shortened(line.name)}, "name")
            checked.append(_as(line, Action.REFUSED, Mistake(line.row, "name", reason)))
        else:
            checked.append(line)
    return checked


def _reference(row: Row) -> str:
    return row.cells.get("reference", "").strip().upper()


def _digest(sheet: Sheet, lines: Sequence[Line], known: Sequence[Known]) -> str:
    versions = {project.project_id: project.version for project in known}
    told = [
        [line.row, line.action.value, line.project_id, versions.get(line.project_id or 0)] for line in lines
    ]
    cells = [[row.number, dict(row.cells)] for row in sheet.rows]
    text = json.dumps([list(sheet.columns), cells, told], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
