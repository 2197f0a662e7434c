"""The verdict on a plan: every hard rule that it breaks, and what it costs, part by part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from portal.core.errors import Reason
from portal.planning.rules.stays import days_of, is_acceptable, obstacles_to_room, stays_of
from portal.planning.rules.values import Assignment, Instance, Plan, Request, Room


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a plan breaks (nothing, if it may be applied), and what it costs."""

    broken: tuple[Reason, ...]
    costs: Mapping[str, int]

    @property
    def objective(self) -> int:
        """The sum of all costs; less is better."""
        return sum(self.costs.values())


@dataclass(frozen=True, slots=True)
class Occupation:
    """Whoever is in a room, from a start to an end."""

    start: int
    end: int
    id: str
    work: tuple[str, str | None]


def judge(instance: Instance, plan: Plan) -> Verdict:
    """Hold a plan against every hard rule, and add up what it costs."""
    placed = {assignment.request: assignment for assignment in plan.assignments}
    rooms = {room.id: room for room in instance.rooms}
    broken = (
        *_broken_lists(instance, plan),
        *_broken_stays(instance, placed, rooms),
        *_broken_neighbours(instance, plan),
        *_broken_orders(instance, placed),
        *_broken_limits(instance, placed),
    )
    loss = losses(instance, placed)
    per_organisation = loss_by_organisation(instance, loss)
    requests = {request.id: request for request in instance.requests}
    unmet = sum(requests[one].unmet_penalty for one in requests if one not in placed)
    return Verdict(
        broken=broken,
        costs={
            "tardiness": sum(loss.values()) - unmet,
            "unmet": unmet,
            "changeover": instance.weights.changeover * changeover_days(instance, plan),
            "nonpreferred": instance.weights.nonpreferred
            * sum(
                request.preferred is not None and rooms[placed[one].room].facility != request.preferred
                for one, request in requests.items()
                if one in placed
            ),
            "fairness": instance.weights.fairness * unfairness(instance, per_organisation),
            "disturbance": disturbance(instance, placed),
        },
    )


def losses(instance: Instance, placed: Mapping[str, Assignment]) -> dict[str, int]:
    """Return what each request loses: its days late times its priority, or its penalty for having no place."""
    return {
        request.id: request.priority * max(0, placed[request.id].end - request.due)
        if request.id in placed
        else request.unmet_penalty
        for request in instance.requests
    }


def loss_by_organisation(instance: Instance, loss: Mapping[str, int]) -> dict[str, int]:
    """Return what each organisation's requests lose together."""
    found: Counter[str] = Counter()
    for request in instance.requests:
        found[request.org] += loss[request.id]
    return dict(found)


def unfairness(instance: Instance, loss: Mapping[str, int]) -> int:
    """Return the loss of the organisation that loses most, in thousandths of what it could lose."""
    could: Counter[str] = Counter()
    for request in instance.requests:
        could[request.org] += request.unmet_penalty
    return max((1000 * loss[org] // most for org, most in could.items() if most), default=0)


def disturbance(instance: Instance, placed: Mapping[str, Assignment]) -> int:
    """Return what it costs to have changed the former plan."""
    weights, total = instance.weights, 0
    for former in instance.previous:
        now = placed.get(former.request)
        if now is None:
            total += weights.move_drop
        else:
            total += weights.move_room * (now.room != former.room) + weights.move_day * abs(
                now.start - former.start
            )
    return total


def changeover_days(instance: Instance, plan: Plan) -> int:
    """Return the days of changeover in all rooms, those after what was there last included."""
    return sum(needed for _, _, needed in _neighbours(instance, plan))


def occupations(instance: Instance, plan: Plan) -> dict[str, list[Occupation]]:
    """Return who is in each room, in order."""
    requests = {request.id: request for request in instance.requests}
    found: dict[str, list[Occupation]] = {room.id: [] for room in instance.rooms}
    for booking in instance.fixed:
        work = booking.product_class, booking.project
        found[booking.room].append(Occupation(booking.start, booking.end, booking.id, work))
    for assignment in plan.assignments:
        request = requests[assignment.request]
        work = request.product_class, request.project
        found[assignment.room].append(Occupation(assignment.start, assignment.end, request.id, work))
    for lying in found.values():
        lying.sort(key=lambda one: (one.start, one.end, one.id))
    return found


def _neighbours(instance: Instance, plan: Plan) -> Iterator[tuple[Occupation | None, Occupation, int]]:
    by_room = occupations(instance, plan)
    for room in instance.rooms:
        lying = by_room[room.id]
        if lying and room.last_class is not None:
            yield None, lying[0], instance.changeover_days[room.last_class][lying[0].work[0]]
        for before, after in pairwise(lying):
            yield before, after, instance.changeover(before.work, after.work)


def _broken_lists(instance: Instance, plan: Plan) -> Iterator[Reason]:
    named = Counter([one.request for one in plan.assignments] + [one.request for one in plan.unmet])
    for request in instance.requests:
        if named[request.id] != 1:
            yield Reason("not_in_exactly_one_list", {"request": request.id})


def _broken_stays(
    instance: Instance, placed: Mapping[str, Assignment], rooms: Mapping[str, Room]
) -> Iterator[Reason]:
    days = {room.id: days_of(room, instance) for room in instance.rooms}
    for request in instance.requests:
        if request.id not in placed:
            continue
        assignment = placed[request.id]
        room = rooms[assignment.room]
        values = {"request": request.id, "room": room.id}
        for obstacle in obstacles_to_room(request, room, instance):
            yield Reason("room_does_not_fit", {**values, "fact": obstacle})
        if not is_acceptable(request, room):
            yield Reason("facility_not_acceptable", values)
        stays = stays_of(request, days[room.id], instance.horizon)
        if stays.end_of.get(assignment.start) != assignment.end:
            yield Reason("not_a_stay", {**values, "start": assignment.start, "end": assignment.end})


def _broken_neighbours(instance: Instance, plan: Plan) -> Iterator[Reason]:
    for before, after, needed in _neighbours(instance, plan):
        if after.start < (before.end if before else 0) + needed:
            values = {"before": before.id if before else None, "after": after.id, "days": needed}
            yield Reason("changeover_too_short", values)


def _broken_orders(instance: Instance, placed: Mapping[str, Assignment]) -> Iterator[Reason]:
    ends = {booking.id: booking.end for booking in instance.fixed}
    ends |= {assignment.request: assignment.end for assignment in placed.values()}
    for request in instance.requests:
        for before in request.predecessors if request.id in placed else ():
            values = {"request": request.id, "predecessor": before.request}
            if before.request not in ends:
                yield Reason("predecessor_not_placed", values)
            elif placed[request.id].start < ends[before.request] + before.lag:
                yield Reason("too_soon_after_predecessor", values)


def _broken_limits(instance: Instance, placed: Mapping[str, Assignment]) -> Iterator[Reason]:
    requests = {request.id: request for request in instance.requests}
    for cap in instance.caps:
        used = days_used(placed, requests, cap.org, cap.kind)
        if used > cap.max_days:
            yield Reason(
                "cap_exceeded", {"org": cap.org, "kind": cap.kind, "days": used, "most": cap.max_days}
            )
    for lock in instance.locked:
        now = placed.get(lock.request)
        if now is None or (now.room, now.start) != (lock.room, lock.start):
            yield Reason("lock_broken", {"request": lock.request})
    for group in instance.exclusive:
        running = sorted(
            (placed[one].start, placed[one].end, one)
            for one in group.requests
            if one in placed and placed[one].room in group.rooms
        )
        for (_, end, before), (start, _, after) in pairwise(running):
            if start < end:
                yield Reason("exclusive_at_once", {"before": before, "after": after})


def days_used(placed: Mapping[str, Assignment], requests: Mapping[str, Request], org: str, kind: str) -> int:
    """Return the days that an organisation's placed requests occupy rooms of a kind."""
    return sum(
        assignment.end - assignment.start
        for assignment in placed.values()
        if (requests[assignment.request].org, requests[assignment.request].kind) == (org, kind)
    )
