"""`portal gmp judge`: a verdict, or every mistake and nothing written."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from portal.cli.gmp import gmp

SAMPLES = json.loads((Path(__file__).parent / "samples" / "cases.expected.json").read_text(encoding="utf-8"))


def run(*arguments: object) -> Result:
    """Run the command."""
    return CliRunner().invoke(gmp, ["judge", *map(str, arguments)])


@pytest.fixture
def case_file(tmp_path: Path) -> Path:
    """Return a file with the first sample."""
    path = tmp_path / "case.json"
    path.write_text(json.dumps(SAMPLES[0]["case"]), encoding="utf-8")
    return path


def expected(sample: dict[str, Any]) -> dict[str, Any]:
    """Return the whole verdict that a sample expects."""
    return {"format": "segregation-verdict/1", "case": sample["case"]["name"], **sample["verdict"]}


def test_a_verdict_is_printed(case_file: Path) -> None:
    result = run(case_file)
    assert result.exit_code == 0
    assert json.loads(result.stdout) == expected(SAMPLES[0])


def test_a_verdict_is_written_in_place_of_an_older_one(case_file: Path, tmp_path: Path) -> None:
    output = tmp_path / "verdict.json"
    output.write_text("older", encoding="utf-8")
    output.chmod(0o640)
    result = run(case_file, "--output", output)
    assert (result.exit_code, result.output) == (0, "")
    assert json.loads(output.read_text(encoding="utf-8")) == expected(SAMPLES[0])
    assert output.stat().st_mode & 0o777 == 0o640
    assert sorted(tmp_path.iterdir()) == [case_file, output]


def test_bad_input_ends_with_2_names_every_mistake_and_writes_nothing(
    case_file: Path, tmp_path: Path
) -> None:
    case_file.write_text(json.dumps({**SAMPLES[0]["case"], "when": "never", "shares": 5}), encoding="utf-8")
    output = tmp_path / "verdict.json"
    result = run(case_file, "--output", output)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        'when: "never" is none of concurrent, a_then_b',
        "shares: has to be a list, not 5",
    ]
    assert not output.exists()


def test_a_file_that_is_not_there_ends_with_2(tmp_path: Path) -> None:
    result = run(tmp_path / "nothing.json")
    assert result.exit_code == 2
    assert "nothing.json" in result.stderr


def test_an_output_that_cannot_be_written_ends_with_2(case_file: Path, tmp_path: Path) -> None:
    result = run(case_file, "--output", tmp_path / "nowhere" / "verdict.json")
    assert result.exit_code == 2
    assert "can't be written" in result.stderr
