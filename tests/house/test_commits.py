"""Only a unit of work commits (and the engine what has only read), and only the edge asks the clock."""

import ast
from pathlib import Path

PORTAL = Path(__file__).resolve().parents[2] / "portal"
MAY_COMMIT = {"store/work.py", "store/engine.py"}


def calls(path: Path, name: str) -> list[int]:
    """Return the lines of a file on which a method of this name is called."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name
    ]


def test_only_the_unit_of_work_commits() -> None:
    found = {
        f"{path.relative_to(PORTAL)}:{line}"
        for path in PORTAL.rglob("*.py")
        for line in calls(path, "commit")
        if str(path.relative_to(PORTAL)) not in MAY_COMMIT
    }
    assert found == set()


def test_rules_queries_and_services_are_told_the_time() -> None:
    asks = {"now", "today", "utcnow"}
    found = {
        f"{path.relative_to(PORTAL)}:{line}"
        for path in PORTAL.rglob("*.py")
        if {part.removesuffix(".py") for part in path.parts} & {"rules", "queries", "services", "models"}
        for name in asks
        for line in calls(path, name)
    }
    assert found == set()
