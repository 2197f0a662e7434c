"""Reading the guides: from Markdown on the disk to pages."""

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[2] / "docs" / "guide"
NAMES = (
    "everyone",
    "founder",
    "facility-manager",
    "quality",
    "adviser",
    "investor",
    "support-provider",
    "analyst",
    "administrator",
)
"""The guides, in the order in which they are listed."""

PICTURE = re.compile(r"[a-z][a-z-]*\.png")
Address = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Guide:
    """One guide as it is on the disk: its title, the sentence beneath it, its Markdown, and its headings."""

    name: str
    language: str
    title: str
    lead: str
    text: str
    headings: tuple[tuple[str, str], ...]
    """Anchors and texts, in order."""


@cache
def guide(name: str, language: str) -> Guide:
    """Return a guide; raises `KeyError` for a name that no guide has."""
    if name not in NAMES:
        raise KeyError(name)
    written = (ROOT / language / f"{name}.md").read_text(encoding="utf-8")
    title, lead, text = written.split("\n\n", 2)
    headings = tuple((anchor(words), words) for words in re.findall(r"^## (.+)$", text, re.MULTILINE))
    return Guide(name, language, title.removeprefix("# "), lead, text, headings)


def page(found: Guide, *, picture_address: Address) -> str:
    """Return a guide as HTML, its headings with anchors, its pictures with their sizes."""
    reader = MarkdownIt("commonmark", {"html": False})
    tokens = reader.parse(found.text)
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", anchor(tokens[place + 1].content))
        for inner in token.children or ():
            if inner.type == "image":
                _place(inner, found.language, picture_address)
    return str(reader.renderer.render(tokens, reader.options, {}))


def picture_path(language: str, name: str) -> Path:
    """Return where a picture lies; raises `KeyError` for a name that can't be one."""
    if not PICTURE.fullmatch(name):
        raise KeyError(name)
    return ROOT / "pictures" / language / name


def anchor(words: str) -> str:
    """Return what a heading is found under in an address."""
    return re.sub(r"[^\w]+", "-", words.lower()).strip("-")


def size_of(path: Path) -> tuple[int, int]:
    """Return the width and height of a PNG, in pixels."""
    with path.open("rb") as file:
        width, height = struct.unpack(">II", file.read(24)[16:])
    return int(width), int(height)


def _place(image: Token, language: str, picture_address: Address) -> None:
    name = Path(str(image.attrGet("src"))).name
    path = picture_path(language, name)
    image.attrSet("src", picture_address(name))
    image.attrSet("loading", "lazy")
    if path.exists():
        width, height = size_of(path)
        image.attrSet("width", str(width))
        image.attrSet("height", str(height))
