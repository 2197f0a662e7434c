"""Projects as a sheet of rows: writing one, and reading one back row by row."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.core.errors import Reason
from portal.projects.rules.cells import plain_cell, safe_cell, written_cell
from portal.projects.rules.fields import FIELDS, shortened

MOST_BYTES = 1024 * 1024
MOST_ROWS = 500
LOOKED_AT = 20_000
DELIMITERS = (",", ";", "\t")

FIRST_COLUMNS = (
    "reference",
    "name",
    "product_class",
    "modality",
    "indication_area",
    "indication",
    "phase",
    "phase_since",
    "on_hold",
)
COLUMNS = (*FIRST_COLUMNS, *(field.name for field in FIELDS if field.name not in FIRST_COLUMNS))
"""The columns of a sheet in their order."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a sheet: the row and column where it is, and the reason; no row for the sheet as a whole."""

    row: int | None
    column: str | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it was written, with the number under which a spreadsheet shows it."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a text, and what is wrong with its shape."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A stored project of the organisation, as it is written in a sheet and compared with one."""

    project_id: int
    reference: str
    version: int
    archived: bool
    phase: str
    phase_since: date | None
    on_hold: bool
    values: Mapping[str, Any]
    last_day: date | None = None
    """The last day that its history names, which may be that of a rest."""


def cells_of(known: Known) -> dict[str, str]:
    """Return a project as the cells of a row."""
    state = {
        "reference": known.reference,
        "phase": known.phase,
        "phase_since": known.phase_since,
        "on_hold": known.on_hold,
    }
    return {column: written_cell({**known.values, **state}[column]) for column in COLUMNS}


def write_sheet(rows: Iterable[Mapping[str, str]]) -> str:
    """Return rows as comma-separated text with a header, safe to open in a spreadsheet."""
    return write_rows([COLUMNS, *([row[column] for column in COLUMNS] for row in rows)])


def write_rows(rows: Iterable[Sequence[str]]) -> str:
    """Return rows of any cells as comma-separated text, safe to open in a spreadsheet."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([[safe_cell(cell) for cell in row] for row in rows])
    return text.getvalue()


def decoded(content: bytes) -> str | Reason:
    """Return an uploaded sheet as text, or why it cannot be read."""
    if len(content) > MOST_BYTES:
        return too_big(len(content))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Reason("sheet_not_utf8", {"byte": error.start + 1})


def too_big(size: int) -> Reason:
    """Return the reason against a sheet of so many bytes."""
    return Reason("sheet_too_big", {"most": MOST_BYTES // 1024, "size": -(-size // 1024)})


def read_sheet(text: str) -> Sheet:
    """Return the rows of a text whose first row names columns; separators may be comma, semicolon or tab."""
    text = text.removeprefix("\ufeff")
    if not text.strip():
        return Sheet((), (), (Mistake(None, None, Reason("sheet_empty")),))
    records, mistakes = _records(text, _delimiter(text))
    header = [_column(cell) for cell in records[0][1]] if records else []
    if records:
        mistakes.extend(_mistakes_of_header(header))
    body = [(number, record) for number, record in records[1:] if any(cell.strip() for cell in record)]
    if len(body) > MOST_ROWS:
        mistakes.append(Mistake(None, None, Reason("sheet_too_long", {"most": MOST_ROWS, "rows": len(body)})))
    elif not body and not mistakes:
        mistakes.append(Mistake(None, None, Reason("sheet_without_rows")))
    mistakes.extend(
        Mistake(number, None, Reason("sheet_row_too_wide", {"cells": len(record), "columns": len(header)}))
        for number, record in body
        if any(cell.strip() for cell in record[len(header) :])
    )
    rows = [Row(number, _cells(header, record)) for number, record in body[:MOST_ROWS]]
    return Sheet(tuple(header), tuple(rows), tuple(mistakes))


def _cells(header: Sequence[str], record: Sequence[str]) -> dict[str, str]:
    padded = [*record, *[""] * (len(header) - len(record))]
    return {name: plain_cell(cell) for name, cell in zip(header, padded, strict=False)}


def _column(cell: str) -> str:
    return "_".join(cell.replace("_", " ").casefold().split())


def _delimiter(text: str) -> str:
    def recognised(delimiter: str) -> int:
        records, _ = _records(text[:LOOKED_AT], delimiter, most=1)
        return len(set(map(_column, records[0][1])) & set(COLUMNS)) if records else 0

    return max(DELIMITERS, key=recognised)


def _records(
    text: str, delimiter: str, *, most: int | None = None
) -> tuple[list[tuple[int, list[str]]], list[Mistake]]:
    """Return the records up to the first that cannot be read, with the row number that a spreadsheet gives each."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records: list[tuple[int, list[str]]] = []
    number = 0
    try:
        for number, record in enumerate(reader, start=1):
            if record:
                records.append((number, record))
            if len(records) == most:
                break
    except csv.Error:
        return records, [Mistake(number + 1, None, Reason("sheet_row_unreadable", {"row": number + 1}))]
    return records, []


def _mistakes_of_header(header: Sequence[str]) -> Iterator[Mistake]:
    if not set(header) & set(COLUMNS):
        yield Mistake(1, None, Reason("sheet_without_header", {"first": ", ".join(COLUMNS[:4])}))
        return
    for column, times in Counter(header).items():
        if not column:
            yield Mistake(1, None, Reason("sheet_column_without_name"))
        elif column not in COLUMNS:
            yield Mistake(1, column, Reason("sheet_column_unknown", {"column": shortened(column)}))
        elif times > 1:
            yield Mistake(1, column, Reason("sheet_column_twice", {"column": column}))
