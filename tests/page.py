"""What must hold for every page: one heading, a title, labelled fields, ids once, valid nesting, no inline code."""

import re
from collections import Counter
from collections.abc import Iterator
from hashlib import blake2b
from itertools import chain, zip_longest
from typing import Any

from justhtml import JustHTML

TAG = re.compile(r"""(<(?:[^<>"']|"[^"]*"|'[^']*')*>)""")
IN_TAG = re.compile(
    r"""
    (?P<naming> \s(?:id|for|href)="[^"]*") | (?P<typed> \svalue="[^"]*") | (?<!</h)(?<!<h)(?<!&\#)(?<![0-9])[0-9]+
    """,
    re.VERBOSE,
)
NUMBER = re.compile("[0-9]+")
ODD_TEXT = re.compile("[&\0]")
"""What makes it matter how a text is spelt: references to characters, and characters that no page may hold."""

_sound: set[bytes] = set()


def parsed(html: str) -> JustHTML:
    """Return a page as it is, with the errors of its markup; nothing is tidied away."""
    return JustHTML(html, sanitize=False, collect_errors=True)


def attributes(node: Any) -> dict[str, str]:
    """Return the attributes of an element; one without a value has an empty one."""
    return {name: value or "" for name, value in (node.attrs or {}).items()}


def check_page(html: str, path: str) -> None:
    """Raise `AssertionError` naming what is wrong with the page at this path.

    A page that is built like one found sound is sound too: to read it again would take most of the time of a test.
    """
    shape = shape_of(html)
    if shape not in _sound:
        _check(html, path)
        _sound.add(shape)


def shape_of(html: str) -> bytes:
    """Return how a page is built: its tags, without its words, what is typed, and the size of numbers.

    In what names or links, a number becomes its place among the page's: what was there twice, or led to a place, still does.
    """
    places: dict[str, str] = {}

    def bare(match: re.Match[str]) -> str:
        if match["naming"]:
            return NUMBER.sub(lambda number: places.setdefault(number[0], f"{len(places)}"), match[0])
        return " value" if match["typed"] else "0"

    parts = TAG.split(html)
    texts, tags = parts[::2], (IN_TAG.sub(bare, tag) for tag in parts[1::2])
    spelt = (text if ODD_TEXT.search(text) else "x" * bool(text.strip()) for text in texts)
    return blake2b("".join(chain.from_iterable(zip_longest(spelt, tags, fillvalue=""))).encode()).digest()


def _check(html: str, path: str) -> None:
    document = parsed(html)
    assert not document.errors, f"{path}: {document.errors[:3]}"
    nodes = list(_elements(document.root))
    assert sum(node.name == "h1" for node in nodes) == 1, f"{path}: a page has one h1"
    titles = [node.to_text().strip() for node in nodes if node.name == "title"]
    assert any(titles), f"{path}: a page has a title"
    elements = [(node.name, attributes(node), node) for node in nodes]
    ids = Counter(its["id"] for _name, its, _node in elements if "id" in its)
    assert not [name for name, times in ids.items() if times > 1], f"{path}: ids twice: {ids.most_common(3)}"
    labels = {its["for"] for name, its, _node in elements if name == "label" and "for" in its}
    for name, its, node in elements:
        if name in {"input", "select", "textarea"} and its.get("type", "").lower() not in {
            "hidden",
            "submit",
        }:
            named = its.get("id") in labels or its.get("aria-label") or inside_label(node)
            assert named, f"{path}: a field without a label: {its}"
        target = its.get("href", "") if name == "a" else ""
        assert len(target) < 2 or target[0] != "#" or target[1:] in ids, (
            f"{path}: a link to nowhere: {target}"
        )
        assert "style" not in its, f"{path}: inline style"
        assert name != "style", f"{path}: a style element"
        assert name != "script" or "src" in its, f"{path}: inline script"


def _elements(root: Any) -> Iterator[Any]:
    """Give every element of a document, those of its templates too."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if not node.name.startswith(("#", "!")):
            yield node
        waiting.extend(reversed(node.children or ()))
        content = getattr(node, "template_content", None)
        if content is not None:
            waiting.append(content)


def inside_label(node: object) -> bool:
    """Say whether a field stands inside its label."""
    parent = getattr(node, "parent", None)
    while parent is not None:
        if getattr(parent, "name", None) == "label":
            return True
        parent = getattr(parent, "parent", None)
    return False
