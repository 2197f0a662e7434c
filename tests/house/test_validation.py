"""The validation package names only tests that exist, and its release record calls nothing met that was not proven."""

from datetime import UTC, datetime
from pathlib import Path

from tests.house.release_record import PAGE, Requirement, record, requirements, results

ROOT = Path(__file__).resolve().parents[2]
AT = datetime(2027, 1, 4, tzinfo=UTC)
REPORT = """<testsuites><testsuite>
<testcase classname="tests.gates.test_one" name="test_whole[sqlite]" />
<testcase classname="tests.gates.test_one" name="test_whole[postgresql]" />
<testcase classname="tests.gates.test_one" name="test_half[sqlite]" />
<testcase classname="tests.gates.test_one" name="test_half[postgresql]"><failure /></testcase>
<testcase classname="tests.gates.test_two" name="test_left_out"><skipped /></testcase>
</testsuite></testsuites>"""


def test_every_requirement_stands_once_and_names_tests_that_exist() -> None:
    stated = requirements(PAGE.read_text())
    assert [one.id for one in stated] == [f"VR-{number:02d}" for number in range(1, len(stated) + 1)]
    assert len(stated) == PAGE.read_text().count("\n| `VR-")
    assert [one.id for one in stated if not one.tests] == []
    wrong = []
    for named in (test for one in stated for test in one.tests):
        path, _, test = named.partition("::")
        file = ROOT / path
        if not file.exists() or (test and f"def {test}(" not in file.read_text()):
            wrong.append(named)
    assert wrong == []


def test_only_what_passed_throughout_is_called_met() -> None:
    tests = ("test_one.py::test_whole", "test_one.py::test_half", "test_two.py", "test_three.py::test_gone")
    stated = [
        Requirement(f"VR-{number}", "It holds.", (f"tests/gates/{test}",))
        for number, test in enumerate(tests)
    ]
    rows = [
        line for line in record(stated, results(REPORT), version="v1", at=AT).split("\n") if "VR-" in line
    ]
    assert [row.split(" | ")[2] for row in rows] == ["yes", "**no**", "**no**", "**no**"]
    assert "2 passed" in rows[0]
    assert "1 of 2 did not pass" in rows[1]
    assert "did not run" in rows[3]
