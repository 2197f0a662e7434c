"""A list as a file: CSV for machines, XLSX for people, with exactly the columns and rows that the page shows."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal

from flask import Response

from portal.web.sheets import SHEET_TYPE, Value, workbook

Kind = Literal["csv", "xlsx"]

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula, in full width too."""


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


def _harmless(value: Value) -> str | int | float | Decimal:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


__all__ = ["Kind", "Value", "csv_text", "export", "workbook"]
