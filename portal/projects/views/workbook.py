"""Sheets as files: comma-separated text, and a workbook in which no text can turn into a formula."""

import io
from collections.abc import Callable, Mapping, Sequence

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from portal.projects.rules.sheets import COLUMNS, write_sheet

Rows = Sequence[Mapping[str, str]]


def as_csv(rows: Rows) -> tuple[bytes, str]:
    """Return rows as comma-separated text, marked as UTF-8 so that spreadsheets read its letters rightly."""
    return write_sheet(rows).encode("utf-8-sig", "replace"), "text/csv"


def as_xlsx(rows: Rows) -> tuple[bytes, str]:
    """Return rows as a workbook of one sheet."""
    book = Workbook(write_only=True)
    page: Worksheet = book.create_sheet("projects")
    page.freeze_panes = "A2"
    page.append([_text(page, column, bold=True) for column in COLUMNS])
    for row in rows:
        page.append([_text(page, row[column]) for column in COLUMNS])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _text(page: Worksheet, text: str, *, bold: bool = False) -> Cell:
    cell = WriteOnlyCell(page, value=ILLEGAL_CHARACTERS_RE.sub("", text))
    cell.data_type = "s"  # else a text that begins with = becomes a formula
    if bold:
        cell.font = Font(bold=True)
    return cell


WRITERS: Mapping[str, Callable[[Rows], tuple[bytes, str]]] = {"csv": as_csv, "xlsx": as_xlsx}
