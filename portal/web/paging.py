"""Long lists in pages: which one the address asks for, and how many there are."""

import flask


def page_number(count: int, size: int, *, name: str = "page") -> int:
    """Return the page that the address asks for, the last one at most; the second list of a page has a `name` of its own."""
    written = flask.request.args.get(name, "")
    asked = max(1, int(written)) if written.isascii() and written.isdecimal() and len(written) < 7 else 1
    return min(asked, pages_of(count, size))


def pages_of(count: int, size: int) -> int:
    """Return how many pages a list has."""
    return max(1, -(-count // size))
