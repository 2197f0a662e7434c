"""Whatever a rule says no with, a reader gets a sentence for it."""

import ast
from pathlib import Path

from flask import Flask

from portal.web.sentences import EXTENSION

PORTAL = Path(__file__).resolve().parents[2] / "portal"


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
    said = {code for path in PORTAL.rglob("*.py") for code in codes(path)}
    assert said - app.extensions[EXTENSION].keys() == set()
