"""What people type in this room, checked for shape."""

from portal.matching.forms.introductions import (
    AcceptForm,
    AddPairForm,
    ApplyForm,
    CaseForm,
    ConflictForm,
    ConsentForm,
    DeclineForm,
    DocumentForm,
    LaterForm,
    NoteForm,
    OutcomeForm,
    PickForm,
    RenewForm,
    RoundForm,
    WishForm,
)
from portal.matching.forms.meetings import FreeTimeForm, MeetingForm
from portal.matching.forms.needs import NeedsForm

__all__ = [
    "AcceptForm",
    "AddPairForm",
    "ApplyForm",
    "CaseForm",
    "ConflictForm",
    "ConsentForm",
    "DeclineForm",
    "DocumentForm",
    "FreeTimeForm",
    "LaterForm",
    "MeetingForm",
    "NeedsForm",
    "NoteForm",
    "OutcomeForm",
    "PickForm",
    "RenewForm",
    "RoundForm",
    "WishForm",
]
