"""`portal plan solve`: a whole plan, or every mistake and nothing written."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portal.cli.plan import plan
from tests.planning import checker
from tests.planning.instances import a_request, an_instance


def run(*arguments: object) -> Result:
    """Run the command."""
    return CliRunner().invoke(plan, ["solve", *map(str, arguments)])


@pytest.fixture
def instance_file(tmp_path: Path) -> Path:
    """Return a file with a small instance."""
    path = tmp_path / "instance.json"
    path.write_text(json.dumps(an_instance(requests=[a_request(), a_request("q2", bsl=4)])), encoding="utf-8")
    return path


def test_a_plan_is_printed(instance_file: Path) -> None:
    result = run(instance_file, "--seconds", 2)
    assert (result.exit_code, result.stderr) == (0, "")
    found = json.loads(result.stdout)
    assert list(found) == ["format", "instance", "assignments", "unmet"]
    assert (found["format"], found["instance"]) == ("campaign-plan/1", "small")
    assert found["assignments"] == [{"request": "q1", "room": "r1", "start": 0, "end": 3}]
    assert [(one["request"], one["reason"]) for one in found["unmet"]] == [("q2", "NO_CAPABLE_ROOM")]


def test_a_plan_is_written_whole(instance_file: Path, tmp_path: Path) -> None:
    output = tmp_path / "plan.json"
    assert run(instance_file, "--output", output, "--rounds", 5).exit_code == 0
    instance = json.loads(instance_file.read_text(encoding="utf-8"))
    assert checker.faults(instance, json.loads(output.read_text(encoding="utf-8"))) == []
    assert sorted(tmp_path.iterdir()) == [instance_file, output]


def test_bad_input_ends_with_2_names_every_mistake_and_writes_nothing(
    instance_file: Path, tmp_path: Path
) -> None:
    instance_file.write_text(json.dumps(an_instance(horizon=-1, requests=[{}])), encoding="utf-8")
    output = tmp_path / "plan.json"
    result = run(instance_file, "--output", output)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("horizon: ")
    assert "requests[0].duration: is missing" in result.stderr
    assert not output.exists()


def test_a_lock_that_cannot_be_kept_ends_with_2(instance_file: Path) -> None:
    locked = [{"request": "q1", "room": "r1", "start": 27}]
    instance_file.write_text(json.dumps(an_instance(locked=locked)), encoding="utf-8")
    result = run(instance_file)
    assert result.exit_code == 2
    assert (
        result.stderr == "locked: q1 cannot be in r1 from that day: by its dates, the room, or its closures\n"
    )


@pytest.mark.parametrize("option", [("--seconds", -1), ("--rounds", 0), ("--workers", 0), ("--seed", -1)])
def test_an_option_out_of_range_ends_with_2(instance_file: Path, option: tuple[str, int]) -> None:
    assert run(instance_file, *option).exit_code == 2
