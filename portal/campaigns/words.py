"""How this room's closed lists are called, in the reader's language."""

from flask_babel import format_decimal
from flask_babel import gettext as _

from portal.campaigns.rules.runs import Failure, Outcome, RunState
from portal.campaigns.rules.standing import ChainState, Standing

Badge = tuple[str, str]

STANDING_KINDS = {
    Standing.PLANNED: "wait",
    Standing.ASKED: "asked",
    Standing.OFFERED: "held",
    Standing.HELD: "held",
    Standing.BOOKED: "firm",
    Standing.RUNNING: "use",
    Standing.DONE: "done",
    Standing.LOST: "no",
}
CHAIN_KINDS = {
    ChainState.EMPTY: "wait",
    ChainState.PLANNED: "wait",
    ChainState.ASKED: "asked",
    ChainState.HELD: "held",
    ChainState.APPROVED: "firm",
    ChainState.RUNNING: "use",
    ChainState.DONE: "done",
    ChainState.BROKEN: "late",
    ChainState.RELEASED: "no",
}
RUN_KINDS = {RunState.OPEN: "asked", RunState.CLOSED: "firm", RunState.CERTIFIED: "done"}


def standing(word: Standing) -> str:
    """Return where a link stands."""
    return {
        Standing.PLANNED: _("Planned"),
        Standing.ASKED: _("Asked for"),
        Standing.OFFERED: _("Offered"),
        Standing.HELD: _("Held"),
        Standing.BOOKED: _("Booked"),
        Standing.RUNNING: _("In use"),
        Standing.DONE: _("Carried out"),
        Standing.LOST: _("Given back or refused"),
    }[word]


def standing_badge(word: Standing) -> Badge:
    """Return the badge of a link."""
    return STANDING_KINDS[word], standing(word)


def chain_badge(word: ChainState) -> Badge:
    """Return the badge of a chain."""
    said = {
        ChainState.EMPTY: _("No links yet"),
        ChainState.PLANNED: _("Planned"),
        ChainState.ASKED: _("Asked for"),
        ChainState.HELD: _("Held"),
        ChainState.APPROVED: _("Approved as one"),
        ChainState.RUNNING: _("Under way"),
        ChainState.DONE: _("Carried out"),
        ChainState.BROKEN: _("A link is missing"),
        ChainState.RELEASED: _("Released"),
    }[word]
    return CHAIN_KINDS[word], said


def outcome(word: Outcome) -> str:
    """Return what became of a run."""
    return {Outcome.SUCCESS: _("Success"), Outcome.FAILURE: _("Failure")}[word]


def failure(word: Failure) -> str:
    """Return why a run failed."""
    return {
        Failure.CONTAMINATION: _("Contamination"),
        Failure.EQUIPMENT: _("Equipment"),
        Failure.FACILITY: _("Room, air or utilities"),
        Failure.STARTING_MATERIAL: _("Starting material"),
        Failure.SPECIFICATION: _("Outside the specification"),
        Failure.OPERATOR: _("Handling"),
        Failure.OTHER: _("Another reason"),
    }[word]


def run_badge(state: RunState | None) -> Badge:
    """Return the badge of a run's record."""
    if state is None:
        return "wait", _("Nothing recorded yet")
    said = {
        RunState.OPEN: _("Being recorded"),
        RunState.CLOSED: _("Closed"),
        RunState.CERTIFIED: _("Certified"),
    }[state]
    return RUN_KINDS[state], said


def field(name: str) -> str:
    """Return what a field of a record is called."""
    return {
        "started_at": _("Started"),
        "ended_at": _("Ended"),
        "operators": _("Operators in the room"),
        "batch_reference": _("Batch reference"),
        "outcome": _("Outcome"),
        "deviations": _("Deviations"),
        "failure": _("Why it failed"),
        "yield_amount": _("Yield"),
        "yield_target": _("Target"),
        "yield_unit": _("Unit of the yield"),
        "remarks": _("Remarks"),
    }[name]


def figure(value: float) -> str:
    """Return an amount as it is typed: without an exponent where it can do without one."""
    return f"{value:.10g}"


def amount(value: float | None, unit: str) -> str | None:
    """Return an amount with its unit as it is read, or None where it is not known."""
    if value is None:
        return None
    return f"{read(value)} {unit}".strip()


def read(value: float) -> str:
    """Return an amount as it is read, with the reader's marks between thousands."""
    return str(format_decimal(value) if 1e-3 <= abs(value) < 1e13 or value == 0 else figure(value))
