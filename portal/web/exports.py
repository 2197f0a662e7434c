"""A list as a file: CSV for machines, XLSX for people, with exactly the columns and rows that the page shows."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Literal

from flask import Response
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

Value = str | int | float | date | datetime | None
Kind = Literal["csv", "xlsx"]

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDEST = 60


def export(kind: Kind, name: str, columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> Response:
    """Return a download named after the list and its kind."""
    body, mimetype = (
        (csv_text(columns, rows).encode("utf-8-sig"), "text/csv")
        if kind == "csv"
        else (workbook(name, columns, rows), SHEET_TYPE)
    )
    response = Response(body, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> str:
    """Return rows as CSV; what a spreadsheet would take for a formula is marked as text."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_harmless(value) for value in row] for row in rows)
    return out.getvalue()


def workbook(title: str, columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """Return rows as an XLSX workbook with a heading that stays, where no text is a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    lines: list[Sequence[Value]] = [list(columns), *rows]
    for place in range(len(columns)):
        longest = max(len(str(line[place])) for line in lines if line[place] is not None)
        sheet.column_dimensions[get_column_letter(place + 1)].width = min(WIDEST, longest + 2)
    sheet.append([_cell(sheet, column, is_heading=True) for column in columns])
    for line in lines[1:]:
        sheet.append([_cell(sheet, value) for value in line])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: WriteOnlyWorksheet, value: Value, *, is_heading: bool = False) -> Cell:
    if isinstance(value, datetime):
        value = value.replace(tzinfo=None)
    cell = WriteOnlyCell(sheet)
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value
    if isinstance(value, str):
        cell.data_type = "s"
    if is_heading:
        cell.font = Font(bold=True)
    return cell


def _harmless(value: Value) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
