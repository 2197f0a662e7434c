"""A sheet of partners: what each row states, and every mistake in it."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portal.core.errors import Reason
from portal.partners.rules.fields import (
    FIELD,
    FIELDS,
    PartnerField,
    Sort,
    fields_for,
    reasons_against,
    tidied,
    unknown_word,
    written_assets,
    written_list,
)
from portal.partners.rules.values import PartnerKind

MOST_ROWS = 200
MOST_BYTES = 256 * 1024
ORGANISATION = "organisation"
COLUMNS = (ORGANISATION, *(field.name for field in FIELDS))
YES, NO = frozenset({"yes", "true", "1", "ja"}), frozenset({"", "no", "false", "0", "nej"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: whose statement it is, what it states, and what is wrong with it."""

    number: int
    organisation: str
    values: Mapping[str, Any]
    mistakes: tuple[Reason, ...] = ()


@dataclass(slots=True)
class Sheet:
    """A sheet that was read: its rows, and what is wrong with it as a whole."""

    rows: list[Row] = field(default_factory=list)
    mistakes: list[Reason] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Say whether nothing stands in the way."""
        return bool(self.rows) and not self.mistakes and not any(row.mistakes for row in self.rows)


def read_sheet(text: str, kinds: Mapping[str, PartnerKind], *, own: str | None) -> Sheet:
    """Return what a sheet states; `kinds` tells what each organisation is, by its name in small letters.

    With `own`, every row is that organisation's, whatever its first column says.
    """
    sheet = Sheet()
    if len(text.encode()) > MOST_BYTES:
        sheet.mistakes.append(Reason("partner_sheet_too_big", {"most": MOST_BYTES // 1024}))
        return sheet
    first = text.lstrip("\ufeff").split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    try:
        lines = list(csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=separator))
    except csv.Error:
        sheet.mistakes.append(Reason("partner_sheet_unreadable"))
        return sheet
    lines = [line for line in lines if any(cell.strip() for cell in line)]
    header = [cell.strip().casefold() for cell in lines[0]] if lines else []
    sheet.mistakes += _against_header(header)
    if len(lines) > MOST_ROWS + 1:
        sheet.mistakes.append(Reason("partner_sheet_too_long", {"most": MOST_ROWS}))
    if not sheet.mistakes:
        sheet.rows += _rows(header, lines[1:], kinds, own)
    if not sheet.mistakes and not sheet.rows:
        sheet.mistakes.append(Reason("partner_sheet_without_rows"))
    return sheet


def _against_header(header: list[str]) -> Iterator[Reason]:
    if not {"name", "text"} <= set(header):
        yield Reason("partner_sheet_without_header", {"columns": list(COLUMNS)})
        return
    for column in sorted(set(header) - set(COLUMNS)):
        yield Reason("partner_column_unknown", {"column": column[:60], "columns": list(COLUMNS)})
    for column in sorted({column for column in header if header.count(column) > 1}):
        yield Reason("partner_column_twice", {"column": column[:60]})


def _rows(
    header: list[str], lines: list[list[str]], kinds: Mapping[str, PartnerKind], own: str | None
) -> Iterator[Row]:
    seen: set[tuple[str, str]] = set()
    for number, line in enumerate(lines, start=2):
        cells = dict(zip(header, line, strict=False))
        organisation = own if own is not None else cells.get(ORGANISATION, "").strip()
        kind = kinds.get(organisation.casefold())
        if kind is None:
            unknown = Reason("partner_organisation_unknown", {"written": organisation[:60], "row": number})
            yield Row(number=number, organisation=organisation, values={}, mistakes=(unknown,))
            continue
        values, mistakes = _read(kind, cells)
        if not mistakes:
            mistakes = reasons_against(kind, tidied(kind, values))
        named = (organisation.casefold(), str(values.get("name", "")))
        if named in seen:
            mistakes.append(Reason("partner_name_twice", {"name": named[1]}, "name"))
        seen.add(named)
        yield Row(number=number, organisation=organisation, values=values, mistakes=tuple(mistakes))


def _read(kind: PartnerKind, cells: Mapping[str, str]) -> tuple[dict[str, Any], list[Reason]]:
    values: dict[str, Any] = {}
    mistakes: list[Reason] = []
    known = {stated.name for stated in fields_for(kind)}
    for name, cell in cells.items():
        if name == ORGANISATION or (name not in known and not cell.strip()):
            continue
        if name not in known:
            mistakes.append(Reason("partner_field_of_other_kind", {"field": name, "kind": kind.value}, name))
            continue
        for read in _read_cell(FIELD[name], cell.strip()):
            if isinstance(read, Reason):
                mistakes.append(read)
            else:
                values[name] = read
    return values, mistakes


def _read_cell(stated: PartnerField, cell: str) -> Iterator[Any]:
    if stated.sort is Sort.WORDS:
        found = {written: stated.find(written) for written in written_list(cell)}
        yield from (unknown_word(stated, written) for written, word in found.items() if word is None)
        yield [word for word in found.values() if word is not None]
    elif stated.sort in (Sort.COUNTRIES, Sort.LINES):
        yield written_list(cell)
    elif stated.sort is Sort.ASSETS:
        yield written_assets(cell)
    elif stated.sort is Sort.WORD:
        yield (stated.find(cell) or unknown_word(stated, cell)) if cell else None
    elif stated.sort is Sort.TRUTH:
        folded = cell.casefold()
        readable = folded in YES or folded in NO
        yield (
            folded in YES
            if readable
            else Reason("partner_truth_unreadable", {"written": cell[:60]}, stated.name)
        )
    elif stated.sort is Sort.WHOLE:
        yield _whole(stated, cell)
    elif stated.sort is Sort.DAY:
        yield _day(stated, cell)
    else:
        yield cell


def _whole(stated: PartnerField, cell: str) -> int | Reason | None:
    plain = "".join(cell.split())
    if not plain:
        return None
    digits = plain.removeprefix("-")
    if digits.isascii() and digits.isdecimal() and len(digits) <= 15:
        return int(plain)
    bounds = {"least": stated.least, "most": stated.most, "written": cell[:60]}
    return Reason("partner_number_out_of_range", {"field": stated.name, **bounds}, stated.name)


def _day(stated: PartnerField, cell: str) -> date | Reason | None:
    if not cell:
        return None
    try:
        return date.fromisoformat(cell)
    except ValueError:
        return Reason("partner_day_unreadable", {"field": stated.name, "written": cell[:60]}, stated.name)
