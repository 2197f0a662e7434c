"""A library's style sheet without the rules that no page can use: a fifth of it reaches the browser, and none is missed.

A rule stays if every class of one of its selectors stands as a word somewhere in the templates, scripts or code, or begins
with one that is put together there, as `btn-` is before a kind. Too many stay rather than too few.
"""

import re
from collections.abc import Iterable, Iterator

WORD = re.compile(r"[A-Za-z_][\w-]*")
CLASS = re.compile(r"\.(-?[A-Za-z_](?:[\w-]|\\.)*)")
IN_BRACKETS = re.compile(r"\([^()]*\)")
"""What `:not`, `:is` and `:where` hold decides nothing: one of it may be there, or none need be."""
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
NOTICE = re.compile(r"/\*!.*?\*/", re.DOTALL)
"""A comment that says whose the sheet is and by which licence; it goes out with whatever is left."""
NESTING = ("@media", "@supports", "@layer", "@container")
SHORTEST_BEGINNING = 3


class Vocabulary:
    """The words that may be classes, and the beginnings of those that are put together."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Read every word of the texts."""
        words = {word for text in texts for word in WORD.findall(text)}
        self.words = frozenset(words)
        self.beginnings = tuple(
            word for word in words if word.endswith("-") and len(word) >= SHORTEST_BEGINNING
        )

    def may_use(self, selector: str) -> bool:
        """Say whether something on a page can match a selector."""
        return all(self._knows(name) for name in CLASS.findall(IN_BRACKETS.sub("", selector)))

    def _knows(self, name: str) -> bool:
        return name in self.words or "\\" in name or name.startswith(self.beginnings)


def pruned(sheet: str, vocabulary: Vocabulary) -> str:
    """Return a style sheet with the rules that something on a page can match."""
    return "".join([*_kept(COMMENT.sub("", sheet), vocabulary), *NOTICE.findall(sheet)])


def _kept(sheet: str, vocabulary: Vocabulary) -> Iterator[str]:
    for head, body in _blocks(sheet):
        if body is None:
            yield head
        elif head.startswith(NESTING):
            inside = "".join(_kept(body, vocabulary))
            if inside:
                yield f"{head}{{{inside}}}"
        elif head.startswith("@"):
            yield f"{head}{{{body}}}"
        else:
            selectors = [one for one in _selectors(head) if vocabulary.may_use(one)]
            if selectors:
                yield f"{','.join(selectors)}{{{body}}}"


def _blocks(sheet: str) -> Iterator[tuple[str, str | None]]:
    """Yield each head with what stands in its braces; a statement without braces has none."""
    place = 0
    while place < len(sheet):
        opening, semicolon = sheet.find("{", place), sheet.find(";", place)
        if semicolon != -1 and (opening == -1 or semicolon < opening):
            yield sheet[place : semicolon + 1].strip(), None
            place = semicolon + 1
            continue
        if opening == -1:
            return
        closing = _closing(sheet, opening)
        yield sheet[place:opening].strip(), sheet[opening + 1 : closing]
        place = closing + 1


def _closing(sheet: str, opening: int) -> int:
    """Return where the brace that opens here is closed; braces in quotes do not count."""
    depth, quote = 0, ""
    for place in range(opening, len(sheet)):
        letter = sheet[place]
        if quote:
            quote = "" if letter == quote and sheet[place - 1] != "\\" else quote
        elif letter in "\"'":
            quote = letter
        elif letter == "{":
            depth += 1
        elif letter == "}":
            depth -= 1
            if not depth:
                return place
    return len(sheet)


def _selectors(head: str) -> Iterator[str]:
    """Yield the selectors of a list; commas in brackets do not part them."""
    depth, start = 0, 0
    for place, letter in enumerate(head):
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and not depth:
            yield head[start:place]
            start = place + 1
    yield head[start:]
