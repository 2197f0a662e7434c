"""A second opinion on plans: written from the format's text alone, day by day, and sharing nothing with the planner."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations
from typing import Any

Json = dict[str, Any]

CLEANER = ["CNC", "D", "C", "B", "A_in_B"]


def faults(instance: Json, plan: Json) -> list[str]:
    """Return every hard rule that a plan breaks."""
    return [
        *_faults_of_lists(instance, plan),
        *(fault for place in plan["assignments"] for fault in _faults_of_place(instance, place)),
        *_faults_of_rooms(instance, plan),
        *_faults_between_requests(instance, plan),
    ]


def objective(instance: Json, plan: Json) -> int:
    """Return what a plan costs."""
    weights = instance["weights"]
    late, unmet = _losses(instance, plan)
    total = sum(late.values()) + sum(unmet.values())
    total += weights["changeover"] * sum(gap for *_, gap in _neighbours(instance, plan))
    facility = {room["id"]: room["facility"] for room in instance["rooms"]}
    placed = _placed(plan)
    for request in instance["requests"]:
        if request["id"] in placed and request["preferred"] not in {
            None,
            facility[placed[request["id"]]["room"]],
        }:
            total += weights["nonpreferred"]
    total += weights["fairness"] * _worst_share(instance, late | unmet)
    for former in instance.get("previous", []):
        now = placed.get(former["request"])
        if now is None:
            total += weights["move_drop"]
        else:
            total += weights["move_day"] * abs(now["start"] - former["start"])
            total += weights["move_room"] if now["room"] != former["room"] else 0
    return int(total)


def _losses(instance: Json, plan: Json) -> tuple[dict[str, int], dict[str, int]]:
    placed = _placed(plan)
    late, unmet = {}, {}
    for request in instance["requests"]:
        if request["id"] in placed:
            late[request["id"]] = request["priority"] * max(0, placed[request["id"]]["end"] - request["due"])
        else:
            unmet[request["id"]] = request["unmet_penalty"]
    return late, unmet


def _worst_share(instance: Json, loss: dict[str, int]) -> int:
    shares = [0]
    for org in {request["org"] for request in instance["requests"]}:
        own = [request for request in instance["requests"] if request["org"] == org]
        could = sum(request["unmet_penalty"] for request in own)
        if could:
            shares.append(1000 * sum(loss[request["id"]] for request in own) // could)
    return max(shares)


def _placed(plan: Json) -> Json:
    return {place["request"]: place for place in plan["assignments"]}


def _faults_of_lists(instance: Json, plan: Json) -> Iterator[str]:
    named = [one["request"] for one in plan["assignments"] + plan["unmet"]]
    if sorted(named) != sorted(request["id"] for request in instance["requests"]):
        yield f"not every request is named once: {named}"


def _day(instance: Json, day: int) -> date:
    return date.fromisoformat(instance["start_date"]) + timedelta(days=day)


def _shut(room: Json, day: int) -> bool:
    return any(first <= day < after for first, after in room["closures"])


def _open(instance: Json, room: Json, day: int) -> bool:
    weekday = _day(instance, day).isoweekday() - 1
    holiday = day in instance["holidays"].get(room["facility"], [])
    return weekday in room["open_weekdays"] and not holiday and not _shut(room, day)


def _faults_of_place(instance: Json, place: Json) -> Iterator[str]:
    request = next(one for one in instance["requests"] if one["id"] == place["request"])
    room = next(one for one in instance["rooms"] if one["id"] == place["room"])
    vector = next(one["vector"] for one in instance["classes"] if one["id"] == request["product_class"])
    fits = {
        "kind": room["kind"] == request["kind"],
        "grade": CLEANER.index(room["grade"]) >= CLEANER.index(request["grade"]),
        "bsl": room["bsl"] >= request["bsl"],
        "equipment": all(one in room["equipment"] for one in request["equipment"]),
        "vector": vector <= room["max_vector"],
        "facility": request["acceptable"] is None or room["facility"] in request["acceptable"],
        "rooms": request.get("rooms") is None or room["id"] in request["rooms"],
        "weekdays": request["mode"] == "working" or len(room["open_weekdays"]) == 7,
        "release": place["start"] >= max(request["release"], 0),
        "deadline": request["deadline"] is None or place["end"] <= request["deadline"],
        "horizon": place["end"] <= instance["horizon"],
    }
    inside = range(place["start"], place["end"])
    if request["mode"] == "working":
        fits["starts open"] = _open(instance, room, place["start"])
        fits["ends open"] = _open(instance, room, place["end"] - 1)
        fits["days"] = sum(_open(instance, room, day) for day in inside) == request["duration"]
    else:
        fits["days"] = len(inside) == request["duration"]
    fits["closures"] = not any(_shut(room, day) for day in inside)
    yield from (f"{place['request']}: {what}" for what, fine in fits.items() if not fine)


def _neighbours(instance: Json, plan: Json) -> Iterator[tuple[Json | None, Json, int]]:
    requests = {request["id"]: request for request in instance["requests"]}
    between = instance["changeover"]["days"]
    for room in instance["rooms"]:
        here = [dict(booking) for booking in instance["fixed"] if booking["room"] == room["id"]]
        for place in plan["assignments"]:
            if place["room"] == room["id"]:
                asked = requests[place["request"]]
                here.append({**place, "product_class": asked["product_class"], "project": asked["project"]})
        here.sort(key=lambda one: int(one["start"]))
        for number, after in enumerate(here):
            before = here[number - 1] if number else None
            if before is None:
                last = room["last_class"]
                yield None, after, between[last][after["product_class"]] if last else 0
            elif (
                before["project"] is not None
                and before["project"] == after["project"]
                and before["product_class"] == after["product_class"]
            ):
                yield before, after, instance["changeover"]["same_project_days"]
            else:
                yield before, after, between[before["product_class"]][after["product_class"]]


def _faults_of_rooms(instance: Json, plan: Json) -> Iterator[str]:
    for before, after, gap in _neighbours(instance, plan):
        if after["start"] < (before["end"] if before else 0) + gap:
            yield f"changeover of {gap} between {before} and {after}"


def _faults_between_requests(instance: Json, plan: Json) -> Iterator[str]:
    placed = _placed(plan)
    yield from _faults_of_orders(instance, placed)
    yield from _faults_of_caps(instance, placed)
    for lock in instance.get("locked", []):
        now = placed.get(lock["request"])
        if now is None or (now["room"], now["start"]) != (lock["room"], lock["start"]):
            yield f"{lock['request']}: not as locked"
    for group in instance.get("exclusive", []):
        runs = [
            placed[one]
            for one in group["requests"]
            if one in placed and placed[one]["room"] in group["rooms"]
        ]
        for one, other in combinations(runs, 2):
            if one["start"] < other["end"] and other["start"] < one["end"]:
                yield f"{one['request']} and {other['request']} run at once"


def _faults_of_orders(instance: Json, placed: Json) -> Iterator[str]:
    fixed = {booking["id"]: booking for booking in instance["fixed"]}
    for request in instance["requests"]:
        for earlier in request["predecessors"] if request["id"] in placed else []:
            before = placed.get(earlier["request"]) or fixed.get(earlier["request"])
            if before is None or placed[request["id"]]["start"] < before["end"] + earlier["lag"]:
                yield f"{request['id']}: not after {earlier['request']}"


def _faults_of_caps(instance: Json, placed: Json) -> Iterator[str]:
    for org in instance["orgs"]:
        for cap in org.get("caps", []):
            counted = [
                placed[request["id"]]
                for request in instance["requests"]
                if request["id"] in placed and (request["org"], request["kind"]) == (org["id"], cap["kind"])
            ]
            days = sum(one["end"] - one["start"] for one in counted)
            if days > cap["max_days"]:
                yield f"{org['id']}: {days} days of {cap}"


def best_objective(instance: Json) -> int:
    """Return the least that any plan costs, by trying them all."""
    return min(objective(instance, plan) for plan in _all_plans(instance) if not faults(instance, plan))


def _all_plans(instance: Json) -> Iterator[Json]:
    choices: list[list[Json | None]] = []
    for request in instance["requests"]:
        places: list[Json | None] = [None]
        for room in instance["rooms"]:
            for start in range(instance["horizon"]):
                for end in range(start + 1, instance["horizon"] + 1):
                    place = {"request": request["id"], "room": room["id"], "start": start, "end": end}
                    if not list(_faults_of_place(instance, place)):
                        places.append(place)
        choices.append(places)
    yield from _combined(instance, choices, [])


def _combined(instance: Json, choices: list[list[Json | None]], chosen: list[Json | None]) -> Iterator[Json]:
    if len(chosen) == len(choices):
        names = [request["id"] for request in instance["requests"]]
        yield {
            "assignments": [place for place in chosen if place],
            "unmet": [{"request": name} for name, place in zip(names, chosen, strict=True) if not place],
        }
        return
    for place in choices[len(chosen)]:
        yield from _combined(instance, choices, [*chosen, place])
