"""The room's verbs: revise the catalogue, make and keep roadmaps, say where steps and readiness stand."""

from portal.roadmap.services.catalogue import confirm_step, freeze_catalogue, restore_step, revise_step
from portal.roadmap.services.readiness import assess, confirm_assessment
from portal.roadmap.services.referrals import OPENABLE, ask_for_help, move_referral
from portal.roadmap.services.roadmaps import (
    COMPUTE_ALL,
    answer_questions,
    ask_to_compute_all,
    compute,
    compute_due,
    compute_of_organisation,
    compute_of_project,
    computed_at_the_end,
    make_roadmap,
    set_baseline,
    sketch,
    take_latest_catalogue,
    what_would_change,
)
from portal.roadmap.services.steps import (
    add_own_step,
    edit_own_step,
    mark_step,
    plan_step,
    remove_own_step,
    report_steps,
    skip_step,
    take_up_step,
)

__all__ = [
    "COMPUTE_ALL",
    "OPENABLE",
    "add_own_step",
    "answer_questions",
    "ask_for_help",
    "ask_to_compute_all",
    "assess",
    "compute",
    "compute_due",
    "compute_of_organisation",
    "compute_of_project",
    "computed_at_the_end",
    "confirm_assessment",
    "confirm_step",
    "edit_own_step",
    "freeze_catalogue",
    "make_roadmap",
    "mark_step",
    "move_referral",
    "plan_step",
    "remove_own_step",
    "report_steps",
    "restore_step",
    "revise_step",
    "set_baseline",
    "sketch",
    "skip_step",
    "take_latest_catalogue",
    "take_up_step",
    "what_would_change",
]
