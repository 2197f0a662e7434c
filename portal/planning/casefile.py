"""The file formats `campaign-instance/1` and `campaign-plan/1`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from typing import Any

from portal.core.reading import Place as At
from portal.core.reading import Unreadable, parse_json
from portal.planning.rules.values import (
    GRADES,
    WEEK,
    Booking,
    Cap,
    Exclusive,
    Instance,
    Mode,
    Place,
    Plan,
    Predecessor,
    Request,
    Room,
    Weights,
)

INSTANCE_FORMAT = "campaign-instance/1"
PLAN_FORMAT = "campaign-plan/1"
KINDS = ("pre-GMP", "GMP")
LONGEST_HORIZON = 4000
MOST = 10**9
"""No number of a file is larger, so that no sum leaves the range of the solver's numbers."""

WEIGHTS = ("changeover", "nonpreferred", "fairness", "move_room", "move_day", "move_drop")


def read_instance(text: str | bytes) -> Instance:
    """Return the instance in a file.

    Raises `Unreadable` with every mistake.
    """
    top = parse_json(text)
    top.has(
        ("format", "name", "start_date", "horizon", "rooms", "classes", "changeover", "requests"),
        ("seed", "holidays", "orgs", "fixed", "locked", "previous", "weights", "exclusive"),
    )
    top.at("format").one_of((INSTANCE_FORMAT,))
    horizon = top.at("horizon").whole(least=1, most=LONGEST_HORIZON)
    vectors = _vectors(top.at("classes"))
    rooms = [_room(entry, vectors) for entry in top.at("rooms").items()]
    room_ids = {room.id for room in rooms}
    requests = [_request(entry, vectors) for entry in top.at("requests").items()]
    request_ids = {request.id for request in requests}
    fixed = [_booking(entry, vectors, room_ids) for entry in _items(top.at("fixed"))]
    changeover_days, same_project = _changeover(top.at("changeover"), vectors)
    _note_repeats(top.at("rooms"), [room.id for room in rooms])
    _note_repeats(top.at("requests"), [request.id for request in requests])
    _note_repeats(top.at("fixed"), [booking.id for booking in fixed])
    _note_orders(top.at("requests"), requests, request_ids | {booking.id for booking in fixed})
    locked = tuple(_place(entry, request_ids, room_ids) for entry in _items(top.at("locked")))
    _note_repeats(top.at("locked"), [lock.request for lock in locked])
    instance = Instance(
        name=top.at("name").text(empty=True),
        start_date=top.at("start_date").day(),
        horizon=horizon,
        rooms=tuple(rooms),
        requests=tuple(requests),
        vectors=vectors,
        changeover_days=changeover_days,
        same_project_days=same_project,
        holidays=_holidays(top.at("holidays")),
        caps=tuple(_caps(top.at("orgs"))),
        fixed=tuple(fixed),
        locked=locked,
        previous=tuple(_place(entry, request_ids, None) for entry in _items(top.at("previous"))),
        exclusive=tuple(_exclusive(entry, request_ids, room_ids) for entry in _items(top.at("exclusive"))),
        weights=_weights(top.at("weights")),
    )
    if not top.mistakes:
        try:
            instance.start_date + timedelta(days=horizon)
        except OverflowError:
            top.at("start_date").wrong("lies so late that the horizon ends after the last of all years")
    if top.mistakes:
        raise Unreadable(top.mistakes)
    return instance


def written_plan(instance: Instance, plan: Plan) -> dict[str, Any]:
    """Return a plan as `campaign-plan/1`."""
    return {
        "format": PLAN_FORMAT,
        "instance": instance.name,
        "assignments": [
            {"request": one.request, "room": one.room, "start": one.start, "end": one.end}
            for one in plan.assignments
        ],
        "unmet": [
            {"request": one.request, "reason": one.reason.value, "detail": one.detail} for one in plan.unmet
        ],
    }


def _vectors(place: At) -> Mapping[str, int]:
    ids, vectors = [], {}
    for entry in place.items():
        entry.has(("id", "vector"))
        ids.append(entry.at("id").text())
        vectors[ids[-1]] = entry.at("vector").whole(least=0, most=MOST)
    _note_repeats(place, ids)
    return vectors


def _room(place: At, classes: Collection[str]) -> Room:
    place.has(
        ("id", "facility", "kind", "grade", "bsl"),
        ("equipment", "max_vector", "day_rate", "open_weekdays", "closures", "last_class"),
    )
    weekdays = place.at("open_weekdays").maybe(
        lambda at: frozenset(item.whole(least=0, most=6) for item in at.items())
    )
    return Room(
        id=place.at("id").text(),
        facility=place.at("facility").text(),
        kind=place.at("kind").one_of(KINDS),
        grade=place.at("grade").one_of(tuple(GRADES)) or "CNC",
        bsl=place.at("bsl").whole(least=1, most=4),
        equipment=_texts(place.at("equipment")),
        max_vector=place.at("max_vector").maybe(lambda at: at.whole(least=0, most=MOST)) or 0,
        open_weekdays=WEEK if weekdays is None else weekdays,
        closures=tuple(_closure(entry) for entry in _items(place.at("closures"))),
        last_class=place.at("last_class").maybe(lambda at: at.one_of(classes)),
    )


def _closure(place: At) -> tuple[int, int]:
    days = [entry.whole(least=-MOST, most=MOST) for entry in place.items()]
    if len(days) != 2:
        place.wrong("has to be two days: the first, and the one after the last")
        return 0, 0
    if days[0] > days[1]:
        place.wrong("ends before it begins")
    return days[0], days[1]


def _request(place: At, classes: Collection[str]) -> Request:
    place.has(
        (
            "id",
            "org",
            "kind",
            "grade",
            "bsl",
            "product_class",
            "mode",
            "duration",
            "release",
            "due",
            "unmet_penalty",
        ),
        (
            "project",
            "submitted",
            "equipment",
            "deadline",
            "priority",
            "preferred",
            "acceptable",
            "predecessors",
            "rooms",
        ),
    )
    release = place.at("release").whole(least=-MOST, most=MOST)
    deadline = place.at("deadline").maybe(lambda at: at.whole(least=-MOST, most=MOST))
    return Request(
        id=place.at("id").text(),
        org=place.at("org").text(),
        project=place.at("project").maybe(lambda at: at.text(empty=True)) or "",
        submitted=place.at("submitted").maybe(lambda at: at.whole(least=-MOST, most=MOST)) or 0,
        kind=place.at("kind").one_of(KINDS),
        grade=place.at("grade").one_of(tuple(GRADES)) or "CNC",
        bsl=place.at("bsl").whole(least=1, most=4),
        product_class=place.at("product_class").one_of(classes),
        mode=Mode(place.at("mode").one_of(tuple(Mode)) or Mode.WORKING),
        duration=place.at("duration").whole(least=1, most=LONGEST_HORIZON),
        release=release,
        due=place.at("due").whole(least=-MOST, most=MOST),
        deadline=deadline,
        priority=_or(place.at("priority").maybe(lambda at: at.whole(least=0, most=MOST)), 1),
        unmet_penalty=place.at("unmet_penalty").whole(least=0, most=MOST),
        equipment=_texts(place.at("equipment")),
        preferred=place.at("preferred").maybe(At.text),
        acceptable=place.at("acceptable").maybe(_texts),
        rooms=place.at("rooms").maybe(_texts),
        predecessors=tuple(_predecessor(entry) for entry in _items(place.at("predecessors"))),
    )


def _predecessor(place: At) -> Predecessor:
    place.has(("request",), ("lag",))
    lag = place.at("lag").maybe(lambda at: at.whole(least=-LONGEST_HORIZON, most=LONGEST_HORIZON))
    return Predecessor(request=place.at("request").text(), lag=lag or 0)


def _booking(place: At, classes: Collection[str], rooms: Collection[str]) -> Booking:
    place.has(("id", "room", "start", "end", "product_class"), ("project",))
    start, end = (place.at(name).whole(least=-MOST, most=MOST) for name in ("start", "end"))
    if start > end:
        place.at("end").wrong("lies before start")
    return Booking(
        id=place.at("id").text(),
        room=place.at("room").one_of(rooms),
        start=start,
        end=end,
        product_class=place.at("product_class").one_of(classes),
        project=place.at("project").maybe(At.text),
    )


def _place(place: At, requests: Collection[str], rooms: Collection[str] | None) -> Place:
    # A former plan may name a room that is gone; a lock may not.
    place.has(("request", "room", "start"))
    room = place.at("room")
    return Place(
        request=place.at("request").one_of(requests),
        room=room.text() if rooms is None else room.one_of(rooms),
        start=place.at("start").whole(least=-MOST if rooms is None else 0, most=MOST),
    )


def _changeover(place: At, classes: Collection[str]) -> tuple[Mapping[str, Mapping[str, int]], int]:
    place.has(("days", "same_project_days"))
    days = place.at("days")
    days.has(tuple(classes))
    found = {}
    for before in classes:
        row = days.at(before)
        row.has(tuple(classes))
        found[before] = {after: row.at(after).whole(least=0, most=LONGEST_HORIZON) for after in classes}
    return found, place.at("same_project_days").whole(least=0, most=LONGEST_HORIZON)


def _holidays(place: At) -> Mapping[str, frozenset[int]]:
    return {
        facility: frozenset(day.whole(least=-MOST, most=MOST) for day in days.items())
        for facility, days in (place.entries() if place.known else [])
    }


def _caps(place: At) -> Iterable[Cap]:
    ids = []
    for org in _items(place):
        org.has(("id",), ("caps",))
        ids.append(org.at("id").text())
        for cap in _items(org.at("caps")):
            cap.has(("kind", "max_days"))
            yield Cap(
                org=ids[-1],
                kind=cap.at("kind").one_of(KINDS),
                max_days=cap.at("max_days").whole(least=0, most=MOST),
            )
    if place.known:
        _note_repeats(place, ids)


def _exclusive(place: At, requests: Collection[str], rooms: Collection[str]) -> Exclusive:
    place.has(("requests", "rooms"))
    return Exclusive(
        requests=frozenset(entry.one_of(requests) for entry in place.at("requests").items()),
        rooms=frozenset(entry.one_of(rooms) for entry in place.at("rooms").items()),
    )


def _weights(place: At) -> Weights:
    if place.known:
        place.has((), WEIGHTS)
    return Weights(
        **{name: place.at(name).maybe(lambda at: at.whole(least=0, most=MOST)) or 0 for name in WEIGHTS}
    )


def _note_orders(place: At, requests: list[Request], known: Collection[str]) -> None:
    """Note predecessors that nobody has heard of, and orders that run in a circle."""
    for entry, request in zip(place.items(), requests, strict=True):
        for number, before in enumerate(request.predecessors):
            if before.request and before.request not in known:
                At(None, f"{entry.path}.predecessors[{number}].request", place.mistakes).wrong(
                    f"names neither a request nor a fixed booking: {before.request}"
                )
    before_of = {request.id: [one.request for one in request.predecessors] for request in requests}
    circle = _circle(before_of)
    if circle:
        place.wrong(f"wait for each other in a circle: {' after '.join(circle)}")


def _circle(before_of: Mapping[str, list[str]]) -> list[str]:
    done: set[str] = set()
    for first in before_of:
        trail: list[str] = []
        stack = [(first, iter(before_of[first]))] if first not in done else []
        while stack:
            here, ahead = stack[-1]
            if not trail or trail[-1] != here:
                trail.append(here)
            following = next((one for one in ahead if one in before_of and one not in done), None)
            if following is None:
                done.add(here)
                stack.pop()
                trail.pop()
            elif following in trail:
                return [*trail[trail.index(following) :], following]
            else:
                stack.append((following, iter(before_of[following])))
    return []


def _items(place: At) -> list[At]:
    return place.items() if place.known else []


def _texts(place: At) -> frozenset[str]:
    return frozenset(item.text() for item in _items(place))


def _or(found: int | None, otherwise: int) -> int:
    return otherwise if found is None else found


def _note_repeats(place: At, ids: Iterable[str]) -> None:
    for found, times in Counter(ids).items():
        if found and times > 1:
            place.wrong(f"has {times} entries with the id {found}")
