"""The room's pages: the matrix, a gate, an item, a project's gates, and a facility's checklists."""

from portal.gates.views import checklists, items, matrix, project
from portal.gates.views.blueprint import bp
from portal.gates.views.project import TAB

__all__ = ["TAB", "bp", "checklists", "items", "matrix", "project"]
