"""What a hit shows: a title, where it leads, and enough to tell it from its neighbours; nothing that its page hides."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

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


def title_of(kind: str) -> str:
    """Return what a kind of hits is called."""
    return {
        Kind.PROJECT: _("Projects"),
        Kind.REQUEST: _("Slot requests"),
        Kind.BOOKING: _("Bookings"),
        Kind.FACILITY: _("Facilities"),
        Kind.CLEANROOM: _("Cleanrooms"),
        Kind.PARTNER: _("Partners"),
        Kind.CAMPAIGN: _("Campaigns"),
        Kind.RUN: _("Run records"),
        Kind.GATE: _("Gates"),
        Kind.INTRODUCTION: _("Introductions"),
        Kind.REFERRAL: _("Referrals"),
        Kind.MARKET_ACCESS: _("Market access"),
        Kind.RIGHT: _("Rights"),
        Kind.MESSAGE: _("Messages"),
        Kind.ORGANISATION: _("Organisations"),
        Kind.PERSON: _("People"),
        "programmes": _("Support programmes"),
        "steps": _("Steps"),
        "guides": _("Guides"),
        "pages": _("Pages"),
        "glossary": _("Glossary"),
    }[kind]


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
