"""The slot formats once more, written naively from their text: every room, every day, no cleverness.

It shares no code with the portal, so that agreement means something.
"""

from datetime import date, timedelta
from typing import Any

Json = dict[str, Any]

FROM_CLEANEST = ["A_in_B", "B", "C", "D", "CNC"]


def answer(instance: Json, request_id: str, count: int) -> Json:
    """Return what `slot-windows/1` should say."""
    (request,) = [one for one in instance["requests"] if one["id"] == request_id]
    rooms, everywhere = [], []
    for room in instance["rooms"]:
        reasons = reasons_against(instance, room, request)
        windows = [] if reasons else all_windows(instance, room, request)
        everywhere += [{"room": room["id"], **window} for window in windows]
        rooms.append(
            {
                "room": room["id"],
                "fits": not reasons,
                "reasons": reasons or ([] if windows else ["NO_WINDOW"]),
                "windows": windows[:count],
            }
        )
    everywhere.sort(key=lambda one: (one["start"], one["end"], one["room"]))
    return {
        "format": "slot-windows/1",
        "instance": instance["name"],
        "request": request_id,
        "rooms": rooms,
        "first": everywhere[:count],
    }


def reasons_against(instance: Json, room: Json, request: Json) -> list[str]:
    """Return the codes of hard rule 1, in the order of the format."""
    vectors = {one["id"]: one["vector"] for one in instance["classes"]}
    against = {
        "WRONG_KIND": room["kind"] != request["kind"],
        "GRADE_TOO_LOW": FROM_CLEANEST.index(room["grade"]) > FROM_CLEANEST.index(request["grade"]),
        "BSL_TOO_LOW": room["bsl"] < request["bsl"],
        "EQUIPMENT_MISSING": any(one not in room["equipment"] for one in request["equipment"]),
        "VECTOR_NOT_PERMITTED": vectors[request["product_class"]] > room["max_vector"],
        "FACILITY_NOT_ACCEPTABLE": request["acceptable"] is not None
        and room["facility"] not in request["acceptable"],
        "NOT_OPEN_EVERY_DAY": request["mode"] == "continuous"
        and any(weekday not in room["open_weekdays"] for weekday in range(7)),
        "ROOM_NOT_AMONG": request.get("rooms") is not None and room["id"] not in request["rooms"],
    }
    return [code for code, holds in against.items() if holds]


def all_windows(instance: Json, room: Json, request: Json) -> list[dict[str, int]]:
    """Return every window of hard rules 2 to 6, by trying each day of the horizon as a start."""
    found = []
    for start in range(instance["horizon"]):
        end = end_when_started(instance, room, request, start)
        if end is not None and may_run(instance, room, request, start, end):
            found.append({"start": start, "end": end})
    return found


def closed(room: Json, day: int) -> bool:
    """Say whether a day lies in a closure."""
    return any(start <= day < end for start, end in room["closures"])


def works(instance: Json, room: Json, day: int) -> bool:
    """Say whether a day is open."""
    weekday = (date.fromisoformat(instance["start_date"]) + timedelta(days=day)).weekday()
    holiday = day in instance["holidays"].get(room["facility"], [])
    return weekday in room["open_weekdays"] and not holiday and not closed(room, day)


def end_when_started(instance: Json, room: Json, request: Json, start: int) -> int | None:
    """Return the end of hard rule 2, or None where a campaign may not start or does not end in time."""
    if request["mode"] == "continuous":
        return None if closed(room, start) else int(start + request["duration"])
    if not works(instance, room, start):
        return None
    left = request["duration"]
    for day in range(start, instance["horizon"]):
        left -= works(instance, room, day)
        if left == 0:
            return day + 1
    return None


def may_run(instance: Json, room: Json, request: Json, start: int, end: int) -> bool:
    """Say whether a window keeps hard rules 3 to 6."""
    if any(closed(room, day) for day in range(start, end)):
        return False
    if start < request["release"] or end > instance["horizon"]:
        return False
    if request["deadline"] is not None and end > request["deadline"]:
        return False
    for predecessor in request["predecessors"]:
        (before,) = [one for one in instance["fixed"] if one["id"] == predecessor["request"]]
        if start < before["end"] + predecessor["lag"]:
            return False
    taken = [one for one in instance["fixed"] if one["room"] == room["id"]]
    if any(one["start"] <= day < one["end"] for one in taken for day in range(start, end)):
        return False
    return keeps_changeover(instance, room, request, start, end)


def keeps_changeover(instance: Json, room: Json, request: Json, start: int, end: int) -> bool:
    """Say whether a window keeps the distance of hard rule 5 to what runs before and after it."""
    taken = [one for one in instance["fixed"] if one["room"] == room["id"]]
    table, own = instance["changeover"]["days"], request["product_class"]
    same = instance["changeover"]["same_project_days"]

    def days(other: Json, before: str, after: str) -> int:
        is_own = other["product_class"] == own and other["project"] == request["project"]
        return int(same if is_own else table[before][after])

    earlier = [one for one in taken if one["end"] <= start]
    later = [one for one in taken if one["start"] >= end]
    if earlier:
        last = max(earlier, key=lambda one: one["end"])
        if start < last["end"] + days(last, last["product_class"], own):
            return False
    elif room["last_class"] is not None and start < table[room["last_class"]][own]:
        return False
    if later:
        following = min(later, key=lambda one: one["start"])
        return bool(end + days(following, own, following["product_class"]) <= following["start"])
    return True
