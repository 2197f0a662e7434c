"""Reading a workbook back, with nothing but what Python brings."""

import io
import re
import zipfile
from xml.etree import ElementTree as ET

SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
STRINGS = "xl/sharedStrings.xml"
"""Where texts stand once each; a workbook of many rows keeps them in its cells instead."""


def cells_of(content: bytes) -> dict[str, str]:
    """Return what stands in each cell of the one sheet; raises `AssertionError` if any of it is a formula."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        words = archive.read(STRINGS) if STRINGS in names else b"<sst/>"
        shared = ["".join(found.itertext()) for found in ET.fromstring(words)]
        sheet = ET.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    cells = {}
    for cell in sheet.iter(f"{SPACE}c"):
        assert cell.find(f"{SPACE}f") is None, f"{cell.get('r')} is a formula"
        written = cell.findtext(f"{SPACE}v") or cell.findtext(f"{SPACE}is/{SPACE}t") or ""
        cells[cell.get("r", "")] = shared[int(written)] if cell.get("t") == "s" else written
    return cells


def rows_of(content: bytes) -> list[list[str]]:
    """Return the rows of the one sheet, its heading first; a cell without anything is left out."""
    rows: dict[int, list[str]] = {}
    for place, written in cells_of(content).items():
        rows.setdefault(int(re.sub(r"\D", "", place)), []).append(written)
    return [rows[number] for number in sorted(rows)]


def table_of(content: bytes) -> list[list[str]]:
    """Return the rows of the one sheet, its heading first, with every cell of it, also those without anything."""
    found: dict[int, dict[int, str]] = {}
    for place, written in cells_of(content).items():
        letters, number = re.fullmatch(r"([A-Z]+)([0-9]+)", place).groups()  # type: ignore[union-attr]
        column = sum((ord(sign) - 64) * 26**power for power, sign in enumerate(reversed(letters)))
        found.setdefault(int(number), {})[column] = written
    width = max(found[1])
    return [
        [found[number].get(column, "") for column in range(1, width + 1)]
        for number in range(1, max(found) + 1)
        if number in found
    ]
