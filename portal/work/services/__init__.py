"""What is done with leases, processes, duties and jobs."""

from portal.work.services.asking import ask, ask_again, cancel
from portal.work.services.leases import give_back_lease, hold_lease
from portal.work.services.processes import Run, forget_process, note_runs, say_alive
from portal.work.services.running import (
    Gone,
    end_cancelled,
    end_done,
    end_failed,
    forget_old_jobs,
    held_job,
    put_back,
    take_job,
)

__all__ = [
    "Gone",
    "Run",
    "ask",
    "ask_again",
    "cancel",
    "end_cancelled",
    "end_done",
    "end_failed",
    "forget_old_jobs",
    "forget_process",
    "give_back_lease",
    "held_job",
    "hold_lease",
    "note_runs",
    "put_back",
    "say_alive",
    "take_job",
]
