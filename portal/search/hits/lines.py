"""One line of what was found, and how a project is called for whoever asks."""

from dataclasses import dataclass

from flask_babel import gettext as _

from portal.projects import wording
from portal.projects.models import Project
from portal.projects.rules.values import FieldGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One line of what was found."""

    title: str
    url: str
    about: str = ""
    text: str = ""
    badge: tuple[str, str] | None = None
    is_demo: bool = False


def name_of(project: Project, seen: frozenset[FieldGroup]) -> str:
    """Return what a project is called for somebody who sees these groups of it, and by its reference where none is seen."""
    if not seen:
        return _("Project %(reference)s", reference=project.reference)
    return project.name if FieldGroup.IDENTITY in seen else wording.title_without_name(project)
