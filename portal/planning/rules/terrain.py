"""An instance laid out for searching: requests, rooms and bookings as numbers, and every question answered by a look-up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.planning.rules.stays import Days, Stays, days_of, is_acceptable, obstacles_to_room, stays_of
from portal.planning.rules.values import Instance, Place, Request, Weights

NEVER = -1
"""In place of a start that does not exist."""

BROKEN = 10**15
"""What a plan costs that breaks a lock: more than any that keeps them all."""


@dataclass(frozen=True, slots=True)
class Option:
    """A room that a request can use: for each day the first start from then on, and for each start its end and its cost."""

    stays: Stays
    next_start: tuple[int, ...]
    end: tuple[int, ...]
    cost: tuple[int, ...]
    """What a start here costs: lateness, facility, and change from the former plan."""


@dataclass(frozen=True, slots=True)
class Terrain:
    """What a search asks again and again. Items are requests, by their place in the instance, and then fixed bookings."""

    instance: Instance
    requests: tuple[Request, ...]
    options: tuple[Mapping[int, Option], ...]
    """For each request, its rooms by their place in the instance."""
    between: tuple[tuple[int, ...], ...]
    """The changeover from one item to another."""
    first: tuple[tuple[int, ...], ...]
    """The changeover from what was last in a room to an item."""
    floor: tuple[int, ...]
    """For each request, the earliest day that its release and its fixed predecessors allow."""
    before: tuple[tuple[tuple[int, int], ...], ...]
    """For each request, the requests before it, with the lag."""
    after: tuple[tuple[tuple[int, int], ...], ...]
    """For each request, the requests after it, with the lag."""
    preferred: tuple[frozenset[int], ...]
    """For each request, the rooms of its preferred facility; all rooms where it prefers none."""
    locks: Mapping[int, tuple[int, int]]
    """Requests that must be in a room from a start."""
    needed: tuple[int, ...]
    """Requests without which a lock cannot be kept, predecessors first."""
    former: Mapping[int, tuple[tuple[int, int], ...]]
    """Requests of the former plan, with room and start each time that they are named."""
    rivals: tuple[tuple[tuple[frozenset[int], frozenset[int]], ...], ...]
    """For each request, the groups that run one at a time: the other requests, and the rooms."""
    capped: tuple[tuple[int, ...], ...]
    """For each request, the caps that it counts towards."""
    plain: tuple[bool, ...]
    """Whether a request is in no former plan, group or order, so that earlier is never worse and nobody has to be asked."""
    most_changeover: int
    """The longest changeover between any two items."""

    def absence_cost(self, request: int) -> int:
        """Return what it costs that a request has no place."""
        dropped = self.instance.weights.move_drop * len(self.former.get(request, ()))
        return self.requests[request].unmet_penalty + dropped + (BROKEN if request in self.needed else 0)


def lay_out(instance: Instance) -> Terrain:
    """Lay an instance out."""
    requests = instance.requests
    number = {request.id: place for place, request in enumerate(requests)}
    room_number = {room.id: place for place, room in enumerate(instance.rooms)}
    fixed_end = {booking.id: booking.end for booking in instance.fixed}
    work: list[tuple[str, str | None]] = [(request.product_class, request.project) for request in requests]
    work += [(booking.product_class, booking.project) for booking in instance.fixed]
    before = tuple(
        tuple((number[one.request], one.lag) for one in request.predecessors if one.request in number)
        for request in requests
    )
    after: list[list[tuple[int, int]]] = [[] for _ in requests]
    for request, earlier in enumerate(before):
        for one, lag in earlier:
            after[one].append((request, lag))
    days = [days_of(room, instance) for room in instance.rooms]
    former = _former(instance.previous, number, room_number)
    preferred = [
        frozenset(
            place
            for place, room in enumerate(instance.rooms)
            if request.preferred is None or room.facility == request.preferred
        )
        for request in requests
    ]
    rivals = tuple(_rivals(request, instance, number, room_number) for request in requests)
    between = tuple(tuple(instance.changeover(one, other) for other in work) for one in work)
    return Terrain(
        instance=instance,
        requests=requests,
        options=tuple(
            _options(request, instance, days, preferred[item], former.get(item, ()))
            for item, request in enumerate(requests)
        ),
        between=between,
        first=tuple(
            tuple(
                0 if room.last_class is None else instance.changeover_days[room.last_class][one]
                for one, _ in work
            )
            for room in instance.rooms
        ),
        floor=tuple(
            max(
                [
                    request.release,
                    0,
                    *(
                        fixed_end[one.request] + one.lag
                        for one in request.predecessors
                        if one.request not in number
                    ),
                ]
            )
            for request in requests
        ),
        before=before,
        after=tuple(map(tuple, after)),
        preferred=tuple(preferred),
        needed=_needed([number[lock.request] for lock in instance.locked], before),
        locks={number[lock.request]: (room_number[lock.room], lock.start) for lock in instance.locked},
        former=former,
        rivals=rivals,
        capped=tuple(
            tuple(
                place
                for place, cap in enumerate(instance.caps)
                if (cap.org, cap.kind) == (request.org, request.kind)
            )
            for request in requests
        ),
        plain=tuple(
            not after[item] and not rivals[item] and item not in former for item in range(len(requests))
        ),
        most_changeover=max((max(gaps) for gaps in between), default=0),
    )


def _options(
    request: Request,
    instance: Instance,
    days: Sequence[Days],
    preferred: frozenset[int],
    former: tuple[tuple[int, int], ...],
) -> dict[int, Option]:
    options: dict[int, Option] = {}
    for place, room in enumerate(instance.rooms):
        if is_acceptable(request, room) and not any(obstacles_to_room(request, room, instance)):
            stays = stays_of(request, days[place], instance.horizon)
            if stays.starts:
                costs = _costs(
                    request, stays, instance.weights, former, room=place, preferred=place in preferred
                )
                options[place] = _option(stays, costs, instance.horizon)
    # The preferred rooms come first: what is cheap there spares the look at the others.
    return dict(sorted(options.items(), key=lambda option: (option[0] not in preferred, option[0])))


def _costs(
    request: Request,
    stays: Stays,
    weights: Weights,
    former: tuple[tuple[int, int], ...],
    *,
    room: int,
    preferred: bool,
) -> dict[int, int]:
    elsewhere = 0 if preferred else weights.nonpreferred
    elsewhere += sum(weights.move_room for former_room, _ in former if former_room != room)
    return {
        start: elsewhere
        + request.priority * max(0, end - request.due)
        + sum(weights.move_day * abs(start - former_start) for _, former_start in former)
        for start, end in stays.end_of.items()
    }


def _option(stays: Stays, costs: Mapping[int, int], horizon: int) -> Option:
    next_start, following = [NEVER] * (horizon + 1), NEVER
    for day in range(horizon, -1, -1):
        following = day if day in stays.end_of else following
        next_start[day] = following
    return Option(
        stays=stays,
        next_start=tuple(next_start),
        end=tuple(stays.end_of.get(day, NEVER) for day in range(horizon + 1)),
        cost=tuple(costs.get(day, 0) for day in range(horizon + 1)),
    )


def _needed(locked: Sequence[int], before: Sequence[Sequence[tuple[int, int]]]) -> tuple[int, ...]:
    # Asked for later, put first: whoever is met again on the way moves ahead of all who need it.
    found: dict[int, None] = {}
    asked = list(locked)
    while asked:
        for earlier, _ in before[asked.pop(0)]:
            found.pop(earlier, None)
            found[earlier] = None
            asked.append(earlier)
    return tuple(item for item in reversed(found) if item not in locked)


def _former(
    previous: tuple[Place, ...], number: Mapping[str, int], room_number: Mapping[str, int]
) -> dict[int, tuple[tuple[int, int], ...]]:
    found: dict[int, tuple[tuple[int, int], ...]] = {}
    for former in previous:
        # A room that is gone can only be left: it has a number that no room has.
        place = room_number.get(former.room, NEVER), former.start
        found[number[former.request]] = (*found.get(number[former.request], ()), place)
    return found


def _rivals(
    request: Request, instance: Instance, number: Mapping[str, int], room_number: Mapping[str, int]
) -> tuple[tuple[frozenset[int], frozenset[int]], ...]:
    return tuple(
        (
            frozenset(number[one] for one in group.requests if one != request.id),
            frozenset(room_number[one] for one in group.rooms),
        )
        for group in instance.exclusive
        if request.id in group.requests
    )
