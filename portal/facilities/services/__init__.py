"""Verbs: load the catalogue, add and change facilities, cleanrooms, rates and duties."""

from portal.facilities.services.belongings import (
    add_holiday,
    add_licence,
    edit_licence,
    remove_holiday,
    remove_licence,
)
from portal.facilities.services.duties import end_duties_of_former_member, end_duty, give_duty
from portal.facilities.services.figures import add_rate, set_changeover_days, withdraw_rate
from portal.facilities.services.load import load_catalogue, load_demo_rooms
from portal.facilities.services.rooms import (
    add_cleanroom,
    edit_cleanroom,
    reopen_cleanroom,
    retire_cleanroom,
    set_qualification,
)
from portal.facilities.services.sites import add_facility, edit_facility, set_operator
from portal.facilities.services.validity import (
    add_run_limit,
    remove_run_limit,
    set_equipment_validity,
    set_trained_needed,
    set_training,
)

__all__ = [
    "add_cleanroom",
    "add_facility",
    "add_holiday",
    "add_licence",
    "add_rate",
    "add_run_limit",
    "edit_cleanroom",
    "edit_facility",
    "edit_licence",
    "end_duties_of_former_member",
    "end_duty",
    "give_duty",
    "load_catalogue",
    "load_demo_rooms",
    "remove_holiday",
    "remove_licence",
    "remove_run_limit",
    "reopen_cleanroom",
    "retire_cleanroom",
    "set_changeover_days",
    "set_equipment_validity",
    "set_operator",
    "set_qualification",
    "set_trained_needed",
    "set_training",
    "withdraw_rate",
]
