"""A plan in the making: who is in which room in which order, and what one more or one less would cost."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise

from portal.planning.rules.terrain import NEVER, Terrain
from portal.planning.rules.values import Assignment

NOWHERE = -1


@dataclass(frozen=True, slots=True)
class Insertion:
    """A place for a request between two others, who moves later for it, and what all of it costs."""

    request: int
    room: int
    position: int
    moves: tuple[tuple[int, int, int], ...]
    """Items with their new start and end, the request itself first."""
    cost: int


class Board:
    """A plan in the making. Items lie in their rooms in order; nobody overlaps, and every hard rule holds at all times."""

    def __init__(self, terrain: Terrain) -> None:
        """Start with the fixed bookings and the locks, and nobody else."""
        self.terrain = terrain
        instance = terrain.instance
        count = len(terrain.requests)
        self.start = [0] * (count + len(instance.fixed))
        self.end = list(self.start)
        self.room = [NOWHERE] * len(self.start)
        self.rooms: list[list[int]] = [[] for _ in instance.rooms]
        self.used = [0] * len(instance.caps)
        numbers = {room.id: place for place, room in enumerate(instance.rooms)}
        self.pinned = [False] * count + [True] * len(instance.fixed)
        for place, booking in enumerate(instance.fixed, start=count):
            self._lay(place, numbers[booking.room], booking.start, booking.end)
        for request, (room, start) in terrain.locks.items():
            self.pinned[request] = True
            self._lay(request, room, start, terrain.options[request][room].end[start])
        for lying in self.rooms:
            lying.sort(key=lambda item: (self.start[item], self.end[item]))

    def copy(self) -> Board:
        """Return a board that goes its own way."""
        other = object.__new__(Board)
        other.terrain, other.pinned = self.terrain, self.pinned
        other.start, other.end, other.room = self.start.copy(), self.end.copy(), self.room.copy()
        other.rooms, other.used = [lying.copy() for lying in self.rooms], self.used.copy()
        return other

    def placed(self) -> list[int]:
        """Return the requests that have a place and may lose it."""
        return [
            item
            for item in range(len(self.terrain.requests))
            if self.room[item] != NOWHERE and not self.pinned[item]
        ]

    def unmet(self) -> list[int]:
        """Return the requests without a place."""
        return [item for item in range(len(self.terrain.requests)) if self.room[item] == NOWHERE]

    def objective(self) -> int:
        """Return what the whole plan costs."""
        terrain, cost = self.terrain, 0
        weights, requests = terrain.instance.weights, terrain.requests
        loss: dict[str, int] = {}
        could: dict[str, int] = {}
        for item, request in enumerate(requests):
            if self.room[item] == NOWHERE:
                lost = request.unmet_penalty
                cost += terrain.absence_cost(item)
            else:
                lost = request.priority * max(0, self.end[item] - request.due)
                cost += terrain.options[item][self.room[item]].cost[self.start[item]]
            if weights.fairness:
                loss[request.org] = loss.get(request.org, 0) + lost
                could[request.org] = could.get(request.org, 0) + request.unmet_penalty
        if weights.fairness:
            worst = max((1000 * loss[org] // most for org, most in could.items() if most), default=0)
            cost += weights.fairness * worst
        days = 0
        for room, lying in enumerate(self.rooms):
            if lying:
                days += terrain.first[room][lying[0]]
                for one, other in pairwise(lying):
                    days += terrain.between[one][other]
        return cost + weights.changeover * days

    def assignments(self) -> tuple[Assignment, ...]:
        """Return the places of all requests that have one, in the order of the instance."""
        rooms = self.terrain.instance.rooms
        return tuple(
            Assignment(
                request=request.id,
                room=rooms[self.room[item]].id,
                start=self.start[item],
                end=self.end[item],
            )
            for item, request in enumerate(self.terrain.requests)
            if self.room[item] != NOWHERE
        )

    def best_insertion(
        self, request: int, limit: int, skip: frozenset[int] = frozenset()
    ) -> Insertion | None:
        """Return the cheapest place for a request that costs less than a limit, leaving out some rooms."""
        floor = self._floor(request)
        if floor == NEVER:
            return None
        terrain, best = self.terrain, None
        gain = terrain.instance.weights.changeover * terrain.most_changeover
        for room, option in terrain.options[request].items():
            if room in skip:
                continue
            lying, latest = self.rooms[room], option.stays.starts[-1]
            # Whoever starts before the request may, stays before it.
            for position in range(bisect_left(lying, floor, key=self.start.__getitem__), len(lying) + 1):
                ready = max(floor, self.end[lying[position - 1]]) if position else floor
                if ready > latest or (
                    terrain.plain[request] and option.cost[option.next_start[ready]] >= limit + gain
                ):
                    break  # later is only worse
                found = self.insertion(request, room, position, floor, limit)
                if found is not None:
                    best, limit = found, found.cost
        return best

    def insertion(self, request: int, room: int, position: int, floor: int, limit: int) -> Insertion | None:
        """Return the request at a position in a room, whoever follows moved as little as needed, if that costs less."""
        terrain, lying = self.terrain, self.rooms[room]
        options, between, plain = terrain.options, terrain.between, terrain.plain
        before = lying[position - 1] if position else NOWHERE
        follower = lying[position] if position < len(lying) else NOWHERE
        gap = terrain.first[room][request] if before == NOWHERE else between[before][request]
        days = gap
        ready = max(floor, gap if before == NOWHERE else self.end[before] + gap)
        if follower != NOWHERE:
            days += between[request][follower]
            days -= terrain.first[room][follower] if before == NOWHERE else between[before][follower]
        start = self._start_for(request, room, ready, follower)
        if start == NEVER:
            return None
        end = options[request][room].end[start]
        cost = terrain.instance.weights.changeover * days + options[request][room].cost[start]
        if cost >= limit or not (plain[request] or self._may_be_there(request, room, start, end)):
            return None
        moves = [(request, start, end)]
        item = request
        for following in lying[position:]:
            ready = end + between[item][following]
            if self.start[following] >= ready:
                break
            moved = NEVER if self.pinned[following] else self._start_for(following, room, ready, NOWHERE)
            if moved == NEVER:
                return None
            option = options[following][room]
            end = option.end[moved]
            cost += option.cost[moved] - option.cost[self.start[following]]
            if cost >= limit or not (plain[following] or self._may_be_there(following, room, moved, end)):
                return None
            moves.append((following, moved, end))
            item = following
        if terrain.instance.caps and not self._within_caps(moves):
            return None
        return Insertion(request, room, position, tuple(moves), cost)

    def insert(self, insertion: Insertion) -> None:
        """Give a request the place that was found for it; the board has not changed since."""
        self.rooms[insertion.room].insert(insertion.position, insertion.request)
        for item, start, end in insertion.moves:
            self._count(
                item, end - start - (self.end[item] - self.start[item] if self.room[item] != NOWHERE else 0)
            )
            self.start[item], self.end[item], self.room[item] = start, end, insertion.room

    def put(self, request: int, room: int, start: int, end: int) -> None:
        """Give a request a place without asking; whoever does so has to know that it is free."""
        self._lay(request, room, start, end)
        self.rooms[room].sort(key=lambda item: (self.start[item], self.end[item]))

    def dependants(self, request: int) -> list[int]:
        """Return a request and everyone with a place who has to come after it."""
        found = {request: None}
        asked = [request]
        while asked:
            for follower, _ in self.terrain.after[asked.pop()]:
                if self.room[follower] != NOWHERE and follower not in found:
                    found[follower] = None
                    asked.append(follower)
        return list(found)

    def may_be_removed(self, request: int) -> bool:
        """Say whether neither a request nor anyone who has to come after it is locked."""
        return not any(self.pinned[item] for item in self.dependants(request))

    def remove(self, request: int) -> list[int]:
        """Take a request away, with everyone who has to come after it; return who went."""
        gone = self.dependants(request)
        for item in gone:
            self.rooms[self.room[item]].remove(item)
            self._count(item, self.start[item] - self.end[item])
            self.room[item] = NOWHERE
        return gone

    def close_up(self, room: int) -> None:
        """Move everyone in a room to where they cost least, without changing the order or being later than now."""
        ready, before = 0, NOWHERE
        for item in self.rooms[room]:
            gap = self.terrain.first[room][item] if before == NOWHERE else self.terrain.between[before][item]
            ready += gap
            if not self.pinned[item]:
                floor = max(ready, self._floor(item))
                if floor < self.start[item]:
                    self._move_ahead(item, room, floor)
            ready, before = self.end[item], item

    def _move_ahead(self, item: int, room: int, floor: int) -> None:
        option, now = self.terrain.options[item][room], self.start[item]
        earlier = {option.next_start[floor]}
        earlier |= {
            start
            for place, start in self.terrain.former.get(item, ())
            if place == room and floor < start < now
        }
        for start in sorted(earlier, key=lambda one: (option.cost[one], one)):
            end = option.end[start]
            if (
                end != NEVER
                and start < now
                and option.cost[start] <= option.cost[now]
                and self._may_be_there(item, room, start, end)
                and self._within_caps([(item, start, end)])
            ):
                self._count(item, end - start - (self.end[item] - now))
                self.start[item], self.end[item] = start, end
                return

    def _floor(self, request: int) -> int:
        """Return the first day that the requests before this one allow, or NEVER if one of them has no place."""
        floor = self.terrain.floor[request]
        for earlier, lag in self.terrain.before[request]:
            if self.room[earlier] == NOWHERE:
                return NEVER
            floor = max(floor, self.end[earlier] + lag)
        return floor

    def _start_for(self, request: int, room: int, ready: int, follower: int) -> int:
        """Return the start from a day on that costs least: the first one, or that of the former plan if it fits."""
        terrain, option = self.terrain, self.terrain.options[request][room]
        first = option.next_start[ready] if ready < len(option.next_start) else NEVER
        if terrain.plain[request] or first == NEVER:
            return first
        for place, start in terrain.former.get(request, ()):
            if (
                place == room
                and first < start < len(option.end)
                and option.end[start] != NEVER
                and option.cost[start] < option.cost[first]
                and (
                    follower == NOWHERE
                    or option.end[start] + terrain.between[request][follower] <= self.start[follower]
                )
            ):
                return start
        return self._clear_of_rivals(request, room, first)

    def _clear_of_rivals(self, request: int, room: int, start: int) -> int:
        """Return the first start from a day on at which no rival runs."""
        option = self.terrain.options[request][room]
        for others, rooms in self.terrain.rivals[request] if start != NEVER else ():
            if room not in rooms:
                continue
            end = option.end[start]
            clash = [
                self.end[other]
                for other in others
                if self.room[other] in rooms and self.start[other] < end and start < self.end[other]
            ]
            if clash:
                ready = max(clash)
                later = option.next_start[ready] if ready < len(option.next_start) else NEVER
                return self._clear_of_rivals(request, room, later)
        return start

    def _may_be_there(self, request: int, room: int, start: int, end: int) -> bool:
        """Say whether everyone who has to come after the request still does, and no rival runs at the same time."""
        for follower, lag in self.terrain.after[request]:
            if self.room[follower] != NOWHERE and self.start[follower] < end + lag:
                return False
        return not any(
            room in rooms
            and any(
                self.room[other] in rooms and self.start[other] < end and start < self.end[other]
                for other in others
            )
            for others, rooms in self.terrain.rivals[request]
        )

    def _within_caps(self, moves: list[tuple[int, int, int]]) -> bool:
        more: dict[int, int] = {}
        for item, start, end in moves:
            for cap in self.terrain.capped[item]:
                now = self.end[item] - self.start[item] if self.room[item] != NOWHERE else 0
                more[cap] = more.get(cap, 0) + end - start - now
        caps = self.terrain.instance.caps
        return all(days <= 0 or self.used[cap] + days <= caps[cap].max_days for cap, days in more.items())

    def _lay(self, item: int, room: int, start: int, end: int) -> None:
        self.rooms[room].append(item)
        self.start[item], self.end[item], self.room[item] = start, end, room
        self._count(item, end - start)

    def _count(self, item: int, days: int) -> None:
        if item < len(self.terrain.requests):
            for cap in self.terrain.capped[item]:
                self.used[cap] += days
