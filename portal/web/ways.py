"""Where the reader can go from every page: told by the room that knows, and used by whoever shows ways."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flask import Flask, current_app

EXTENSION = "portal_ways"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A page that the reader can open, and the key that leads there after `g`, if one does."""

    label: str
    url: str
    key: str | None = None
    also_called: str = ""


def init_app(app: Flask, tell: Callable[[], Iterable[Way]]) -> None:
    """Let a room tell the ways of the present reader."""
    app.extensions[EXTENSION] = tell


def ways() -> list[Way]:
    """Return the ways of the present reader, each once."""
    tell: Callable[[], Iterable[Way]] = current_app.extensions[EXTENSION]
    return list({way.url: way for way in tell()}.values())
