"""What people type about projects, checked for shape."""

from portal.projects.forms.facts import ProjectForm, RegisterForm
from portal.projects.forms.lists import ImportForm, ListForm, UploadForm
from portal.projects.forms.people import AdviserForm, TakeBackForm, TeamMemberForm
from portal.projects.forms.stages import CorrectionForm, PhaseForm, RestForm

__all__ = [
    "AdviserForm",
    "CorrectionForm",
    "ImportForm",
    "ListForm",
    "PhaseForm",
    "ProjectForm",
    "RegisterForm",
    "RestForm",
    "TakeBackForm",
    "TeamMemberForm",
    "UploadForm",
]
