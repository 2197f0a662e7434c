"""The page on electronic records leaves no clause out, and names only files and tests that exist."""

import re
from pathlib import Path

from portal.reference import shipped

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "part11_annex11.md").read_text()
ROW = re.compile(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]*)\|$", re.MULTILINE)
STANDINGS = {"met", "in part", "not met", "organisation"}


def rows() -> list[tuple[str, ...]]:
    """Return the cells of every row that speaks of a clause."""
    return [tuple(cell.strip() for cell in row) for row in ROW.findall(PAGE)]


def test_every_clause_is_answered_once_under_its_reference() -> None:
    clauses = {
        clause["id"]: clause["ref"] for clause in shipped.document("gmp_rules")["part11_annex11_clauses"]
    }
    answered = {row[0]: row[1] for row in rows()}
    assert len(rows()) == len(answered)
    assert answered.keys() == clauses.keys()
    assert [name for name, reference in answered.items() if not clauses[name].endswith(reference)] == []


def test_every_answer_is_one_of_four_and_says_how() -> None:
    assert {row[2] for row in rows()} <= STANDINGS
    assert [row[0] for row in rows() if len(row[3]) < 15] == []
    assert [row[0] for row in rows() if row[2] == "met" and not row[4]] == []


def test_every_file_and_test_that_is_named_exists() -> None:
    wrong = []
    for named in re.findall(r"`([\w./]+(?:::\w+)?)`", " ".join(row[4] for row in rows())):
        path, _, test = named.partition("::")
        file = ROOT / path
        if not file.exists() or (test and f"def {test}(" not in file.read_text()):
            wrong.append(named)
    assert wrong == []
