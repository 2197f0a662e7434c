"""What a team types about its readiness, and an adviser who agrees."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired

from portal.roadmap.rules.readiness import EVIDENCE_MOST
from portal.web.forms import ActionForm, BaseForm, line, text


class AssessForm(BaseForm):
    """The level that a project has reached in one dimension, and what shows it."""

    level = RadioField(
        _l("Level reached"), validators=[InputRequired(_l("This is needed. Choose one."))], coerce=str
    )
    evidence = text(
        _l("What shows it"),
        longest=EVIDENCE_MOST,
        description=_l("Name documents, results and agreements; an adviser reads it before agreeing."),
    )

    def offer(self, levels: Iterable[tuple[int, str, str]]) -> None:
        """Let one of these levels be chosen, given as number, name, and what it asks."""
        self.level.choices = [
            SelectChoice(str(number), name, render_kw={"help": asked}) for number, name, asked in levels
        ]

    @property
    def chosen(self) -> int:
        """Return the level that was chosen."""
        return int(self.level.data)


class AgreeForm(ActionForm):
    """What an adviser says who has read the evidence."""

    remark = line(_l("Remark"), required=False, longest=500)
