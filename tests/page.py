"""What must hold for every page: one heading, a title, labelled fields, ids once, valid nesting, no inline code."""

import re
from collections import Counter
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

from justhtml import JustHTML

NUMBER = re.compile(r"(?<![0-9])(?<!&#)(?<!&#x)(?<!<h)(?<!</h)[0-9]+")
"""A number that says nothing about how a page is built: no heading's, no character's."""

_sound: set[bytes] = set()


def parsed(html: str) -> JustHTML:
    """Return a page as it is, with the errors of its markup; nothing is tidied away."""
    return JustHTML(html, sanitize=False, collect_errors=True)


def attributes(node: Any) -> dict[str, str]:
    """Return the attributes of an element; one without a value has an empty one."""
    return {name: value or "" for name, value in (node.attrs or {}).items()}


def check_page(html: str, path: str) -> None:
    """Raise `AssertionError` naming what is wrong with the page at this path.

    A page that differs from one found sound in its numbers only is sound too: reading it again would take most of a test.
    """
    shape = shape_of(html)
    if shape not in _sound:
        _check(html, path)
        _sound.add(shape)


def shape_of(html: str) -> bytes:
    """Return what tells a page from others, with every number replaced by its place among the page's numbers.

    So what was twice on the page, or a link's target, stays so, whatever the records were numbered.
    """
    places: dict[str, str] = {}
    shape = NUMBER.sub(lambda number: places.setdefault(number[0], str(len(places))), html)
    return blake2b(shape.encode("utf-8", "surrogatepass")).digest()


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
