"""Facts in the past tense: what the ledger keeps and handlers react to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that has happened, told in ids, codes and plain values.

    `about` maps a field that holds an id to the kind of record it names: the entry then stands in that
    record's history. `private` maps a field that holds a personal or confidential value to the field group
    whose readers may see it; the ledger keeps only its salted digest in the chain and the value beside it,
    so that it can be erased.
    """

    name: ClassVar[str]
    about: ClassVar[Mapping[str, str]] = {}
    private: ClassVar[Mapping[str, str]] = {}

    actor_id: int | None
