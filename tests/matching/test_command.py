"""`portal match rank` and `portal match round`: a whole result, or every mistake and nothing written."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portal.cli.match import match
from portal.matching.rules.shares import DEFAULT_WEIGHTS
from tests.matching.instances import a_partner, a_project, an_instance

SAMPLES = Path(__file__).parent / "samples"


def run(*arguments: object) -> Result:
    """Run a command of the group."""
    return CliRunner().invoke(match, [*map(str, arguments)])


@pytest.fixture
def instance_file(tmp_path: Path) -> Path:
    """Return a file with a small instance."""
    path = tmp_path / "instance.json"
    path.write_text(json.dumps(an_instance()), encoding="utf-8")
    return path


def test_a_ranking_is_printed(instance_file: Path) -> None:
    result = run("rank", instance_file)
    assert (result.exit_code, result.stderr) == (0, "")
    ranking = json.loads(result.stdout)
    assert list(ranking) == ["format", "instance", "weights", "projects"]
    assert (ranking["format"], ranking["instance"]) == ("match-ranking/1", "small")
    assert ranking["weights"] == DEFAULT_WEIGHTS
    (project,) = ranking["projects"]
    assert list(project) == ["project", "eligible", "ineligible"]
    assert list(project["eligible"][0]) == ["partner", "score", "contributions", "missing"]


def test_what_stands_against_a_pair_is_printed(instance_file: Path) -> None:
    partners = [a_partner(phases=["phase_1"], capacity=0)]
    instance_file.write_text(json.dumps(an_instance(partners=partners)), encoding="utf-8")
    (project,) = json.loads(run("rank", instance_file).stdout)["projects"]
    assert project == {
        "project": "p1",
        "eligible": [],
        "ineligible": [{"partner": "i1", "codes": ["PHASE", "NO_CAPACITY"]}],
    }


def test_a_round_is_printed(instance_file: Path) -> None:
    result = run("round", instance_file)
    assert (result.exit_code, result.stderr) == (0, "")
    found = json.loads(result.stdout)
    assert list(found) == ["format", "instance", "pairs", "unserved", "total", "worst"]
    assert found["format"] == "match-round/1"
    assert [(pair["project"], pair["partner"]) for pair in found["pairs"]] == [("p1", "i1")]
    assert found["total"] == found["worst"] == found["pairs"][0]["score"]


@pytest.mark.parametrize("command", ["rank", "round"])
@pytest.mark.parametrize("name", ["m601", "m602"])
def test_the_samples_give_the_same_every_time(command: str, name: str, tmp_path: Path) -> None:
    output = tmp_path / "output.json"
    assert run(command, SAMPLES / f"{name}.json", "--output", output).exit_code == 0
    first = output.read_bytes()
    assert run(command, SAMPLES / f"{name}.json", "--output", output).exit_code == 0
    assert output.read_bytes() == first


@pytest.mark.parametrize("command", ["rank", "round"])
def test_bad_input_ends_with_2_names_every_mistake_and_writes_nothing(
    command: str, instance_file: Path, tmp_path: Path
) -> None:
    bad = an_instance(projects=[a_project(phase="never")], partners=[a_partner(capacity=-1)])
    instance_file.write_text(json.dumps(bad), encoding="utf-8")
    output = tmp_path / "output.json"
    result = run(command, instance_file, "--output", output)
    assert (result.exit_code, result.stdout) == (2, "")
    lines = result.stderr.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("projects[0].phase: ")
    assert lines[1].startswith("partners[0].capacity: ")
    assert not output.exists()


@pytest.mark.parametrize("command", ["rank", "round"])
def test_a_file_that_is_not_there_ends_with_2(command: str, tmp_path: Path) -> None:
    result = run(command, tmp_path / "nothing.json")
    assert result.exit_code == 2
    assert "nothing.json" in result.stderr
