"""The cells of a sheet: how a value is written in one, and what is read in one.

An empty cell is an unknown fact. A cell that a spreadsheet would take for a formula is written with an apostrophe
before it and read without it, so that writing and reading give back every text exactly.
"""

from datetime import date
from typing import Any

from portal.core.errors import Reason
from portal.projects.rules.fields import Kind, ProjectField, shortened, unknown_word

FORMULA = frozenset("=+-@\t\r\n'＝＋－＠")
"""What a spreadsheet takes for the start of a formula; one set to Japanese takes the wide signs too."""

YES = frozenset({"yes", "true", "1", "x", "ja", "sant"})
NO = frozenset({"no", "false", "0", "nej", "falskt"})
UNKNOWN = frozenset({"", "unknown", "okänd", "okänt", "?"})


def safe_cell(text: str) -> str:
    """Return a text so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text[:1] and text[0] in FORMULA else text


def plain_cell(text: str) -> str:
    """Return the text that `safe_cell` was given."""
    return text[1:] if text[:1] == "'" and text[1:2] and text[1] in FORMULA else text


def written_cell(value: Any) -> str:
    """Return a stored value as it stands in a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def read_cell(stated: ProjectField, cell: str) -> Any:
    """Return the value that stands in a cell, or the reason why none can be read there."""
    written = cell.strip()
    if stated.kind in (Kind.LINE, Kind.TEXT):
        return cell
    if stated.kind is Kind.WORDS:
        return _several(stated, written)
    if not written:
        return None
    if stated.kind is Kind.TRUTH:
        return read_truth(stated.name, written)
    if stated.kind is Kind.WHOLE:
        return _whole(stated, written)
    return stated.find(written) or unknown_word(stated, written)


def read_truth(column: str, written: str) -> bool | Reason | None:
    """Return yes, no, or None for unknown, or the reason why it is none of these."""
    folded = written.strip().casefold()
    if folded in UNKNOWN:
        return None
    if folded in YES or folded in NO:
        return folded in YES
    return Reason("project_truth_unreadable", {"field": column, "written": shortened(written)}, column)


def read_day(column: str, written: str) -> date | Reason | None:
    """Return the day that stands in a cell, None for an empty one, or the reason why it is no day."""
    if not written.strip():
        return None
    try:
        if len(written.strip()) == 10:
            return date.fromisoformat(written.strip())
    except ValueError:
        pass
    return Reason("sheet_day_unreadable", {"written": shortened(written)}, column)


def _several(stated: ProjectField, written: str) -> list[str] | Reason:
    parts = [part.strip() for part in written.replace("|", ";").replace(",", ";").split(";")]
    found = []
    for part in filter(None, parts):
        word = stated.find(part)
        if word is None:
            return unknown_word(stated, part)
        found.append(word)
    return found


def _whole(stated: ProjectField, written: str) -> int | Reason:
    if stated.words:
        word = stated.find(written)
        return int(word) if word is not None else unknown_word(stated, written)
    plain = "".join(written.split())  # spaces between thousands, the unbreakable ones too
    if plain.isascii() and plain.isdecimal() and len(plain) <= 15:
        return int(plain)
    values = {"field": stated.name, "least": stated.least, "most": stated.most, "written": shortened(written)}
    return Reason("project_number_out_of_range", values, stated.name)
