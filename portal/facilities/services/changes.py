"""How a record is changed: only what differs, only the version that was shown, with the values before and after."""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm.attributes import flag_modified

from portal.core.errors import Refused, Stale
from portal.facilities.models import Cleanroom, Facility, Licence

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change was, free texts apart."""

    facts: dict[str, dict[str, Any]]
    texts: dict[str, dict[str, Any]] | None

    @property
    def fields(self) -> frozenset[str]:
        """Return the names of everything that changed."""
        return frozenset(self.facts) | frozenset(self.texts or ())

    def __bool__(self) -> bool:
        return bool(self.fields)


def change(
    record: Facility | Cleanroom | Licence,
    values: Values,
    *,
    allowed: Collection[str],
    texts: Collection[str] = (),
) -> Changed:
    """Set the fields that differ and return what changed; an empty text is kept as none.

    Raises `KeyError` for a field that may not be set this way.
    """
    facts: dict[str, dict[str, Any]] = {}
    written: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        if name not in allowed:
            raise KeyError(name)
        before, after = getattr(record, name), None if value == "" else value
        if before == after:
            continue
        setattr(record, name, after)
        (written if name in texts else facts)[name] = {"from": before, "to": after}
    return Changed(facts, written or None)


def check_version(record: Facility | Cleanroom, shown_version: int | None) -> None:
    """Raise `Stale` if the page did not show the version that is stored."""
    if record.version != shown_version:
        raise Stale({"version": record.version})


def touch(record: Facility | Cleanroom, at: datetime) -> None:
    """Note that a record, or something that belongs to it, has changed; its version goes up."""
    record.edited_at = at
    flag_modified(record, "edited_at")


def refuse_if(reasons: list[Any]) -> None:
    """Raise `Refused` if there is any reason."""
    if reasons:
        raise Refused(reasons)


def slug_for(text: str, *, is_taken: Callable[[str], bool], longest: int = 80) -> str:
    """Return a short name for addresses that nobody else has, made of a text's letters and figures."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[: longest - 6].strip("-") or "facility"
    slug, number = base, 1
    while is_taken(slug):
        number += 1
        slug = f"{base}-{number}"
    return slug
