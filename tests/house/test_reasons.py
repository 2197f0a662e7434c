"""Whatever a rule says no with, a reader gets a sentence for it."""

import ast
from pathlib import Path

from flask import Flask

from portal.web.sentences import EXTENSION

PORTAL = Path(__file__).resolve().parents[2] / "portal"
COMMANDS_ONLY = {"planning"}
"""Rooms that answer from files so far, in codes; their sentences come with their pages."""


def codes(path: Path) -> set[str]:
    """Return the codes of the reasons that a file makes."""
    return {
        str(node.args[0].value)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"Reason", "_Check"}
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }


def test_every_reason_has_a_sentence(app: Flask) -> None:
    said = {
        code
        for path in PORTAL.rglob("*.py")
        if path.relative_to(PORTAL).parts[0] not in COMMANDS_ONLY
        for code in codes(path)
    }
    assert said - app.extensions[EXTENSION].keys() == set()
