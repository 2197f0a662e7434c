"""Which background grade a process asks for under good manufacturing practice: shipped facts with their source."""

from dataclasses import dataclass
from functools import cache

from portal.facilities.models import Grade
from portal.reference import shipped

PROCESSES = {
    "open": "open_aseptic_processing",
    "closed": "closed_system_processing",
    "closed_isolator": "isolator_aseptic_processing",
    "closed_automated": "closed_automated_processing",
}
"""The process type of the facts file that each state of a project's process stands for."""


@dataclass(frozen=True, slots=True)
class Background:
    """The background that a process asks for, and the fact that says so."""

    fact: str
    process: str
    grade: Grade
    needs_isolator: bool

    def lacks_isolator(self, grade: Grade, *, has_isolator: bool) -> bool:
        """Say whether a room lacks the isolator that the process relies on; the cleanest rooms do without."""
        return self.needs_isolator and not has_isolator and grade is not Grade.A_IN_B


@cache
def background_for(process_state: str | None) -> Background:
    """Return the background for a state of a process; one that is not known counts as open, which asks for the most.

    The grade is the recommended one, a cautious reading of what the source allows at least.
    """
    process = PROCESSES[process_state or "open"]
    found = next(one for one in shipped.records("background_required") if one["process"] == process)
    return Background(
        fact=found["id"],
        process=process,
        grade=Grade(found["recommended_background"]),
        needs_isolator=found["requires_isolator"],
    )
