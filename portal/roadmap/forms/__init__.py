"""What people type about the catalogue, roadmaps, readiness, market access and rights."""

from portal.roadmap.forms.catalogue import ConfirmForm, ReasonForm, ReviseForm
from portal.roadmap.forms.market import FreedomForm, MarketForm, RightForm
from portal.roadmap.forms.readiness import AgreeForm, AssessForm
from portal.roadmap.forms.referrals import AskForm, ProposeForm, SendForm, WordsForm
from portal.roadmap.forms.steps import (
    MoveForm,
    OwnStepForm,
    SkipForm,
    StepForm,
    answers_form,
    done_form,
)

__all__ = [
    "AgreeForm",
    "AskForm",
    "AssessForm",
    "ConfirmForm",
    "FreedomForm",
    "MarketForm",
    "MoveForm",
    "OwnStepForm",
    "ProposeForm",
    "ReasonForm",
    "ReviseForm",
    "RightForm",
    "SendForm",
    "SkipForm",
    "StepForm",
    "WordsForm",
    "answers_form",
    "done_form",
]
