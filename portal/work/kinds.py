"""What a room says of one kind of long work: how it is done, what it is called, and what became of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app

from portal.work.task import Task

EXTENSION = "portal_work_kinds"

Work = Callable[[Task], dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a job in words, and where that leads, if anywhere."""

    sentence: str
    url: str | None = None
    label: str | None = None
    further: tuple[str, ...] = ()
    """Sentences about what was left out, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of long work; `title` and `outcome` are asked when somebody reads them, in the reader's language."""

    work: Work
    title: Callable[[], str]
    outcome: Callable[[Mapping[str, Any]], Outcome]
    is_whole: bool = False
    """The work is done in one step, all of it or nothing, so nobody can say how far it has come."""


def register(app: Flask, kinds: Mapping[str, Kind]) -> None:
    """Tell every room what the kinds of long work are called."""
    app.extensions[EXTENSION] = kinds


def title_of(kind: str) -> str:
    """Return what jobs of a kind are called, in the reader's language; one of a kind that is no more by its word."""
    kinds: Mapping[str, Kind] = current_app.extensions[EXTENSION]
    return kinds[kind].title() if kind in kinds else kind
