"""Spreadsheets: rows as a workbook of one sheet with a heading that stays, in which no text can turn into a formula."""

import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from itertools import chain

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

Value = str | int | float | Decimal | date | datetime | None

SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDEST = 60
LONGEST_TITLE = 31
CELL = 32_767
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
NEVER_INTERPRETED = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd",
}


def workbook(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[Value]], *, is_long: bool = False
) -> bytes:
    """Return rows as an XLSX workbook, each column about as wide as what stands in it.

    Of a long one each row goes to a file of its own as soon as it is written, so that the memory it takes does not grow with it.
    """
    out = io.BytesIO()
    with Workbook(out, {**NEVER_INTERPRETED, "in_memory": not is_long, "constant_memory": is_long}) as book:
        sheet = book.add_worksheet(title[:LONGEST_TITLE])
        sheet.freeze_panes(1, 0)
        heading, moment = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        widths = [0] * len(columns)
        for number, line in enumerate(chain([columns], rows)):
            for place, value in enumerate(line):
                if value is not None:
                    widths[place] = max(widths[place], len(str(value)))
                    _write(sheet, number, place, value, moment if number else heading)
        for place, longest in enumerate(widths):
            sheet.set_column(place, place, min(WIDEST, longest + 2))
    return out.getvalue()


def _write(
    sheet: Worksheet, line: int, place: int, value: str | float | Decimal | date, form: Format
) -> None:
    if isinstance(value, datetime):
        sheet.write_datetime(line, place, value.replace(tzinfo=None), form)
    elif isinstance(value, date):
        sheet.write_datetime(line, place, datetime.combine(value, time.min))
    elif isinstance(value, str):
        text = UNWRITABLE.sub("", value)[:CELL]
        sheet.write_string(line, place, text, form if line == 0 else None)
    else:
        # A workbook keeps numbers as such; two places of any amount that is charged survive it exactly.
        sheet.write_number(line, place, float(value))
