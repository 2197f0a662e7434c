"""Reading a workbook back, with nothing but what Python brings."""

import io
import re
import zipfile
from xml.etree import ElementTree as ET

SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def cells_of(content: bytes) -> dict[str, str]:
    """Return what stands in each cell of the one sheet; raises `AssertionError` if any of it is a formula."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        shared = ["".join(found.itertext()) for found in ET.fromstring(archive.read("xl/sharedStrings.xml"))]
        sheet = ET.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    cells = {}
    for cell in sheet.iter(f"{SPACE}c"):
        assert cell.find(f"{SPACE}f") is None, f"{cell.get('r')} is a formula"
        written = cell.findtext(f"{SPACE}v", "")
        cells[cell.get("r", "")] = shared[int(written)] if cell.get("t") == "s" else written
    return cells


def rows_of(content: bytes) -> list[list[str]]:
    """Return the rows of the one sheet, its heading first; a cell without anything is left out."""
    rows: dict[int, list[str]] = {}
    for place, written in cells_of(content).items():
        rows.setdefault(int(re.sub(r"\D", "", place)), []).append(written)
    return [rows[number] for number in sorted(rows)]
