"""The file format `slot-windows/1`: which rooms of an instance fit one request, why others do not, and when."""

from typing import Any

from portal.bookings.instance import Instance, InstanceRequest, note_repeats, read_instance, read_request
from portal.bookings.rules.fitting import reasons_against_fit
from portal.bookings.rules.timetables import Limits, Span
from portal.bookings.rules.windows import earliest_windows, first_over_rooms
from portal.core.reading import Mistake, Place, Unreadable, parse_json, shown

WINDOWS_FORMAT = "slot-windows/1"
NAMED = 12
"""So many requests are named where the one that was asked for is not there."""


def read_question(text: str | bytes, request_id: str) -> tuple[Instance, InstanceRequest]:
    """Return the part of an instance that counts for one of its requests, and that request.

    Raises `Unreadable` with every mistake.
    """
    top = parse_json(text)
    instance = read_instance(top)
    requests = _requests(top, request_id)
    request = None
    if requests:
        note_repeats(requests)
        request = read_request(requests[0], instance)
        _note_unplaced(requests[0], instance)
    if top.mistakes or request is None:
        raise Unreadable(top.mistakes)
    return instance, request


def slot_windows(instance: Instance, request: InstanceRequest, *, count: int) -> dict[str, Any]:
    """Return the answer for a request as plain JSON."""
    limits = _limits(instance, request)
    timetables = instance.timetables()
    windows: dict[str, list[Span]] = {}
    rooms = []
    for room in instance.rooms:
        reasons = [reason.code for reason in reasons_against_fit(room.profile, request.need)]
        fits, found = not reasons, []
        if fits:
            found = earliest_windows(
                timetables[room.id], request.campaign, instance.changeover, limits, count=count
            )
            windows[room.id] = found
            reasons = [] if found else ["no_window"]
        rooms.append(
            {
                "room": room.id,
                "fits": fits,
                "reasons": [code.upper() for code in reasons],
                "windows": [{"start": window.start, "end": window.end} for window in found],
            }
        )
    return {
        "format": WINDOWS_FORMAT,
        "instance": instance.name,
        "request": request.id,
        "rooms": rooms,
        "first": [
            {"room": room_id, "start": window.start, "end": window.end}
            for room_id, window in first_over_rooms(windows, count=count)
        ],
    }


def _requests(top: Place, request_id: str) -> list[Place]:
    """Return the places of the request that is asked for; there should be one. Others are not looked at."""
    places = top.at("requests").items()
    found = [place for place in places if place.at("id").value == request_id]
    if not found and isinstance(top.at("requests").value, list):
        ids = [shown(place.at("id").value) for place in places if place.at("id").known]
        known = ", ".join(ids[:NAMED]) + (", …" if len(ids) > NAMED else "")
        top.mistakes.append(Mistake("--request", f"{shown(request_id)} is none of {known or 'no requests'}"))
    return found


def _limits(instance: Instance, request: InstanceRequest) -> Limits:
    ends = {booking.id: booking.occupation.span.end for booking in instance.fixed}
    earliest = {"before_release": request.release}
    for predecessor in request.predecessors:
        start = ends[predecessor.request] + predecessor.lag
        earliest["before_predecessor"] = max(start, earliest.get("before_predecessor", start))
    latest = {} if request.deadline is None else {"after_deadline": request.deadline}
    return Limits(earliest=earliest, latest=latest)


def _note_unplaced(place: Place, instance: Instance) -> None:
    """Note each predecessor that has no fixed booking."""
    known = {booking.id for booking in instance.fixed}
    predecessors = place.at("predecessors")
    for entry in predecessors.items() if isinstance(predecessors.value, list) else ():
        named = entry.at("request")
        if isinstance(named.value, str) and named.value not in known:
            named.wrong(f"{shown(named.value)} is not among the fixed bookings")
