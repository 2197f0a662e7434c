"""Where the reader can go from every page: told by the room that knows, and used by whoever shows ways."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flask import Flask, current_app

EXTENSION = "portal_ways"
READINGS = "portal_readings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A page that the reader can open, and the key that leads there after `g`, if one does."""

    label: str
    url: str
    key: str | None = None
    also_called: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A text of the portal that anyone may read, in the present reader's language."""

    title: str
    lead: str
    text: str
    url: str


def init_app(
    app: Flask, tell: Callable[[], Iterable[Way]], tell_readings: Callable[[], Iterable[Reading]]
) -> None:
    """Let one room tell the ways of the present reader, and another what there is to read."""
    app.extensions[EXTENSION] = tell
    app.extensions[READINGS] = tell_readings


def ways() -> list[Way]:
    """Return the ways of the present reader, each once."""
    tell: Callable[[], Iterable[Way]] = current_app.extensions[EXTENSION]
    return list({way.url: way for way in tell()}.values())


def readings() -> list[Reading]:
    """Return what anyone may read, in the present reader's language."""
    tell: Callable[[], Iterable[Reading]] = current_app.extensions[READINGS]
    return list(tell())
