"""docs/security.md answers every requirement of levels 1 and 2, once, and names only what is there."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text()
REQUIRED = {
    "1.1": "1-2",
    "1.2": "1-9",
    "1.3": "1-11",
    "1.4": "1-3",
    "1.5": "1-2",
    "2.1": "1-3",
    "2.2": "1-3",
    "2.3": "1-4",
    "2.4": "1",
    "3.2": "1-2",
    "3.3": "1-4",
    "3.4": "1-6",
    "3.5": "1-5",
    "3.7": "1-2",
    "4.1": "1-3",
    "4.2": "1",
    "4.3": "1-2",
    "4.4": "1-4",
    "5.1": "1",
    "5.2": "1-3",
    "5.3": "1-2",
    "5.4": "1-3",
    "6.1": "1-3",
    "6.2": "1-12",
    "6.3": "1-4",
    "6.4": "1-4",
    "6.5": "1-5",
    "6.6": "1-3",
    "6.8": "1-4",
    "7.1": "1-3",
    "7.2": "1-4",
    "7.3": "1-2",
    "7.4": "1-5",
    "7.5": "1-2",
    "7.6": "1-2",
    "8.1": "1-2",
    "8.2": "1-3",
    "8.3": "1",
    "8.4": "1",
    "9.1": "1-3",
    "9.2": "1-4",
    "10.1": "1-2",
    "10.2": "1-2",
    "10.3": "1-4",
    "10.4": "1-11",
    "10.5": "1-5",
    "10.6": "1-2",
    "10.7": "1-3",
    "11.1": "1-2",
    "11.2": "1-3",
    "11.3": "1-3",
    "11.4": "1-4",
    "11.5": "1",
    "11.6": "1",
    "12.1": "1-3",
    "12.2": "1-2",
    "12.3": "1-4",
    "13.1": "1",
    "13.2": "1-5",
    "13.3": "1-2",
    "13.4": "1-5",
    "14.1": "1-2",
    "14.2": "1-4",
    "14.3": "1-3",
    "15.1": "1-3",
    "15.2": "1-3",
    "15.3": "1-7",
    "16.1": "1",
    "16.2": "1-5",
    "16.3": "1-4",
    "16.4": "1-3",
    "16.5": "1-3",
    "17.1": "1",
    "17.2": "1-4",
    "17.3": "1-2",
}
"""The requirements of levels 1 and 2 of version 5.0.0, by section."""


def required() -> set[str]:
    """Return the numbers of all requirements."""
    found = set()
    for section, numbers in REQUIRED.items():
        first, _, last = numbers.partition("-")
        found |= {f"{section}.{number}" for number in range(int(first), int(last or first) + 1)}
    return found


def test_every_requirement_is_answered_once() -> None:
    table = TEXT.split("## OWASP ASVS", maxsplit=1)[1]
    in_rows = re.findall(r"^\| (\d+\.\d+\.\d+) \|", table, flags=re.MULTILINE)
    in_words = re.findall(
        r"(?<![\d.|])(\d+\.\d+\.\d+)(?![\d.])", re.sub(r"^\|.*$", "", table, flags=re.MULTILINE)
    )
    answered = Counter([*in_rows, *(number for number in in_words if number != "5.0.0")])
    assert set(answered) == required()
    assert [number for number, times in answered.items() if times > 1] == []
    assert len(required()) == 253


def test_every_answer_says_how_it_stands() -> None:
    answers = re.findall(r"^\| \d+\.\d+\.\d+ \| [^|]+ \| ([^|]+) \|$", TEXT, flags=re.MULTILINE)
    assert len(answers) == len(re.findall(r"^\| \d+\.\d+\.\d+ ", TEXT, flags=re.MULTILINE))
    assert [
        answer
        for answer in answers
        if not answer.startswith(("met", "partly", "not met", "none", "operator"))
    ] == []


def test_what_the_answers_name_is_there() -> None:
    named = set(re.findall(r"\b((?:portal|tests|docs|static)/[\w/.-]*\w)", TEXT))
    assert named
    assert sorted(path for path in named if not (ROOT / path).exists()) == []
