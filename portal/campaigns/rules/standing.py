"""Where a chain stands, as it follows from where its links stand, and which step it may take as one."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from portal.core.errors import Reason


class Standing(StrEnum):
    """Where one link stands, as far as its chain asks."""

    PLANNED = "planned"
    ASKED = "asked"
    OFFERED = "offered"
    HELD = "held"
    BOOKED = "booked"
    RUNNING = "running"
    DONE = "done"
    LOST = "lost"


class ChainState(StrEnum):
    """Where a chain stands as a whole."""

    EMPTY = "empty"
    PLANNED = "planned"
    ASKED = "asked"
    HELD = "held"
    APPROVED = "approved"
    RUNNING = "running"
    DONE = "done"
    BROKEN = "broken"
    RELEASED = "released"


OPEN_REQUESTS = frozenset({"submitted", "needs_info", "waitlisted", "offered"})
UNDECIDED = frozenset({Standing.PLANNED, Standing.ASKED, Standing.OFFERED})


def standing_of(request_state: str, booking_state: str | None) -> Standing:
    """Return where a link stands, from the states of its request and of its newest booking."""
    if request_state == "draft":
        return Standing.PLANNED
    if request_state == "offered":
        return Standing.OFFERED
    if request_state in OPEN_REQUESTS:
        return Standing.ASKED
    if request_state == "approved":
        return {
            "held": Standing.HELD,
            "confirmed": Standing.BOOKED,
            "in_use": Standing.RUNNING,
            "completed": Standing.DONE,
        }.get(booking_state or "", Standing.LOST)
    return Standing.LOST


def state_of(links: Collection[Standing]) -> ChainState:
    """Return where a chain stands: as far as the link that is furthest behind, and broken where one of several is lost."""
    if not links:
        return ChainState.EMPTY
    alive = [link for link in links if link is not Standing.LOST]
    if not alive:
        return ChainState.RELEASED
    if len(alive) < len(links) and any(link is not Standing.DONE for link in alive):
        return ChainState.BROKEN
    if all(link is Standing.DONE for link in alive):
        return ChainState.DONE
    for behind, state in _BEHIND.items():
        if behind in alive:
            return state
    return ChainState.RUNNING if _has_begun(alive) else ChainState.APPROVED


_BEHIND: Mapping[Standing, ChainState] = {
    Standing.PLANNED: ChainState.PLANNED,
    Standing.ASKED: ChainState.ASKED,
    Standing.OFFERED: ChainState.ASKED,
    Standing.HELD: ChainState.HELD,
}


def _has_begun(links: Collection[Standing]) -> bool:
    return any(link in {Standing.RUNNING, Standing.DONE} for link in links)


def reasons_against_request(links: Collection[Standing]) -> list[Reason]:
    """Return what stands against requesting a chain as one: it needs a link that is still planned."""
    return [] if Standing.PLANNED in links else [Reason("nothing_to_request")]


def reasons_against_release(links: Collection[Standing]) -> list[Reason]:
    """Return what stands against releasing a chain as one: it needs a link that has not begun."""
    before = {Standing.PLANNED, Standing.ASKED, Standing.OFFERED, Standing.HELD, Standing.BOOKED}
    return [] if before & set(links) else [Reason("nothing_to_release")]


def waits_for_rest(own: Collection[Standing], others: Collection[Standing]) -> bool:
    """Say whether a part that is being approved is to wait, since another facility has not approved its own yet."""
    return bool(own) and any(other in UNDECIDED for other in others)
