"""Which facilities of the catalogue fit a search, and in which order they stand."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomFacts:
    """What a search asks of a cleanroom."""

    code: str
    kind: str
    grade: str
    bsl: int
    vector_level: str
    gmo_class: int | None
    equipment: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityFacts:
    """What a search asks of a facility; `rooms` are those that take requests."""

    slug: str
    name: str
    city: str
    country: str
    kind: str
    takes_requests: bool
    words: str
    """Everything that a typed word is looked for in."""
    rooms: tuple[RoomFacts, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What somebody looks for; None and empty mean that it does not matter."""

    text: str = ""
    country: str | None = None
    kind: str | None = None
    grade: str | None = None
    vector_level: str | None = None
    bsl: int | None = None
    equipment: frozenset[str] = field(default_factory=frozenset)
    takes_requests: bool = False
    sort: str = "name"

    @property
    def asks_of_rooms(self) -> bool:
        """Say whether the search asks anything of cleanrooms."""
        return bool(self.grade or self.vector_level or self.bsl or self.equipment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranks:
    """The order of grades and of vector work, from the shared words."""

    grade: Mapping[str, int]
    vector_level: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Hit:
    """A facility that fits, and the codes of its cleanrooms that do."""

    slug: str
    rooms: tuple[str, ...]


SORTS: Mapping[str, Callable[[FacilityFacts], object]] = {
    "name": lambda facility: folded(facility.name),
    "kind": lambda facility: (facility.kind, folded(facility.name)),
    "city": lambda facility: (folded(facility.city), folded(facility.name)),
    "country": lambda facility: (facility.country, folded(facility.name)),
    "rooms": lambda facility: (len(facility.rooms), folded(facility.name)),
}
"""By what the catalogue can be sorted; a minus before the word turns the order round."""


def found(facilities: Iterable[FacilityFacts], search: Search, ranks: Ranks) -> list[Hit]:
    """Return the facilities that fit, in the order asked for.

    A facility fits what is asked of cleanrooms if one cleanroom fits all of it.
    """
    fitting = [facility for facility in facilities if _fits(facility, search)]
    key = SORTS.get(search.sort.removeprefix("-"), SORTS["name"])
    ordered = sorted(fitting, key=key, reverse=search.sort.startswith("-"))  # type: ignore[arg-type]
    hits = [Hit(facility.slug, _fitting_rooms(facility.rooms, search, ranks)) for facility in ordered]
    return [hit for hit in hits if hit.rooms or not search.asks_of_rooms]


def folded(text: str) -> str:
    """Return a text as searching and sorting compare it: without case, accents and doubled spaces."""
    plain = unicodedata.normalize("NFKD", text)
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).casefold().split())


def _fits(facility: FacilityFacts, search: Search) -> bool:
    words = folded(facility.words)
    return (
        all(word in words for word in folded(search.text).split())
        and search.country in (None, facility.country)
        and search.kind in (None, facility.kind)
        and (facility.takes_requests or not search.takes_requests)
    )


def _fitting_rooms(rooms: Sequence[RoomFacts], search: Search, ranks: Ranks) -> tuple[str, ...]:
    return tuple(room.code for room in rooms if _room_fits(room, search, ranks))


def _room_fits(room: RoomFacts, search: Search, ranks: Ranks) -> bool:
    return (
        (search.grade is None or ranks.grade[room.grade] >= ranks.grade[search.grade])
        and (
            search.vector_level is None
            or ranks.vector_level[room.vector_level] >= ranks.vector_level[search.vector_level]
        )
        and (search.bsl is None or room.bsl >= search.bsl)
        and search.equipment <= room.equipment
    )
