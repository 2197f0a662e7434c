"""What the portal stands on is explained, locked with checksums, and shipped as it was recorded."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
APART = "embeddings"
"""An extra that no test needs, with a lock of its own."""
NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


def names(requirements: list[str]) -> set[str]:
    """Return the packages that these requirements name."""
    return {found.group() for item in requirements if (found := NAME.match(item))}


def locked(file: str) -> dict[str, str]:
    """Return each package of a lock file with everything that the file says of it."""
    entries = re.split(r"\n(?=[a-z0-9])", (ROOT / "requirements" / file).read_text())
    return {entry.split("==")[0]: entry for entry in entries}


def direct() -> set[str]:
    """Return the packages that the project itself asks for."""
    project, groups = PROJECT["project"], PROJECT["dependency-groups"]
    lists = [project["dependencies"], *project["optional-dependencies"].values(), *groups.values()]
    return set().union(*map(names, lists))


def test_every_dependency_says_why_it_is_there() -> None:
    explained = (ROOT / "docs" / "dependencies.md").read_text()
    first_cells = " ".join(re.findall(r"^\| ([^|]+) \|", explained, flags=re.MULTILINE))
    assert direct() - set(re.split(r"[ ,]+", first_cells)) == set()


def test_every_dependency_is_locked() -> None:
    apart = names(PROJECT["project"]["optional-dependencies"][APART])
    assert direct() - apart - set(locked("test.txt")) == set()
    assert apart <= set(locked(f"{APART}.txt"))
    assert names(PROJECT["project"]["dependencies"]) - set(locked("run.txt")) == set()


@pytest.mark.parametrize("file", ["run.txt", "test.txt", "uv.txt", f"{APART}.txt"])
def test_every_locked_package_has_its_checksum(file: str) -> None:
    without = [name for name, entry in locked(file).items() if "--hash=sha256:" not in entry]
    assert locked(file)
    assert without == []


@pytest.mark.parametrize("file", ["run.txt", "uv.txt", f"{APART}.txt"])
def test_what_runs_is_what_was_tested(file: str) -> None:
    def versions(lock: str) -> set[str]:
        return set(
            re.findall(r"^([a-z0-9-]+==\S+)", (ROOT / "requirements" / lock).read_text(), re.MULTILINE)
        )

    apart = names(PROJECT["project"]["optional-dependencies"][APART])
    assert {one for one in versions(file) if one.partition("==")[0] not in apart} <= versions("test.txt")


def test_browser_packages_are_shipped_as_recorded() -> None:
    checked = subprocess.run(
        [sys.executable, ROOT / "scripts" / "vendor.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stderr) == (0, "")
