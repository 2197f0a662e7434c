"""What a hit shows: a title, where it leads, and enough to tell it from its neighbours; nothing that its page hides."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.search.hits import records, work
from portal.search.hits.lines import Hit
from portal.search.hits.shipped import MORE
from portal.search.queries import Asker, Found, Kind

HITS: Mapping[Kind, Callable[[Sequence[Any], Asker, Sequence[str]], list[Hit]]] = {
    **records.HITS,
    **work.HITS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What was found of one kind: some hits, how many there are, and whether there are more than are counted."""

    kind: str
    title: str
    hits: list[Hit]
    total: int
    is_more: bool = False


TITLES: Mapping[str, object] = {
    Kind.PROJECT: _l("Projects"),
    Kind.REQUEST: _l("Slot requests"),
    Kind.BOOKING: _l("Bookings"),
    Kind.FACILITY: _l("Facilities"),
    Kind.CLEANROOM: _l("Cleanrooms"),
    Kind.PARTNER: _l("Partners"),
    Kind.CAMPAIGN: _l("Campaigns"),
    Kind.RUN: _l("Run records"),
    Kind.GATE: _l("Gates"),
    Kind.INTRODUCTION: _l("Introductions"),
    Kind.REFERRAL: _l("Referrals"),
    Kind.MARKET_ACCESS: _l("Market access"),
    Kind.RIGHT: _l("Rights"),
    Kind.MESSAGE: _l("Messages"),
    Kind.ORGANISATION: _l("Organisations"),
    Kind.PERSON: _l("People"),
    "programmes": _l("Support programmes"),
    "steps": _l("Steps"),
    "guides": _l("Guides"),
    "pages": _l("Pages"),
    "glossary": _l("Glossary"),
}


def title_of(kind: str) -> str:
    """Return what a kind of hits is called."""
    return str(TITLES[kind])


def group_of(kind: Kind, found: Found, asker: Asker, words: Sequence[str]) -> Group:
    """Return what was found of a kind, in words."""
    hits = HITS[kind](found.records, asker, words)
    return Group(kind=kind.value, title=title_of(kind), hits=hits, total=found.total, is_more=found.is_more)


def more_groups(words: Sequence[str], *, only: str | None, limit: int, offset: int) -> list[Group]:
    """Return what was found of what lies in no table of ours: programmes, steps of a roadmap, guides, pages, the glossary."""
    groups = []
    for kind, find in MORE.items():
        if only in (None, kind):
            hits = find(words)
            some = hits[offset : offset + limit]
            groups.append(Group(kind=kind, title=title_of(kind), hits=some, total=len(hits)))
    return groups


__all__ = ["MORE", "Group", "Hit", "group_of", "more_groups", "title_of"]
