"""Reading plain JSON with patience: every mistake is noted with its path, and reading goes on."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

T = TypeVar("T")

ABSENT: Any = object()
SHOWN = 40


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a value, and the path at which it stands; an empty path is the whole text."""

    path: str
    text: str

    def __str__(self) -> str:
        """Return both in one line."""
        return f"{self.path}: {self.text}" if self.path else self.text


class Unreadable(Exception):
    """A text that is not what it should be, with all its mistakes."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        """Keep the mistakes; there is always at least one."""
        self.mistakes = tuple(mistakes)
        super().__init__("; ".join(map(str, self.mistakes)))


class _Object(dict[str, Any]):
    """A JSON object that remembers which of its keys were written twice."""

    doubled: tuple[str, ...] = ()


class Place:
    """One place in a JSON value: what stands there, its path, and the mistakes noted so far anywhere.

    What is read at a place with a mistake is a harmless stand-in (an empty text, zero, the first of all days):
    whoever reads has to look at `mistakes` before using anything.
    """

    __slots__ = ("mistakes", "path", "value")

    def __init__(self, value: Any, path: str = "", mistakes: list[Mistake] | None = None) -> None:
        """Stand at a value; `ABSENT` is the value of a key that is not there."""
        self.value = value
        self.path = path
        self.mistakes: list[Mistake] = [] if mistakes is None else mistakes

    @property
    def known(self) -> bool:
        """Say whether anything but null stands here."""
        return self.value is not ABSENT and self.value is not None

    def wrong(self, text: str) -> None:
        """Note a mistake at this place."""
        self.mistakes.append(Mistake(self.path, text))

    def at(self, key: str) -> Place:
        """Return the place under a key, which may be absent."""
        found = self.value.get(key, ABSENT) if isinstance(self.value, dict) else ABSENT
        if not key.replace("_", "").replace("-", "").isalnum():
            return Place(found, f"{self.path}[{json.dumps(key)}]", self.mistakes)
        return Place(found, f"{self.path}.{key}" if self.path else key, self.mistakes)

    def has(self, required: Collection[str], optional: Collection[str] = (), *, others: bool = False) -> bool:
        """Say whether an object stands here, noting keys that are missing, doubled or, unless allowed, unknown."""
        if not self._is(dict, "an object"):
            return False
        for key in required:
            if key not in self.value:
                self.at(key).wrong("is missing")
        for key in getattr(self.value, "doubled", ()):
            self.at(key).wrong("is there twice")
        if not others:
            known = [*required, *optional]
            for key in self.value:
                if key not in known:
                    self.at(key).wrong(f"is not a known key; known are {', '.join(known)}")
        return True

    def items(self, *, at_least: int = 0) -> list[Place]:
        """Return the places of a list's items."""
        if not self._is(list, "a list"):
            return []
        if len(self.value) < at_least:
            self.wrong(f"needs at least {at_least} {'entry' if at_least == 1 else 'entries'}")
        return [Place(item, f"{self.path}[{index}]", self.mistakes) for index, item in enumerate(self.value)]

    def entries(self) -> list[tuple[str, Place]]:
        """Return the keys of an object whose keys are free, each with its place."""
        if not self._is(dict, "an object"):
            return []
        for key in getattr(self.value, "doubled", ()):
            self.at(key).wrong("is there twice")
        return [(key, self.at(key)) for key in self.value]

    def text(self, *, empty: bool = False) -> str:
        """Return the text that stands here."""
        if not self._is(str, "text"):
            return ""
        if not self.value and not empty:
            self.wrong("may not be empty")
        if any("\ud800" <= character <= "\udfff" for character in self.value):
            self.wrong(f"holds half a character, which nobody can write: {shown(self.value)}")
        return str(self.value)

    def one_of(self, words: Collection[str]) -> str:
        """Return the word of a closed list that stands here."""
        if not self._is(str, "text"):
            return ""
        if self.value not in words:
            known = f"none of {', '.join(words)}" if words else "unknown here, and so is every word"
            self.wrong(f"{shown(self.value)} is {known}")
            return ""
        return str(self.value)

    def some_of(self, words: Collection[str], *, at_least: int = 0) -> frozenset[str]:
        """Return the words of a closed list that stand in a list here."""
        return frozenset(item.one_of(words) for item in self.items(at_least=at_least))

    def truth(self) -> bool:
        """Return the true or false that stands here."""
        return bool(self.value) if self._is(bool, "true or false") else False

    def whole(self, *, least: int | None = None, most: int | None = None) -> int:
        """Return the whole number that stands here."""
        if self.value is ABSENT:
            return 0
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            self.wrong(f"has to be a whole number, not {shown(self.value)}")
            return 0
        if (least is not None and self.value < least) or (most is not None and self.value > most):
            limits = f"from {least} to {most}" if most is not None else f"of at least {least}"
            self.wrong(f"has to be a whole number {limits}, not {shown(self.value)}")
            return 0
        return self.value

    def number(self, *, least: float | None = None) -> float:
        """Return the number that stands here."""
        if self.value is ABSENT:
            return 0.0
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            self.wrong(f"has to be a number, not {shown(self.value)}")
            return 0.0
        try:
            number = float(self.value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number) or (least is not None and number < least):
            limits = "" if least is None else f" of at least {least}"
            self.wrong(f"has to be a number{limits}, not {shown(self.value)}")
            return 0.0
        return number

    def day(self) -> date:
        """Return the day that stands here, written 2026-11-24."""
        if self.value is ABSENT:
            return date.min
        written = self.value
        if isinstance(written, str) and len(written) == 10:
            try:
                return date.fromisoformat(written)
            except ValueError:
                pass
        self.wrong(f"has to be a day written like 2026-11-24, not {shown(written)}")
        return date.min

    def maybe(self, read: Callable[[Place], T]) -> T | None:
        """Return what is read here, or None where nothing or null stands."""
        return read(self) if self.known else None

    def _is(self, kind: type, called: str) -> bool:
        if self.value is ABSENT:
            return False  # noted as missing by whoever needed it
        if not isinstance(self.value, kind):
            self.wrong(f"has to be {called}, not {shown(self.value)}")
            return False
        return True


def parse_json(text: str | bytes) -> Place:
    """Return the place at the top of a JSON text.

    Raises `Unreadable` where the text is not JSON in UTF-8.
    """
    try:
        decoded = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        return Place(json.loads(decoded, object_pairs_hook=_object))
    except UnicodeDecodeError as error:
        raise Unreadable([Mistake("", f"is not text in UTF-8 (byte {error.start})")]) from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Unreadable([Mistake("", f"is not JSON: {error.msg} ({where})")]) from error
    except RecursionError as error:
        raise Unreadable([Mistake("", "is nested too deeply")]) from error
    except ValueError as error:  # a number of thousands of digits
        raise Unreadable([Mistake("", "holds a number that is too long")]) from error


def shown(value: Any) -> str:
    """Return a value as JSON on one short line, for a sentence about it."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    written = json.dumps(value)
    return written if len(written) <= SHOWN else f"{written[: SHOWN - 1]}…"


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    found = _Object(pairs)
    if len(found) < len(pairs):
        written = Counter(key for key, _ in pairs)
        found.doubled = tuple(key for key, times in written.items() if times > 1)
    return found
