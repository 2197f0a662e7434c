"""The room's verbs: register and edit projects, move them on, grant and end access, import sheets."""

from portal.projects.services.grants import (
    end_grants,
    grant_group,
    grant_to_adviser,
    take_back,
)
from portal.projects.services.projects import (
    archive_project,
    edit_project,
    register_project,
    restore_project,
)
from portal.projects.services.sheets import check_sheet, import_projects, upload_sheet
from portal.projects.services.stages import (
    change_phase,
    correct_last_stage,
    put_on_hold,
    resume,
    withdraw_last_stage,
)
from portal.projects.services.team import add_team_member, edit_team_member, remove_team_member

__all__ = [
    "add_team_member",
    "archive_project",
    "change_phase",
    "check_sheet",
    "correct_last_stage",
    "edit_project",
    "edit_team_member",
    "end_grants",
    "grant_group",
    "grant_to_adviser",
    "import_projects",
    "put_on_hold",
    "register_project",
    "remove_team_member",
    "restore_project",
    "resume",
    "take_back",
    "upload_sheet",
    "withdraw_last_stage",
]
