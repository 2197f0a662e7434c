"""What must hold for every page: one heading, a title, labelled fields, ids once, valid nesting, no inline code."""

from collections import Counter
from typing import Any

from justhtml import JustHTML


def parsed(html: str) -> JustHTML:
    """Return a page as it is, with the errors of its markup; nothing is tidied away."""
    return JustHTML(html, sanitize=False, collect_errors=True)


def attributes(node: Any) -> dict[str, str]:
    """Return the attributes of an element; one without a value has an empty one."""
    return {name: value or "" for name, value in (node.attrs or {}).items()}


def check_page(html: str, path: str) -> None:
    """Raise `AssertionError` naming what is wrong with the page at this path."""
    document = parsed(html)
    assert not document.errors, f"{path}: {document.errors[:3]}"
    assert len(document.query("h1")) == 1, f"{path}: a page has one h1"
    titles = [node.to_text().strip() for node in document.query("title")]
    assert any(titles), f"{path}: a page has a title"
    ids = Counter(attributes(node)["id"] for node in document.query("[id]"))
    assert not [name for name, times in ids.items() if times > 1], f"{path}: ids twice: {ids.most_common(3)}"
    labels = {attributes(node)["for"] for node in document.query("label[for]")}
    for field in document.query("input, select, textarea"):
        its = attributes(field)
        if its.get("type", "").lower() in {"hidden", "submit"}:
            continue
        named = its.get("id") in labels or its.get("aria-label") or inside_label(field)
        assert named, f"{path}: a field without a label: {its}"
    for link in document.query("a[href]"):
        target = attributes(link)["href"]
        assert len(target) < 2 or target[0] != "#" or target[1:] in ids, (
            f"{path}: a link to nowhere: {target}"
        )
    assert not document.query("[style]"), f"{path}: inline style"
    assert not document.query("style"), f"{path}: a style element"
    assert not document.query("script:not([src])"), f"{path}: inline script"


def inside_label(node: object) -> bool:
    """Say whether a field stands inside its label."""
    parent = getattr(node, "parent", None)
    while parent is not None:
        if getattr(parent, "name", None) == "label":
            return True
        parent = getattr(parent, "parent", None)
    return False
