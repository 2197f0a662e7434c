"""Swedish is complete: every text of the sources is translated, keeps its placeholders, and is compiled."""

import ast
import re
import subprocess
import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
SWEDISH = ROOT / "portal" / "translations" / "sv" / "LC_MESSAGES" / "messages.po"
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
CALLED = frozenset({"_", "_l", "_n", "gettext", "lazy_gettext", "lazy_ngettext", "ngettext"})
KEYWORDS = ("_l", "_n:1,2", "lazy_ngettext:1,2")


def texts(value: object) -> tuple[str, ...]:
    """Return a message's text, or its texts for one and for many."""
    return tuple(value) if isinstance(value, tuple | list) else (str(value or ""),)


def extracted(folder: Path) -> Catalog:
    """Return every text of the sources, gathered as `make translations` gathers them."""
    target = folder / "messages.pot"
    command = [sys.executable, "-m", "babel.messages.frontend", "extract", "--mapping-file", "pyproject.toml"]
    for word in KEYWORDS:
        command += ["--keywords", word]
    subprocess.run([*command, "--output", str(target), "."], cwd=ROOT, check=True, capture_output=True)
    with target.open("rb") as file:
        return read_po(file)


def swedish() -> Catalog:
    """Return the Swedish texts."""
    with SWEDISH.open("rb") as file:
        return read_po(file, locale="sv")


def faults(message: Message) -> list[str]:
    """Return what is wrong with a translation."""
    if message.fuzzy or not all(texts(message.string)):
        return ["not translated"]
    wanted = set(PLACEHOLDER.findall(" ".join(texts(message.id)))) - {"num"}
    return [
        f"placeholders {found} instead of {wanted}"
        for text in texts(message.string)
        if (found := set(PLACEHOLDER.findall(text)) - {"num"}) != wanted
    ]


def test_every_text_is_translated(tmp_path: Path) -> None:
    known = {texts(message.id)[0]: message for message in swedish() if message.id}
    missing = [texts(m.id)[0] for m in extracted(tmp_path) if m.id and texts(m.id)[0] not in known]
    assert missing == []
    wrong = {key: found for key, message in known.items() if (found := faults(message))}
    assert wrong == {}


def test_no_text_hides_in_another_where_it_would_not_be_gathered() -> None:
    hidden = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in sorted((ROOT / "portal").rglob("*.py"))
        for joined in ast.walk(ast.parse(path.read_text()))
        if isinstance(joined, ast.JoinedStr)
        for call in ast.walk(joined)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in CALLED
    ]
    assert hidden == []


def test_what_is_compiled_is_what_is_written() -> None:
    with SWEDISH.with_suffix(".mo").open("rb") as file:
        compiled = {texts(message.id)[0]: texts(message.string) for message in read_mo(file) if message.id}
    written = {texts(message.id)[0]: texts(message.string) for message in swedish() if message.id}
    assert compiled == written
