"""Run every test that the validation page names, and write a release record: requirements, tests, results, version and date."""

import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from xml.etree.ElementTree import fromstring

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "validation.md"
RECORDS = ROOT / "release-record"
ROW = re.compile(r"^\| `(VR-\d+)` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py(?:::\w+)?)`")


@dataclass(frozen=True, slots=True)
class Requirement:
    """What the portal promises, and the tests that prove it."""

    id: str
    words: str
    tests: tuple[str, ...]


def requirements(page: str) -> list[Requirement]:
    """Return the requirements of the validation page in their order."""
    return [
        Requirement(name, words.strip(), tuple(NAMED.findall(tests)))
        for name, words, tests in ROW.findall(page)
    ]


def results(report: str) -> dict[str, list[str]]:
    """Return how each case of a JUnit report ended, under the file and name of its test."""
    found: dict[str, list[str]] = {}
    for case in fromstring(report).iter("testcase"):
        file = case.get("classname", "").replace(".", "/") + ".py"
        name = case.get("name", "").partition("[")[0]
        endings = [child.tag for child in case if child.tag in {"failure", "error", "skipped"}]
        found.setdefault(f"{file}::{name}", []).append(endings[0] if endings else "passed")
    return found


def ended(test: str, found: Mapping[str, Sequence[str]]) -> list[str]:
    """Return how the cases of a test ended, or of all tests of a file."""
    return [
        ending for name, endings in found.items() if name.split("[")[0].startswith(test) for ending in endings
    ]


def told(endings: Sequence[str]) -> str:
    """Return in words how the cases of a test ended; a test that did not run proves nothing."""
    if not endings:
        return "**did not run**"
    others = len(endings) - endings.count("passed")
    return f"**{others} of {len(endings)} did not pass**" if others else f"{len(endings)} passed"


def record(
    stated: Sequence[Requirement], found: Mapping[str, Sequence[str]], *, version: str, at: datetime
) -> str:
    """Return the release record as a text that can be filed."""
    lines = [
        f"# Release record of the ATMP Portal {version}",
        "",
        f"Made {at:%Y-%m-%d %H:%M} UTC on Python {platform.python_version()}, {platform.platform()}.",
        "",
        "| id | requirement | met | tests |",
        "| --- | --- | --- | --- |",
    ]
    for one in stated:
        endings = {test: ended(test, found) for test in one.tests}
        is_met = bool(endings) and all(set(each) == {"passed"} for each in endings.values())
        tests = "; ".join(f"`{test}`: {told(each)}" for test, each in endings.items())
        lines.append(f"| {one.id} | {one.words} | {'yes' if is_met else '**no**'} | {tests} |")
    lines += ["", "Released by (name, date, signature):", "", "Reviewed by QA (name, date, signature):", ""]
    return "\n".join(lines)


def main() -> int:
    """Run the tests, write the record, and end as they did."""
    stated = requirements(PAGE.read_text())
    named = sorted({test for one in stated for test in one.tests})
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", "--prove", "-q", f"--junitxml={report}", *named],
            check=False,
            cwd=ROOT,
        )
        found = results(report.read_text())
    at, version = datetime.now(UTC), _version()
    RECORDS.mkdir(exist_ok=True)
    file = RECORDS / f"release-record-{at:%Y%m%dT%H%M}-{version}.md"
    file.write_text(record(stated, found, version=version, at=at))
    print(f"The release record is {file.relative_to(ROOT)}")
    return ran.returncode


def _version() -> str:
    asked = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--tags"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    return asked.stdout.strip() or "unknown"


if __name__ == "__main__":
    sys.exit(main())
