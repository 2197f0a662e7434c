"""Sheets as files: comma-separated text, and a workbook in which no text can turn into a formula."""

from collections.abc import Callable, Mapping, Sequence

from portal.projects.rules.sheets import COLUMNS, write_sheet
from portal.web.sheets import SHEET_TYPE, workbook

Rows = Sequence[Mapping[str, str]]


def as_csv(rows: Rows) -> tuple[bytes, str]:
    """Return rows as comma-separated text, marked as UTF-8 so that spreadsheets read its letters rightly."""
    return write_sheet(rows).encode("utf-8-sig", "replace"), "text/csv"


def as_xlsx(rows: Rows) -> tuple[bytes, str]:
    """Return rows as a workbook of one sheet."""
    return workbook("projects", COLUMNS, [[row[column] for column in COLUMNS] for row in rows]), SHEET_TYPE


WRITERS: Mapping[str, Callable[[Rows], tuple[bytes, str]]] = {"csv": as_csv, "xlsx": as_xlsx}
