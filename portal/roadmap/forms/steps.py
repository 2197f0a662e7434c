"""What a team types about the steps of its roadmap."""

from collections.abc import Iterable
from datetime import date

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from portal.roadmap.catalogue import MOST_DAYS
from portal.roadmap.models import StepMark
from portal.roadmap.rules.marks import NAME_MOST, OWNER_MOST, WORDS_MOST, Mark, OwnStep
from portal.web.forms import ActionForm, day, line, text, whole_number

YES, NO, OPEN = "yes", "no", ""


class StepForm(ActionForm):
    """When a step began and ended, or is planned for, who has it, and a remark."""

    started = day(_l("Started"), required=False)
    finished = day(_l("Finished"), required=False)
    not_before = day(
        _l("Planned for, not before"),
        required=False,
        description=_l("Leave it empty to begin as soon as the steps before it allow."),
    )
    owner = line(_l("Who has it"), required=False, longest=OWNER_MOST)
    remark = text(_l("Remark"), longest=WORDS_MOST)

    @classmethod
    def of(cls, mark: StepMark | None) -> "StepForm":
        """Return the form with what is known."""
        if mark is None:
            return cls(data={"version": "0"})
        return cls(
            data={
                "started": mark.started,
                "finished": None if mark.day_unknown else mark.finished,
                "not_before": mark.not_before,
                "owner": mark.owner,
                "remark": mark.remark,
                "version": mark.version,
            }
        )

    def said(self, mark: StepMark | None) -> Mark:
        """Return what was typed; a day that nobody knows stays so where none was typed instead."""
        unknown = mark is not None and mark.day_unknown and self.finished.data is None
        return Mark(
            started=self.started.data,
            finished=mark.finished if mark is not None and unknown else self.finished.data,
            day_unknown=unknown,
            not_before=self.not_before.data,
            owner=self.owner.data or "",
            remark=self.remark.data or "",
        )


class MoveForm(ActionForm):
    """The day for which a step is planned instead."""

    not_before = day(_l("Planned for, not before"), required=False)


class SkipForm(ActionForm):
    """Why a step is left out."""

    reason = text(_l("Why is it left out?"), required=True, longest=WORDS_MOST)


class OwnStepForm(ActionForm):
    """A step that the catalogue does not know."""

    name = line(_l("Name"), longest=NAME_MOST)
    track = SelectField(_l("Track"))
    least = whole_number(_l("At least, days"), most=MOST_DAYS)
    likely = whole_number(_l("Likely, days"), most=MOST_DAYS)
    most = whole_number(_l("At most, days"), most=MOST_DAYS)
    after = SelectMultipleField(
        _l("Comes after"),
        validate_choice=False,
        description=_l("It begins when all of these are finished. Hold Ctrl or Cmd to choose several."),
    )

    @classmethod
    def of(cls, own: OwnStep, version: int) -> "OwnStepForm":
        """Return the form with what is stored."""
        return cls(
            data={
                "name": own.name,
                "track": own.track,
                "least": own.least,
                "likely": own.likely,
                "most": own.most,
                "after": list(own.after),
                "version": version,
            }
        )

    def offer(self, tracks: Iterable[tuple[str, str]], steps: Iterable[tuple[str, str]]) -> None:
        """Let one of these tracks and some of these steps be chosen."""
        self.track.choices = [SelectChoice(key, words) for key, words in tracks]
        self.after.choices = [SelectChoice(key, words) for key, words in steps]

    @property
    def stated(self) -> OwnStep:
        """Return what was typed as one value."""
        return OwnStep(
            name=self.name.data or "",
            track=self.track.data or "",
            after=tuple(dict.fromkeys(self.after.data or ())),
            least=self.least.data or 0,
            likely=self.likely.data or 0,
            most=self.most.data or 0,
        )


class AnswersForm(ActionForm):
    """Questions, each answered with yes, no, or left open."""

    @property
    def answers(self) -> dict[str, bool | None]:
        """Return the answer to each question."""
        values = {YES: True, NO: False, OPEN: None}
        return {
            name.removeprefix("answer-"): values[field.data or OPEN]
            for name, field in self._fields.items()
            if name.startswith("answer-")
        }


class DoneForm(ActionForm):
    """Which steps are done, each with its day, if that is known."""

    @property
    def finished(self) -> dict[str, date | None]:
        """Return the steps that were ticked, with their days."""
        return {
            name.removeprefix("done-"): self._fields[f"day-{name.removeprefix('done-')}"].data
            for name, field in self._fields.items()
            if name.startswith("done-") and field.data
        }


def answers_form(
    questions: Iterable[tuple[str, str, str]], formdata: MultiDict[str, str] | None, **kept: str
) -> AnswersForm:
    """Return a form that asks questions, given as id, words, and what it means to leave one open."""
    fields = {
        f"answer-{fact}": RadioField(
            asked,
            choices=[
                SelectChoice(YES, _l("Yes")),
                SelectChoice(NO, _l("No")),
                SelectChoice(OPEN, left_open),
            ],
            default=OPEN,
        )
        for fact, asked, left_open in questions
    }
    return type("AnswersForm", (AnswersForm,), fields)(formdata, data=kept)  # type: ignore[no-any-return]


def done_form(
    steps: Iterable[tuple[str, str]],
    formdata: MultiDict[str, str] | None,
    kept: dict[str, object],
) -> DoneForm:
    """Return a form with a tick and a day for each step, given as id and name."""
    fields: dict[str, object] = {}
    for step, name in steps:
        fields[f"done-{step}"] = BooleanField(name)
        fields[f"day-{step}"] = day(name, required=False)
    return type("DoneForm", (DoneForm,), fields)(formdata, data=kept)  # type: ignore[no-any-return]
