"""The forms of a page as a browser would send them back, untouched."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

Typed = dict[str, Any]
"""What is sent: texts, lists of them, and files."""

UNSENT = {"submit", "button", "image", "reset"}
TICKED = {"checkbox", "radio"}


@dataclass(slots=True)
class Form:
    """One form: where it is sent and how, what its fields hold, and every field that it has."""

    action: str
    method: str
    filled: list[tuple[str, str]] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    """Where its other buttons send it."""

    @property
    def targets(self) -> set[str]:
        """Return every address that it may be sent to."""
        return {self.action, *self.others}

    @property
    def values(self) -> Typed:
        """Return what the form sends if nobody touches it."""
        found: Typed = {}
        for name, value in self.filled:
            before = found.get(name)
            if before is None:
                found[name] = value
            else:
                found[name] = [*([before] if isinstance(before, str) else before), value]
        return found


def forms_on(html: str, path: str) -> list[Form]:
    """Return the forms of the page at this path."""
    reader = _Reader(path.split("?", maxsplit=1)[0])
    reader.feed(html)
    return reader.forms


class _Reader(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.forms: list[Form] = []
        self._by_id: dict[str, Form] = {}
        self._open: Form | None = None
        self._select: tuple[Form, str, bool] | None = None
        self._options: list[tuple[str, bool]] = []
        self._area: tuple[Form, str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        its = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = self._begin(its)
        elif tag == "option" and self._select is not None:
            self._options.append((its.get("value", ""), "selected" in its))
        elif tag in {"input", "select", "textarea"}:
            self._field(tag, its)
        elif tag == "button" and its.get("formaction"):
            form = self._by_id.get(its.get("form", "")) or self._open
            if form is not None:
                form.others.append(its["formaction"].split("?")[0])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select" and self._select is not None:
            form, name, several = self._select
            chosen = [value for value, is_chosen in self._options if is_chosen]
            if not several and not chosen:
                chosen = [value for value, _ in self._options[:1]]
            form.filled += [(name, value) for value in chosen]
            self._select = None
        elif tag == "textarea" and self._area is not None:
            form, name, words = self._area
            form.filled.append((name, "".join(words).removeprefix("\n")))
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area[2].append(data)

    def _begin(self, its: dict[str, str]) -> Form:
        form = Form((its.get("action") or self.path).split("?")[0], its.get("method", "get").upper())
        if its.get("id") in self._by_id:
            form = self._by_id[its["id"]]
            form.action, form.method = (
                (its.get("action") or self.path).split("?")[0],
                its.get("method", "get").upper(),
            )
            return form
        if "id" in its:
            self._by_id[its["id"]] = form
        self.forms.append(form)
        return form

    def _field(self, tag: str, its: dict[str, str]) -> None:
        form = self._open
        if "form" in its:
            form = self._by_id.setdefault(its["form"], Form("", "GET"))
            if form not in self.forms:
                self.forms.append(form)
        name, kind = its.get("name", ""), its.get("type", "text") if tag == "input" else tag
        if form is None or not name or kind in UNSENT or "disabled" in its:
            return
        form.names.setdefault(name, kind)
        if tag == "select":
            self._select, self._options = (form, name, "multiple" in its), []
        elif tag == "textarea":
            self._area = (form, name, [])
        elif kind not in TICKED or "checked" in its:
            form.filled.append((name, its.get("value", "on" if kind in TICKED else "")))
