"""What must hold for every page: one heading, a title, labelled fields, ids once, valid nesting, no inline code."""

from collections import Counter

from justhtml import JustHTML


def check_page(html: str, path: str) -> None:
    """Raise `AssertionError` naming what is wrong with the page at this path."""
    document = JustHTML(html, collect_errors=True)
    assert not document.errors, f"{path}: {document.errors[:3]}"
    assert len(document.query("h1")) == 1, f"{path}: a page has one h1"
    title = document.query("title")
    assert title and title[0].to_text().strip(), f"{path}: a page has a title"
    ids = Counter(node.attrs["id"] for node in document.query("[id]"))
    assert not [name for name, times in ids.items() if times > 1], f"{path}: ids twice: {ids.most_common(3)}"
    labels = {node.attrs.get("for") for node in document.query("label[for]")}
    for field in document.query("input, select, textarea"):
        kind = (field.attrs.get("type") or "").lower()
        if kind in {"hidden", "submit"}:
            continue
        named = field.attrs.get("id") in labels or field.attrs.get("aria-label") or inside_label(field)
        assert named, f"{path}: a field without a label: {field.attrs}"
    assert not document.query("[style]"), f"{path}: inline style"
    assert not document.query("script:not([src])"), f"{path}: inline script"


def inside_label(node: object) -> bool:
    """Say whether a field stands inside its label."""
    parent = getattr(node, "parent", None)
    while parent is not None:
        if getattr(parent, "name", None) == "label":
            return True
        parent = getattr(parent, "parent", None)
    return False
