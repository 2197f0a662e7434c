"""What happens without anybody being told."""

PROJECTS = {
    "project.access_ended",
    "project.archived",
    "project.edited",
    "project.group_granted",
    "project.phase_changed",
    "project.phase_corrected",
    "project.phase_withdrawn",
    "project.put_on_hold",
    "project.registered",
    "project.restored",
    "project.resumed",
    "project.team_member_added",
    "project.team_member_edited",
    "project.team_member_removed",
}

SILENT: set[str] = PROJECTS
