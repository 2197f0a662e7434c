"""Sheets: what is written is read back exactly, and what cannot be read is said with row, column and way out."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.projects.rules.cells import FORMULA, plain_cell, read_cell, read_day, safe_cell
from portal.projects.rules.fields import FIELD, FIELDS, Kind, ProjectField, reasons_against_values, tidied
from portal.projects.rules.imports import Action, Plan, plan_of
from portal.projects.rules.sheets import COLUMNS, Known, cells_of, decoded, read_sheet, write_sheet
from portal.projects.rules.values import FieldGroup, Phase

TODAY = date(2027, 1, 4)
NASTY = st.sampled_from(
    [
        '"',
        '""',
        ",",
        ";",
        "\t",
        "\n",
        "\r\n",
        "\n\n",
        "'",
        "''",
        "=1+1",
        "-2",
        "+3",
        "@x",
        "åäö",
        "🧬👩‍🔬",
        "\ufeff",
        "'=",
        "＝x",
    ]
)
WORDS = st.lists(
    st.one_of(NASTY, st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=8)), max_size=6
)
TEXTS = WORDS.map("".join)


def value_of(field: ProjectField) -> st.SearchStrategy[Any]:
    if field.kind is Kind.LINE:
        lines = TEXTS.map(lambda text: " ".join(text.split())[: field.longest])
        return lines.filter(bool) if field.required else lines
    if field.kind is Kind.TEXT:
        return TEXTS
    if field.kind is Kind.TRUTH:
        return st.sampled_from([None, True, False])
    if field.kind is Kind.WHOLE:
        return st.one_of(st.none(), st.integers(field.least, field.most))
    if field.kind is Kind.WORDS:
        return st.lists(st.sampled_from(field.allowed), unique=True)
    words = st.sampled_from(field.allowed)
    return words if field.required else st.one_of(st.none(), words)


@st.composite
def stored(draw: st.DrawFn, number: int = 1) -> Known:
    """Draw a project that could be stored; whether its facts agree with one another does not matter here."""
    values = tidied({field.name: draw(value_of(field)) for field in FIELDS})
    values |= {"vector_level": None, "process_class": None, "visibility": "private"}
    values |= {"funding_min": None, "funding_currency": draw(st.sampled_from(["SEK", "EUR"]))}
    assert reasons_against_values({n: v for n, v in values.items() if v is not None}) == []
    return Known(
        project_id=number,
        reference=f"ABCD-{number:04}",
        version=draw(st.integers(1, 9)),
        archived=False,
        phase=draw(st.sampled_from([phase.value for phase in Phase])),
        phase_since=draw(st.one_of(st.none(), st.dates(date(1990, 1, 1), TODAY))),
        on_hold=draw(st.booleans()),
        values=values,
    )


@st.composite
def several(draw: st.DrawFn) -> list[Known]:
    found = [draw(stored(number)) for number in range(1, draw(st.integers(1, 4)) + 1)]
    names = [str(project.values["name"]).casefold() for project in found]
    return found if len(set(names)) == len(names) else found[:1]


def plan(text: str, known: list[Known] | None = None) -> Plan:
    return plan_of(read_sheet(text), known or [], organisation="Lund Cell AB", today=TODAY)


def told(result: Plan) -> list[tuple[int | None, str | None, str]]:
    mistakes = [*result.mistakes, *(mistake for line in result.lines for mistake in line.mistakes)]
    return [(mistake.row, mistake.column, mistake.reason.code) for mistake in mistakes]


@settings(max_examples=200, deadline=None)
@given(several())
def test_an_export_read_back_changes_nothing(known: list[Known]) -> None:
    text = write_sheet(cells_of(project) for project in known)
    again = decoded(text.encode("utf-8-sig"))
    assert isinstance(again, str)
    result = plan(again, known)
    assert told(result) == []
    assert [line.action for line in result.lines] == [Action.UNCHANGED] * len(known)
    assert [line.project_id for line in result.lines] == [project.project_id for project in known]


@settings(max_examples=100, deadline=None)
@given(
    known=several(),
    delimiter=st.sampled_from([";", "\t", ","]),
    quoted=st.booleans(),
    ends=st.sampled_from(["\n", "\r\n"]),
)
def test_it_survives_a_spreadsheet_that_saves_it_its_own_way(
    known: list[Known], delimiter: str, *, quoted: bool, ends: str
) -> None:
    rows = csv.reader(
        io.StringIO(write_sheet(cells_of(project) for project in known), newline=""), strict=True
    )
    text = io.StringIO()
    if quoted:
        csv.writer(text, delimiter=delimiter, lineterminator=ends, quoting=csv.QUOTE_ALL).writerows(rows)
    else:
        csv.writer(text, delimiter=delimiter, lineterminator=ends).writerows(rows)
    result = plan("\ufeff" + text.getvalue(), known)
    assert {line.action for line in result.lines} == {Action.UNCHANGED}


@settings(max_examples=300)
@given(st.text())
def test_no_cell_is_taken_for_a_formula_and_every_text_comes_back(text: str) -> None:
    safe = safe_cell(text)
    assert plain_cell(safe) == text
    assert not safe[:1] or safe[0] == "'" or safe[0] not in FORMULA


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), TEXTS, TEXTS.map(lambda text: f"name;phase\n{text}")))
def test_no_text_breaks_the_reader(text: str) -> None:
    result = plan(text)
    assert result.is_clean or told(result)
    assert all(line.action is Action.REFUSED or not line.mistakes for line in result.lines)


HEADER = "name;product_class;modality;indication_area;phase"
GOOD = "Blå cellen;GTMP;aav;neurology;discovery"


def test_words_are_taken_as_ids_aliases_and_labels_of_both_languages() -> None:
    rows = [
        "A;gtmp;lentiviral_ex_vivo;CNS;Fas I",
        "B;Genterapiläkemedel;CAR-T- eller TCR-T-celler;Blood;Phase III",
        "C;combined;Cells on a scaffold;bone;on the market",
    ]
    result = plan("\n".join([HEADER, *rows]))
    assert told(result) == []
    assert [
        (line.values["modality"], line.values["indication_area"], line.phase) for line in result.lines
    ] == [
        ("gene_modified_hsc", "neurology", "phase_1"),
        ("car_t", "haematology", "phase_3"),
        ("cells_on_scaffold", "musculoskeletal", "on_market"),
    ]
    assert [line.action for line in result.lines] == [Action.REGISTER] * 3


@pytest.mark.parametrize(
    ("name", "cell", "value"),
    [
        ("orphan", "Ja", True),
        ("orphan", "nej", False),
        ("orphan", "okänd", None),
        ("orphan", "", None),
        ("gmo_class", "2", 2),
        ("gmo_class", "Class 2 (L)", 2),
        ("gmo_class", "0", 0),
        ("bsl", " 3 ", 3),
        ("funding_min", "5\u00a0000\u00a0000", 5_000_000),
        ("needs", "capital, Team | regulatory", ["capital", "team", "regulatory"]),
        ("needs", "", []),
        ("vector_level", "", None),
        ("vector_level", "Lentivirus", "lentiviral_retroviral"),
        ("vector_level", "none", "none"),
        ("infectious_status", "unknown", "unknown"),
        ("visibility", "Public", "public"),
        ("funding_currency", "sek", "SEK"),
    ],
)
def test_a_cell_is_read_as_people_write_it(name: str, cell: str, value: Any) -> None:
    assert read_cell(FIELD[name], cell) == value


@pytest.mark.parametrize(
    ("cell", "day"),
    [("2026-11-24", date(2026, 11, 24)), (" 2026-11-24 ", date(2026, 11, 24)), ("", None)],
)
def test_a_day_is_read(cell: str, day: date | None) -> None:
    assert read_day("phase_since", cell) == day


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [(None, None, "sheet_empty")]),
        (" \n\t\n", [(None, None, "sheet_empty")]),
        (HEADER, [(None, None, "sheet_without_rows")]),
        (HEADER + "\n;;;;\n", [(None, None, "sheet_without_rows")]),
        ("a,b\n1,2", [(1, None, "sheet_without_header")]),
        (f"{HEADER};colour\n{GOOD};blue", [(1, "colour", "sheet_column_unknown")]),
        (f"{HEADER};name\n{GOOD};x", [(1, "name", "sheet_column_twice")]),
        (f"{HEADER};\n{GOOD};x", [(1, None, "sheet_column_without_name")]),
        (f"{HEADER}\n{GOOD};x", [(2, None, "sheet_row_too_wide")]),
        (f'{HEADER}\n{GOOD}\n"open', [(3, None, "sheet_row_unreadable")]),
        (f'{HEADER}\n"a"b;GTMP;aav;neurology;discovery', [(2, None, "sheet_row_unreadable")]),
        (f"{HEADER}\n" + "\n".join([GOOD] * 501), [(None, None, "sheet_too_long")]),
        (
            f"{HEADER}\nA;GTMP;;neurology;",
            [(2, "modality", "project_value_missing"), (2, "phase", "project_value_missing")],
        ),
        ("name\nA", [(2, column, "project_value_missing") for column in HEADER.split(";")[1:]]),
        (f"{HEADER}\nA;GTMP;aav;heart;discovery", [(2, "indication_area", "project_word_unknown")]),
        (f"{HEADER}\nA;GTMP;aav;neurology;phase 9", [(2, "phase", "project_word_unknown")]),
        (f"{HEADER};bsl\n{GOOD};9", [(2, "bsl", "project_number_out_of_range")]),
        (f"{HEADER};bsl\n{GOOD};two", [(2, "bsl", "project_number_out_of_range")]),
        (f"{HEADER};orphan\n{GOOD};perhaps", [(2, "orphan", "project_truth_unreadable")]),
        (f"{HEADER};on_hold\n{GOOD};perhaps", [(2, "on_hold", "project_truth_unreadable")]),
        (f"{HEADER};phase_since\n{GOOD};24/11/2026", [(2, "phase_since", "sheet_day_unreadable")]),
        (f"{HEADER};phase_since\n{GOOD};2026-02-30", [(2, "phase_since", "sheet_day_unreadable")]),
        (f"{HEADER};phase_since\n{GOOD};1890-01-01", [(2, "phase_since", "project_day_too_early")]),
        (f"{HEADER};phase_since\n{GOOD};2999-01-01", [(2, "phase_since", "project_day_in_future")]),
        (f"{HEADER};reference\n{GOOD};ZZZZ-ZZZZ", [(2, "reference", "sheet_reference_unknown")]),
        (f"{HEADER};teaser\n{GOOD};a\x07b", [(2, "teaser", "project_characters_unprintable")]),
        (f"{HEADER};teaser\n{GOOD};" + "x" * 1201, [(2, "teaser", "project_text_too_long")]),
        (f"{HEADER};teaser\n{GOOD};" + "x" * 140_000, [(2, None, "sheet_row_unreadable")]),
        (
            f"{HEADER};gmo_class;vector_level\n{GOOD};0;AAV",
            [(2, "gmo_class", "project_gmo_class_against_vector")],
        ),
        (
            f"{HEADER}\n{GOOD}\n{GOOD.upper()}",
            [(2, "name", "project_name_taken"), (3, "name", "project_name_taken")],
        ),
    ],
)
def test_every_mistake_is_told_with_its_row_and_column(text: str, expected: list[Any]) -> None:
    assert told(plan(text)) == expected


def project(**more: Any) -> Known:
    values: dict[str, Any] = {
        **dict.fromkeys((field.name for field in FIELDS), None),
        "name": "Blå cellen",
        "product_class": "GTMP",
        "modality": "aav",
        "indication_area": "neurology",
        "teaser": "",
        "needs": [],
        "visibility": "private",
    }
    state = {"phase": "preclinical", "phase_since": date(2026, 1, 1), "on_hold": False, "archived": False}
    own = {"project_id": 7, "reference": "ABCD-2345", "version": 1}
    return Known(**{**own, **state, "values": values, **more})


@pytest.mark.parametrize(
    ("columns", "cells", "action"),
    [
        ("name", "Blå cellen", Action.UNCHANGED),
        ("bsl", "2", Action.EDIT),
        ("bsl", "", Action.UNCHANGED),
        ("phase", "", Action.UNCHANGED),
        ("phase", "preclinical", Action.UNCHANGED),
        ("phase;phase_since", "phase_1;2026-06-01", Action.EDIT),
        ("on_hold", "yes", Action.EDIT),
        ("on_hold", "no", Action.UNCHANGED),
        ("on_hold", "", Action.UNCHANGED),
        ("visibility", "", Action.UNCHANGED),
    ],
)
def test_a_row_with_a_reference_changes_only_what_its_columns_say(
    columns: str, cells: str, action: Action
) -> None:
    result = plan(f"reference;{columns}\nabcd-2345;{cells}", [project()])
    assert told(result) == []
    assert [line.action for line in result.lines] == [action]


@pytest.mark.parametrize(
    ("columns", "cells", "expected"),
    [
        ("name", "", ("name", "project_value_missing")),
        ("phase", "phase_1", ("phase_since", "project_day_missing")),
        ("phase;phase_since", "phase_1;2025-12-31", ("phase_since", "project_day_before_last")),
        ("phase;phase_since", "preclinical;2026-02-01", ("phase_since", "sheet_day_of_same_phase")),
        ("visibility", "public", ("teaser", "project_teaser_missing")),
        ("name", "Other", ("name", "project_name_taken")),
    ],
)
def test_a_row_with_a_reference_that_cannot_be(columns: str, cells: str, expected: tuple[str, str]) -> None:
    other = project(project_id=8, reference="WXYZ-6789", values={**project().values, "name": "Other"})
    result = plan(f"reference;{columns}\nABCD-2345;{cells}", [project(), other])
    assert told(result) == [(2, *expected)]


def test_an_archived_project_and_a_doubled_reference_are_refused() -> None:
    away = project(archived=True)
    assert told(plan("reference;bsl\nABCD-2345;2", [away])) == [(2, "reference", "sheet_project_archived")]
    twice = plan("reference;bsl\nABCD-2345;2\nABCD-2345;3", [project()])
    assert {(row, code) for row, _, code in told(twice)} >= {
        (2, "sheet_reference_twice"),
        (3, "sheet_reference_twice"),
    }


def test_the_plan_says_from_which_value_to_which() -> None:
    line = plan("reference;bsl;orphan;on_hold\nABCD-2345;2;no;yes", [project()]).lines[0]
    assert line.changes == {
        FieldGroup.PROCESS: {"bsl": [None, 2]},
        FieldGroup.ROADMAP: {"orphan": [None, False]},
    }
    assert line.rests_or_resumes
    assert not line.moves


def test_the_digest_changes_with_the_sheet_and_with_what_is_stored() -> None:
    text = "reference;bsl\nABCD-2345;2"
    first = plan(text, [project()]).digest
    assert plan(text, [project()]).digest == first
    assert plan(text.replace(";2", ";3"), [project()]).digest != first
    assert plan(text, [project(version=2)]).digest != first
    assert plan(text, []).digest != first


def test_what_is_no_utf8_is_said_with_its_place() -> None:
    reason = decoded("namn;å".encode("latin-1"))
    assert not isinstance(reason, str)
    assert (reason.code, reason.values) == ("sheet_not_utf8", {"byte": 6})
    big = decoded(b"x" * (1024 * 1024 + 1))
    assert not isinstance(big, str)
    assert big.code == "sheet_too_big"


def test_the_template_names_every_field_and_round_trips_as_a_header() -> None:
    assert set(COLUMNS) == {field.name for field in FIELDS} | {"reference", "phase", "phase_since", "on_hold"}
    sheet = read_sheet(write_sheet([]))
    assert (sheet.columns, [mistake.reason.code for mistake in sheet.mistakes]) == (
        COLUMNS,
        ["sheet_without_rows"],
    )
