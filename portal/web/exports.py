"""A list as a file: CSV for machines, XLSX for people, with exactly the columns and rows that the page shows."""

import csv
import io
from collections.abc import Iterable, Sequence, Sized
from datetime import date
from decimal import Decimal
from typing import Any, Literal
from urllib.parse import urlencode

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue

from portal.web.making import is_being_made, made_later, told
from portal.web.sheets import SHEET_TYPE, Value, workbook

Kind = Literal["csv", "xlsx"]

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula, in full width too."""


PAGES = frozenset({"page", "part_page"})
"""What an address calls the page of a list that it asks for; a file holds all of them."""


def file_links(endpoint: str, *, ending: str = "kind", **values: Any) -> list[tuple[str, str]]:
    """Return where the list of this page can be taken along, with the filters and the order of its address.

    `ending` is what the endpoint calls the kind of file. What the address says is no value of `url_for`: it may say anything.
    """
    asked = urlencode([(name, value) for name, value in request.args.items(multi=True) if name not in PAGES])
    kinds: tuple[Kind, ...] = ("csv", "xlsx")
    links: list[tuple[str, str]] = []
    for kind in kinds:
        filled: dict[str, Any] = {**values, ending: kind}
        links.append((kind.upper(), url_for(endpoint, **filled) + (f"?{asked}" if asked else "")))
    return links


def export(
    kind: Kind,
    name: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Value]],
    *,
    count: int | None = None,
) -> ResponseReturnValue:
    """Return a download named after the list and its kind, or the page that offers to make a long one as long work.

    `count` says how many rows there are where that is known before they are made, so that no row of a long list is.
    """
    if count is None:
        rows = rows if isinstance(rows, Sized) else list(rows)
        count = len(rows)
    page = made_later(kind, name, count)
    if page is not None:
        return page
    body, mimetype = (
        (csv_text(columns, told(rows)).encode("utf-8-sig"), "text/csv")
        if kind == "csv"
        else (workbook(name, columns, told(rows), is_long=is_being_made()), SHEET_TYPE)
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


__all__ = ["Kind", "Value", "csv_text", "export", "file_links", "workbook"]
