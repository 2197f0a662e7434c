"""Named questions about projects; each hides what the actor may not see."""

from portal.projects.queries.access import (
    SeenProject,
    groups_of_each,
    own_project,
    seen_project,
    visible_groups,
    visible_projects,
)
from portal.projects.queries.grants import (
    GrantsToOrganisation,
    adviser_organisations,
    current_grants,
    past_grants,
)
from portal.projects.queries.lists import (
    SORTS,
    ProjectFilter,
    count,
    counts_by_area_and_phase,
    own_projects,
    published_teasers,
    teasers,
)
from portal.projects.queries.records import (
    names_of_organisations,
    names_of_people,
    phase_history,
    process_facts,
    project_history,
    stages,
    stated_values,
    team,
    team_member,
)
from portal.projects.queries.sheets import (
    known,
    known_projects,
    own_sheet,
    sheet_plan,
    sheet_rows,
)

__all__ = [
    "SORTS",
    "GrantsToOrganisation",
    "ProjectFilter",
    "SeenProject",
    "adviser_organisations",
    "count",
    "counts_by_area_and_phase",
    "current_grants",
    "groups_of_each",
    "known",
    "known_projects",
    "names_of_organisations",
    "names_of_people",
    "own_project",
    "own_projects",
    "own_sheet",
    "past_grants",
    "phase_history",
    "process_facts",
    "project_history",
    "published_teasers",
    "seen_project",
    "sheet_plan",
    "sheet_rows",
    "stages",
    "stated_values",
    "team",
    "team_member",
    "teasers",
    "visible_groups",
    "visible_projects",
]
