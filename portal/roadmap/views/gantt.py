"""A plan as a grid of twelve cells of time: bars, ranges, today, and the lines between steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from portal.roadmap import words
from portal.roadmap.rules.grid import COLUMNS, IN_A_CELL, Scale, Window, window_at
from portal.roadmap.rules.standing import Standing
from portal.roadmap.views.lines import StepLine
from portal.web.filters import day

ROW = 10
A_COLUMN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A stretch of a row: kind, first column, number of columns, and what it tells."""

    kind: str
    column: int
    span: int
    words: str
    critical: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of the grid: a track's heading, a milestone, or a step."""

    name: str
    id: str | None = None
    url: str | None = None
    is_track: bool = False
    critical: bool = False
    movable: bool = False
    version: int = 0
    bars: tuple[Bar, ...] = ()
    baseline: tuple[int, int] | None = None
    range: tuple[int, int] | None = None
    middle: int | None = None
    note: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gantt:
    """Everything that the page draws."""

    window: Window
    rows: tuple[Row, ...]
    months: tuple[tuple[int, int, str], ...]
    cells: tuple[tuple[int, int, str], ...]
    now: int | None
    links: tuple[tuple[str, bool], ...]
    height: int
    before: int
    after: int
    label: str = ""
    days: float = field(default=0.0)


def gantt_of(
    lines: Sequence[StepLine],
    milestones: Mapping[str, Mapping[str, Any]],
    window: Window,
    *,
    project_id: int,
    today: date,
    links: str,
    movable: Mapping[str, int],
) -> Gantt:
    """Return the part of a plan that lies in a window, with the lines between steps that were asked for."""
    shown = [line for line in lines if window.stretch(line.start, line.finish) is not None]
    rows = [*_milestone_rows(milestones, window)]
    track = None
    for line in shown:
        if line.track != track:
            track = line.track
            rows.append(Row(name=words.track(track), is_track=True))
        rows.append(_row(line, window, project_id=project_id, today=today, movable=movable))
    places = {row.id: place for place, row in enumerate(rows) if row.id}
    column = window.column(today)
    return Gantt(
        window=window,
        rows=tuple(rows),
        months=tuple(_years(window)),
        cells=tuple(_cells(window)),
        now=column if 1 <= column <= COLUMNS else None,
        links=tuple(_links(shown, places, window, which=links)),
        height=len(rows) * ROW,
        before=sum(line.finish < window.first for line in lines),
        after=sum(line.start >= window.end for line in lines),
        label=_(
            "Roadmap by track, %(first)s to %(last)s",
            first=day(window.first, "MMMM yyyy"),
            last=day(window.end - timedelta(days=1), "MMMM yyyy"),
        ),
        days=(window.end - window.first).days / COLUMNS,
    )


def window_asked(scale: str, first: str, today: date) -> Window:
    """Return the window that an address asks for, or three years from the last quarter on."""
    kind = Scale(scale) if scale in list(Scale) else Scale.QUARTER
    try:
        return window_at(kind, min(max(date.fromisoformat(first), date(1990, 1, 1)), date(2120, 1, 1)))
    except ValueError:
        return window_at(kind, today).moved(0 if kind is Scale.YEAR else -1)


def _row(line: StepLine, window: Window, *, project_id: int, today: date, movable: Mapping[str, int]) -> Row:
    kept = window.stretch(*line.baseline) if line.baseline else None
    return Row(
        id=line.id,
        name=line.name,
        url=url_for("roadmap.step_of_project", project_id=project_id, step_id=line.id),
        critical=line.critical,
        movable=line.id in movable and not line.started and line.standing is not Standing.DONE,
        version=movable.get(line.id, 0),
        bars=tuple(_bars(line, window, today)),
        baseline=kept,
    )


def _bars(line: StepLine, window: Window, today: date) -> Iterable[Bar]:
    said = [line.words, _("%(first)s to %(last)s", first=day(line.start), last=day(line.finish))]
    if line.critical:
        said.append(_("decides the date"))
    told = ", ".join(said)
    parts = [(line.mark, line.start, line.finish)]
    if line.started and line.standing is not Standing.DONE and line.start < today:
        rest = "late" if line.standing is Standing.LATE else "firm"
        parts = [("use", line.start, today), (rest, today + timedelta(days=1), line.finish)]
    elif line.standing is Standing.DONE:
        parts = [("use", line.start, line.finish)]
    for place, (kind, first, last) in enumerate(parts):
        found = window.stretch(first, max(first, last))
        if found is not None:
            yield Bar(
                kind=kind,
                column=found[0],
                span=found[1],
                words=told if place == len(parts) - 1 else "",
                critical=line.critical and kind != "use",
            )


def _milestone_rows(milestones: Mapping[str, Mapping[str, Any]], window: Window) -> Iterable[Row]:
    rows = []
    for name, span in milestones.items():
        if span["p10"] is None:
            continue
        low, middle, high = (date.fromisoformat(span[key]) for key in ("p10", "p50", "p90"))
        found = window.stretch(low, high)
        if found is None:
            continue
        column = window.column(middle)
        note_at = found[0] + found[1]
        rows.append(
            Row(
                name=_("%(milestone)s, range", milestone=words.MILESTONES[name]),
                range=found,
                middle=column if 1 <= column <= COLUMNS else None,
                note=(note_at, day(middle, "MMM yyyy")) if note_at <= COLUMNS - IN_A_CELL else None,
            )
        )
    return [Row(name=_("Milestones"), is_track=True), *rows] if rows else []


def _links(
    shown: Sequence[StepLine], places: Mapping[str, int], window: Window, *, which: str
) -> Iterable[tuple[str, bool]]:
    by_id = {line.id: line for line in shown}
    for line in shown:
        for before in line.after:
            other = by_id.get(before)
            if other is None:
                continue
            decides = line.critical and other.critical
            if not (which == "all" or (which == "critical" and decides) or which in (line.id, before)):
                continue
            from_x = max(0, min(COLUMNS, window.column(other.finish)))
            to_x = max(1, min(COLUMNS, window.column(line.start))) - 1
            from_y, to_y = places[before] * ROW + ROW // 2, places[line.id] * ROW + ROW // 2
            turn = max(from_x, to_x - 0.5) if to_x >= from_x else from_x + 0.5
            path = (
                f"M{from_x * A_COLUMN} {from_y}H{turn * A_COLUMN:g}V{to_y}H{to_x * A_COLUMN}"
                if turn < COLUMNS
                else f"M{from_x * A_COLUMN} {from_y}V{to_y}"
            )
            yield path, decides


def _years(window: Window) -> Iterable[tuple[int, int, str]]:
    groups: list[list[Any]] = []
    for number, first in enumerate(window.cells[:-1]):
        words_of = str(first.year) if window.scale is not Scale.WEEK else day(first, "MMM yyyy")
        if groups and groups[-1][2] == words_of:
            groups[-1][1] += IN_A_CELL
        else:
            groups.append([number * IN_A_CELL + 1, IN_A_CELL, words_of])
    return [(column, span, label) for column, span, label in groups]


def _cells(window: Window) -> Iterable[tuple[int, int, str]]:
    for number, first in enumerate(window.cells[:-1]):
        yield number * IN_A_CELL + 1, IN_A_CELL, _cell(window.scale, first)


def _cell(scale: Scale, first: date) -> str:
    if scale is Scale.WEEK:
        return _("w %(number)s", number=first.isocalendar().week)
    if scale is Scale.MONTH:
        return day(first, "MMM")
    if scale is Scale.QUARTER:
        return _("Q%(number)s", number=(first.month + 2) // 3)
    return ""
