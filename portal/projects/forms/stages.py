"""The dated history of a project: another phase, a rest, and putting the last line right."""

from datetime import date

from flask_babel import lazy_gettext as _l

from portal.projects import wording
from portal.projects.forms.fields import chosen
from portal.projects.models import Project
from portal.projects.rules.values import Phase
from portal.web.forms import ActionForm, day


class PhaseForm(ActionForm):
    """Another phase, and the day on which it was reached."""

    phase = chosen(_l("New phase"), "phase")
    since = day(_l("Reached on"))

    @property
    def chosen_phase(self) -> Phase:
        """Return the phase that was chosen."""
        return Phase(self.phase.data or "")


class CorrectionForm(ActionForm):
    """The last line of a project's history, put right."""

    phase = chosen(wording.LABELS["phase"], "phase")
    since = day(
        wording.LABELS["since"],
        required=False,
        description=_l("Only the very first day may be left unknown."),
    )

    @classmethod
    def of(cls, project: Project, since: date | None) -> "CorrectionForm":
        """Return the form filled with the last line of the history, which began on that day."""
        stored = {"phase": project.phase.value, "since": since}
        return cls(data={**stored, "version": project.version})

    @property
    def chosen_phase(self) -> Phase:
        """Return the phase that was chosen."""
        return Phase(self.phase.data or "")


class RestForm(ActionForm):
    """The day from which a project rests, or goes on."""

    since = day(_l("From"))
