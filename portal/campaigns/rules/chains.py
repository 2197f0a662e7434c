"""Where and when each link of a chain can have a room, when all are placed at once, and what binds where they cannot.

A chain counts in hours of wall-clock time from a midnight of its own; a cleanroom counts in its ticks. Links follow one
another, so the earlier one ends, the more room it leaves to all that follow: in each cleanroom only the first window matters.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from portal.bookings.rules.timetables import (
    Campaign,
    Changeover,
    Limits,
    Occupation,
    Span,
    Timetable,
)
from portal.bookings.rules.windows import earliest_windows
from portal.core.errors import Reason

HOURS = 24
MOST_TRIES = 600
"""After so many rooms were tried the best chain so far is proposed; ordinary chains need a fraction of it."""


@dataclass(frozen=True, slots=True)
class Place:
    """A cleanroom as a chain sees it: its time, and the day of the chain's count on which its ticks begin."""

    room: int
    timetable: Timetable
    changeover: Changeover
    per_day: int = 1
    first_day: int = 0

    def tick_from(self, hour: int) -> int:
        """Return the first tick that begins at an hour of the chain or after it."""
        return -((self.first_day * HOURS - hour) * self.per_day // HOURS)

    def tick_until(self, hour: int) -> int:
        """Return the last tick that has ended by an hour of the chain, as the end of a span."""
        return (hour - self.first_day * HOURS) * self.per_day // HOURS

    def hours(self, span: Span) -> Span:
        """Return ticks as hours of the chain."""
        start, end = (
            self.first_day * HOURS + tick * HOURS // self.per_day for tick in (span.start, span.end)
        )
        return Span(start, end)


Fit = tuple[Campaign, Limits]
"""A link's work as a cleanroom counts it, and what bounds it there."""


@dataclass(frozen=True, slots=True)
class Stay:
    """That a link has a cleanroom in these hours."""

    room: int
    hours: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One link: where it would fit, and how it follows the links before it.

    It starts `lag` days after the end of the link `after`, or of the one before it where none is named, never before the
    one before it has ended, and `spacing` days after the start of that one. A link that has its place keeps it: `stay`.
    """

    key: int
    fits: Mapping[int, Fit] = field(default_factory=dict)
    after: int | None = None
    lag: int = 0
    spacing: int = 0
    stay: Stay | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """Where every link would be; or the first links that have a place, and the one that has none."""

    stays: Mapping[int, Stay]
    stuck: int | None = None


def bounds_below(links: Sequence[Link], index: int, stays: Mapping[int, Stay]) -> dict[str, int]:
    """Return the hours before which a link may not start, each under the code of what asks for it."""
    link = links[index]
    found: dict[str, int] = {}
    if index == 0:
        return found
    before = links[index - 1]
    after = before.key if link.after is None else link.after
    if before.key in stays:
        found["link_before"] = stays[before.key].hours.end
        if link.spacing:
            found["link_spacing"] = stays[before.key].hours.start + link.spacing * HOURS
    if after in stays and (link.lag or after != before.key):
        found["link_after"] = stays[after].hours.end + link.lag * HOURS
    return found


def bounds_above(
    links: Sequence[Link], index: int, stays: Mapping[int, Stay]
) -> tuple[dict[str, int], int | None]:
    """Return the hours after which a link may not end, and the last hour at which it may start, for what follows it."""
    link = links[index]
    found: dict[str, int] = {}
    latest_start: int | None = None
    for place, later in enumerate(links[index + 1 :], index + 1):
        if later.key not in stays:
            continue
        start = stays[later.key].hours.start
        before = links[place - 1].key
        after = before if later.after is None else later.after
        end = start - later.lag * HOURS if after == link.key else start
        found["link_next"] = min(end, found.get("link_next", end))
        if before == link.key and later.spacing:
            latest_start = start - later.spacing * HOURS
    return found, latest_start


def broken_order(links: Sequence[Link], stays: Mapping[int, Stay]) -> dict[int, list[Reason]]:
    """Return, for each link that starts too early for its chain, why, and the first hour at which it could."""
    found = {}
    for index, link in enumerate(links):
        stay = stays.get(link.key)
        if stay is None:
            continue
        reasons = [
            Reason(code, {"hour": hour})
            for code, hour in bounds_below(links, index, stays).items()
            if stay.hours.start < hour
        ]
        if reasons:
            found[link.key] = reasons
    return found


def propose(places: Mapping[int, Place], links: Sequence[Link], *, most_tries: int = MOST_TRIES) -> Proposal:
    """Return the chain that ends first, and of those the one whose links end first, one after the other.

    Links that have a place keep it. Where a link cannot be placed, what was found before it is returned with it.
    """
    return _Search(places, links, most_tries).best()


class _Windows:
    """First windows that were looked for before: where one starts late enough, it is the first for a later bound too."""

    def __init__(self) -> None:
        """Begin with nothing looked for."""
        self._found: defaultdict[Hashable, list[tuple[int, Span | None]]] = defaultdict(list)

    def first(self, alike: Hashable, earliest: int, look: Callable[[], Span | None]) -> Span | None:
        """Return the first window from a tick on, where all that bounds it otherwise is alike."""
        for bound, window in self._found[alike]:
            if bound <= earliest and (window is None or window.start >= earliest):
                return window
        window = look()
        self._found[alike].append((earliest, window))
        return window


class _Search:
    """Trying rooms in the order in which a link would end there, without going on where nothing better can come."""

    def __init__(self, places: Mapping[int, Place], links: Sequence[Link], most_tries: int) -> None:
        """Begin with nothing found."""
        self.places, self.links, self.left = places, links, most_tries
        self.given = {link.key: link.stay for link in links if link.stay is not None}
        self.rest = _least_hours_after(places, links)
        self.found: dict[int, Stay] | None = None
        self.score: tuple[int, ...] = ()
        self.furthest: dict[int, Stay] = {}
        self.stuck: int | None = None
        self.windows = _Windows()

    def best(self) -> Proposal:
        """Return the best chain, or how far one came."""
        self._place({}, ())
        if self.found is not None:
            return Proposal(self.found)
        return Proposal(self.furthest, self.stuck)

    def _place(self, placed: dict[int, Stay], ends: tuple[int, ...]) -> None:
        index = len(placed)
        if index == len(self.links):
            score = (max(ends, default=0), *ends)
            if self.found is None or score < self.score:
                self.found, self.score = placed, score
            return
        link = self.links[index]
        if link.stay is not None:
            self._place({**placed, link.key: link.stay}, (*ends, link.stay.hours.end))
            return
        choices = sorted(
            windows_of(self.places, self.links, index, {**self.given, **placed}, known=self.windows),
            key=lambda stay: (stay.hours.end, stay.hours.start, stay.room),
        )
        if not choices and (self.stuck is None or len(placed) > len(self.furthest)):
            self.furthest, self.stuck = placed, link.key
        for stay in choices:
            if self.found is not None and (self.left <= 0 or self._is_hopeless(index, stay)):
                return
            self.left -= 1
            self._place({**placed, link.key: stay}, (*ends, stay.hours.end))

    def _is_hopeless(self, index: int, stay: Stay) -> bool:
        return stay.hours.end + self.rest[index] > self.score[0]


def _least_hours_after(places: Mapping[int, Place], links: Sequence[Link]) -> list[int]:
    """Return, for each link, how many hours pass at least between its end and the end of the last link."""
    rest = [0] * len(links)
    for index in range(len(links) - 2, -1, -1):
        following = links[index + 1]
        lengths = [
            campaign.duration * HOURS // places[room].per_day
            for room, (campaign, _limits) in following.fits.items()
        ]
        rest[index] = rest[index + 1] + (0 if following.stay else min(lengths, default=0))
    return rest


def windows_of(
    places: Mapping[int, Place],
    links: Sequence[Link],
    index: int,
    stays: Mapping[int, Stay],
    *,
    known: _Windows | None = None,
) -> Iterator[Stay]:
    """Yield the first window of a link in each cleanroom that it fits, while these links have their places.

    `known` keeps what was found for the same places and links while others of them had other places.
    """
    link, kept = links[index], known or _Windows()
    below = bounds_below(links, index, stays)
    above, latest_start = bounds_above(links, index, stays)
    for room, (campaign, limits) in link.fits.items():
        place = places[room]
        bounded = replace(
            limits,
            earliest={**limits.earliest, **{code: place.tick_from(hour) for code, hour in below.items()}},
            latest={**limits.latest, **{code: place.tick_until(hour) for code, hour in above.items()}},
        )
        own = _own_in(place, links, link.key, stays)

        def look(
            place: Place = place,
            campaign: Campaign = campaign,
            bounded: Limits = bounded,
            own: tuple[Occupation, ...] = own,
        ) -> Span | None:
            timetable = _with_own(place.timetable, own)
            found = earliest_windows(timetable, campaign, place.changeover, bounded, count=1)
            return found[0] if found else None

        alike = (link.key, room, min(bounded.latest.values(), default=None), own)
        window = kept.first(alike, max([0, *bounded.earliest.values()]), look)
        hours = None if window is None else place.hours(window)
        if hours is not None and (latest_start is None or hours.start <= latest_start):
            yield Stay(room, hours)


def _own_in(
    place: Place, links: Sequence[Link], key: int, stays: Mapping[int, Stay]
) -> tuple[Occupation, ...]:
    """Return what those links of the chain take in a cleanroom that its diary does not know yet."""
    return tuple(
        Occupation(Span(place.tick_until(stay.hours.start), place.tick_from(stay.hours.end)), campaign.work)
        for link in links
        if link.key != key
        and link.stay is None
        and (stay := stays.get(link.key)) is not None
        and stay.room == place.room
        for campaign, _limits in [link.fits[place.room]]
    )


def _with_own(timetable: Timetable, own: tuple[Occupation, ...]) -> Timetable:
    return Timetable.of(timetable.calendar, [*timetable.occupations, *own]) if own else timetable


def binding_on(places: Mapping[int, Place], links: Sequence[Link], found: Proposal) -> list[Reason]:
    """Return what binds a link that has no place, in the order in which somebody could loosen it.

    First what its own days leave it, then the links before and after it, then what has the rooms. A constraint binds if the
    link would have a place without it, all others in force; where none alone does, each that holds it back is named.
    """
    if found.stuck is None:
        return []
    index = next(place for place, link in enumerate(links) if link.key == found.stuck)
    link = links[index]
    if not link.fits:
        return [Reason("link_fits_nowhere")]
    given = {one.key: one.stay for one in links if one.stay is not None}
    stays = {**given, **found.stays}
    reasons = []
    for code, loosened, without in _loosened(places, links, index, stays):
        first = min(
            windows_of(loosened[0], loosened[1], index, without),
            key=lambda stay: (stay.hours.end, stay.hours.start, stay.room),
            default=None,
        )
        if first is not None:
            reasons.append(
                Reason(code, {"room": first.room, "start": first.hours.start, "end": first.hours.end})
            )
    return reasons or [Reason("link_bound_by_several")]


Loosened = tuple[Mapping[int, Place], Sequence[Link]]


def _loosened(
    places: Mapping[int, Place], links: Sequence[Link], index: int, stays: Mapping[int, Stay]
) -> Iterator[tuple[str, Loosened, Mapping[int, Stay]]]:
    link = links[index]
    if _has_latest_end(link):
        open_ended = replace(
            link,
            fits={
                room: (work, _without(limits, "after_latest_end"))
                for room, (work, limits) in link.fits.items()
            },
        )
        yield "binds_latest_end", (places, _with(links, index, open_ended)), stays
    if link.lag or link.spacing:
        yield "binds_lag", (places, _with(links, index, replace(link, lag=0, spacing=0, after=None))), stays
    before = {one.key for one in links[:index]}
    if before & stays.keys():
        yield "binds_before", (places, links), {key: stay for key, stay in stays.items() if key not in before}
    later = {one.key for one in links[index + 1 :]}
    if later & stays.keys():
        yield "binds_next", (places, links), {key: stay for key, stay in stays.items() if key not in later}
    empty = {
        room: replace(place, timetable=Timetable(place.timetable.calendar)) for room, place in places.items()
    }
    yield "binds_rooms", (empty, links), stays


def _with(links: Sequence[Link], index: int, link: Link) -> Sequence[Link]:
    return [*links[:index], link, *links[index + 1 :]]


def _without(limits: Limits, code: str) -> Limits:
    return replace(limits, latest={name: tick for name, tick in limits.latest.items() if name != code})


def _has_latest_end(link: Link) -> bool:
    return any("after_latest_end" in limits.latest for _campaign, limits in link.fits.values())
