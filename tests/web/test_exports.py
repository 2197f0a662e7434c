from datetime import UTC, date, datetime

import pytest

from portal.web.exports import csv_text
from portal.web.sheets import Value, workbook
from tests.sheets import cells_of

FORMULAS = ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "＝1+1", "https://example.org", "0042"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_stays_a_text_in_a_workbook(text: str) -> None:
    cells = cells_of(workbook("list", ["Name"], [[text]]))
    assert cells["A2"].strip() == text.strip()


@pytest.mark.parametrize("text", FORMULAS[:6])
def test_a_text_that_could_be_a_formula_is_marked_in_csv(text: str) -> None:
    assert f"'{text}" in csv_text(["Name"], [[text]])


def test_a_workbook_takes_what_the_page_shows() -> None:
    at = datetime(2027, 1, 11, 7, 30, tzinfo=UTC)
    row: list[Value] = ["a\x00b", 3, 2.5, None, date(2027, 1, 11), at]
    cells = cells_of(workbook("a title that is longer than a sheet may have", list("abcdef"), [row]))
    assert cells == {
        **{f"{letter.upper()}1": letter for letter in "abcdef"},
        "A2": "ab",
        "B2": "3",
        "C2": "2.5",
        "E2": "46398",
        "F2": "46398.3125",
    }
