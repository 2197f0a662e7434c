"""`portal roadmap plan`: a plan, or every mistake and nothing written."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portal.cli.roadmap import roadmap
from tests.roadmap.strategies import instance, step


def run(*arguments: object) -> Result:
    """Run the command."""
    return CliRunner().invoke(roadmap, ["plan", *map(str, arguments)])


@pytest.fixture
def instance_file(tmp_path: Path) -> Path:
    """Return a file with an instance of two steps."""
    path = tmp_path / "instance.json"
    path.write_text(json.dumps(instance(step("a"), step("b"))), encoding="utf-8")
    return path


def test_a_plan_is_written(instance_file: Path, tmp_path: Path) -> None:
    output = tmp_path / "plan.json"
    result = run(instance_file, "--output", output, "--runs", 50, "--seed", 3)
    assert (result.exit_code, result.output) == (0, "")
    plan = json.loads(output.read_text(encoding="utf-8"))
    assert list(plan) == [
        "format",
        "instance",
        "catalogue_version",
        "steps",
        "not_applicable",
        "unknown",
        "milestones",
        "end",
        "late",
    ]
    assert list(plan["steps"][0]) == [
        "id",
        "optional",
        "earliest_start",
        "earliest_finish",
        "latest_start",
        "latest_finish",
        "slack_days",
        "critical",
        "at_least",
        "criticality",
    ]
    assert json.loads(run(instance_file, "--runs", 50, "--seed", 3).stdout) == plan


def test_bad_input_ends_with_2_names_every_mistake_and_writes_nothing(
    instance_file: Path, tmp_path: Path
) -> None:
    made = instance(step("a"), today="soon", answers={"f7": True})
    instance_file.write_text(json.dumps(made), encoding="utf-8")
    output = tmp_path / "plan.json"
    result = run(instance_file, "--output", output)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        'today: has to be a day written like 2026-11-24, not "soon"',
        "answers.f7: names a fact that is not there: f7",
    ]
    assert not output.exists()


@pytest.mark.parametrize("arguments", [("--runs", 0), ("--runs", "many"), ("--seed", -1), ("--runs", 10**9)])
def test_a_number_of_runs_or_a_seed_out_of_range_ends_with_2(
    instance_file: Path, arguments: tuple[object, ...]
) -> None:
    assert run(instance_file, *arguments).exit_code == 2
